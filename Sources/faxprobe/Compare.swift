import ArgumentParser
import CaptureCompare
import FaxCore
import FaxReport
import Foundation
import PcapDecode

struct Compare: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare",
        abstract: "Hold two captures of the same calls against each other.",
        discussion: """
            A call captured at two places shows what happened between them: every packet of A is looked for in B, and
            every packet of B in A. Calls are found again by Call-ID, SSRC, content of media, and numbers; packets by
            their numbers, also where they are shifted, and by content where they were numbered anew. The clocks of the
            captures may differ by any amount.

            A folder stands for all captures in it, read as one (a tcpdump -C/-W ring).

            EXAMPLES
              faxprobe compare lan.pcap wan.pcap                what was lost, changed or delayed between them
              faxprobe compare --json lan.pcap wan.pcap > d.json
              faxprobe compare --call 3,1 pbx.pcap carrier.pcap call 3 of the first against call 1 of the second
              faxprobe compare ring-of-a/ ring-of-b/            two rings of files

            EXIT STATUS
              0  nothing was lost, changed or put in between the two places
              1  something was
              2  wrong usage
              3  a capture could not be read, or they have no call in common
            """)

    @Argument(help: ArgumentHelp("The capture at one place, or a folder of captures.", valueName: "A")) var first:
        String
    @Argument(help: ArgumentHelp("The capture at the other place.", valueName: "B")) var second: String

    @Flag(help: "Write the comparison document.") var json = false
    @Flag(help: "Every burst, change and packet.") var verbose = false
    @Option(help: ArgumentHelp("Only this call of A and this one of B.", valueName: "n,m")) var call: String?
    @Option(help: ArgumentHelp("Only packets that this BPF filter lets pass.", valueName: "expression")) var filter:
        String?

    func validate() throws {
        if json, verbose { throw ValidationError("--verbose goes without --json: the document holds everything.") }
        if call != nil, calls == nil { throw ValidationError("--call needs two numbers of calls, such as 3,1.") }
        if first == "-" || second == "-" {
            throw ValidationError("Captures to compare are read twice: standard input cannot be one of them.")
        }
    }

    private var calls: (a: Int, b: Int)? {
        guard let numbers = call?.split(separator: ",", omittingEmptySubsequences: false), numbers.count == 2,
            let a = Int(numbers[0]), let b = Int(numbers[1]), a > 0, b > 0
        else { return nil }
        return (a, b)
    }

    func run() throws {
        Console.catchSignals()
        let output = StandardOutput(flushesEachTime: Console.outputIsTerminal)
        var run = CompareRun(
            write: { output.write($0) }, complain: { Console.complain("faxprobe: " + $0) })
        run.form = json ? .json : verbose ? .verbose : .text
        run.usesColour = Console.usesColour
        run.filter = filter
        run.options.calls = calls
        run.options.shouldStop = { Console.wasStopped }
        let status = run.run(first, second)
        output.flush()
        if let failure = output.failure, failure != EPIPE {
            Console.complain("faxprobe: cannot write the report: \(String(cString: strerror(failure)))")
            throw ExitCode(CompareRun.Status.unreadable.rawValue)
        }
        if status != .same { throw ExitCode(status.rawValue) }
    }
}
