import FaxCore

/// A session description (RFC 8866): session level and media lines, in the order of the text. Lines that are not
/// understood are kept as they stood.
public struct SessionDescription: Sendable, Hashable {
    /// Limits of one description; passing one ends the reading there and is reported.
    public enum Limit {
        public static let octets = 65_536
        public static let lines = 4_096
        public static let media = 64
    }

    /// `o=` (RFC 8866 §5.2).
    public struct Origin: Sendable, Hashable {
        public var user: String
        /// Numbers by the RFC; kept as text because some exceed 64 bits or hold other signs.
        public var sessionID: String
        public var sessionVersion: String
        /// `IP4` or `IP6` as spelled.
        public var family: String
        public var address: String

        public init(
            user: String = "-", sessionID: String, sessionVersion: String, family: String = "IP4", address: String
        ) {
            self.user = user
            self.sessionID = sessionID
            self.sessionVersion = sessionVersion
            self.family = family
            self.address = address
        }
    }

    /// One line `type=value` as it stood.
    public struct Line: Sendable, Hashable {
        public var type: Character
        public var value: String

        public init(_ type: Character, _ value: String) {
            self.type = type
            self.value = value
        }
    }

    /// `v=`; `nil` when it is missing or not a number.
    public var version: Int?
    public var origin: Origin?
    /// `s=`; `nil` when missing.
    public var name: String?
    public var connection: SDPConnection?
    public var bandwidths: [SDPBandwidth] = []
    /// `t=` lines as they stood.
    public var times: [String] = []
    public var attributes: [SDPAttribute] = []
    public var media: [MediaDescription] = []
    /// Session-level lines of other types (`i`, `u`, `e`, `p`, `r`, `z`, `k`) and lines that make no sense.
    public var otherLines: [Line] = []

    public init() {}

    /// The address at which the media line is to be reached: its own `c=`, else that of the session.
    public func connection(of media: MediaDescription) -> SDPConnection? {
        media.connection ?? connection
    }

    /// Where the media line wants to receive; `nil` for port 0, a host name or no address at all.
    public func endpoint(of media: MediaDescription) -> Endpoint? {
        guard media.port != 0, let address = connection(of: media)?.ip else { return nil }
        return Endpoint(address, media.port)
    }

    /// Direction of a media line (RFC 8866 §6.7): its own attribute, else the session's, else sendrecv. An address of
    /// 0.0.0.0 is the old form of hold (RFC 3264 §8.4) and reads as `inactive`.
    public func direction(of media: MediaDescription) -> MediaDirection {
        if connection(of: media)?.ip?.isUnspecified == true { return .inactive }
        return media.direction ?? direction ?? .sendrecv
    }

    /// The session's own attribute; `nil`: none.
    public var direction: MediaDirection? { MediaDirection(attributes) }
}

/// `c=`: the address as spelled and, where it is one, as an IP address (RFC 8866 §5.7).
public struct SDPConnection: Sendable, Hashable {
    /// `IP4` or `IP6` as spelled.
    public let family: String
    /// Without TTL and count.
    public let address: String
    /// `/127` or `/127/3` of a multicast address, as spelled and with the slash.
    public let suffix: String
    /// `nil`: a host name, or nonsense.
    public let ip: IPAddress?

    public init(family: String, address: String, suffix: String = "") {
        self.family = family
        self.address = address
        self.suffix = suffix
        ip = IPAddress(address)
    }
}

/// `b=` (RFC 8866 §5.8).
public struct SDPBandwidth: Sendable, Hashable {
    /// `AS` and `CT` in kilobit/s, `TIAS` in bit/s …
    public var type: String
    /// As spelled.
    public var value: String

    public init(type: String, value: String) {
        self.type = type
        self.value = value
    }
}

/// `a=name` or `a=name:value`, as spelled.
public struct SDPAttribute: Sendable, Hashable {
    public var name: String
    /// `nil`: a property without value.
    public var value: String?

    public init(_ name: String, _ value: String? = nil) {
        self.name = name
        self.value = value
    }
}

extension [SDPAttribute] {
    /// Value of the first attribute with that name in any case; empty for a property without value.
    public func first(_ name: String) -> String? {
        first { $0.name.equalsIgnoringCase(name) }.map { $0.value ?? "" }
    }

    public func all(_ name: String) -> [String] {
        filter { $0.name.equalsIgnoringCase(name) }.map { $0.value ?? "" }
    }
}

public enum MediaDirection: String, Sendable, Hashable, CaseIterable {
    case sendrecv, sendonly, recvonly, inactive

    init?(_ attributes: [SDPAttribute]) {
        for attribute in attributes where attribute.value == nil {
            for direction in Self.all where attribute.name.equalsIgnoringCase(direction.rawValue) {
                self = direction
                return
            }
        }
        return nil
    }

    private static let all = allCases
}

extension String {
    /// ASCII only, without making copies.
    func equalsIgnoringCase(_ other: String) -> Bool {
        guard utf8.count == other.utf8.count else { return false }
        return withOctets { mine in
            other.withOctets { theirs in
                mine.indices.allSatisfy { mine[$0].asciiLowercased == theirs[$0].asciiLowercased }
            }
        }
    }

    /// - Parameter lowercased: ASCII in lower case, not empty.
    func containsIgnoringCase(_ lowercased: StaticString) -> Bool {
        let length = lowercased.utf8CodeUnitCount
        return lowercased.withUTF8Buffer { wanted in
            withOctets { octets in
                var start = 0
                while start + length <= octets.count {
                    var matching = 0
                    while matching < length, octets[start + matching].asciiLowercased == wanted[matching] {
                        matching += 1
                    }
                    if matching == length { return true }
                    start += 1
                }
                return false
            }
        }
    }

    /// The octets of the text, without copying where they stand together.
    func withOctets<Result>(_ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
        utf8.withContiguousStorageIfAvailable(body) ?? Array(utf8).withUnsafeBufferPointer(body)
    }
}
