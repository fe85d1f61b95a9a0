import FaxCore

/// The information elements of an IAX frame (RFC 5456 §8.6), those that tell a call's story: type (1), length (1), data.
public struct IAX2Elements: Sendable, Hashable {
    public var calledNumber: String?
    public var callingNumber: String?
    public var callingName: String?
    public var username: String?
    public var version: Int?
    /// Bits of ``IAX2Format``.
    public var capability: UInt64?
    public var format: UInt64?
    /// Of HANGUP and REJECT, in words, and as a cause of Q.850.
    public var cause: String?
    public var causeCode: Int?
    public var wantsEncryption = false

    public static let version = 2
    public static let maximumElements = 128

    public init() {}

    /// Everything up to what does not fit.
    public static func read(_ bytes: RawSpan) -> Decoded<IAX2Elements> {
        var elements = IAX2Elements()
        var reader = ByteReader(bytes, layer: .iax2)
        do throws(DecodeFailure) {
            var count = 0
            while !reader.isAtEnd {
                count += 1
                guard count <= maximumElements else {
                    throw DecodeFailure(
                        layer: .iax2, field: "information elements", offset: reader.offset,
                        reason: .limit("maximumElements", maximumElements))
                }
                let type = try reader.u8("element type")
                let length = Int(try reader.u8("element length"))
                elements.take(type, try reader.slice(length, "element"))
            }
            return Decoded(elements)
        } catch {
            return Decoded(elements, stoppedBy: error)
        }
    }

    private mutating func take(_ type: UInt8, _ data: RawSpan) {
        switch type {
        case 1: calledNumber = Self.text(data)
        case 2: callingNumber = Self.text(data)
        case 4: callingName = Self.text(data)
        case 6: username = Self.text(data)
        case 8: capability = Self.number(data)
        case 9: format = Self.number(data)
        case 11: version = Self.number(data).map { Int(truncatingIfNeeded: $0) }
        case 22: cause = Self.text(data)
        case 42: causeCode = Self.number(data).map { Int(truncatingIfNeeded: $0) }
        case 43: wantsEncryption = true
        default: break
        }
    }

    private static func text(_ data: RawSpan) -> String? {
        data.byteCount == 0 ? nil : String(decoding: data.copied().prefix { $0 != 0 }, as: UTF8.self)
    }

    /// Big-endian, up to eight octets.
    private static func number(_ data: RawSpan) -> UInt64? {
        guard (1...8).contains(data.byteCount) else { return nil }
        return data.copied().reduce(0) { $0 << 8 | UInt64($1) }
    }
}
