import FaxCore
import FaxWire

/// The first packets of a flow that no signalling announced, kept until their content tells what they are.
struct ContentProbe {
    struct Kept {
        var info: PacketInfo
        var octets: [UInt8]
    }

    /// So many packets are kept and judged before a flow is left alone.
    static let packetLimit = 8
    /// So many in a row must agree.
    static let agreement = 3
    /// A flow is left alone for this many packets; each time for twice as many, up to the limit: what is unlike media at
    /// first may be media later (STUN, DTLS, a fax behind something else).
    static let firstPause = 8
    static let pauseLimit = 256

    private(set) var kept: [Kept] = []
    /// So many packets go by before the next probe.
    private var pause = Self.firstPause

    /// How the flow stands after this probe found nothing.
    var leftAlone: Flow.Kind {
        var next = ContentProbe()
        next.pause = min(2 * pause, Self.pauseLimit)
        return .ignored(next: next, after: pause)
    }

    /// Octets of memory.
    var keptOctets: Int { kept.reduce(0) { $0 + Self.octets(of: $1.octets.count) } }

    static func octets(of payload: Int) -> Int { payload + MemoryLayout<Kept>.stride + 64 }

    mutating func forgetPackets() { kept = [] }

    mutating func keep(_ info: PacketInfo, _ payload: RawSpan) {
        kept.append(Kept(info: info, octets: payload.copied()))
    }

    var isExhausted: Bool { kept.count >= Self.packetLimit }

    var looksLikeMedia: Bool {
        guard kept.count >= Self.agreement else { return false }
        let last = kept.suffix(Self.agreement)
        return isRTP(last) || isUDPTL(last)
    }

    /// One SSRC and payload type, numbers that go on.
    private func isRTP(_ packets: ArraySlice<Kept>) -> Bool {
        var previous: RTPHeader?
        for packet in packets {
            let bytes = packet.octets.span.bytes
            guard RTPHeader.looksLike(bytes), !RTCPPacket.looksLike(bytes), let header = RTPHeader(bytes) else {
                return false
            }
            if let previous {
                let step = Int(Int16(bitPattern: header.sequence &- previous.sequence))
                guard header.ssrc == previous.ssrc, (-3...20).contains(step) else { return false }
            }
            previous = header
        }
        return true
    }

    /// Numbers that go on or repeat, every packet read to its end; where octets are left behind one, numbers must go on.
    private func isUDPTL(_ packets: ArraySlice<Kept>) -> Bool {
        var previous: UInt16?
        for packet in packets {
            let bytes = packet.octets.span.bytes
            let isWhole = UDPTLPacket.looksLike(bytes)
            guard isWhole || UDPTLPacket.looksLikeWithTrailing(bytes) else { return false }
            let sequence = bytes.be16(0)
            if let previous {
                let step = Int(Int16(bitPattern: sequence &- previous))
                guard (isWhole ? -3...20 : 1...20).contains(step) else { return false }
            }
            previous = sequence
        }
        return true
    }
}
