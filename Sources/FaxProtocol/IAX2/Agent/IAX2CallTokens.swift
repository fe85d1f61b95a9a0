import FaxCore
import FaxWire

/// Tokens that show that an opening frame comes from where it says: made of address, time and a secret of this run, so that
/// nothing is kept of who asks for one.
struct IAX2CallTokens: Sendable {
    enum Verdict: Sendable, Hashable {
        case good
        /// It is answered with CALLTOKEN, and nothing else.
        case ask([UInt8])
        case refused
    }

    private let secret: [UInt8]
    private let settings: IAX2Settings

    init(_ settings: IAX2Settings, random: inout SeededRandom) {
        self.settings = settings
        secret = (0..<4).flatMap { _ in Self.octets(random.next()) }
    }

    func verdict(on token: [UInt8]?, from peer: Endpoint, at now: Instant) -> Verdict {
        guard let token else { return settings.callTokens == .required ? .refused : .good }
        if token.isEmpty { return .ask(make(for: peer, at: now)) }
        let text = String(decoding: token, as: UTF8.self)
        guard let time = text.split(separator: "?").first.flatMap({ Int64($0) }) else { return .refused }
        let made = Instant(nanoseconds: time)
        guard made <= now, now - made <= settings.timers.token, make(for: peer, at: made) == token else {
            return .refused
        }
        return .good
    }

    private func make(for peer: Endpoint, at now: Instant) -> [UInt8] {
        let marks = [peer.address.high, peer.address.low, UInt64(peer.port), UInt64(bitPattern: now.nanoseconds)]
        let digest = settings.hash.sha256(secret + marks.flatMap(Self.octets))
        return Array("\(now.nanoseconds)?\(IAX2Proof.hex(Array(digest.prefix(20))))".utf8)
    }

    private static func octets(_ value: UInt64) -> [UInt8] {
        stride(from: 56, through: 0, by: -8).map { UInt8(truncatingIfNeeded: value >> UInt64($0)) }
    }
}
