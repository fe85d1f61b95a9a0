import FaxCore
import FaxEndpoint
import FaxStation

/// When something befalls a call.
enum FaultPhase: String, CaseIterable, Sendable {
    case ringing = "while it rings"
    case beforeT38 = "before T.38"
    case training = "in training"
    case page = "in the second page"
    case beforeMCF = "between EOP and MCF"
    case beforeBYE = "before BYE"

    var id: String {
        switch self {
        case .ringing: "ringing"
        case .beforeT38: "before-t38"
        case .training: "training"
        case .page: "page"
        case .beforeMCF: "before-mcf"
        case .beforeBYE: "before-bye"
        }
    }

    /// So long after it has begun.
    var delay: Duration {
        switch self {
        case .ringing, .beforeT38, .beforeMCF, .beforeBYE: .zero
        // CED and DIS take some 5 s; DCS and TCF follow.
        case .training: .seconds(6)
        case .page: .seconds(4)
        }
    }

    /// Whether events of the receiver say that this phase has come.
    func hasBegun(_ events: [EndpointEvent]) -> Bool {
        switch self {
        case .ringing: events.contains { if case .began = $0.kind { true } else { false } }
        case .beforeT38: events.contains { if case .call(.answered) = $0.kind { true } else { false } }
        case .training: events.contains { if case .call(.mediaBegan(.t38)) = $0.kind { true } else { false } }
        case .page: Self.pages(events) >= 1
        // Phase D begins with the end of procedure; its answer takes another second.
        case .beforeMCF: Self.pages(events) >= 2
        case .beforeBYE: events.contains { if case .call(.faxEnded) = $0.kind { true } else { false } }
        }
    }

    private static func pages(_ events: [EndpointEvent]) -> Int {
        events.count { if case .page = $0.kind { true } else { false } }
    }

    /// The same of an event that `faxprobe receive --json` told.
    func hasBegun(_ peer: PeerProgram) -> Bool {
        switch self {
        case .ringing: peer.count("incoming") > 0
        case .beforeT38: peer.count("answered") > 0
        case .training: peer.text.contains("\"carried_by\":\"t38\"")
        case .page: peer.count("page") >= 1
        case .beforeMCF: peer.count("page") >= 2
        case .beforeBYE: peer.count("t30-ended") > 0
        }
    }
}
