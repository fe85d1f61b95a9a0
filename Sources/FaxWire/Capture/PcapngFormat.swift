import FaxCore

/// The block types of pcapng (draft-ietf-opsawg-pcapng §4) that are told apart here.
public enum PcapngBlockType {
    /// The same in both byte orders.
    public static let sectionHeader: UInt32 = 0x0A0D_0D0A
    public static let interface: UInt32 = 1
    /// Obsolete: with a 16-bit interface and drop count.
    public static let packet: UInt32 = 2
    public static let simplePacket: UInt32 = 3
    public static let nameResolution: UInt32 = 4
    public static let statistics: UInt32 = 5
    public static let enhancedPacket: UInt32 = 6
    public static let decryptionSecrets: UInt32 = 10

    /// Types that are common enough to find the way back by after damage.
    public static func isFamiliar(_ type: UInt32) -> Bool {
        (1...6).contains(type) || type == sectionHeader || type == decryptionSecrets
    }
}

/// The 8 octets before a block's body: type and total length (with these 8 and the 4 that repeat it at the end).
@frozen
public struct PcapngBlockHeader: Sendable, Hashable {
    /// Octets of a block without body.
    public static let smallest = 12

    public var type: UInt32
    public var totalLength: Int

    /// Reads 8 octets at `offset`; the caller has made sure that they are there.
    @inlinable
    @inline(__always)
    public init(_ bytes: RawSpan, at offset: Int, order: ByteOrder) {
        type = bytes.u32(offset, order)
        totalLength = Int(bytes.u32(offset &+ 4, order))
    }

    @inlinable
    public var isSound: Bool { totalLength >= 12 && totalLength & 3 == 0 }
}

/// The start of a section: its byte order counts for all blocks up to the next one.
///
///     type, length | byte-order magic u32 | major u16 | minor u16 | section length i64 | options
public struct PcapngSection: Sendable, Hashable {
    /// Octets up to the options.
    public static let length = 24

    public var order: ByteOrder
    public var major: UInt16
    public var totalLength: Int

    /// Reads a section header block from its first octet (12 octets are enough for all but the version).
    public init(_ bytes: RawSpan) throws(DecodeFailure) {
        let reader = ByteReader(bytes, layer: .file)
        try reader.require(16, "section header")
        guard bytes.le32(0) == PcapngBlockType.sectionHeader else {
            throw reader.invalid("block type", "is not that of a section header")
        }
        if bytes.le32(8) == 0x1A2B_3C4D {
            order = .little
        } else if bytes.be32(8) == 0x1A2B_3C4D {
            order = .big
        } else {
            throw DecodeFailure(layer: .file, field: "byte-order magic", offset: 8, reason: .invalid("is not 1a2b3c4d"))
        }
        totalLength = Int(bytes.u32(4, order))
        major = bytes.u16(12, order)
    }
}

/// How an interface counts time: ticks of a power of ten or of two of a second, from an offset (`if_tsresol`, `if_tsoffset`).
@frozen
public struct PcapngClock: Sendable, Hashable {
    /// As the option has it: bit 7 set = negative power of 2, clear = of 10. 6 = microseconds, the default.
    public var resolution: UInt8
    public var offsetSeconds: Int64

    @inlinable
    public init(resolution: UInt8 = 6, offsetSeconds: Int64 = 0) {
        self.resolution = resolution
        self.offsetSeconds = offsetSeconds
    }

    /// The time of `ticks`, saturated to what ``Instant`` holds.
    @inlinable
    public func instant(_ ticks: UInt64) -> Instant {
        if resolution == 6, offsetSeconds == 0, ticks < 1 << 53 {
            return Instant(nanoseconds: Int64(ticks) &* 1000)
        }
        return general(ticks)
    }

    @usableFromInline
    func general(_ ticks: UInt64) -> Instant {
        let exponent = Int(resolution & 0x7F)
        let nanoseconds = resolution & 0x80 == 0 ? decimal(ticks, exponent) : binary(ticks, exponent)
        let (shift, tooFar) = offsetSeconds.multipliedReportingOverflow(by: 1_000_000_000)
        let (sum, overflow) = nanoseconds.addingReportingOverflow(shift)
        if tooFar || overflow { return Instant(nanoseconds: offsetSeconds < 0 ? .min : .max) }
        return Instant(nanoseconds: sum)
    }

