// P-numbers of HT8xx: the first is that of FXS1, the second that of FXS2. Of what is not here no number is known.
extension SettingDialect {
    private static func term(_ names: [String], _ values: [(String, String)] = []) -> Term {
        Term(names: names, values: values.map { (ours: $0.0, theirs: $0.1) })
    }

    private static let off = [("yes", "0"), ("no", "1")]

    public static let grandstream = SettingDialect(
        family: .grandstream,
        terms: [
            // 0 = T.38, 1 = pass-through.
            .t38: term(["P228", "P710"], off),
            // 1 = a re-INVITE after a fax tone.
            .passthroughMethod: term(["P4416", "P4417"], [("none", "0"), ("reinvite", "1")]),
            .jitterAdjustment: term(["P133", "P831"], [("none", "0"), ("adaptive", "1")]),
            .jitterLevel: term(["P132", "P832"], [("low", "0"), ("medium", "1"), ("high", "2")]),
            // The device asks whether to disable it.
            .echoCanceller: term(["P824", "P825"], off),
            .echoSuppressor: term(["P4441", "P4442"], off),
            .silenceSuppression: term(["P50"], [("no", "0"), ("yes", "1")]),
            .preferredCodec: term(
                ["P57"], [("pcmu", "0"), ("pcma", "8"), ("g729", "18"), ("g726-32", "2"), ("g723", "4")]),
            .callWaiting: term(["P91", "P791"], off),
            .proxy: term(["P47", "P747"]),
            .user: term(["P35", "P735"]),
            .password: term(["P34", "P734"]),
            .lineEnabled: term(["P271", "P401"], [("no", "0"), ("yes", "1")]),
            .syslogServer: term(["P207"]),
            .debugLevel: term(["P208"]),
        ])
}
