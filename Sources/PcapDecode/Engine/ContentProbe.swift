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
    private(set) var kept: [Kept] = []

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
