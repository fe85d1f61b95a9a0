import FaxCore
import FaxEndpoint
import LiveLab
import Simulator

/// Live calls against simulated ones, as a page.
struct LiveCompareReport {
    var results: [LiveComparison]
    var run: LiveComparisonRun

    private static let level = 0.05

    private var adjusted: [Double] { Holm.adjusted(results.map { $0.p ?? 1 }) }

    /// Simulator and sockets do not agree, or a setting has no calls.
    var differs: Bool { adjusted.contains { $0 < Self.level } || results.contains { $0.p == nil } }

    var table: String {
        let heads = [
            "setting", "network, both directions", "live", "simulated", "live less simulated", "p", "p, Holm",
            "same outcome under the same seed", "median s live", "simulated", "ECM frames again live", "simulated",
            "late p99 ms", "agree",
        ]
        let rows = zip(results, adjusted).map { result, holm in
            [
                result.setting.name, "`\(result.setting.network)`", Self.share(result.liveRate),
                Self.share(result.simulatedRate), Self.difference(result),
                result.p.map { LabText.number($0, 3) } ?? "–", LabText.number(holm, 3), Self.agreement(result),
                Self.median(result.live), Self.median(result.simulated), Self.retries(result.live),
                Self.retries(result.simulated),
                result.lateness.quantile(0.99).map { LabText.number($0.inMilliseconds, 1) } ?? "–",
                holm < Self.level || result.p == nil ? "**no**" : "yes",
            ]
        }
        return LabText.table(heads, rows)
    }

    private static func share(_ rate: Proportion?) -> String {
        guard let rate, let share = rate.share else { return "–" }
        let interval = rate.wilson()
        func percent(_ value: Double) -> String { LabText.number(value * 100, 0) }
        return
            "\(rate.successes) of \(rate.tries): \(percent(share)) % (\(percent(interval.lowerBound))–\(percent(interval.upperBound)))"
    }

    private static func difference(_ result: LiveComparison) -> String {
        guard let simulated = result.simulatedRate, let live = result.liveRate,
            let difference = Proportion.difference(simulated, live)
        else { return "–" }
        let values = [difference.estimate, difference.interval.lowerBound, difference.interval.upperBound]
        let texts = values.map { LabText.number($0 * 100, 1) }
        return "\(texts[0]) (\(texts[1]) to \(texts[2]))"
    }

    private static func agreement(_ result: LiveComparison) -> String {
        let pairs = zip(result.live, result.simulated)
        return "\(pairs.count { $0.isSuccess == $1.isSuccess }) of \(min(result.live.count, result.simulated.count))"
    }

    private static func median(_ outcomes: [LiveComparison.Outcome]) -> String {
        Quantiles(outcomes.filter(\.isSuccess).map(\.duration.inSeconds)).map { LabText.number($0.median, 1) } ?? "–"
    }

    private static func retries(_ outcomes: [LiveComparison.Outcome]) -> String {
        guard !outcomes.isEmpty else { return "–" }
        return LabText.number(Double(outcomes.reduce(0) { $0 + $1.ecmRetries }) / Double(outcomes.count), 1)
    }

    var markdown: String {
        """
        # Live calls against the simulator

        `make live-compare`: \(LabMachine.line)

        \(run.calls) live calls of each setting, \(run.atOnce) at one time: two endpoints on real sockets with the impairing proxy between \
        them, one page of text, ECM, V.17 14400. \(run.trials) simulated calls of the same settings; call number n of both has the seed \
        \(run.seed) + n. A call succeeds when both T.30 engines end without error and the page has come. In brackets Wilson's (rates) and Newcombe's \
        (difference, in points) intervals of 95 %. p: Fisher's exact test, two-sided; Holm's correction for all settings; the level is 5 %. \
        Under one seed the same packet numbers are lost, but on sockets packets leave a little earlier or later than in virtual time, so \
        single calls may differ; rates may not. Median: of calls that succeed.

        \(table)

        """
    }
}
