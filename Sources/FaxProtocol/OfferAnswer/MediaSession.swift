import FaxCore
import FaxWire

/// The descriptions of one end of one call (RFC 3264): makes offers and answers and says what both come to. It keeps what
/// a session has to keep: the number and order of media lines, and the version of `o=`.
public struct MediaSession: Sendable {
    public enum Kind: Sendable, Hashable, CaseIterable { case audio, t38 }

    /// Where the T.38 line of an offer stands when the session began with audio.
    public enum Layout: Sendable, Hashable, CaseIterable {
        /// In place of the audio line (RFC 3264 §8.3.3).
        case inPlace
        /// Behind it; the audio line has port 0.
        case besideRefused
        /// Behind it; the audio line stays open.
        case beside
    }

    public enum Answer: Sendable, Hashable {
        case accepted(SessionDescription, AgreedMedia)
        /// Nothing of the offer can be taken: 488.
        case refused
    }

    /// Media lines of an offer that are answered; one that has more is refused.
    public static let maximumLines = 16

    enum Slot: Sendable, Hashable {
        case audio, t38
        /// A line that we always refuse, as it was offered.
        case other(MediaDescription)
    }

    public var capabilities: MediaCapabilities
    public var quirks: SDPQuirks
    public var layout: Layout
    /// Direction of our audio in the next offer.
    public var direction = MediaDirection.sendrecv
    let address: IPAddress
    private let sessionID: String
    private var version: Int
    private var slots: [Slot] = []
    private var last: SessionDescription?

    /// - Parameters:
    ///   - address: where media are received.
    ///   - identifier: of the session in `o=`, the same for its whole life.
    public init(
        address: IPAddress, identifier: UInt32, capabilities: MediaCapabilities, layout: Layout = .inPlace,
        quirks: SDPQuirks = .none
    ) {
        self.address = address
        self.capabilities = capabilities
        self.layout = layout
        self.quirks = quirks
        sessionID = "\(identifier)"
        version = Int(identifier)
    }

    // MARK: - Offers

    /// An offer of audio, of T.38, or of both. Lines of the session that are not wanted have port 0 (RFC 3264 §8.2).
    public mutating func offer(_ kinds: Set<Kind>) -> SessionDescription {
        place(kinds)
        let isT38 = kinds.contains(.t38)
        return finish(
            slots.map { slot in
                switch slot {
                case .audio:
                    let isWanted = kinds.contains(.audio) || (isT38 && (layout == .beside || quirks.keepsAudio))
                    var line = audioLine(offered: nil, isOpen: isWanted)
                    if isWanted, direction != .sendrecv { line.attributes.append(SDPAttribute(direction.rawValue)) }
                    return line
                case .t38: return t38Line(isOpen: isT38)
                case .other(let line): return line.refused
                }
            })
    }

    private mutating func place(_ kinds: Set<Kind>) {
        if kinds.contains(.audio), !slots.contains(.audio) {
            if let index = slots.firstIndex(of: .t38), !kinds.contains(.t38), layout == .inPlace {
                slots[index] = .audio
            } else {
                slots.append(.audio)
            }
        }
        if kinds.contains(.t38), !slots.contains(.t38) {
            let takesPlace = layout == .inPlace && !kinds.contains(.audio) && !quirks.keepsAudio
            if let index = slots.firstIndex(of: .audio), takesPlace {
                slots[index] = .t38
            } else {
                slots.append(.t38)
            }
        }
    }

    /// Numbers the description: another version whenever anything in it changed (RFC 3264 §8).
    private mutating func finish(_ lines: [MediaDescription]) -> SessionDescription {
        var description = SessionDescription()
        description.version = 0
        description.name = "faxprobe"
        let family = address.isV4 ? "IP4" : "IP6"
        description.origin = .init(
            user: "faxprobe", sessionID: sessionID, sessionVersion: "\(version)", family: family,
            address: address.description)
        description.connection = SDPConnection(family: family, address: address.description)
        description.times = ["0 0"]
        description.media = lines
        if let last, last != description {
            if !quirks.fixedVersion { version += 1 }
            description.origin?.sessionVersion = "\(version)"
        }
        last = description
        return description
    }

    // MARK: - Answers

    /// Answers line by line, in the order of the offer (RFC 3264 §6).
    /// - Parameter preference: what to take, the dearest first. Of an offer with several lines one is taken, and the others
    ///   are refused with port 0.
    public mutating func answer(_ offer: SessionDescription, preferring preference: [Kind]) -> Answer {
        guard !offer.media.isEmpty, offer.media.count <= Self.maximumLines else { return .refused }
        var chosen: [Int] = []
        for kind in preference where chosen.isEmpty || quirks.keepsAudio {
            if let index = offer.media.firstIndex(where: { accepts($0, as: kind) }) { chosen.append(index) }
        }
        guard !chosen.isEmpty else { return .refused }
        var agreed = AgreedMedia()
        var lines: [MediaDescription] = []
        slots = offer.media.map { slot(of: $0) }
        for (index, line) in offer.media.enumerated() {
            guard chosen.contains(index) else {
                lines.append(line.refused)
                continue
            }
            lines.append(line.isUDPTL ? answerT38(line, offer, &agreed) : answerAudio(line, offer, &agreed))
        }
        return .accepted(finish(lines), agreed)
    }

    private func slot(of line: MediaDescription) -> Slot {
        if line.isUDPTL { return .t38 }
        return line.isAudio && line.isPlainRTP ? .audio : .other(line)
    }

    private func accepts(_ line: MediaDescription, as kind: Kind) -> Bool {
        guard line.port != 0 else { return false }
        switch kind {
        case .audio: return line.isAudio && line.isPlainRTP && commonCodec(with: line) != nil
        case .t38: return line.isUDPTL && acceptsT38(line.t38)
        }
    }

    // MARK: - What both come to

    /// What the other side's answer makes of our last offer.
    /// - Returns: `nil` when there was none, or the answer takes nothing of it.
    public func agree(to answer: SessionDescription) -> AgreedMedia? {
        guard let offer = last else { return nil }
        var agreed = AgreedMedia()
        for (ours, theirs) in zip(offer.media, answer.media) where ours.port != 0 && theirs.port != 0 {
            if ours.isUDPTL, theirs.isUDPTL, agreed.t38 == nil {
                agreed.t38 = agreedT38(theirs, answer)
            } else if ours.isAudio, theirs.isAudio, theirs.isPlainRTP, agreed.audio == nil {
                agreed.audio = agreedAudio(theirs, answer)
            }
        }
        return agreed.audio == nil && agreed.t38 == nil ? nil : agreed
    }
}

extension MediaDescription {
    var isUDPTL: Bool { isImage && transport.lowercased() == "udptl" && isT38 }
    var isPlainRTP: Bool { transport.uppercased() == "RTP/AVP" }

    /// The same line with port 0 and nothing else of it (RFC 3264 §6).
    var refused: MediaDescription {
        MediaDescription(kind: kind, port: 0, transport: transport, formats: formats.isEmpty ? ["0"] : formats)
    }
}

extension MediaDirection {
    /// The answer to it, when we have nothing against it (RFC 3264 §6.1).
    var mirrored: MediaDirection {
        switch self {
        case .sendrecv: .sendrecv
        case .sendonly: .recvonly
        case .recvonly: .sendonly
        case .inactive: .inactive
        }
    }
}
