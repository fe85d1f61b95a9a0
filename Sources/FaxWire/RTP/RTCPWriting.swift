import FaxCore

extension RTCPPacket {
    /// The packet's octets (RFC 3550 §6); `nil` for ``other(type:octets:)``, whose content is not known, and for more than
    /// 31 sources or blocks.
    public var octets: [UInt8]? {
        var writer = ByteWriter()
        switch self {
        case .senderReport(let report):
            guard Self.begin(&writer, 200, report.blocks.count) else { return nil }
            writer.u32(report.ssrc)
            writer.u64(report.ntpTime)
            writer.u32(report.rtpTimestamp)
            writer.u32(report.packets)
            writer.u32(report.octets)
            report.blocks.forEach { Self.write($0, &writer) }
        case .receiverReport(let ssrc, let blocks):
            guard Self.begin(&writer, 201, blocks.count) else { return nil }
            writer.u32(ssrc)
            blocks.forEach { Self.write($0, &writer) }
        case .sourceDescription(let sources):
            guard Self.begin(&writer, 202, sources.count) else { return nil }
            sources.forEach { Self.write($0, &writer) }
        case .bye(let ssrcs, let reason):
            guard Self.begin(&writer, 203, ssrcs.count) else { return nil }
            ssrcs.forEach { writer.u32($0) }
            if let reason { Self.write(reason, &writer) }
        case .other:
            return nil
        }
        while writer.bytes.count % 4 != 0 { writer.u8(0) }
        writer.patch16(UInt16(truncatingIfNeeded: writer.bytes.count / 4 - 1), at: 2)
        return writer.bytes
    }

    private static func begin(_ writer: inout ByteWriter, _ type: UInt8, _ count: Int) -> Bool {
        guard count <= 31 else { return false }
        writer.u8(0x80 | UInt8(count))
        writer.u8(type)
        writer.u16(0)
        return true
    }

    private static func write(_ block: ReportBlock, _ writer: inout ByteWriter) {
        writer.u32(block.ssrc)
        writer.u32(UInt32(block.fractionLost) << 24 | UInt32(bitPattern: block.cumulativeLost) & 0xFF_FFFF)
        writer.u32(block.highestSequence)
        writer.u32(block.jitter)
        writer.u32(block.lastSenderReport)
        writer.u32(block.delaySinceSenderReport)
    }

    /// One chunk: its items, an end, and zeros to the word.
    private static func write(_ source: SourceName, _ writer: inout ByteWriter) {
        writer.u32(source.ssrc)
        if let name = source.canonicalName {
            writer.u8(1)
            write(name, &writer)
        }
        writer.u8(0)
        while writer.bytes.count % 4 != 0 { writer.u8(0) }
    }

    private static func write(_ text: String, _ writer: inout ByteWriter) {
        let octets = text.utf8.prefix(255)
        writer.u8(UInt8(octets.count))
        writer.raw(octets)
    }
}
