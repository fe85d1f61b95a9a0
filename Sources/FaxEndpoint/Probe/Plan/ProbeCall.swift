import FaxCore
import FaxProtocol

/// One call of a probe.
public struct ProbeCall: Sendable, Hashable {
    public enum Purpose: Sendable, Hashable {
        /// What the other side does by itself.
        case first
        /// We ask for T.38, because the other side did not.
        case ourOffer
        case sample(FaxTransport, rate: Int, ecm: Bool)
        case long(FaxTransport)
        /// The session is refreshed while T.38 runs.
        case refresh
    }

    public var purpose: Purpose
    public var manner: CallManner

    /// How long a call may ring.
    static let answerTimeout = Duration.seconds(60)
    /// From the switch to T.38 to our refresh: T.30 is in its phase B or C then.
    static let refreshAfter = Duration.seconds(4)
    static let pagesOfLongFax = 20

    init(_ purpose: Purpose, _ base: FaxProfile, _ transport: FaxTransport) {
        self.purpose = purpose
        manner = CallManner()
        manner.answerTimeout = Self.answerTimeout
        var profile = base
        switch purpose {
        case .first: manner.transport = transport
        case .ourOffer: manner.transport = .t38
        case .sample(let transport, let rate, let ecm):
            manner.transport = transport
            profile.maxRate = rate
            profile.hasECM = ecm
        case .long(let transport): manner.transport = transport
        case .refresh:
            manner.transport = .t38
            manner.offersAgain = Self.refreshAfter
            manner.sessionTimer = SIPSessionTimer.Wish()
        }
        manner.fax = profile
    }

    var title: String {
        switch purpose {
        case .first: "first call"
        case .ourOffer: "T.38 offered by us"
        case .sample(let transport, let rate, let ecm):
            "\(transport.title), \(rate) bit/s, \(ecm ? "ECM" : "no ECM")"
        case .long(let transport): "\(Self.pagesOfLongFax) pages over \(transport.title)"
        case .refresh: "session refreshed by us"
        }
    }

    var pages: Int { if case .long = purpose { Self.pagesOfLongFax } else { 1 } }

    /// A rough guess: a minute of call set-up, T.30 phases A, B and E, and pages of 40 KB.
    var estimate: Duration {
        let rate = Double(manner.fax?.maxRate ?? 14_400)
        return .seconds(30 + Double(pages) * (6 + 320_000 / rate))
    }
}

extension FaxTransport {
    var title: String {
        switch self {
        case .t38: "T.38"
        case .g711: "G.711"
        case .auto: "T.38 or G.711"
        }
    }
}
