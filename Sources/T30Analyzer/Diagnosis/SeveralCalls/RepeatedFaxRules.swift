import FaxCore

/// What became of faxes to one number, or between one pair, over several calls.
enum RepeatedFaxRules {
    /// From this rate on only V.17 (and V.34) go.
    static let fastRate = 12_000
    static let slowRate = 9_600
    /// Retries of fax servers come within this time.
    static let retry = Duration.seconds(15 * 60)
    /// A backstop timer of some adapters.
    static let cutoff = Duration.seconds(88)...Duration.seconds(95)
    static let cutoffSpread = Duration.seconds(2)
    /// A page that long is at the mercy of timers.
    static let longPage = Duration.seconds(90)
    static let longPageSpread = Duration.seconds(5)

    static let rules = [
        SeveralCallsRule(["ifp-90s-cutoff"], cutoff),
        SeveralCallsRule(["long-page-at-low-rate"], longPages),
        SeveralCallsRule(["half-page-at-14400"], fastFails),
        SeveralCallsRule(["fallback-flip-flop"], flipFlop),
        SeveralCallsRule(["carrier-ecm-stripped"], ecmStripped),
    ]

    private static func ids(_ calls: [CallDigest]) -> [Int] { calls.map(\.id).sorted() }

    // MARK: - Pages that break at one time

    private static func spread(_ calls: [CallDigest]) -> Duration {
        let lengths = calls.compactMap(\.brokenPage?.length)
        return (lengths.max() ?? .zero) - (lengths.min() ?? .zero)
    }

    private static func lengths(_ calls: [CallDigest]) -> String {
        calls.prefix(4).compactMap { $0.brokenPage.map { $0.length.inWords } }.joined(separator: ", ")
    }

    private static func cutoff(_ facts: SeveralCallsFacts) -> [CaptureFinding] {
        facts.pairs.compactMap { calls in
            let cut = calls.filter { call in call.isFailed && call.brokenPage.map { cutoff.contains($0.length) } == true
            }
            guard cut.count >= 2, spread(cut) <= cutoffSpread else { return nil }
            return CaptureFinding(
                Finding(
                    "ifp-90s-cutoff", .ifp, .error, .strong, "Every long page stops at about 90 s",
                    because: "The page data of \(counted(cut.count, "call")) ended unconfirmed after \(lengths(cut)).",
                    remedy:
                        "Send at a higher rate or a lower resolution, or with ECM: the gateway stops a signal at 90 s.",
                    measures: [.init("page data", cut[0].brokenPage?.length.inSeconds ?? 0, "s", threshold: 88)],
                    frames: cut.map { $0.brokenPage?.frame }), calls: ids(cut))
        }
    }

    private static func longPages(_ facts: SeveralCallsFacts) -> [CaptureFinding] {
        facts.pairs.compactMap { calls in
            let broken = calls.filter { call in
                guard call.isFailed, let length = call.brokenPage?.length else { return false }
                return length > longPage && !cutoff.contains(length)
            }
            let short = calls.filter { $0.outcome == .success && ($0.longestPage ?? .zero) < longPage }
            guard broken.count >= 2, spread(broken) <= longPageSpread, !short.isEmpty else { return nil }
            return CaptureFinding(
                Finding(
                    "long-page-at-low-rate", .t30, .error, .strong, "Long pages fail at one time, short ones pass",
                    because:
                        "Between the same parties the pages of \(counted(broken.count, "call")) broke after "
                        + "\(lengths(broken)); shorter ones passed on \(counted(short.count, "call")).",
                    remedy:
                        "Send faster (ECM with MMR, a higher rate) or a lower resolution; look for NAT and session timers.",
                    measures: [.init("page data", broken[0].brokenPage?.length.inSeconds ?? 0, "s", threshold: 90)],
                    frames: broken.map { $0.brokenPage?.frame }), calls: ids(broken))
        }
    }

    // MARK: - Rates

