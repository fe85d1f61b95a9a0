import FaxCore

/// Writes pcapng blocks into growing octets.
public struct PcapngWriter: Sendable {
    public struct Option: Sendable, Hashable {
        public var code: UInt16
        public var value: [UInt8]

        public init(code: UInt16, value: [UInt8]) {
            self.code = code
            self.value = value
        }

        public static func comment(_ text: String) -> Option {
            Option(code: PcapngOptions.Code.comment, value: [UInt8](text.utf8))
        }
    }

    private var writer = ByteWriter()
    private var order: ByteOrder

    /// Starts with a section header.
    public init(order: ByteOrder = .little, options: [Option] = []) {
        self.order = order
        section(order: order, options: options)
    }

    public var bytes: [UInt8] { writer.bytes }

    /// Starts a new section: interfaces count from 0 again.
    public mutating func section(order: ByteOrder, options: [Option] = []) {
        self.order = order
        var body = ByteWriter()
        body.u32(0x1A2B_3C4D, order)
        body.u16(1, order)
        body.u16(0, order)
        body.u32(.max, order)
        body.u32(.max, order)
        write(options, to: &body)
        block(PcapngBlockType.sectionHeader, body.bytes)
    }

    public mutating func interface(_ interface: PcapngInterface, options: [Option] = []) {
        var body = ByteWriter()
        body.u16(UInt16(truncatingIfNeeded: interface.linkType.rawValue), order)
        body.u16(0, order)
        body.u32(interface.snapshotLength, order)
        var all = options
        if let name = interface.name { all.append(Option(code: PcapngOptions.Code.name, value: [UInt8](name.utf8))) }
        if interface.clock.resolution != 6 {
            all.append(Option(code: PcapngOptions.Code.resolution, value: [interface.clock.resolution]))
        }
        if interface.clock.offsetSeconds != 0 {
            var value = ByteWriter()
            let bits = UInt64(bitPattern: interface.clock.offsetSeconds)
            let halves = [UInt32(truncatingIfNeeded: bits >> 32), UInt32(truncatingIfNeeded: bits)]
            for half in order == .big ? halves : halves.reversed() { value.u32(half, order) }
            all.append(Option(code: PcapngOptions.Code.timeOffset, value: value.bytes))
        }
        write(all, to: &body)
        block(PcapngBlockType.interface, body.bytes)
    }

    /// An enhanced packet block; `ticks` are those of the interface's clock.
    public mutating func packet(
        interface: UInt32 = 0, ticks: UInt64, frame: [UInt8], originalLength: Int? = nil, options: [Option] = []
    ) {
        var body = ByteWriter()
        body.u32(interface, order)
        write(ticks, frame, originalLength, options, to: &body)
        block(PcapngBlockType.enhancedPacket, body.bytes)
    }

    /// One enhanced packet block of the first interface alone, for a file that is written block by block (little-endian).
    public static func packetBlock(ticks: UInt64, frame: [UInt8]) -> [UInt8] {
        var writer = PcapngWriter(blocksOnly: .little)
        writer.packet(ticks: ticks, frame: frame)
        return writer.bytes
    }

    private init(blocksOnly order: ByteOrder) { self.order = order }

    /// The obsolete packet block.
    public mutating func obsoletePacket(interface: UInt16 = 0, ticks: UInt64, frame: [UInt8]) {
        var body = ByteWriter()
        body.u16(interface, order)
        body.u16(0, order)
        write(ticks, frame, nil, [], to: &body)
        block(PcapngBlockType.packet, body.bytes)
    }

    /// A simple packet block: no time, first interface.
    public mutating func simplePacket(frame: [UInt8], originalLength: Int? = nil) {
        var body = ByteWriter()
        body.u32(UInt32(truncatingIfNeeded: originalLength ?? frame.count), order)
        body.raw(frame)
        block(PcapngBlockType.simplePacket, body.bytes)
    }

    /// Any block; the body is padded to four octets.
    public mutating func block(_ type: UInt32, _ body: [UInt8]) {
        let padding = (4 - body.count & 3) & 3
        let length = UInt32(truncatingIfNeeded: body.count + padding + PcapngBlockHeader.smallest)
        writer.u32(type, order)
        writer.u32(length, order)
        writer.raw(body)
        writer.raw(repeatElement(0, count: padding))
        writer.u32(length, order)
    }

    private func write(
        _ ticks: UInt64, _ frame: [UInt8], _ originalLength: Int?, _ options: [Option], to body: inout ByteWriter
    ) {
        body.u32(UInt32(truncatingIfNeeded: ticks >> 32), order)
        body.u32(UInt32(truncatingIfNeeded: ticks), order)
        body.u32(UInt32(truncatingIfNeeded: frame.count), order)
        body.u32(UInt32(truncatingIfNeeded: originalLength ?? frame.count), order)
        body.raw(frame)
        body.raw(repeatElement(0, count: (4 - frame.count & 3) & 3))
        write(options, to: &body)
    }

    private func write(_ options: [Option], to body: inout ByteWriter) {
        for option in options {
            body.u16(option.code, order)
            body.u16(UInt16(truncatingIfNeeded: option.value.count), order)
            body.raw(option.value)
            body.raw(repeatElement(0, count: (4 - option.value.count & 3) & 3))
        }
        if !options.isEmpty { body.u32(0, order) }
    }
}
