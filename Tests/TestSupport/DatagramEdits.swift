import FaxCore
import FaxWire
import PcapDecode

extension CaptureEditor {
    /// Changes UDPTL packets one by one, as they stand; those that do not read stay as they are.
    public mutating func editDatagrams(
        of sender: Party? = nil, after start: Instant? = nil, before end: Instant? = nil,
        _ change: (inout UDPTLPacket, CapturedMedia) -> Void
    ) {
        for media in media(.udptl, from: sender, after: start, before: end) {
            let read = UDPTLPacket.read(media.payload.span.bytes)
            guard read.stoppedBy == nil else { continue }
            var packet = read.value
            change(&packet, media)
            if packet != read.value { records[media.place].frame.setPayload(packet.octets) }
        }
    }

    /// The datagrams of a party with what they carry, each number once.
    public mutating func datagrams(of sender: Party) -> [(media: CapturedMedia, packet: UDPTLPacket)] {
        var seen: Set<UInt16> = []
        return media(.udptl, from: sender).compactMap { media in
            let read = UDPTLPacket.read(media.payload.span.bytes)
            guard read.stoppedBy == nil, seen.insert(read.value.sequence).inserted else { return nil }
            return (media, read.value)
        }
    }

    /// The record once more, `delay` later.
    public mutating func `repeat`(
        _ place: Int, after delay: Duration, _ change: (inout CapturedFrame) -> Void = { _ in }
    ) {
        var copy = records[place]
        copy.time = copy.time + delay
        copy.frame.renumber(by: UInt16(truncatingIfNeeded: 16_384 + records.count))
        change(&copy.frame)
        records.append(copy)
    }

    /// Cuts a UDP datagram of IPv4 over Ethernet into two IP fragments; the second can be left out.
    public mutating func fragment(_ place: Int, losingSecond: Bool = false) {
        let record = records[place]
        let octets = record.frame.octets
        guard record.frame.linkType == .ethernet, octets.count > 14 + 20 + 16, octets[14] == 0x45 else {
            return complain("no datagram that can be cut")
        }
        let header = Array(octets[..<34])
        let body = Array(octets[34...])
        let first = body.count / 2 / 8 * 8
        func piece(_ part: ArraySlice<UInt8>, offset: Int, isLast: Bool) -> Record {
            var frame = header
            let length = 20 + part.count
            (frame[16], frame[17]) = (UInt8(length >> 8), UInt8(length & 0xFF))
            let field = offset / 8 | (isLast ? 0 : 0x2000)
            (frame[20], frame[21]) = (UInt8(field >> 8), UInt8(field & 0xFF))
            (frame[24], frame[25]) = (0, 0)
            frame += part
            return Record(
                time: record.time,
                frame: CapturedFrame(linkType: .ethernet, octets: frame, originalLength: frame.count))
        }
        records[place] = piece(body[..<first], offset: 0, isLast: false)
        if !losingSecond { records.insert(piece(body[first...], offset: first, isLast: true), at: place + 1) }
    }
}
