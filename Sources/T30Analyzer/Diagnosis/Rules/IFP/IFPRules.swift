import FaxCore

/// Layer E: how a gateway or endpoint speaks IFP.
enum IFPRules {
    static let rules =
        IFPContentRules.rules + IFPSilenceRules.rules + IFPTimingRules.rules + IFPOddityRules.rules
        + IFPContentRules.others

    /// What a signal that a receiver did not get, or not whole, brings about.
    static let effectsOfLostSignal = [
        "ftt-loop", "ftt-single", "tcf-errors", "dcs-tcf-no-response", "dis-repeated-no-dcs", "no-mcf", "ppr-loop",
        "rtn", "cfr-then-no-page", "t1-expired", "t2-expired", "command-repeated", "crp",
    ]

    static func sender(_ party: Party?) -> String { party.map { "the \($0.rawValue)" } ?? "one side" }
    static func senderFirst(_ party: Party?) -> String { party.map { "The \($0.rawValue)" } ?? "One side" }
}

extension Duration {
    /// Such as `820 ms`.
    var inWholeMilliseconds: String { "\(Int(inMilliseconds.rounded())) ms" }
}
