/// What a probe looks into, in the order in which it is told.
public enum ProbeCheck: String, Sendable, Hashable, CaseIterable {
    case name, reach, options, register, answer, tone, `switch`
    case terms = "t38-terms"
    case use = "t38-use"
    case faxT38 = "fax-t38"
    case faxG711 = "fax-g711"
    case long, nat, dtmf, refresh

    var title: String {
        switch self {
        case .name: "Name resolved"
        case .reach: "Reachable"
        case .options: "OPTIONS"
        case .register: "Registration"
        case .answer: "Call answered"
        case .tone: "Fax tone heard"
        case .switch: "Switch to T.38"
        case .terms: "T.38 as described"
        case .use: "T.38 as sent"
        case .faxT38: "Fax over T.38"
        case .faxG711: "Fax over G.711"
        case .long: "Long fax"
        case .nat: "Address translation"
        case .dtmf: "DTMF"
        case .refresh: "Session refresh"
        }
    }

    /// It needs a call.
    var needsCall: Bool {
        switch self {
        case .name, .reach, .options, .register: false
        case .answer, .tone, .switch, .terms, .use, .faxT38, .faxG711, .long, .nat, .dtmf, .refresh: true
        }
    }

    /// It says something of T.38 only.
    var needsT38: Bool {
        switch self {
        case .switch, .terms, .use, .faxT38, .refresh: true
        case .name, .reach, .options, .register, .answer, .tone, .faxG711, .long, .nat, .dtmf: false
        }
    }

    /// Those that a call which comes in can show.
    public static let ofIncoming: Set<ProbeCheck> = [
        .answer, .tone, .switch, .terms, .use, .faxT38, .faxG711, .nat, .dtmf,
    ]

    /// Those that take calls of their own.
    public static let thorough: Set<ProbeCheck> = [.faxT38, .faxG711, .long, .refresh]
}
