/// What a device tells of itself while it runs. What it does not tell is `nil`.
public struct ATAStatus: Sendable, Hashable {
    public struct Line: Sendable, Hashable {
        /// From 1 on.
        public var number: Int
        /// `On`, `Off`.
        public var hook: String?
        /// As the device says it: `Online`, `Registered`, `Failed` …
        public var registration: String?
        public var lastRegistration: String?
        /// Seconds.
        public var nextRegistration: Int?
        public var calls: [Call] = []

        /// Only words that are known to mean it count as registered. `nil`: the device does not tell.
        public var isRegistered: Bool? {
            registration.map { ["online", "registered"].contains($0.lowercased()) }
        }

        /// No call, and the receiver on its hook: settings can be written. What is not told counts as not idle.
        public var isIdle: Bool {
            hook?.lowercased() == "on" && calls.allSatisfy { $0.state?.lowercased() == "idle" }
        }
    }

    public struct Call: Sendable, Hashable {
        /// 1 or 2: the device's place for it.
        public var number: Int
        /// `Idle`, `Dialing`, `Connected` …
        public var state: String?
        public var encoder: String?
        public var decoder: String?
        /// The device has gone into its pass-through mode for fax.
        public var isFax: Bool?
        /// `Inbound`, `Outbound`.
        public var direction: String?
        public var peerName: String?
        public var peerNumber: String?
        public var duration: String?
        public var packetsSent: Int?
        public var packetsReceived: Int?
        public var packetsLost: Int?
        public var packetErrors: Int?
        public var decodeLatencyMs: Int?
        public var jitterMs: Int?
        /// Needs RTCP of the other side.
        public var roundTripMs: Int?
    }

    public var identity: ATAIdentity?
    public var uptime: String?
    public var externalAddress: String?
    public var lines: [Line] = []

    public init() {}

    public func line(_ number: Int) -> Line? { lines.first { $0.number == number } }
}

/// Numbers as devices print them: `2543 s`, `30 ms`, `4294967260` (a counter below zero: unknown).
enum StatusNumber {
    static func read(_ text: String?) -> Int? {
        guard let digits = text?.trimmed.prefix(while: { $0.isASCII && $0.isNumber }), let value = UInt64(digits),
            value < 1 << 31
        else { return nil }
        return Int(value)
    }

    static func flag(_ text: String?) -> Bool? {
        switch text?.trimmed.lowercased() {
        case "yes": true
        case "no": false
        default: nil
        }
    }
}
