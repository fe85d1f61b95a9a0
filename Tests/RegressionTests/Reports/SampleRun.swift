import Regression
import Simulator
import Testing

/// A run made by hand: two paths over loss, one gate of each verdict.
enum SampleRun {
    static func report(_ change: (inout RegressionReport) -> Void = { _ in }) throws -> RegressionReport {
        var report = RegressionReport(suite: "nightly", seed: 7, command: "faxprobe regress nightly.yaml")
        report.baseline = "good.json"
        for (loss, relay, audio) in [(0.0, 100, 100), (1, 100, 62), (2, 98, 31), (5, 91, 2)] {
            report.cells.append(try cell("t38", .t38, loss, relay))
            report.cells.append(try cell("g711", .passThrough, loss, audio))
        }
        report.cells[7].failures = [.init("audio-loss", count: 90), .init("unexplained", count: 8)]
        var worst = RegressionReport.WorstCall(
            seed: 12, outcome: "not delivered", rootCause: "audio-loss",
            command: "faxprobe simulate --transport g711 --loss 5% --seed 12")
        worst.capture = "calls/cell-8-seed-12.pcapng"
        worst.page = "calls/cell-8-seed-12.html"
        report.cells[7].worst = [worst]
        report.cells[0].comparison = .init(calls: try calls(99), lost: 0, won: 1, p: 1)
        report.cells[0].metrics = [
            .init("duration_s", "duration", "s", median: 31.5, high: 40.25, count: 100)
        ]
        report.pairs = [
            .init(
                document: "letter", impairment: "loss-5", first: "g711", second: "t38",
                outcomes: PairedOutcomes(bothSucceed: 2, onlyFirst: 0, onlySecond: 89, bothFail: 9), p: 1e-9)
        ]
        report.add(.init("repair", cell: 0, rule: "success at least 95 %", verdict: .passed, found: "100 of 100 good"))
        report.add(
            .init("repair", cell: 6, rule: "success at least 95 %", verdict: .undecided, found: "91 of 100 good"))
        report.add(.init("audio", cell: 7, rule: "success at least 95 %", verdict: .failed, found: "2 of 100 good"))
        change(&report)
        return report
    }

    static func calls(_ successes: Int, of tries: Int = 100) throws -> Proportion {
        try #require(Proportion(successes: successes, tries: tries))
    }

    private static func cell(
        _ path: String, _ carriage: RegressionReport.Carriage, _ loss: Double, _ successes: Int
    ) throws -> RegressionReport.Cell {
        let impairment = loss == 0 ? "clean" : "loss-\(Int(loss))"
        var cell = RegressionReport.Cell(
            document: "letter", path: path, impairment: impairment, carriage: carriage, calls: try calls(successes))
        cell.sweeps = [.init(lossPercent: loss, others: "")]
        return cell
    }

    static let hostile = "</script><script>alert(1)</script>\"'&\u{0}\u{1B}[31m\u{202E}"

    /// The same text wherever one can stand.
    static func bitten() throws -> RegressionReport {
        var report = RegressionReport(suite: hostile, seed: 1, command: hostile)
        report.build = hostile
        report.baseline = hostile
        report.notes = [hostile]
        var cell = RegressionReport.Cell(
            document: hostile, path: hostile, impairment: hostile, carriage: .t38, calls: try calls(1, of: 3))
        cell.sweeps = [.init(lossPercent: 0, others: hostile), .init(lossPercent: 1, others: hostile)]
        cell.failures = [.init(hostile, count: 2)]
        cell.metrics = [.init("x", hostile, hostile, median: 1, high: .nan, count: 1)]
        cell.worst = [.init(seed: 1, outcome: hostile, rootCause: hostile, command: hostile)]
        cell.worst[0].capture = "javascript:alert(1)//" + hostile
        report.cells = [cell]
        report.add(.init(hostile, cell: 0, rule: hostile, verdict: .failed, found: hostile))
        return report
    }
}
