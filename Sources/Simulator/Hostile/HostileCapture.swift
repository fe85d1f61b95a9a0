import FaxCore
import FaxWire

/// Captures made to exhaust a reader: each piece is harmless, there are only too many of them or they are too big.
public enum HostileCapture: Sendable, Hashable {
    /// So many INVITEs, each of a call of its own, a millisecond apart, never answered.
    case invites(Int)
    /// So many RTP packets, each of a flow of its own.
    case rtpFlows(Int)
    /// So many UDPTL packets, each of a flow of its own.
    case udptlFlows(Int)
    /// So many TCP connections, each with a SIP message whose end never comes.
    case halfMessages(Int)
    /// So many first fragments whose rest never comes.
    case fragments(Int)
    /// One INVITE over TCP with a body of so many octets.
    case body(Int)
    /// A pcapng block that claims to be 4 GB long.
    case hugeBlock

    /// Hands the file out piece by piece.
    public func write(to output: (borrowing [UInt8]) throws -> Void) rethrows {
        switch self {
        case .hugeBlock:
            try output(Self.hugeBlockFile())
        case .body(let octets):
            try write(frames: (octets + 1399) / 1400 + 1, to: output) { Self.bodySegment($0, octets) }
        case .invites(let count), .rtpFlows(let count), .udptlFlows(let count), .halfMessages(let count),
            .fragments(let count):
            try write(frames: count, to: output, frame)
        }
    }

    private func write(
        frames: Int, to output: (borrowing [UInt8]) throws -> Void, _ frame: (Int) -> [UInt8]
    ) rethrows {
        try output(PcapWriter(PcapHeader(linkType: .ethernet)).bytes)
        for index in 0..<frames {
            let octets = frame(index)
            var record = ByteWriter()
            PcapRecordHeader(
                seconds: 1_700_000_000 + UInt32(index / 1000), fraction: UInt32(index % 1000 * 1000),
                capturedLength: UInt32(octets.count), originalLength: UInt32(octets.count)
            ).write(to: &record, order: .little)
            record.raw(octets)
            try output(record.bytes)
        }
    }

    private func frame(_ index: Int) -> [UInt8] {
        let from = Endpoint(IPAddress(v4: 0x0A00_0000 + UInt32(index >> 8)), 10_000 + 2 * UInt16(index & 0xFF))
        let to = Endpoint(IPAddress(v4: 0x0B00_0001), 5060)
        let media = Endpoint(IPAddress(v4: 0x0B00_0001), 20_000)
        switch self {
        case .invites: return FrameMaker.udp(from: from, to: to, payload: Self.invite(index, body: 0))
        case .rtpFlows: return FrameMaker.udp(from: from, to: media, payload: Self.rtp(index))
        case .udptlFlows: return FrameMaker.udp(from: from, to: media, payload: [0, 0, 1, 0, 0, 0])
        case .halfMessages:
            return FrameMaker.tcp(from: from, to: to, sequence: 1, payload: Self.invite(index, body: 500))
        case .fragments:
            let part = [UInt8](repeating: 0x41, count: 1200)
            return FrameMaker.ip(
                from.address, to.address, transport: 17, checksumAt: nil, part,
                ipID: UInt16(truncatingIfNeeded: index), fragment: 0x2000)
        case .body, .hugeBlock: preconditionFailure("these are not made frame by frame from an index")
        }
    }

    private static func invite(_ index: Int, body: Int) -> [UInt8] {
        let sdp =
            "v=0\r\no=- 1 1 IN IP4 10.0.0.1\r\ns=-\r\nc=IN IP4 10.0.0.1\r\nt=0 0\r\nm=audio \(1024 + index % 60_000) RTP/AVP 0\r\n"
        return Array(
            """
            INVITE sip:1000@11.0.0.1 SIP/2.0\r
            Via: SIP/2.0/UDP 10.0.0.1;branch=z9hG4bK\(index)\r
            From: <sip:1@10.0.0.1>;tag=\(index)\r
            To: <sip:1000@11.0.0.1>\r
            Call-ID: \(index)@hostile\r
            CSeq: 1 INVITE\r
            Content-Type: application/sdp\r
            Content-Length: \(sdp.utf8.count + body)\r
            \r
            \(sdp)
            """.utf8)
    }

    private static func rtp(_ index: Int) -> [UInt8] {
        var packet = ByteWriter()
        packet.raw([0x80, 0, 0, 1, 0, 0, 0, 160])
        packet.u32(UInt32(truncatingIfNeeded: index))
        packet.raw([UInt8](repeating: 0xFF, count: 160))
        return packet.bytes
    }

    private static func bodySegment(_ index: Int, _ octets: Int) -> [UInt8] {
        let from = Endpoint(IPAddress(v4: 0x0A00_0001), 40_000)
        let to = Endpoint(IPAddress(v4: 0x0B00_0001), 5060)
        let head = invite(0, body: octets)
        if index == 0 { return FrameMaker.tcp(from: from, to: to, sequence: 1, payload: head) }
        let start = (index - 1) * 1400
        let part = [UInt8](repeating: 0x61, count: min(1400, octets - start))
        return FrameMaker.tcp(from: from, to: to, sequence: UInt32(1 + head.count + start), payload: part)
    }

    /// A section header, an interface, a good packet, and the block that lies.
    private static func hugeBlockFile() -> [UInt8] {
        var file = ByteWriter()
        for block: [UInt32] in [
            [0x0A0D_0D0A, 28, 0x1A2B_3C4D, 1, .max, .max, 28], [1, 20, 1, 262_144, 20],
            [6, 36, 0, 0, 0, 4, 4, 0x4141_4141, 36], [6, 0xFFFF_FFF0, 0, 0, 0, 0xFFFF_FFD0, 0xFFFF_FFD0],
        ] {
            block.forEach { file.le32($0) }
        }
        file.raw([UInt8](repeating: 0x42, count: 4096))
        return file.bytes
    }
}
