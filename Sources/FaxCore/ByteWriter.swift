/// Writes big-endian (network order) fields into growing octets.
public struct ByteWriter: Sendable {
    public private(set) var bytes: [UInt8] = []

    public init() {}

    public mutating func u8(_ value: UInt8) { bytes.append(value) }

    public mutating func u16(_ value: UInt16) {
        bytes.append(UInt8(value >> 8))
        bytes.append(UInt8(truncatingIfNeeded: value))
    }

    public mutating func u32(_ value: UInt32) {
        u16(UInt16(value >> 16))
        u16(UInt16(truncatingIfNeeded: value))
    }

    public mutating func u64(_ value: UInt64) {
        u32(UInt32(value >> 32))
        u32(UInt32(truncatingIfNeeded: value))
    }

    public mutating func le16(_ value: UInt16) { u16(value.byteSwapped) }
    public mutating func le32(_ value: UInt32) { u32(value.byteSwapped) }

    public mutating func raw(_ octets: some Sequence<UInt8>) { bytes.append(contentsOf: octets) }

    /// Puts a 16-bit field at an earlier place (lengths and checksums known late).
    public mutating func patch16(_ value: UInt16, at offset: Int) {
        bytes[offset] = UInt8(value >> 8)
        bytes[offset + 1] = UInt8(truncatingIfNeeded: value)
    }
}
