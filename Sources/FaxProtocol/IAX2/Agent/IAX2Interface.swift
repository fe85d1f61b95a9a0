import FaxCore
import FaxWire

/// Our number of a call (RFC 5456 §3).
public struct IAX2CallNumber: Sendable, Hashable {
    public let value: UInt16

    public init(_ value: UInt16) { self.value = value }
}

public enum IAX2Output: Sendable, Equatable {
    case send([UInt8], to: Endpoint)
    case event(IAX2Event)
}

/// What happened, in the order in which it did.
public enum IAX2Event: Sendable, Equatable {
    case registered(IAX2Registration)
    case unregistered(name: String, Endpoint)
    /// Not refreshed in time.
    case registrationExpired(name: String, Endpoint)
    /// Who wanted to register, unproven, and why not.
    case registrationRefused(name: String, Endpoint, reason: String)
    /// Somebody wanted to call and was not let in.
    case callRefused(Endpoint, reason: String)
    case call(IAX2CallNumber, IAX2CallEvent)
}

public enum IAX2CallEvent: Sendable, Equatable {
    /// Proven, and with a format that both have: to be answered or rejected.
    case incoming(IAX2Incoming)
    case accepted(format: UInt64)
    case proceeding
    case ringing
    case answered(format: UInt64)
    case voice(IAX2Voice)
    case digit(UInt8)
    case ended(IAX2Ending)
}

/// Who calls.
public struct IAX2Incoming: Sendable, Hashable {
    public var peer: Endpoint
    /// The account; `nil`: none was needed.
    public var name: String?
    public var calledNumber: String?
    public var callingNumber: String?
    public var callingName: String?
    public var format: UInt64
}

/// Media of one frame.
public struct IAX2Voice: Sendable, Hashable {
    /// Of a full frame all milliseconds, of a mini frame the low 16 bits.
    public enum Time: Sendable, Hashable {
        case full(UInt32)
        case mini(UInt16)
    }

    public var time: Time
    /// One bit of ``IAX2Format``: what the sender's last full frame said, before it what was agreed on.
    public var format: UInt64
    public var octets: [UInt8]

    public init(time: Time, format: UInt64, octets: [UInt8]) {
        self.time = time
        self.format = format
        self.octets = octets
    }
}

/// A peer that can be called.
public struct IAX2Registration: Sendable, Hashable {
    public var name: String
    public var peer: Endpoint
    public var seconds: Int
    public var until: Instant
}

/// How a call ended.
public struct IAX2Ending: Sendable, Hashable {
    public enum Side: String, Sendable, Hashable { case us, them, neither }

    public enum Cause: Sendable, Hashable {
        /// HANGUP: cause in words, and by Q.850.
        case hungUp(String?, code: Int?)
        /// REJECT, ours or theirs, or a HANGUP before the answer.
        case rejected(String?, code: Int?)
        /// A control frame BUSY or CONGESTION.
        case busy
        case congestion
        case notAnswered
        /// Our frames were not acknowledged.
        case silence
        /// INVAL: the other side knows nothing of the call (any more).
        case unknownToPeer
        case noCommonFormat
        /// We have no secret for what it asks, or only a way that we do not take.
        case cannotAuthenticate
    }

    public var side: Side
    public var cause: Cause

    public init(_ side: Side, _ cause: Cause) {
        self.side = side
        self.cause = cause
    }

    /// Causes of Q.850 that this side gives.
    public enum Code {
        public static let normal = 16
        public static let busy = 17
        public static let noAnswer = 19
        public static let refused = 21
        public static let facilityRejected = 29
        public static let congestion = 42
        public static let incompatible = 88
        public static let protocolError = 111
    }
}

extension IAX2Ending.Cause {
    /// For people.
    public var text: String {
        switch self {
        case .hungUp(let text, let code): "hung up" + Self.detail(text, code)
        case .rejected(let text, let code): "rejected" + Self.detail(text, code)
        case .busy: "busy"
        case .congestion: "congestion"
        case .notAnswered: "not answered in time"
        case .silence: "the other side acknowledges nothing"
        case .unknownToPeer: "the other side does not know the call (INVAL)"
        case .noCommonFormat: "no audio format in common"
        case .cannotAuthenticate: "the other side asks for a proof that this side cannot give"
        }
    }

    private static func detail(_ text: String?, _ code: Int?) -> String {
        let parts = [text, code.map { "Q.850 cause \($0)" }].compactMap(\.self).filter { !$0.isEmpty }
        return parts.isEmpty ? "" : ": " + parts.joined(separator: ", ")
    }
}
