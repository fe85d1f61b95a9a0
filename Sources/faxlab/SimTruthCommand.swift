import ArgumentParser
import Foundation
import Regression
import Simulator

struct SimTruthCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simtruth",
        abstract: "Simulate calls with every fault, analyse each, and compare with what was put in.",
        discussion: """
            Every fault of the fault book on every transport that it is meant for, by every party that it may be of. A fault \
            that does no harm has to leave no error and no root cause; one that does has to be named; outcome and losses \
            have to be the simulator's. Ends with 1 when anything disagrees that has no known reason.
            """)

    @Option(help: "Seeds for each fault, transport and party.") var seeds = 4
    @Option(help: "Threads.") var jobs = 1
    @Option(help: "Only cases whose name holds this.") var only: String?
    @Option(help: "Only this transport.") var transport: String?
    @Option(help: "Only this seed.") var seed: UInt64?
    @Option(help: "Also write the tables, with date and command, to this file.") var report: String?
    @Option(help: "Write the capture of the first case to this file, and stop.") var pcap: String?

    @Flag(name: .customLong("table"), help: "Print the table of docs/faults.md, and stop.") var writesTable = false

    func validate() throws {
        guard (1...1_000).contains(seeds) else { throw ValidationError("--seeds wants 1 to 1000.") }
        guard (1...256).contains(jobs) else { throw ValidationError("--jobs wants 1 to 256.") }
    }

    func run() throws {
        if writesTable { return print(FaultList.markdown, terminator: "") }
        let cases = SimTruthCase.all(seeds: seed.map { Int($0) + 1 } ?? seeds, only: only).filter {
            (transport == nil || $0.transport.rawValue == transport) && (seed == nil || $0.seed == seed)
        }
        guard let first = cases.first else { throw LabError("no such case") }
        if let pcap { return try write(first, to: pcap) }
        var run = SimTruthRun()
        run.jobs = jobs
        let table = SimTruthTable(try run.rows(cases))
        print(table.confusion)
        print(table.outcomes)
        print(table.disagreements)
        print(table.summary)
        if let report { try Data(text(table).utf8).write(to: URL(filePath: report)) }
        if !table.unexplained.isEmpty { throw ExitCode(1) }
    }

    private func write(_ wanted: SimTruthCase, to path: String) throws {
        try Data(try wanted.pcapng(SimTruthCase.document())).write(to: URL(filePath: path))
    }

    private func text(_ table: SimTruthTable) -> String {
        let date = Date().formatted(.iso8601.year().month().day())
        return """
            # Truth by simulation

            \(date), `faxlab simtruth --seeds \(seeds)`. Faults of the fault book (`docs/faults.md`) in simulated calls, each
            analysed from its capture alone. \(table.summary).

            \(table.outcomes)
            \(table.confusion)
            ## What disagrees

            \(table.disagreeing.isEmpty ? "Nothing.\n" : table.disagreements)
            """
    }
}
