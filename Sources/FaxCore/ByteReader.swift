/// Reads big-endian (network order) fields from borrowed octets, never past their end. Failures carry the layer and the
/// offset from the start of `bytes`.
@frozen
public struct ByteReader: ~Escapable {
    public let bytes: RawSpan
    public let layer: DecodeFailure.Layer
    public var offset: Int

    @inlinable
    @_lifetime(copy bytes)
    public init(_ bytes: RawSpan, layer: DecodeFailure.Layer, offset: Int = 0) {
        self.bytes = bytes
        self.layer = layer
        self.offset = offset
    }

    @inlinable public var remaining: Int { bytes.byteCount - offset }
    @inlinable public var isAtEnd: Bool { offset >= bytes.byteCount }

    @inlinable
    public func require(_ count: Int, _ field: StaticString) throws(DecodeFailure) {
        if count < 0 || remaining < count { throw short(count, field) }
    }

    @usableFromInline
    func short(_ count: Int, _ field: StaticString) -> DecodeFailure {
        DecodeFailure(
            layer: layer, field: field.description, offset: offset,
            reason: .short(needed: count, have: Swift.max(0, remaining)))
    }

    /// A failure at the current offset, to throw for a value that makes no sense.
    public func invalid(_ field: StaticString, _ what: String) -> DecodeFailure {
        DecodeFailure(layer: layer, field: field.description, offset: offset, reason: .invalid(what))
    }

    @inlinable
    public mutating func u8(_ field: StaticString) throws(DecodeFailure) -> UInt8 {
        try require(1, field)
        let value = bytes.octet(offset)
        offset += 1
        return value
    }

    @inlinable
    public mutating func u16(_ field: StaticString) throws(DecodeFailure) -> UInt16 {
        try require(2, field)
        let value = bytes.be16(offset)
        offset += 2
        return value
    }

    @inlinable
    public mutating func u24(_ field: StaticString) throws(DecodeFailure) -> UInt32 {
        try require(3, field)
        let value = UInt32(bytes.be16(offset)) << 8 | UInt32(bytes.octet(offset + 2))
        offset += 3
        return value
    }

    @inlinable
    public mutating func u32(_ field: StaticString) throws(DecodeFailure) -> UInt32 {
        try require(4, field)
        let value = bytes.be32(offset)
        offset += 4
        return value
    }

    @inlinable
    public mutating func u64(_ field: StaticString) throws(DecodeFailure) -> UInt64 {
        try require(8, field)
        let value = UInt64(bytes.be32(offset)) << 32 | UInt64(bytes.be32(offset + 4))
        offset += 8
        return value
    }

    @inlinable
    public mutating func skip(_ count: Int, _ field: StaticString) throws(DecodeFailure) {
        try require(count, field)
        offset += count
    }

    /// The next `count` octets, borrowed.
    @inlinable
    @_lifetime(copy self)
    public mutating func slice(_ count: Int, _ field: StaticString) throws(DecodeFailure) -> RawSpan {
        try require(count, field)
        let slice = bytes.extracting(offset..<offset + count)
        offset += count
        return slice
    }

    /// The next `count` octets, copied.
    public mutating func copy(_ count: Int, _ field: StaticString) throws(DecodeFailure) -> [UInt8] {
        try slice(count, field).copied()
    }
}

extension RawSpan {
    /// The octet at `offset`; `offset` must lie inside (checked by the caller or trapped in debug and release alike).
    @inlinable
    @inline(__always)
    public func octet(_ offset: Int) -> UInt8 {
        unsafeLoad(fromByteOffset: offset, as: UInt8.self)
    }

    @inlinable
    @inline(__always)
    public func be16(_ offset: Int) -> UInt16 {
        UInt16(bigEndian: unsafeLoadUnaligned(fromByteOffset: offset, as: UInt16.self))
    }

    @inlinable
    @inline(__always)
    public func be32(_ offset: Int) -> UInt32 {
        UInt32(bigEndian: unsafeLoadUnaligned(fromByteOffset: offset, as: UInt32.self))
    }

    @inlinable
    @inline(__always)
    public func le16(_ offset: Int) -> UInt16 {
        UInt16(littleEndian: unsafeLoadUnaligned(fromByteOffset: offset, as: UInt16.self))
    }

    @inlinable
    @inline(__always)
    public func le32(_ offset: Int) -> UInt32 {
        UInt32(littleEndian: unsafeLoadUnaligned(fromByteOffset: offset, as: UInt32.self))
    }

    /// The place of the first such octet from `start` on; `nil`: there is none.
    @inlinable
    public func firstPlace(of wanted: UInt8, from start: Int) -> Int? {
        let ones: UInt64 = 0x0101_0101_0101_0101
        var place = start
        // Eight at once: the one that is wanted becomes 0, and the lowest 0 is the lowest octet that gets a mark.
        while place + 8 <= byteCount {
            let word = UInt64(littleEndian: unsafeLoadUnaligned(fromByteOffset: place, as: UInt64.self))
            let rest = word ^ UInt64(wanted) &* ones
            let marks = (rest &- ones) & ~rest & 0x8080_8080_8080_8080
            if marks != 0 { return place + marks.trailingZeroBitCount / 8 }
            place += 8
        }
        while place < byteCount {
            if octet(place) == wanted { return place }
            place += 1
        }
        return nil
    }

    @inlinable
    public func copied() -> [UInt8] {
        withUnsafeBytes { [UInt8]($0) }
    }
}

extension Array where Element == UInt8 {
    /// Appends borrowed octets in one piece.
    @inlinable
    @inline(__always)
    public mutating func append(_ octets: RawSpan) {
        let count = octets.byteCount
        append(addingCapacity: count) { target in
            octets.withUnsafeBytes { source in
                target.withUnsafeMutableBufferPointer { buffer, filled in
                    if let base = buffer.baseAddress, let first = source.baseAddress {
                        UnsafeMutableRawPointer(base + filled).copyMemory(from: first, byteCount: count)
                        filled += count
                    }
                }
            }
        }
    }
}
