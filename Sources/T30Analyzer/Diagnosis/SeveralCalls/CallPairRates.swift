import FaxCore
import PcapDecode

/// A caller and a callee: numbers (users of the URIs) and addresses of their signalling, else of their media. Empty: unknown.
public struct CallPair: Hashable, Sendable {
    public let caller: String
    public let callerHost: String
    public let callee: String
    public let calleeHost: String

    public init(_ call: Call) {
        let signalling = call.signalling
        caller = CallDigest.short(URIUser.of(signalling.caller))
        callee = CallDigest.short(URIUser.of(signalling.callee))
        callerHost = CallDigest.host(.caller, call)?.description ?? ""
        calleeHost = CallDigest.host(.callee, call)?.description ?? ""
    }

    fileprivate init(_ rates: CallPairRates) {
        (caller, callerHost) = (rates.caller, rates.callerHost)
        (callee, calleeHost) = (rates.callee, rates.calleeHost)
    }
}

/// How the faxes between one caller and one callee went.
public struct CallPairRates: Sendable {
    /// Faxes of one carriage.
    public struct Carriage: Sendable, Hashable {
        /// As ``FaxSession/carriedBy``.
        public var name: String
        public var faxes = 0
        public var delivered = 0
    }

    public enum Pattern: String, Sendable {
        case alwaysDelivered = "always delivered"
        case sometimesFails = "sometimes fails"
        case alwaysFails = "always fails"
        /// No fax, or one alone.
        case unknown
    }

    /// Numbers (users of the URIs) and signalling addresses; empty: unknown.
    public var caller: String
    public var callerHost: String
    public var callee: String
    public var calleeHost: String
    public var calls = 0
    public var faxes = 0
    /// Outcome `success`; neither delivered nor failed is what the capture does not show.
    public var delivered = 0
    public var failed = 0
    /// In order of their first faxes.
    public var carriages: [Carriage] = []
    /// What the faxes that failed have in common and those that were delivered have not, in words.
    public var differences: [String] = []
    public var firstCall: Int
    public var lastCall: Int

    public static let carriageLimit = 8

    public var pair: CallPair { CallPair(self) }

    public var pattern: Pattern {
        if faxes < 2 { return .unknown }
        return failed == 0 ? .alwaysDelivered : delivered == 0 ? .alwaysFails : .sometimesFails
    }

    init(_ call: CallDigest) {
        (caller, callee) = (call.caller, call.callee)
        callerHost = call.callerHost?.description ?? ""
        calleeHost = call.calleeHost?.description ?? ""
        (firstCall, lastCall) = (call.id, call.id)
    }

    mutating func count(_ call: CallDigest) {
        calls += 1
        firstCall = min(firstCall, call.id)
        lastCall = max(lastCall, call.id)
        guard call.isFax else { return }
        faxes += 1
        if call.outcome == .success { delivered += 1 } else { failed += 1 }
        if let place = carriages.firstIndex(where: { $0.name == call.carriedBy }) {
            carriages[place].faxes += 1
            if call.outcome == .success { carriages[place].delivered += 1 }
        } else if carriages.count < Self.carriageLimit {
            carriages.append(
                Carriage(name: call.carriedBy, faxes: 1, delivered: call.outcome == .success ? 1 : 0))
        }
    }

    /// Properties that all failed faxes share and no delivered one has.
    static func differences(_ calls: [CallDigest]) -> [String] {
        let (failed, delivered) = (calls.filter(\.isFailed), calls.filter { $0.outcome == .success })
        guard !failed.isEmpty, !delivered.isEmpty else { return [] }
        let properties: [(String, @Sendable (CallDigest) -> String?)] = [
            ("carried by", { $0.carriedBy }), ("ECM", { $0.ecm.map { $0 ? "yes" : "no" } }), ("modem", { $0.modem }),
            ("rate", { $0.rateBps.map { $0 >= 12_000 ? "12000 bit/s and more" : "9600 bit/s and less" } }),
            ("callee's user agent", { $0.calleeAgent }), ("media of the answerer at", { $0.offer?.media?.description }),
            ("T.38 offer answered", { $0.offer?.status.map(String.init) }),
        ]
        return properties.compactMap { name, value in
            let (bad, good) = (Set(failed.map(value)), Set(delivered.map(value)))
            guard bad.count == 1, good.count == 1, let one = bad.first ?? nil, let other = good.first ?? nil,
                one != other
            else { return nil }
            return "\(name): \(one) where it failed, \(other) where it was delivered"
        }
    }
}

/// A finding that only several calls or legs show.
public struct CaptureFinding: Sendable {
    public var finding: Finding
    /// Numbers of the calls, rising.
    public var calls: [Int]

    public init(_ finding: Finding, calls: [Int]) {
        self.finding = finding
        self.calls = calls
    }
}
