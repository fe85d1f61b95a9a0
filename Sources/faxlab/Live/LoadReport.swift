import FaxEndpoint
import Foundation
import LiveLab

/// A measured load curve, added to a page that may hold others.
struct LoadReport {
    var transport: FaxTransport
    var rows: [LoadRow]
    var hold: Double
    var pages: Int
    var goesBothWays: Bool

    func write(to path: String) throws {
        let file = URL(filePath: path)
        let before = (try? String(contentsOf: file, encoding: .utf8)) ?? Self.head
        try Data((before + section).utf8).write(to: file)
    }

    static let head = """
        # Load

        `faxlab load`: two endpoints in one process on one machine, each with one event loop on a thread of its own, over the \
        loopback interface. A crowd gathers, then stands: who ends makes room for the next. Lateness is the time from when a call's \
        packets were due until its turn came, of both ends, while the crowd stood; a turn is how long one call \
        held its loop in one go, while all others of it wait; "cores" is the processor time of the whole process (two \
        engines a call) in that time. A fax is whole when both ends say so; equal: every pixel, after the crowd had gone.

        """

    private var ways: String {
        goesBothWays ? "half of the calls went each way" : "all calls went from the same end to the other"
    }

    private var section: String {
        """

        ## \(transport.rawValue), \(pages == 1 ? "one page" : "\(pages) pages") a call

        \(LabMachine.line) Each crowd stood \(Int(hold)) s; \(ways).

        \(LabText.table(LoadRow.heads, rows.map(\.cells)))
        \(rows.flatMap { row in row.problems.prefix(5).map { "\n- \(row.wanted) at once: \($0)" } }.joined())

        """
    }
}

/// Where and when something was measured.
enum LabMachine {
    /// Date, cores, and how busy the machine was just now: figures of time want an idle one.
    static var line: String {
        let date = Date().formatted(.iso8601.year().month().day().dateSeparator(.dash))
        let load = (try? String(contentsOfFile: "/proc/loadavg", encoding: .utf8))?.split(separator: " ").first ?? "?"
        return "\(date), \(ProcessInfo.processInfo.activeProcessorCount) cores, load average at the end \(load)."
    }
}
