import PlacedText
import Simulator

/// Reads a suite from YAML as `docs/suite-schema.json` describes it. What cannot be is an error with line and column.
public struct SuiteReader {
    /// Finds the octets of a document that the suite names by file.
    public typealias Files = (String) throws -> [UInt8]

    private let files: Files

    /// - Parameter files: without it documents from files are refused.
    public init(files: @escaping Files = { _ in throw NoFiles() }) { self.files = files }

    public struct NoFiles: Error, CustomStringConvertible {
        public let description = "no files can be read here"
        public init() {}
    }

    public func read(_ text: String) throws(PlacedError) -> Suite {
        let root = try YAMLValue(yaml: text, "a suite")
        var fields = try FieldReader(root, "a suite")
        guard let name = fields.take("name") else { throw root.error("a suite has a name") }
        var suite = Suite(name: try Self.name(name.text(), at: name))
        if let seed = fields.take("seed") { suite.seed = try Self.seed(seed) }
        suite.trials = try fields.integer("trials", in: 1...Suite.trialLimit) ?? suite.trials
        suite.documents = try DocumentReader(files: files).read(fields.take("documents"))
        let paths = fields.take("paths")
        suite.paths = try Self.named(paths, "paths", in: root, PathReader.path)
        suite.impairments = try Self.named(
            fields.take("impairments"), "impairments", in: root, ImpairmentReader.impairment)
        try checkFaults(suite, paths ?? root)
        for change in try fields.take("cells")?.list() ?? [] {
            suite.changes.append(try ChangeReader(suite).change(change))
        }
        for gate in try fields.take("gates")?.list() ?? [] {
            suite.gates.append(try GateReader(suite).gate(gate, number: suite.gates.count + 1))
        }
        suite.comparisons = try ChangeReader(suite).comparisons(fields.take("compare"))
        _ = fields.take("description")
        try fields.finish()
        try check(suite, root)
        return suite
    }

    /// A fault of the network may not go together with what an impairment does.
    private func checkFaults(_ suite: Suite, _ paths: YAMLValue) throws(PlacedError) {
        guard let document = suite.documents.first?.document else { return }
        for path in suite.paths where !path.options.faults.isEmpty {
            for impairment in suite.impairments {
                var options = path.options
                (options.network, options.direction) = (impairment.network, impairment.direction)
                do {
                    _ = try options.scenario(document)
                } catch {
                    throw paths.value(of: path.name).error(
                        "the faults of path '\(path.name)' do not go with impairment '\(impairment.name)': \(error)")
                }
            }
        }
    }

    /// What only the whole can tell.
    private func check(_ suite: Suite, _ root: YAMLValue) throws(PlacedError) {
        let (count, isOver) = suite.documents.count.multipliedReportingOverflow(
            by: suite.paths.count * suite.impairments.count)
        guard !isOver, count <= Suite.cellLimit else { throw root.error("more than \(Suite.cellLimit) cells") }
        let plan = SuitePlan(suite)
        guard !plan.cells.isEmpty else { throw root.error("no cell is left to run") }
        let calls = plan.cells.reduce(0) { $0 + $1.trials }
        guard calls <= Suite.callLimit else { throw root.error("more than \(Suite.callLimit) calls in all") }
        for cell in plan.cells {
            let gates = suite.gates.filter { $0.selection.contains(cell) }
            if gates.contains(where: \.isSequential), gates.count > 1 {
                throw root.error(
                    "\(cell.name): a cell that a sequential gate may end early cannot be judged by another gate")
            }
        }
        for gate in suite.gates where !plan.cells.contains(where: { gate.selection.contains($0) }) {
            throw root.error("the gate '\(gate.name)' is for no cell")
        }
    }

    /// Seeds count up from it and must not run over.
    private static func seed(_ value: YAMLValue) throws(PlacedError) -> UInt64 {
        guard let seed = UInt64(try value.text()), seed <= UInt64.max - UInt64(Suite.trialLimit) else {
            throw value.error("a seed is a whole number of less than 64 bits")
        }
        return seed
    }

    package static func named<Item>(
        _ value: YAMLValue?, _ what: String, in root: YAMLValue,
        _ read: (String, YAMLValue) throws(PlacedError) -> Item
    ) throws(PlacedError) -> [Item] {
        guard let value else { throw root.error("a suite has \(what)") }
        var fields = try FieldReader(value, what)
        var items: [Item] = []
        for field in fields.takeAll() {
            let place = YAMLValue(content: .text(field.name), line: field.line, column: field.column)
            items.append(try read(name(field.name, at: place), field.value))
        }
        guard !items.isEmpty else { throw value.error("\(what) are empty") }
        return items
    }

    /// Names stand in names of files and of tests.
    package static func name(_ text: String, at place: YAMLValue) throws(PlacedError) -> String {
        let isFine = text.utf8.allSatisfy {
            switch $0 {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
                true
            default: false
            }
        }
        guard isFine, (1...64).contains(text.utf8.count) else {
            throw place.error("a name has 1 to 64 letters, digits, '-', '_' and '.'")
        }
        return text
    }
}