    private static func fastFails(_ facts: SeveralCallsFacts) -> [CaptureFinding] {
        facts.faxesByNumber().compactMap { calls in
            let fast = calls.filter { ($0.rateBps ?? 0) >= fastRate }
            let slow = calls.filter { call in call.rateBps.map { $0 <= slowRate } == true }
            guard fast.count >= 2, fast.allSatisfy(\.isFailed), !slow.isEmpty,
                slow.allSatisfy({ $0.outcome == .success })
            else { return nil }
            return CaptureFinding(
                Finding(
                    "half-page-at-14400", .t30, .warning, .strong, "Fails at high rates, passes at 9600",
                    because:
                        "To \(fast[0].callee), all \(fast.count) faxes at \(fastRate) bit/s and more failed, and "
                        + "\(slow.count == 1 ? "the one" : "all \(slow.count)") at \(slowRate) and less passed.",
                    remedy: "Cap the rate for this number: switch V.17 off after failed tries.",
                    measures: [
                        .init("failed", Double(fast.count), ""),
                        .init("delivered at low rates", Double(slow.count), ""),
                    ], frames: fast.map(\.endFrame) + slow.map(\.endFrame)), calls: ids(fast + slow))
        }
    }

    // MARK: - T.38 and audio by turns

    private static func carriage(_ call: CallDigest) -> String? {
        switch call.carriedBy {
        case "t38": "T.38"
        case "g711": "audio"
        default: call.carriedBy == "t38+g711" ? "T.38" : nil
        }
    }

    private static func flipFlop(_ facts: SeveralCallsFacts) -> [CaptureFinding] {
        facts.pairs.compactMap { calls in
            let faxes = calls.filter { $0.isFax && carriage($0) != nil }.sorted {
                ($0.start, $0.id) < ($1.start, $1.id)
            }
            let turns = zip(faxes, faxes.dropFirst()).filter { one, next in
                carriage(one) != carriage(next) && one.isFailed != next.isFailed && next.start >= one.end
                    && next.start - one.end <= retry
            }
            guard let (one, next) = turns.first else { return nil }
            let (bad, good) = one.isFailed ? (one, next) : (next, one)
            return CaptureFinding(
                Finding(
                    "fallback-flip-flop", .gateway, .warning, .strong,
                    "T.38 and audio by turns, with different results",
                    because:
                        "From call \(one.id) to its retry, call \(next.id), the carriage changed from "
                        + "\(carriage(one) ?? "?") to \(carriage(next) ?? "?"); \(carriage(bad) ?? "?") failed, "
                        + "\(carriage(good) ?? "?") was delivered.",
                    remedy: "Have the server remember for each number what works.",
                    measures: [.init("changes", Double(turns.count), "")],
                    frames: [one.firstFrame, one.endFrame, next.firstFrame, next.endFrame]),
                calls: [one.id, next.id].sorted())
        }
    }

    // MARK: - ECM

    /// One number, reached through two carriers: through the one its DIS has ECM, through the other never.
    private static func ecmStripped(_ facts: SeveralCallsFacts) -> [CaptureFinding] {
        facts.faxesByNumber().compactMap { calls in
            let known = calls.filter { $0.offersECM != nil && $0.calleeHost != nil }
            var hosts: [IPAddress] = []
            for host in known.compactMap(\.calleeHost) where !hosts.contains(host) { hosts.append(host) }
            let without = hosts.filter { host in known.allSatisfy { $0.calleeHost != host || $0.offersECM == false } }
            let with = hosts.filter { host in known.contains { $0.calleeHost == host && $0.offersECM == true } }
            guard let bad = without.first(where: { host in known.count { $0.calleeHost == host } >= 2 }),
                let good = with.first
            else { return nil }
            let stripped = known.filter { $0.calleeHost == bad }
            return CaptureFinding(
                Finding(
                    "carrier-ecm-stripped", .gateway, .warning, .strong, "One carrier takes ECM away",
                    because:
                        "The DIS of \(stripped[0].callee) has no ECM on \(counted(stripped.count, "call")) through \(bad), "
                        + "and has it through \(good).",
                    remedy: "Ask the carrier to leave ECM alone, or send through the other one.",
                    frames: stripped.map(\.disFrame) + known.filter { $0.calleeHost == good }.map(\.disFrame)),
                calls: ids(known.filter { $0.calleeHost == bad || $0.calleeHost == good }))
        }
    }
}
