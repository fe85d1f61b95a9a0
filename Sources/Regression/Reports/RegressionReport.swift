import Simulator

/// What reports of a regression run tell. Texts stand as they are to be read; each report makes them harmless.
public struct RegressionReport: Sendable {
    /// Name of the suite.
    public var suite: String
    /// What was tested: a version, a name; `nil`: not said.
    public var build: String?
    /// What it is held against; `nil`: nothing.
    public var baseline: String?
    /// Of the first call.
    public var seed: UInt64
    /// The command line that makes the same run.
    public var command: String
    public var cells: [Cell] = []
    public private(set) var gates: [GateLine] = []
    /// Paths held against each other, trial by trial.
    public var pairs: [PathPair] = []
    /// Not all of it was run: gates are not judged.
    public var isPart = false
    /// What a reader should know of the run: calls left out, stopped early.
    public var notes: [String] = []

    public init(suite: String, seed: UInt64, command: String) {
        self.suite = suite
        self.seed = seed
        self.command = command
    }

    /// - Precondition: the cell of the gate is in ``cells``; of another one it counts for the run alone.
    public mutating func add(_ gate: GateLine) {
        gates.append(gate)
        guard let place = gate.cell, cells.indices.contains(place) else { return }
        cells[place].verdict = Self.worst([cells[place].verdict, gate.verdict].compactMap(\.self))
    }

    /// What carries the fax.
    public enum Carriage: String, Sendable, CaseIterable {
        case t38 = "T.38"
        case passThrough = "G.711"
        case gateway = "gateway"
    }

    /// Calls of one document over one path under one impairment.
    public struct Cell: Sendable {
        public var document: String
        public var path: String
        public var impairment: String
        public var carriage: Carriage
        /// Its places on curves.
        public var sweeps: [Sweep] = []
        public var calls: Proportion
        public var metrics: [Metric] = []
        /// Why calls failed, the most frequent first.
        public var failures: [FailureClass] = []
        public var comparison: Comparison?
        /// Calls to look at, the worst first.
        public var worst: [WorstCall] = []
        /// The worst of what gates say of it.
        public internal(set) var verdict: Verdict?

        public init(
            document: String, path: String, impairment: String, carriage: Carriage, calls: Proportion
        ) {
            self.document = document
            self.path = path
            self.impairment = impairment
            self.carriage = carriage
            self.calls = calls
        }

        public var name: String { "\(document)/\(path)/\(impairment)" }
    }

    /// Random loss, and what else the network does beside it.
    public struct Sweep: Sendable, Hashable {
        /// 0 to 100.
        public var lossPercent: Double
        /// Cells that differ in loss alone share it.
        public var others: String

        public init(lossPercent: Double, others: String) {
            self.lossPercent = lossPercent
            self.others = others
        }
    }

    /// What calls of a cell measured.
    public struct Metric: Sendable, Hashable {
        /// For machines: `transfer_s`.
        public var id: String
        /// For people: `transfer`.
        public var title: String
        public var unit: String
        public var median: Double
        /// 95 % of the calls stay below.
        public var high: Double
        /// Calls that have it.
        public var count: Int

        public init(_ id: String, _ title: String, _ unit: String, median: Double, high: Double, count: Int) {
            self.id = id
            self.title = title
            self.unit = unit
            self.median = median
            self.high = high
            self.count = count
        }
    }

    /// Failed calls of one kind.
    public struct FailureClass: Sendable, Hashable {
        /// Root cause, or outcome where there is none.
        public var name: String
        public var count: Int

        public init(_ name: String, count: Int) {
            self.name = name
            self.count = count
        }
    }

    /// A cell beside the same cell of the baseline.
    public struct Comparison: Sendable, Hashable {
        public var calls: Proportion
        /// Calls of the same seed that the baseline delivered and this run did not.
        public var lost: Int
        /// The other way round.
        public var won: Int
        /// That they differ so much by chance (McNemar); `nil`: not told.
        public var p: Double?

        public init(calls: Proportion, lost: Int, won: Int, p: Double?) {
            self.calls = calls
            self.lost = lost
            self.won = won
            self.p = p
        }
    }

    /// Two paths that met the same impairment under the same seeds.
    public struct PathPair: Sendable, Hashable {
        public var document: String
        public var impairment: String
        public var first: String
        public var second: String
        public var outcomes: PairedOutcomes
        /// McNemar's, exact, two-sided, after Holm's correction.
        public var p: Double

        public init(
            document: String, impairment: String, first: String, second: String, outcomes: PairedOutcomes, p: Double
        ) {
            self.document = document
            self.impairment = impairment
            self.first = first
            self.second = second
            self.outcomes = outcomes
            self.p = p
        }
    }

    /// One failed call, and how to look at it.
    public struct WorstCall: Sendable, Hashable {
        public var seed: UInt64
        public var outcome: String
        public var rootCause: String?
        /// Runs this call again.
        public var command: String
        /// Files beside the report, as paths from its folder.
        public var capture: String?
        public var page: String?

        public init(seed: UInt64, outcome: String, rootCause: String?, command: String) {
            self.seed = seed
            self.outcome = outcome
            self.rootCause = rootCause
            self.command = command
        }
    }

    /// What gates come to.
    public enum Verdict: String, Sendable, CaseIterable {
        /// A call for a look before anything else; the cases are in this order.
        case failed
        /// There is nothing to hold it against.
        case unjudged
        /// Too few calls to tell.
        case undecided
        case passed
    }

    /// What a gate says of one cell, or of the whole run.
    public struct GateLine: Sendable {
        public var name: String
        /// Place in ``cells``; `nil`: the gate is about more than one cell.
        public var cell: Int?
        /// What it asks for: `success rate at least 95 %`.
        public var rule: String
        public var verdict: Verdict
        /// What was found: `91.0 % (91 of 100), p = 0.03`.
        public var found: String

        public init(_ name: String, cell: Int?, rule: String, verdict: Verdict, found: String) {
            self.name = name
            self.cell = cell
            self.rule = rule
            self.verdict = verdict
            self.found = found
        }
    }
}
