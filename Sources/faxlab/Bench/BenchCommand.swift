import ArgumentParser
import FaxCore
import Foundation
import Simulator

struct BenchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Measure faxprobe against tcpdump and tshark on a capture grown from the corpus.",
        discussion: "Ends with 1 when a demand is not met.")

    @Option(help: "The optimised command.") var faxprobe = ".build/release/faxprobe"
    @Option(help: "The folder with the small captures.") var corpus = "corpus/captures"
    @Option(help: "Size of the capture in megabytes.") var megabytes = 500
    @Option(help: "Runs of each program by turns, half as many on longer files; the median counts.") var runs = 11
    @Option(help: "Calls at one time, about.") var concurrency = 50
    @Option(help: "The same seed makes the same capture.") var seed: UInt64 = 1
    @Flag(help: "Leave tshark out (it needs a minute a run).") var withoutTshark = false
    @Flag(help: "Only the capture itself, not twice and four times its length.") var withoutGrowth = false

    /// A part of the measurements.
    enum Section: String, CaseIterable, ExpressibleByArgument { case reading, audio, simulator }

    @Option(help: "Only this part: reading, audio or simulator.") var only: Section?

    @Option(help: "Also write the result, with date and command, to this file.") var report: String?

    /// T.38 and G.711 calls, calls that failed to be set up, SIP over TCP: what a fax server's interface sees.
    private static let mix = [
        "01-t38-clean-1page-ecm", "02-t38-clean-3pages-fine-noecm", "03-g711u-clean-1page",
        "05-t38-rejected-488-fallback-g711", "06-t38-redundancy-3pct-loss", "08-t38-fec-3pct-loss",
        "15c-t38-v27ter-4800", "16-gateway-t38-to-g711", "17a-sip-fail-486", "18-register-digest-t38", "21-tcp-t38",
        "22-two-faxes-plus-voice", "31b-sip-chan_sip-488-fallback", "54-voice-call-only",
    ]

    func run() throws {
        var lines: [String] = []
        func say(_ line: String) {
            print(line)
            lines.append(line)
        }
        say(Machine.description)
        var demands: [Demand] = []
        for section in Section.allCases where only.map({ $0 == section }) ?? true {
            demands += try measure(section, say)
        }
        for demand in demands { say(demand.text) }
        if let report { try Self.write(lines, to: report) }
        if demands.contains(where: { !$0.isMet }) { throw ExitCode(1) }
    }

    private func measure(_ section: Section, _ say: (String) -> Void) throws -> [Demand] {
        let part: (lines: [String], demands: [Demand])
        switch section {
        case .reading: return try measureReading(say)
        case .audio:
            let bench = try AudioBench(capture: "\(corpus)/\(Self.audioCall)/capture.pcap", runs: runs)
            part = (bench.lines, bench.demands)
        case .simulator:
            let bench = try SimulatorBench(runs: runs)
            part = (bench.lines, bench.demands)
        }
        say("\n" + part.lines.joined(separator: "\n") + "\n")
        return part.demands
    }

    /// A call of one page, V.17 14400 with ECM, µ-law, nothing lost.
    private static let audioCall = "03-g711u-clean-1page"

    private func measureReading(_ say: (String) -> Void) throws -> [Demand] {
        let templates = try GrownFile.templates(Self.mix.map { "\(corpus)/\($0)/capture.pcap" }) { print($0) }
        let folder = FileManager.default.temporaryDirectory.appending(path: "faxprobe-bench-\(getpid())").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }

        var table = SpeedTable()
        var sizes: [Int] = []
        var diagnosis: DiagnosisBench?
        for factor in withoutGrowth ? [1] : [1, 2, 4] {
            let path = "\(folder)/grown.pcap"
            let plan = CaptureGrower.Plan(octets: factor * megabytes * 1_000_000, concurrency: concurrency, seed: seed)
            let made = try GrownFile.write(templates, plan: plan, to: path)
            say("\(factor)x: \(made.copies) captures of the corpus, \(made.frames) frames, \(made.octets) octets")
            sizes.append(made.octets)
            try measure(path, octets: made.octets, isFirst: factor == 1, into: &table)
            if factor == 1 { diagnosis = try DiagnosisBench(capture: path, runs: runs) }
        }
        say(
            "\nMedian of \(runs) runs by turns, of \(max(1, runs / 2)) on longer files (tshark: 1):\n\n\(table.text())\n"
        )
        if let diagnosis { say(diagnosis.lines.joined(separator: "\n")) }
        return Demand.all(table, sizes: sizes) + (diagnosis?.demands ?? [])
    }

    private static func write(_ lines: [String], to path: String) throws {
        let text = "# Speed\n\n`make bench`\n\n```\n\(lines.joined(separator: "\n"))\n```\n"
        try Data(text.utf8).write(to: URL(filePath: path))
    }

    private func measure(_ path: String, octets: Int, isFirst: Bool, into table: inout SpeedTable) throws {
        let tcpdump = ["tcpdump", "-r", path, "-w", "/dev/null"]
        let programs =
            [("tcpdump", tcpdump)]
            + [1, 2].map { jobs in
                (
                    "faxprobe --jobs \(jobs)",
                    [faxprobe, "analyze", "--calls", "--no-audio", "--jobs", "\(jobs)", path]
                )
            }
        _ = try checked(tcpdump)  // brings the file into the cache
        // By turns, so that a slow minute of the machine is a slow minute for all.
        var costs = programs.map { _ in [ChildProcess.Cost]() }
        for _ in 0..<max(1, isFirst ? runs : runs / 2) {
            for (index, program) in programs.enumerated() {
                costs[index].append(try checked(program.1, mayFindFailures: index > 0))
            }
        }
        for (program, costs) in zip(programs, costs) { table.append(program.0, octets: octets, costs) }
        if isFirst, !withoutTshark {
            table.append("tshark", octets: octets, [try checked(["tshark", "-r", path, "-q", "-z", "rtp,streams"])])
        }
    }

    /// Status 1 of faxprobe says that some fax failed, which the corpus wants.
    private func checked(_ arguments: [String], mayFindFailures: Bool = false) throws -> ChildProcess.Cost {
        let cost = try ChildProcess.run(arguments)
        guard cost.status == 0 || (mayFindFailures && cost.status == 1) else {
            throw LabError("\(arguments.joined(separator: " ")) ended with \(cost.status)")
        }
        return cost
    }
}

/// Where the figures come from.
private enum Machine {
    static var description: String {
        let cpu = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8))?
            .split(separator: "\n").first { $0.hasPrefix("model name") }?.split(separator: ":").last
        let date = Date().formatted(.iso8601.year().month().day())
        let model = cpu.map { $0.trimmingCharacters(in: .whitespaces) } ?? "unknown processor"
        return "\(date), \(ProcessInfo.processInfo.activeProcessorCount) cores, \(model)"
    }
}
