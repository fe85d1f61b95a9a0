import FaxCore

/// The information elements of an IAX frame (RFC 5456 §8.6), those that calls and registrations need: type (1), length (1),
/// data.
public struct IAX2Elements: Sendable, Hashable {
    public var calledNumber: String?
    public var callingNumber: String?
    public var callingName: String?
    public var username: String?
    public var password: String?
    public var version: Int?
    /// Bits of ``IAX2Format``.
    public var capability: UInt64?
    public var format: UInt64?
    /// Bits of ``IAX2Authentication``.
    public var authenticationMethods: Int?
    public var challenge: String?
    /// MD5 of challenge and password, in hex.
    public var md5Result: String?
    /// Seconds that a registration holds.
    public var refresh: Int?
    /// Of HANGUP and REJECT, in words, and as a cause of Q.850.
    public var cause: String?
    public var causeCode: Int?
    /// The subclass that UNSUPPORT is about.
    public var unknownCommand: Int?
    public var wantsEncryption = false
    /// Against forged sources (the element 54 of Asterisk's security notes of 2009); empty: "I know what it is".
    public var callToken: [UInt8]?

    public static let version = 2
    public static let maximumElements = 128
    /// Octets of one element's data.
    public static let maximumLength = 255

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
        case 7: password = Self.text(data)
        case 8: capability = Self.number(data)
        case 9: format = Self.number(data)
        case 11: version = Self.small(data)
        case 14: authenticationMethods = Self.small(data)
        case 15: challenge = Self.text(data)
        case 16: md5Result = Self.text(data)
        case 19: refresh = Self.small(data)
        case 22: cause = Self.text(data)
        case 23: unknownCommand = Self.small(data)
        case 42: causeCode = Self.small(data)
        case 43: wantsEncryption = true
        case 54: callToken = data.copied()
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

    private static func small(_ data: RawSpan) -> Int? { number(data).map { Int(truncatingIfNeeded: $0) } }
}

/// Bits of the element AUTHMETHODS (RFC 5456 §8.6.13).
public enum IAX2Authentication {
    public static let plaintext = 1
    public static let md5 = 2
}
