import ArgumentParser
import FaxCore
import FaxDSP
import FaxReport
import Foundation
import Regression
import Simulator

struct Simulate: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate",
        abstract: "Run a fax call over a modelled network, in virtual time.",
        discussion: """
            Two stations with the SIP, UDPTL, RTP and T.30 of a live call, and between them a network that loses, delays and
            reorders what it is told to. Nothing waits for a clock: a call of a minute takes milliseconds. The same seed
            gives the same call.

            Unless told otherwise: 60 ms one way, no jitter and no loss, µ-law in packets of 20 ms with a fixed jitter
            buffer of 60 ms, the last packet repeated where one is missing, ECM, 14400 bit/s, T.38 with three secondaries
            and transferred TCF; the answerer asks for T.38 half a second after the ACK. Impairments hold for both
            directions, each with random numbers of its own. A call is a success when both ends came to the end of T.30
            without error and every page was received.

            EXAMPLES
              faxprobe simulate                                 one call, told like a capture
              faxprobe simulate --loss 3% --burst 2             what loss in bursts does to it
              faxprobe simulate --transport g711 --loss 0.5% --trials 200 --jobs 2
              faxprobe simulate --profile G.1050:E --pcap e.pcapng
              faxprobe simulate --outage 1s@TCF --seed 7        an outage aimed at the training
              faxprobe simulate --redundancy 0 --loss 1% --trials 100 --json
              faxprobe simulate --fault signal-end-missing --fault local-tfc@caller

            Networks are described in docs/impairments.md: --jitter 30ms:pareto, --rate 64kbps:200ms, --spikes 100ms/10s …

            EXIT STATUS
              0  every call was a success
              1  at least one was not
              2  wrong usage
              3  the calls could not be run, or a file could not be written
            """)

    @Option(
        help: ArgumentHelp("t38, g711, gateway (both behind one) or gateway-terminal (the caller).", valueName: "kind"))
    var transport = CallScenario.Transport.t38
    @Option(help: ArgumentHelp("A TIFF to send; otherwise a page of ours.", valueName: "file")) var document: String?
    @Option(help: ArgumentHelp("Pages of ours to send.", valueName: "n")) var pages = 1
    @Option(help: ArgumentHelp("Rows of each of them, 40 to 4300.", valueName: "n"))
    var rows = SimulatedDocument.standardRows
    @Flag(help: "Without error correction mode.") var noEcm = false
    @Option(help: ArgumentHelp("14400, 12000, 9600, 7200, 4800 or 2400.", valueName: "bit/s")) var maxRate: Int?
    @Option(help: ArgumentHelp("Secondaries in each UDPTL packet; 0: primaries only.", valueName: "n"))
    var redundancy: Int?
    @Option(help: ArgumentHelp("Parity instead of redundancy.", valueName: "span:entries")) var fec: String?
    @Option(help: ArgumentHelp("silence, repeat, noise or appendix-i.", valueName: "method")) var plc: String?
    @Option(help: ArgumentHelp("fixed:60ms or adaptive:20ms:200ms.", valueName: "buffer")) var jitterBuffer: String?
    @Option(help: ArgumentHelp("The answerer's clock against the caller's.", valueName: "ppm")) var skew: String?
    @Option(help: ArgumentHelp("pcmu or pcma.", valueName: "name")) var codec: String?
    @Option(help: ArgumentHelp("Milliseconds of sound a packet.", valueName: "ms")) var ptime: Int?
    @Option(
        help: ArgumentHelp("A fault by its name, NAME@caller or NAME@callee for whose; repeatable.", valueName: "name"))
    var fault: [String] = []
    @Flag(help: "List the faults and leave.") var listFaults = false

    @Option(help: ArgumentHelp("none, signalling or anchoring: a B2BUA between the stations.", valueName: "kind"))
    var b2bua = CallScenario.Middle.none

    @OptionGroup(title: "Network") var network: NetworkArguments

    @Option(help: ArgumentHelp("Calls to run, with seeds that count up.", valueName: "n")) var trials = 1
    @Option(help: ArgumentHelp("Of the first call.", valueName: "number")) var seed: UInt64 = 1
    @Option(help: ArgumentHelp("Threads.", valueName: "n")) var jobs = 1
    @Option(help: ArgumentHelp("Which calls to diagnose: all, failed or off.", valueName: "which"))
    var diagnose = TrialRunner.Diagnosing.failed
    @Option(
        help: ArgumentHelp("Where the capture is taken: caller, answerer, or b2bua (both its legs).", valueName: "side")
    )
    var tap = WorldCapture.Tap.answerer

    @Flag(help: "Write the results as a document.") var json = false
    @Option(help: ArgumentHelp("Write the capture: of the call, or of the first that failed.", valueName: "file"))
    var pcap: String?
    @Option(help: ArgumentHelp("Write a report of that call for a browser.", valueName: "file")) var html: String?
    @Flag(help: "Show progress, also where standard error is no terminal.") var watch = false
    @Flag(help: "Overwrite files.") var force = false

    func validate() throws {
        guard (1...1_000_000).contains(trials) else { throw ValidationError("--trials wants 1 to 1000000.") }
        guard (1...256).contains(jobs) else { throw ValidationError("--jobs wants 1 to 256.") }
        guard (1...1_000).contains(pages) else { throw ValidationError("--pages wants 1 to 1000.") }
        guard (40...4_300).contains(rows) else { throw ValidationError("--rows wants 40 to 4300.") }
        if document != nil, pages != 1 || rows != SimulatedDocument.standardRows {
            throw ValidationError("--pages and --rows are of pages of ours: they go without --document.")
        }
        if redundancy != nil, fec != nil { throw ValidationError("--redundancy and --fec exclude each other.") }
        do {
            _ = try options.scenario(try SimulatedDocument.standard())
        } catch {
            throw ValidationError("\(error)")
        }
    }

    private var options: ScenarioOptions {
        var options = ScenarioOptions()
        options.transport = transport
        options.hasECM = !noEcm
        options.maxRate = maxRate
        options.redundancy = redundancy
        options.fec = fec
        options.concealment = plc
        options.jitterBuffer = jitterBuffer
        options.skew = skew
        options.codec = codec
        options.packetTimeMs = ptime
        options.faults = fault
        options.b2bua = b2bua
        options.network = network.options
        options.direction = network.direction
        return options
    }

    func run() throws {
        Console.catchSignals()
        let output = StandardOutput(flushesEachTime: Console.outputIsTerminal)
        if listFaults {
            output.write(FaultList.text)
            return output.flush()
        }
        var run = SimulateRun(
            try scenario(), write: { output.write($0) }, complain: { Console.complain("faxprobe: " + $0) })
        run.seed = seed
        run.trials = trials
        run.runner.jobs = jobs
        run.runner.diagnosing = diagnose
        run.runner.tap = tap
        run.runner.shouldStop = { Console.wasStopped }
        run.writesJSON = json
        run.usesColour = Console.usesColour
        run.command = CommandLine.arguments.dropFirst().joined(separator: " ")
        let progress = ProgressLine()
        if trials > 1, watch || Console.errorsAreTerminal {
            let trials = trials
            run.progress = { done, successes in progress.show("\(done) of \(trials) calls, \(successes) delivered") }
        }
        do {
            run.capture = try pcap.map { try ExportFile(path: $0, overwrites: force) }
            run.html = try html.map { try ExportFile(path: $0, overwrites: force) }
        } catch {
            Console.complain("faxprobe: \(error)")
            throw ExitCode(SimulateRun.Status.couldNotRun.rawValue)
        }
        let status = run.run()
        progress.clear()
        output.flush()
        if let failure = output.failure, failure != EPIPE {
            Console.complain("faxprobe: cannot write the results: \(String(cString: strerror(failure)))")
            throw ExitCode(SimulateRun.Status.couldNotRun.rawValue)
        }
        if status != .success { throw ExitCode(status.rawValue) }
    }

    private func scenario() throws -> CallScenario {
        do {
            return try options.scenario(try readDocument())
        } catch {
            Console.complain("faxprobe: \(error)")
            throw ExitCode(SimulateRun.Status.couldNotRun.rawValue)
        }
    }

    private func readDocument() throws -> SimulatedDocument {
        guard let document else { return try SimulatedDocument.standard(pages: pages, rows: rows) }
        let octets = [UInt8](try Data(contentsOf: URL(fileURLWithPath: document)))
        return try SimulatedDocument(try TIFFDocument.read(octets))
    }
}