    private func decimal(_ ticks: UInt64, _ exponent: Int) -> Int64 {
        var value = ticks
        if exponent <= 9 {
            for _ in exponent..<9 {
                let (product, overflow) = value.multipliedReportingOverflow(by: 10)
                if overflow { return .max }
                value = product
            }
        } else {
            for _ in 9..<min(exponent, 9 + 20) { value /= 10 }
        }
        return Int64(clamping: value)
    }

    private func binary(_ ticks: UInt64, _ exponent: Int) -> Int64 {
        let product = ticks.multipliedFullWidth(by: 1_000_000_000)
        if exponent == 0 { return product.high == 0 ? Int64(clamping: product.low) : .max }
        if exponent >= 64 { return Int64(clamping: product.high >> UInt64(min(63, exponent - 64))) }
        if product.high >> UInt64(exponent) != 0 { return .max }
        return Int64(clamping: product.high << UInt64(64 - exponent) | product.low >> UInt64(exponent))
    }
}

/// An interface description block: what the packets that name it have in common.
public struct PcapngInterface: Sendable, Hashable {
    public var linkType: LinkType
    /// 0 = no limit.
    public var snapshotLength: UInt32
    public var clock: PcapngClock
    public var name: String?

    public init(
        linkType: LinkType, snapshotLength: UInt32 = 262_144, clock: PcapngClock = PcapngClock(), name: String? = nil
    ) {
        self.linkType = linkType
        self.snapshotLength = snapshotLength
        self.clock = clock
        self.name = name
    }

    /// Reads the body of the block: link type u16, reserved u16, snapshot length u32, options.
    public init(body: RawSpan, order: ByteOrder) throws(DecodeFailure) {
        let reader = ByteReader(body, layer: .file)
        try reader.require(8, "interface description")
        self.init(linkType: LinkType(file: UInt32(body.u16(0, order))), snapshotLength: body.u32(4, order))
        var options = PcapngOptions(body.extracting(8...), order: order)
        while let option = options.next() {
            switch option.code {
            case PcapngOptions.Code.name: name = String(decoding: options.value(option).copied(), as: UTF8.self)
            case PcapngOptions.Code.resolution where option.range.count >= 1:
                clock.resolution = options.value(option).octet(0)
            case PcapngOptions.Code.timeOffset where option.range.count >= 8:
                clock.offsetSeconds = Int64(bitPattern: options.value(option).u64(0, order))
            default: break
            }
        }
    }
}

/// The options at the end of a block: code u16, length u16, value padded to four octets. Ends at `opt_endofopt`, at the
/// end of the block, or where a length lies.
public struct PcapngOptions: ~Escapable {
    public enum Code {
        public static let comment: UInt16 = 1
        public static let name: UInt16 = 2
        public static let resolution: UInt16 = 9
        public static let timeOffset: UInt16 = 14
    }

    public struct Option: Sendable, Hashable {
        public var code: UInt16
        /// Place of the value in the octets that the options were made of.
        public var range: Range<Int>

        public init(code: UInt16, range: Range<Int>) {
            self.code = code
            self.range = range
        }
    }

    private let bytes: RawSpan
    private let order: ByteOrder
    private var offset = 0

    @_lifetime(copy bytes)
    public init(_ bytes: RawSpan, order: ByteOrder) {
        self.bytes = bytes
        self.order = order
    }

    public mutating func next() -> Option? {
        guard bytes.byteCount - offset >= 4 else { return nil }
        let code = bytes.u16(offset, order)
        let length = Int(bytes.u16(offset + 2, order))
        let start = offset + 4
        guard code != 0, length <= bytes.byteCount - start else { return nil }
        offset = min(bytes.byteCount, start + (length + 3) & ~3)
        return Option(code: code, range: start..<start + length)
    }

    @_lifetime(copy self)
    public func value(_ option: Option) -> RawSpan { bytes.extracting(option.range) }
}
