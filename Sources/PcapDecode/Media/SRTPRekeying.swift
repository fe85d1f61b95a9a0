import FaxWire

/// Opens the SRTP packets of one sender and seals them again with other keys (RFC 3711): each of its keys has one in its
/// place, so that the packet's length stays.
public struct SRTPRekeying {
    /// One key and the one in its place, with what libsrtp knows of the packets so far.
    private final class Pair {
        let old: SRTPKey
        private let new: SRTPKey
        private var opening: SRTPSession
        private var sealing: SRTPSession

        init?(_ old: SRTPKey, _ new: SRTPKey) {
            guard let opening = SRTPSession(old), let sealing = SRTPSession(new, isSending: true) else { return nil }
            self.old = old
            self.new = new
            self.opening = opening
            self.sealing = sealing
        }

        /// The same from the start, for a sender that numbers anew.
        var fresh: Pair? { Pair(old, new) }

        func open(_ packet: inout [UInt8]) -> SRTPSession.Outcome { opening.open(&packet) }
        func seal(_ packet: [UInt8], identifier: ArraySlice<UInt8>) -> [UInt8]? {
            sealing.seal(packet, identifier: identifier)
        }
    }

    private var pairs: [Pair] = []
    /// By number: a copy of a packet becomes a copy of what stands for it.
    private var sealed: [UInt16: (old: [UInt8], new: [UInt8])] = [:]

    /// Keys tried of one sender, the latest ones.
    private static let keyLimit = 16

    /// Values of `a=crypto` of the sender, and what stands in the place of each.
    public init(_ old: [String], _ new: [String]) {
        for (old, new) in zip(old, new) {
            guard let old = try? SDPCrypto(old), let new = try? SDPCrypto(new) else { continue }
            for (key, other) in zip(SRTPKey.keys(old), SRTPKey.keys(new)) {
                if let pair = Pair(key, other) { pairs.append(pair) }
            }
        }
        pairs = pairs.suffix(Self.keyLimit)
    }

    /// The packet with another content, which must be as long; `nil`: no key opens it.
    /// - Parameter change: gets the packet as RTP, without what SRTP put behind it.
    public mutating func resealed(_ packet: [UInt8], _ change: ([UInt8]) -> [UInt8]) -> [UInt8]? {
        guard let header = RTPHeader(packet.span.bytes) else { return nil }
        if let known = sealed[header.sequence], known.old == packet { return known.new }
        for index in pairs.indices where packet.count >= RTPHeader.fixedLength + pairs[index].old.trailer {
            guard let opened = open(packet, index) else { continue }
            let identifier = packet.dropLast(pairs[index].old.tagLength).suffix(pairs[index].old.identifierLength)
            let changed = change(opened)
            guard changed.count == opened.count,
                let new = pairs[index].seal(changed, identifier: identifier), new.count == packet.count
            else { return nil }
            pairs.swapAt(0, index)
            sealed[header.sequence] = (packet, new)
            return new
        }
        return nil
    }

    private mutating func open(_ packet: [UInt8], _ index: Int) -> [UInt8]? {
        var octets = packet
        var outcome = pairs[index].open(&octets)
        if outcome == .old, let fresh = pairs[index].fresh {
            octets = packet
            outcome = fresh.open(&octets)
            if case .opened = outcome { pairs[index] = fresh }
        }
        guard case .opened(let length) = outcome else { return nil }
        return Array(octets.prefix(length))
    }
}