/// What the network does, one option a model.
struct NetworkArguments: ParsableArguments {
    @Option(help: ArgumentHelp("Random loss, such as 3%.", valueName: "percentage")) var loss: String?
    @Option(help: ArgumentHelp("With --loss: the mean run of lost packets.", valueName: "packets")) var burst: String?
    @Option(help: ArgumentHelp("Loss in two states.", valueName: "p:r[:h[:k]]")) var gilbertElliott: String?
    @Option(help: ArgumentHelp("Loss in four states.", valueName: "p13:p31:p32:p23:p14")) var fourState: String?
    @Option(help: ArgumentHelp("Loss by time, not by packets.", valueName: "duration")) var lossSlot: String?
    @Option(help: ArgumentHelp("One way, such as 60ms.", valueName: "duration")) var delay: String?
    @Option(help: ArgumentHelp("Such as 30ms, 30ms:normal, 30ms:pareto.", valueName: "jitter")) var jitter: String?
    @Option(help: ArgumentHelp("Such as 100ms/10s.", valueName: "height/interval")) var spikes: String?
    @Option(help: ArgumentHelp("Delay that changes, such as 8ms/240s.", valueName: "step/interval")) var route:
        [String] = []
    @Option(help: ArgumentHelp("Packets that overtake others.", valueName: "percentage")) var reorder: String?
    @Option(help: ArgumentHelp("kept or free: whether jitter may reorder.", valueName: "order")) var order: String?
    @Option(help: ArgumentHelp("Packets that arrive twice.", valueName: "percentage")) var duplicate: String?
    @Option(help: ArgumentHelp("Packets with wrong bits.", valueName: "percentage")) var corrupt: String?
    @Option(help: ArgumentHelp("Such as 64kbps:200ms (rate and queue).", valueName: "rate")) var rate: String?
    @Option(help: ArgumentHelp("Such as 1s@TCF or 500ms@12.5s.", valueName: "outage")) var outage: [String] = []
    @Option(help: ArgumentHelp("Nothing gets through from then on, such as @page.", valueName: "moment")) var block:
        String?
    @Option(help: ArgumentHelp("Larger UDP payloads are dropped.", valueName: "octets")) var maxDatagram: String?
    @Option(help: ArgumentHelp("ITU-T G.1050, such as G.1050:E.", valueName: "profile")) var profile: String?
    @Option(help: ArgumentHelp("both, forth (to the answerer) or back.", valueName: "which"))
    var direction = ScenarioOptions.Direction.both

