import FaxCore

/// The order of the octets in a capture's own fields: of the machine that wrote it.
@frozen
public enum ByteOrder: Sendable, Hashable, CaseIterable {
    case little, big
}

extension RawSpan {
    @inlinable
    @inline(__always)
    public func u16(_ offset: Int, _ order: ByteOrder) -> UInt16 {
        let value = unsafeLoadUnaligned(fromByteOffset: offset, as: UInt16.self)
        return order == .little ? UInt16(littleEndian: value) : UInt16(bigEndian: value)
    }

    @inlinable
    @inline(__always)
    public func u32(_ offset: Int, _ order: ByteOrder) -> UInt32 {
        let value = unsafeLoadUnaligned(fromByteOffset: offset, as: UInt32.self)
        return order == .little ? UInt32(littleEndian: value) : UInt32(bigEndian: value)
    }

    @inlinable
    @inline(__always)
    public func u64(_ offset: Int, _ order: ByteOrder) -> UInt64 {
        let value = unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self)
        return order == .little ? UInt64(littleEndian: value) : UInt64(bigEndian: value)
    }
}

extension ByteWriter {
    public mutating func u16(_ value: UInt16, _ order: ByteOrder) { order == .little ? le16(value) : u16(value) }
    public mutating func u32(_ value: UInt32, _ order: ByteOrder) { order == .little ? le32(value) : u32(value) }
}

/// The 24 octets before the first record of a classic pcap file.
///
///     magic u32 | major u16 | minor u16 | zone i32 | accuracy u32 | snapshot length u32 | link type u32
public struct PcapHeader: Sendable, Hashable {
    public enum Resolution: Sendable, Hashable, CaseIterable {
        case microseconds, nanoseconds
    }

    public static let length = 24

    public var order: ByteOrder
    public var resolution: Resolution
    /// Alexey Kuznetzov's variant: records have 8 more octets of header.
    public var isModified: Bool
    public var snapshotLength: UInt32
    public var linkType: LinkType

    public init(
        linkType: LinkType, order: ByteOrder = .little, resolution: Resolution = .microseconds,
        isModified: Bool = false, snapshotLength: UInt32 = 262_144
    ) {
        self.order = order
        self.resolution = resolution
        self.isModified = isModified
        self.snapshotLength = snapshotLength
        self.linkType = linkType
    }

    /// Octets of the header of each record.
    public var recordHeaderLength: Int { isModified ? 24 : 16 }

    private static func kind(_ magic: UInt32) -> (resolution: Resolution, isModified: Bool)? {
        switch magic {
        case 0xA1B2_C3D4: (.microseconds, false)
        case 0xA1B2_3C4D: (.nanoseconds, false)
        case 0xA1B2_CD34: (.microseconds, true)
        default: nil
        }
    }

    private var magic: UInt32 {
        if isModified { return 0xA1B2_CD34 }
        switch resolution {
        case .microseconds: return 0xA1B2_C3D4
        case .nanoseconds: return 0xA1B2_3C4D
        }
    }

    /// Whether the first four octets are those of a classic pcap file.
    public static func matches(_ bytes: RawSpan) -> Bool {
        bytes.byteCount >= 4 && (kind(bytes.le32(0)) ?? kind(bytes.be32(0))) != nil
    }

    /// - Throws: `DecodeFailure` for a short header or an unknown magic. The version is not judged: writers differ.
    public init(_ bytes: RawSpan) throws(DecodeFailure) {
        let reader = ByteReader(bytes, layer: .file)
        try reader.require(PcapHeader.length, "pcap header")
        if let kind = PcapHeader.kind(bytes.le32(0)) {
            order = .little
            (resolution, isModified) = kind
        } else if let kind = PcapHeader.kind(bytes.be32(0)) {
            order = .big
            (resolution, isModified) = kind
        } else {
            throw reader.invalid("magic", "is not that of a pcap file")
        }
        snapshotLength = bytes.u32(16, order)
        linkType = LinkType(file: bytes.u32(20, order))
    }

    public func write(to writer: inout ByteWriter) {
        writer.u32(magic, order)
        writer.u16(2, order)
        writer.u16(4, order)
        writer.u32(0, order)
        writer.u32(0, order)
        writer.u32(snapshotLength, order)
        writer.u32(linkType.rawValue, order)
    }
}

/// The header of one record of a classic pcap file: seconds, fraction, captured length, original length, four octets
/// each (and 8 of index, protocol and packet type in the modified form).
@frozen
public struct PcapRecordHeader: Sendable, Hashable {
    public var seconds: UInt32
    /// Microseconds or nanoseconds as the file header says; a lying file holds more than a second here.
    public var fraction: UInt32
    public var capturedLength: UInt32
    public var originalLength: UInt32

    @inlinable
    public init(seconds: UInt32, fraction: UInt32, capturedLength: UInt32, originalLength: UInt32) {
        self.seconds = seconds
        self.fraction = fraction
        self.capturedLength = capturedLength
        self.originalLength = originalLength
    }

    /// Reads 16 octets at `offset`; the caller has made sure that they are there.
    @inlinable
    @inline(__always)
    public init(_ bytes: RawSpan, at offset: Int, order: ByteOrder) {
        seconds = bytes.u32(offset, order)
        fraction = bytes.u32(offset &+ 4, order)
        capturedLength = bytes.u32(offset &+ 8, order)
        originalLength = bytes.u32(offset &+ 12, order)
    }

    public func write(to writer: inout ByteWriter, order: ByteOrder) {
        writer.u32(seconds, order)
        writer.u32(fraction, order)
        writer.u32(capturedLength, order)
        writer.u32(originalLength, order)
    }
}

/// Writes a classic pcap file into growing octets.
public struct PcapWriter: Sendable {
    public let header: PcapHeader
    private var writer = ByteWriter()

    public init(_ header: PcapHeader) {
        self.header = header
        header.write(to: &writer)
    }

    public var bytes: [UInt8] { writer.bytes }

    /// Appends a frame; `originalLength` is given when the frame was longer on the wire than what is kept of it.
    /// Times before 1970 or after 2106 do not fit the format and wrap.
    public mutating func append(time: Instant, frame: some Collection<UInt8>, originalLength: Int? = nil) {
        let rest = time.nanoseconds % 1_000_000_000
        let record = PcapRecordHeader(
            seconds: UInt32(truncatingIfNeeded: time.nanoseconds / 1_000_000_000),
            fraction: UInt32(truncatingIfNeeded: header.resolution == .nanoseconds ? rest : rest / 1000),
            capturedLength: UInt32(truncatingIfNeeded: frame.count),
            originalLength: UInt32(truncatingIfNeeded: originalLength ?? frame.count))
        record.write(to: &writer, order: header.order)
        if header.isModified { writer.raw([UInt8](repeating: 0, count: 8)) }
        writer.raw(frame)
    }
}
