import Simulator

/// The cells of a suite in order: by document, then impairment, then path, so that what is compared stands together.
public struct SuitePlan: Sendable {
    public let cells: [SuiteCell]
    /// Of the cell at the same place.
    public let scenarios: [CallScenario]
    /// Of the suite with its gates: results of shards go together only when it is the same.
    public let digest: String

    /// - Precondition: the options of paths and impairments were checked; ``SuiteReader`` does.
    public init(_ suite: Suite) {
        var cells: [SuiteCell] = []
        var scenarios: [CallScenario] = []
        for document in suite.documents {
            for impairment in suite.impairments {
                for path in suite.paths {
                    var cell = SuiteCell(
                        document: document.name, path: path.name, impairment: impairment.name, trials: suite.trials,
                        digest: "")
                    guard Self.apply(suite.changes, to: &cell) else { continue }
                    let words = [document.identity, path.identity, impairment.identity, String(suite.seed)]
                    cell.digest = Digest(words.joined(separator: "|")).text
                    var options = path.options
                    options.network = impairment.network
                    options.direction = impairment.direction
                    guard let scenario = try? options.scenario(document.document) else { continue }
                    cells.append(cell)
                    scenarios.append(scenario)
                }
            }
        }
        self.cells = cells
        self.scenarios = scenarios
        let gates = suite.gates.map { "\($0)" }
        let names = cells.map { "\($0.name) \($0.trials) \($0.digest)" }
        digest = Digest((["faxprobe", suite.name] + names + gates).joined(separator: "\n")).text
    }

    /// `false`: skipped.
    private static func apply(_ changes: [Suite.Change], to cell: inout SuiteCell) -> Bool {
        var isSkipped = false
        for change in changes where change.selection.contains(cell) {
            switch change.kind {
            case .skip: isSkipped = true
            case .trials(let trials): (cell.trials, isSkipped) = (trials, false)
            }
        }
        return !isSkipped
    }
}