    var options: [NetworkSpec.Option] {
        let single: [(String, String?)] = [
            ("max-datagram", maxDatagram), ("block", block), ("rate", rate), ("loss", loss), ("burst", burst),
            ("gilbert-elliott", gilbertElliott), ("four-state", fourState), ("loss-slot", lossSlot),
            ("profile", profile), ("delay", delay), ("jitter", jitter),
            ("spikes", spikes), ("order", order), ("reorder", reorder), ("duplicate", duplicate), ("corrupt", corrupt),
        ]
        return single.compactMap { name, value in value.map { NetworkSpec.Option(name, $0) } }
            + route.map { NetworkSpec.Option("route", $0) } + outage.map { NetworkSpec.Option("outage", $0) }
    }

    /// What each direction does: to the answerer, and back.
    func specs() throws -> (forth: NetworkSpec, back: NetworkSpec) {
        let spec = try NetworkSpec(options: options)
        return (direction == .back ? .ideal : spec, direction == .forth ? .ideal : spec)
    }
}

extension CallScenario.Transport: ExpressibleByArgument {}
extension CallScenario.Middle: ExpressibleByArgument {}
extension TrialRunner.Diagnosing: ExpressibleByArgument {}
extension WorldCapture.Tap: ExpressibleByArgument {}
extension ScenarioOptions.Direction: ExpressibleByArgument {}
