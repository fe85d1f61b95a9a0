import ArgumentParser
import FaxCore
import FaxEndpoint
import Foundation
import LiveLab
import Simulator

struct LoadCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "load",
        abstract: "Many live faxes at one time on this machine: calls against lateness, processor and memory.",
        discussion: """
            Both ends are in this process, each with one event loop; half of the calls go each way. Ends with 1 when a fax failed, a page differs or the limit \
            of lateness was passed. It wants an idle machine.
            """)

    @Option(help: "t38 or g711.") var transport = FaxTransport.t38
    @Option(help: ArgumentHelp("Calls at one time, rising.", valueName: "n,n,…")) var steps =
        "10,100,200,400,600,800,1000"
    @Option(help: "Seconds that each crowd stands, after as many in which it gathers.") var hold = 30.0
    @Option(help: "Pages a fax.") var pages = 1
    @Option(help: "The 99th percentile of lateness that is still good, in milliseconds.") var limit = 5.0
    @Flag(help: "Every call from the same end to the other; otherwise half of them go each way.") var oneWay = false
    @Flag(help: "Stop at the first step that is not good.") var stopsAtLimit = false
    @Option(help: "Add a section to this report.") var report: String?

    func validate() throws {
        guard counts != nil else { throw ValidationError("--steps wants numbers from 1 to 4000, such as 10,100.") }
        guard (1...3_600).contains(hold) else { throw ValidationError("--hold wants 1 to 3600.") }
        guard (1...100).contains(pages) else { throw ValidationError("--pages wants 1 to 100.") }
    }

    private var counts: [Int]? {
        let read = steps.split(separator: ",").map { Int($0) }
        let known = read.compactMap { $0 }
        return known.count == read.count && !known.isEmpty && known.allSatisfy { (1...4_000).contains($0) }
            ? known : nil
    }

    func run() throws {
        let document = try SimulatedDocument.standard(pages: pages)
        var rows: [LoadRow] = []
        for count in counts ?? [] {
            var plan = CrowdPlan(
                transport, atOnce: count, length: .hold(.seconds(hold)), ramp: .seconds(hold), document: document)
            plan.goesBothWays = !oneWay
            let row = LoadRow(wanted: count, outcome: try Crowd(plan).run(), limit: .milliseconds(limit))
            rows.append(row)
            print(row.line)
            fflush(nil)
            for problem in row.problems.prefix(10) { print("  ✗ \(problem)") }
            if stopsAtLimit, !row.isGood { break }
        }
        if let report {
            let page = LoadReport(transport: transport, rows: rows, hold: hold, pages: pages, goesBothWays: !oneWay)
            try page.write(to: report)
        }
        if rows.contains(where: { !$0.isGood }) { throw ExitCode(1) }
    }
}

extension FaxTransport: ExpressibleByArgument {}
