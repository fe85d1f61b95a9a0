import Foundation
import TestSupport
import Testing

/// The built command, as a user runs it.
@Suite struct AnalyzeCommandTests {
    struct Outcome {
        var status: Int32
        var output: String
        var errors: String
    }

    /// The command lies beside the test bundle.
    static let executable = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent().appending(
        path: "faxprobe")

    static func run(_ arguments: [String], input: URL? = nil) throws -> Outcome {
        let scratch = FileManager.default.temporaryDirectory.appending(path: "faxprobe-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: scratch, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: scratch) }
        let (output, errors) = (scratch.appending(path: "out"), scratch.appending(path: "err"))
        for file in [output, errors] { try Data().write(to: file) }
        let process = Process()
        process.executableURL = executable
        process.arguments = arguments
        process.standardOutput = try FileHandle(forWritingTo: output)
        process.standardError = try FileHandle(forWritingTo: errors)
        process.standardInput = try input.map { try FileHandle(forReadingFrom: $0) } ?? FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        return Outcome(
            status: process.terminationStatus, output: String(decoding: try Data(contentsOf: output), as: UTF8.self),
            errors: String(decoding: try Data(contentsOf: errors), as: UTF8.self))
    }

    static func capture(_ name: String) -> URL { Corpus.file("captures/\(name)/capture.pcap") }
    static let good = capture("01-t38-clean-1page-ecm")
    static let failed = capture("07-t38-noec-3pct-loss")
    static let refused = capture("17a-sip-fail-486")

    @Test(arguments: [(good, 0), (failed, 1), (refused, 0)])
    func theStatusTellsTheOutcome(file: URL, status: Int) throws {
        let outcome = try Self.run(["analyze", "--quiet", file.path])
        #expect(Int(outcome.status) == status)
        #expect(outcome.output.split(separator: "\n").count == 1)
        #expect(outcome.errors == "")
    }

    /// One G.711 call: its recording, labels and pictures; never over what is there.
    @Test func soundAndPicturesAreWrittenOnce() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "faxprobe-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let words = ["analyze", "--quiet", "--audio", folder.path, "--pictures", folder.path]
        let capture = Self.capture("03-g711u-clean-1page").path
        #expect(try Self.run(words + [capture]).status == 0)
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == [
                "call-1-constellations.svg", "call-1-gaps.txt", "call-1-signals.txt", "call-1.svg", "call-1.wav",
            ])
        let again = try Self.run(words + [capture])
        #expect(again.status == 3)
        #expect(again.errors == "faxprobe: \(folder.path)/call-1.wav exists: --force overwrites it\n")
        #expect(try Self.run(words + ["--force", "--fill", "silence", capture]).status == 0)
        let nowhere = try Self.run(["analyze", "--pictures", "/dev/null/x", capture])
        #expect(nowhere.status == 3 && nowhere.errors.hasPrefix("faxprobe: cannot make the folder /dev/null/x: "))
    }

    @Test(arguments: [
        ["analyze"], ["analyze", "--json", "--quiet", "x"], ["analyze", "--jobs", "0", "x"],
        ["analyze", "--nonsense", "x"],
        ["analyze", "--from", "noon", "x"], ["analyze", "--format", "gif", "--pages", "/tmp", "x"],
        ["analyze", "--format", "png", "x"],
        ["analyze", "--force", "x"], ["analyze", "--fill", "music", "x"],
        ["analyze", "--no-audio", "--audio", "/tmp", "x"],
        ["analyze", "--call", "0", "x"], ["nonsense"],
    ])
    func wrongUsageIsStatus2(arguments: [String]) throws {
        let outcome = try Self.run(arguments)
        #expect(outcome.status == 2)
        #expect(outcome.output == "")
        #expect(!outcome.errors.isEmpty)
    }

    @Test func anUnknownOptionIsNamed() throws {
        let outcome = try Self.run(["analyze", "--nonsense"])
        #expect(outcome.status == 2)
        #expect(outcome.errors.contains("--nonsense"))
        #expect(!outcome.errors.contains("Name a capture"))
    }

    @Test func aCallThatIsNotThereIsTold() throws {
        let outcome = try Self.run(["analyze", "--quiet", "--call", "9", Self.good.path])
        #expect(outcome.status == 0)
        #expect(outcome.output == "")
        #expect(outcome.errors == "faxprobe: \(Self.good.path): there is no call 9, only 1\n")
        #expect(try Self.run(["analyze", "--quiet", "--call", "1", Self.good.path]).errors == "")
    }

    @Test func tablesOfSeveralFilesAreNamed() throws {
        let output = try Self.run(["analyze", "--calls", Self.good.path, Self.refused.path]).output
        let lines = output.split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.count == 8)
        #expect(lines.first == "\(Self.good.path):")
        #expect(lines[1].hasPrefix("  call"))
        #expect(lines[3].isEmpty)
        #expect(lines[4] == "\(Self.refused.path):")
    }

    @Test func whatCannotBeReadIsStatus3WithOneLine() throws {
        for path in ["/nonexistent.pcap", Corpus.file("README.md").path] {
            let outcome = try Self.run(["analyze", path])
            #expect(outcome.status == 3)
            #expect(outcome.output == "")
            #expect(outcome.errors.hasPrefix("faxprobe: \(path): "))
            #expect(outcome.errors.split(separator: "\n").count == 1)
        }
    }

    @Test func oneUnreadableOfSeveralIsToldAndTheRestIsRead() throws {
        let outcome = try Self.run(["analyze", "--quiet", "/nonexistent.pcap", Self.good.path])
        #expect(outcome.status == 0)
        #expect(outcome.output.contains("Fax delivered"))
        #expect(outcome.errors == "faxprobe: /nonexistent.pcap: no such file\n")
    }

    @Test func standardInputReadsLikeAFile() throws {
        let piped = try Self.run(["analyze", "--jsonl", "-"], input: Self.good)
        let named = try Self.run(["analyze", "--jsonl", Self.good.path])
        #expect(piped.status == 0)
        #expect(piped.output.split(separator: "\n").first == named.output.split(separator: "\n").first)
    }

    @Test func aFolderIsReadFileByFile() throws {
        let folder = Self.good.deletingLastPathComponent().path
        let outcome = try Self.run(["analyze", "--quiet", folder])
        #expect(outcome.status == 0)
        #expect(outcome.errors == "")
        #expect(outcome.output.contains("Fax delivered: 1 page"))
    }

    @Test func callsAndFiltersSelect() throws {
        #expect(try Self.run(["analyze", "--quiet", "--call", "2", Self.good.path]).output == "")
        #expect(try Self.run(["analyze", "--quiet", "--only-fax", Self.refused.path]).output == "")
        let lines = try Self.run(["analyze", "--calls", Self.good.path]).output.split(separator: "\n")
        #expect(lines.count == 2)
        #expect(lines.last?.contains("success   t38") == true)
    }

    @Test func aFilterSelectsFrames() throws {
        let outcome = try Self.run(["analyze", "--jsonl", "--filter", "udp port 5060", Self.good.path])
        #expect(outcome.status == 0)
        #expect(outcome.output.contains("\"streams\":[]"))
        let wrong = try Self.run(["analyze", "--filter", "port of call", Self.good.path])
        #expect(wrong.status == 2)
        #expect(wrong.errors.hasPrefix("faxprobe: filter 'port of call': "))
    }

    /// Two captures of one call: its frames are told apart by file.
    @Test func mergedFilesAreOneCapture() throws {
        let other = Corpus.file("captures/06-t38-redundancy-3pct-loss/capture.pcap")
        let outcome = try Self.run(["analyze", "--jsonl", "--merge", Self.good.path, other.path])
        #expect(outcome.status == 0)
        #expect(outcome.output.split(separator: "\n").count == 3)
        #expect(outcome.output.contains("\"invite_frame\":{\"file\":"))
    }

    @Test func timesSelectFrames() throws {
        let late = try Self.run(["analyze", "--jsonl", "--from", "2100-01-01", Self.good.path])
        #expect(late.output.split(separator: "\n").count == 1)
    }

    @Test func pagesAreWrittenOnce() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "faxprobe-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let arguments = [
            "analyze", "--quiet", "--pages", folder.path, "--format", "tiff", "--format", "png", Self.good.path,
        ]
        #expect(try Self.run(arguments).status == 0)
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == [
                "call-1-page-1.png", "call-1.tif",
            ])
        let again = try Self.run(arguments)
        #expect(again.status == 3)
        #expect(again.errors == "faxprobe: \(folder.path)/call-1-page-1.png exists: --force overwrites it\n")
        #expect(try Self.run(arguments + ["--force"]).status == 0)
    }

    /// A report is not written over, and nobody waits for that news.
    @Test func reportsAreWrittenOnce() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "faxprobe-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let report = folder.appending(path: "report.html")
        let words = ["analyze", "--quiet", "--html", report.path]
        #expect(try Self.run(words + [Self.failed.path, Self.good.path]).status == 1)
        let html = try String(contentsOf: report, encoding: .utf8)
        #expect(html.contains("id=\"file-1-call-1\"") && html.contains("2 calls: 1 failed, 1 delivered"))
        let again = try Self.run(words + [Self.good.path])
        #expect(again.status == 3 && again.output == "")
        #expect(again.errors == "faxprobe: \(report.path) exists: --force overwrites it\n")
        #expect(try Self.run(words + ["--force", Self.good.path]).status == 0)
        #expect(try !String(contentsOf: report, encoding: .utf8).contains("file-1-call-1"))
        let nowhere = try Self.run(["analyze", "--quiet", "--html", "/dev/null/x", Self.good.path])
        #expect(nowhere.status == 3 && nowhere.errors.hasPrefix("faxprobe: cannot write /dev/null/x: "))
    }

    @Test func helpAndVersionAreStatus0() throws {
        for arguments in [["--help"], ["analyze", "--help"], ["--version"]] {
            let outcome = try Self.run(arguments)
            #expect(outcome.status == 0)
            #expect(!outcome.output.isEmpty)
        }
        #expect(try Self.run(["analyze", "--help"]).output.contains("EXIT STATUS"))
    }
}
