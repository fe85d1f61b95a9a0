import FaxCore
import Simulator

/// Makes cells of reports of the cells of a suite's result.
struct SuiteCells {
    /// Calls of a cell that are shown, each of another class of failure.
    static let worstLimit = 3

    private let documents: [String: Suite.Document]
    private let paths: [String: Suite.Path]
    private let impairments: [String: Suite.Impairment]
    private let sweep: LossSweep
    private let baseline: [String: SuiteCellResult]

    init(_ suite: Suite, _ baseline: SuiteResult?) {
        documents = Dictionary(suite.documents.map { ($0.name, $0) }) { first, _ in first }
        paths = Dictionary(suite.paths.map { ($0.name, $0) }) { first, _ in first }
        impairments = Dictionary(suite.impairments.map { ($0.name, $0) }) { first, _ in first }
        sweep = LossSweep(suite.impairments)
        self.baseline = Dictionary((baseline?.cells ?? []).map { ($0.cell.name, $0) }) { first, _ in first }
    }

    func cells(_ results: [SuiteCellResult]) -> [RegressionReport.Cell] { results.compactMap(cell) }

    /// `nil`: more calls than can be.
    private func cell(_ result: SuiteCellResult) -> RegressionReport.Cell? {
        guard let calls = result.proportion else { return nil }
        let place = result.cell
        var cell = RegressionReport.Cell(
            document: place.document, path: place.path, impairment: place.impairment,
            carriage: carriage(of: place.path), calls: calls)
        cell.sweeps = sweep.sweeps(of: place.impairment)
        cell.metrics = Self.metrics(result)
        cell.failures = result.failureClasses.map { RegressionReport.FailureClass($0.id, count: $0.count) }
        cell.comparison = comparison(result)
        cell.worst = worst(result)
        return cell
    }

    private func carriage(of path: String) -> RegressionReport.Carriage {
        switch paths[path]?.options.transport {
        case .t38, nil: .t38
        case .g711: .passThrough
        case .gateway, .gatewayTerminal: .gateway
        }
    }

    private static func metrics(_ result: SuiteCellResult) -> [RegressionReport.Metric] {
        func figure(_ path: KeyPath<SuiteTrial, Int>) -> Quantiles? {
            Quantiles(result.trials.map { Double($0[keyPath: path]) })
        }
        let all: [(id: String, title: String, unit: String, values: Quantiles?)] = [
            ("duration_s", "duration", "s", result.duration),
            ("effective_bps", "effective rate", "bit/s", result.effectiveRate),
            ("ecm_retries", "ECM frames again", "a call", figure(\.ecmRetries)),
            ("trainings", "trainings", "a call", figure(\.trainings)),
        ]
        return all.compactMap { metric in
            metric.values.map {
                RegressionReport.Metric(
                    metric.id, metric.title, metric.unit, median: $0.median, high: $0.quantile(0.95),
                    count: $0.values.count)
            }
        }
    }

    /// Call by call of the same seed; only with what was run under the same conditions.
    private func comparison(_ result: SuiteCellResult) -> RegressionReport.Comparison? {
        guard let old = baseline[result.cell.name], old.cell.digest == result.cell.digest,
            let calls = old.proportion
        else { return nil }
        let before = Dictionary(old.trials.map { ($0.seed, $0.isSuccess) }) { first, _ in first }
        var pairs = PairedOutcomes()
        for trial in result.trials {
            if let was = before[trial.seed] { pairs.add(first: was, second: trial.isSuccess) }
        }
        return RegressionReport.Comparison(
            calls: calls, lost: pairs.onlyFirst, won: pairs.onlySecond, p: pairs.pairs > 0 ? pairs.exactP : nil)
    }

    /// The first call of each class of failure, the commonest class first.
    private func worst(_ result: SuiteCellResult) -> [RegressionReport.WorstCall] {
        let place = result.cell
        guard let document = documents[place.document], let path = paths[place.path],
            let impairment = impairments[place.impairment]
        else { return [] }
        let command = CallCommand(document: document, path: path, impairment: impairment)
        return result.failureClasses.prefix(Self.worstLimit).map { failure in
            let isKnown = failure.id != SuiteTrial.unexplained && failure.id != SuiteTrial.undiagnosed
            return RegressionReport.WorstCall(
                seed: failure.firstSeed, outcome: isKnown ? "not delivered" : "not delivered, \(failure.id)",
                rootCause: isKnown ? failure.id : nil, command: command.text(seed: failure.firstSeed))
        }
    }
}
