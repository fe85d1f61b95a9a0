import ArgumentParser
import FaxCore
import Foundation
import Simulator

struct FuzzCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fuzz", abstract: "Feed cut and mutated input to every parser, each in a process of its own.",
        discussion: "Watches time and memory. What kills a parser is kept in the folder `out/fuzz`. Ends with 1 then.")

    @Option(help: "Mutants for each parser.") var rounds = 100_000
    @Option(help: "The same seed makes the same mutants.") var seed: UInt64 = 1
    @Option(help: "The folder with the captures to start from.") var corpus = "corpus/captures"
    @Option(help: "The optimised command, for captures that are meant to exhaust it.")
    var faxprobe = ".build/release/faxprobe"
    @Option(help: "Only parsers whose name holds this.") var only: String?
    @Option(help: "Also write the table, with date and command, to this file.") var report: String?

    private static let memoryLimitMiB = 400
    private static let roundLimit = Duration.seconds(5)

    func run() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "faxprobe-fuzz-\(getpid())").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        var lines = ["| parser | inputs | CPU (s) | peak (MiB) | slowest (ms) | result |", "|---|--:|--:|--:|--:|---|"]
        lines.forEach(say)
        var isClean = true
        for (index, target) in FuzzTarget.all(file: "").enumerated() where only.map(target.name.contains) ?? true {
            let outcome = try work(index, target, folder: folder)
            isClean = isClean && outcome.isClean
            lines.append(outcome.line)
            say(outcome.line)
        }
        for (name, hostile) in Self.hostile where only.map(name.contains) ?? true {
            let outcome = try exhaust(name, hostile, folder: folder)
            isClean = isClean && outcome.isClean
            lines.append(outcome.line)
            say(outcome.line)
        }
        if let report { try write(lines, to: report) }
        if !isClean { throw ExitCode(1) }
    }

    /// At once, also into a file: a run takes an hour.
    private func say(_ line: String) { FileHandle.standardOutput.write(Data((line + "\n").utf8)) }

    private func work(_ index: Int, _ target: FuzzTarget, folder: String) throws -> (line: String, isClean: Bool) {
        try? FileManager.default.removeItem(atPath: "\(folder)/result")
        let arguments = [
            CommandLine.arguments[0], "fuzz-work", "\(index)", "--folder", folder, "--corpus", corpus, "--rounds",
            "\(rounds)", "--seed", "\(seed)",
        ]
        let cost = try ChildProcess.run(arguments, showsErrors: true)
        let result = (try? String(contentsOfFile: "\(folder)/result", encoding: .utf8))?.split(separator: " ")
        let count = result?.first.map(String.init) ?? "?"
        let slowest = result?.last.flatMap { Int64($0) }.map { Duration.nanoseconds($0) }
        var verdict = "clean"
        if cost.status != 0 || result == nil {
            let kept = try keep("\(folder)/input", as: target.name)
            verdict = "died (\(cost.status)), input kept: \(kept)"
        } else if let slowest, slowest > Self.roundLimit {
            verdict = "too slow"
        } else if cost.peakKiB / 1024 > Self.memoryLimitMiB {
            verdict = "too much memory"
        }
        let slowestText = slowest.map { "\(Int($0.inMilliseconds.rounded()))" } ?? "?"
        let line =
            "| \(target.name) | \(count) | \(SpeedTable.seconds(cost.cpu)) | \(cost.peakKiB / 1024) | \(slowestText) | \(verdict) |"
        return (line, verdict == "clean")
    }

    private static let hostile: [(String, HostileCapture)] = [
        ("a million INVITEs", .invites(1_000_000)), ("a million RTP flows", .rtpFlows(1_000_000)),
        ("a million UDPTL flows", .udptlFlows(1_000_000)), ("a million half messages on TCP", .halfMessages(1_000_000)),
        ("a million first fragments", .fragments(1_000_000)), ("a SIP body of 1 MB", .body(1_000_000)),
        ("a pcapng block of 4 GB", .hugeBlock),
    ]

    /// Gives the command a capture that is meant to exhaust it.
    private func exhaust(_ name: String, _ hostile: HostileCapture, folder: String) throws -> (
        line: String, isClean: Bool
    ) {
        let path = "\(folder)/hostile"
        try HostileFile.write(hostile, to: path)
        defer { try? FileManager.default.removeItem(atPath: path) }
        let cost = try ChildProcess.run([faxprobe, "analyze", "--calls", path])
        var verdict = "clean"
        if cost.status < 0 || cost.status > 1 {
            verdict = "ended with \(cost.status)"
        } else if cost.peakKiB / 1024 > Self.memoryLimitMiB {
            verdict = "too much memory"
        }
        let milliseconds = Int(cost.wall.inMilliseconds.rounded())
        let line =
            "| \(name) | 1 | \(SpeedTable.seconds(cost.cpu)) | \(cost.peakKiB / 1024) | \(milliseconds) | \(verdict) |"
        return (line, verdict == "clean")
    }

    private func keep(_ input: String, as name: String) throws -> String {
        let folder = "out/fuzz"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let path = "\(folder)/\(name.replacingOccurrences(of: " ", with: "-"))-\(seed).bin"
        try? FileManager.default.removeItem(atPath: path)
        guard FileManager.default.fileExists(atPath: input) else { return "none" }
        try FileManager.default.copyItem(atPath: input, toPath: path)
        return path
    }

    private func write(_ lines: [String], to path: String) throws {
        let date = Date().formatted(.iso8601.year().month().day())
        let text = """
            # Fuzzing

            \(date), `make fuzz ROUNDS=\(rounds) SEED=\(seed)`. Limits: \(Self.memoryLimitMiB) MiB, \
            \(Int(Self.roundLimit.inSeconds)) s an input. "cut captures" are every prefix of the corpus files up to 16 KB, and of the \
            larger ones those at and beside the first \(CutPlan.boundaries) record boundaries and \(CutPlan.seededCuts) seeded cuts. "reports" writes every report of a \
            mutant, and takes one round of twenty.

            \(lines.joined(separator: "\n"))

            """
        try Data(text.utf8).write(to: URL(filePath: path))
    }
}

enum HostileFile {
    static func write(_ hostile: HostileCapture, to path: String) throws {
        guard FileManager.default.createFile(atPath: path, contents: nil), let file = FileHandle(forWritingAtPath: path)
        else { throw LabError("cannot write \(path)") }
        defer { try? file.close() }
        var buffer: [UInt8] = []
        try hostile.write { piece in
            buffer += copy piece
            if buffer.count > 4 << 20 {
                try file.write(contentsOf: buffer)
                buffer.removeAll(keepingCapacity: true)
            }
        }
        try file.write(contentsOf: buffer)
    }
}
