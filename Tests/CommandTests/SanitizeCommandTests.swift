import Foundation
import TestSupport
import Testing

/// `faxprobe sanitize`, as a user runs it.
@Suite struct SanitizeCommandTests {
    /// A folder of its own, which is removed again.
    private final class Scratch {
        private let folder = FileManager.default.temporaryDirectory.appending(path: "faxprobe-\(UUID().uuidString)")

        init() throws { try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true) }
        deinit { try? FileManager.default.removeItem(at: folder) }

        func path(_ name: String) -> String { folder.appending(path: name).path }
        var files: [String] {
            get throws { try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() }
        }
    }

    private static let capture = AnalyzeCommandTests.refused.path

    private func run(_ arguments: String...) throws -> AnalyzeCommandTests.Outcome {
        try AnalyzeCommandTests.run(["sanitize"] + arguments)
    }

    private func octets(_ path: String) throws -> Data { try Data(contentsOf: URL(filePath: path)) }

    @Test func theSummaryTellsWhatWasDone() throws {
        let scratch = try Scratch()
        let outcome = try run(Self.capture, scratch.path("out.pcap"))
        #expect(outcome.status == 0 && outcome.errors == "")
        #expect(
            outcome.output.hasPrefix("\(scratch.path("out.pcap")): 4 frames written, nothing of the original found"))
        #expect(outcome.output.contains("\n  rewritten: 4 SIP messages\n  diagnosis: the same\n"))
        #expect(try scratch.files == ["out.pcap"])
    }

    @Test func jsonHasTheSame() throws {
        let scratch = try Scratch()
        let outcome = try run("--json", "--seed", "3", Self.capture, scratch.path("out.pcap"))
        #expect(outcome.status == 0)
        let object = try #require(
            try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any])
        #expect(
            object.keys.sorted() == ["calls", "differences", "frames", "output", "replaced", "rewritten", "warnings"])
        #expect(object["frames"] as? Int == 4 && object["calls"] as? Int == 1)
        #expect((object["differences"] as? [String])?.isEmpty == true)
        #expect((object["replaced"] as? [String: Int])?["IPv4 addresses"] == 2)
        #expect(try run("--seed", "3", Self.capture, scratch.path("again.pcap")).status == 0)
        #expect(try octets(scratch.path("out.pcap")) == octets(scratch.path("again.pcap")))
    }

    @Test func theMapIsForItsOwner() throws {
        let scratch = try Scratch()
        let (out, map) = (scratch.path("out.pcap"), scratch.path("who.txt"))
        #expect(try run("--map", map, Self.capture, out).status == 0)
        let lines = String(decoding: try octets(map), as: UTF8.self).split(separator: "\n")
        #expect(lines.contains { $0.hasPrefix("numbers\t") } && lines.contains { $0.hasPrefix("IPv4 addresses\t") })
        #expect(lines.allSatisfy { $0.split(separator: "\t").count == 3 })
        let mode = try FileManager.default.attributesOfItem(atPath: map)[.posixPermissions] as? Int
        #expect(mode == 0o600)
    }

    /// Whatever cannot be done leaves every file as it was.
    @Test func nothingIsWrittenOverAnotherFile() throws {
        let scratch = try Scratch()
        let copy = scratch.path("in.pcap")
        let original = try octets(Self.capture)
        try original.write(to: URL(filePath: copy))
        try FileManager.default.linkItem(atPath: copy, toPath: scratch.path("link.pcap"))
        try Data("kept".utf8).write(to: URL(filePath: scratch.path("kept")))
        try FileManager.default.createDirectory(atPath: scratch.path("folder"), withIntermediateDirectories: true)
        let files = try scratch.files
        let out = scratch.path("out.pcap")
        let rows: [(words: [String], complaint: String)] = [
            (["--force", copy, copy], "in.pcap: is the input itself"),
            (["--force", copy, scratch.path("link.pcap")], "link.pcap: is the input itself"),
            (["--force", "--map", copy, copy, out], "in.pcap: is the input itself"),
            (["--force", "--map", out, copy, out], "out.pcap: cannot be the capture to share and the map"),
            ([copy, scratch.path("kept")], "kept exists: --force overwrites it"),
            (["--map", scratch.path("kept"), copy, out], "kept exists: --force overwrites it"),
            (["--force", copy, scratch.path("folder")], "folder: it is no file"),
            (["--force", copy, "/dev/null"], "/dev/null: it is no file"),
            ([copy, scratch.path("none/out.pcap")], "none/out.pcap: No such file or directory"),
            (["--map", scratch.path("none/who.txt"), copy, out], "none/who.txt: No such file or directory"),
            ([scratch.path("missing.pcap"), out], "missing.pcap: no such file"),
            ([scratch.path("kept"), out], "kept"),
        ]
        for row in rows {
            let outcome = try AnalyzeCommandTests.run(["sanitize"] + row.words)
            #expect(outcome.status == 3 && outcome.output == "", "\(row.words)")
            #expect(
                outcome.errors.hasPrefix("faxprobe: ") && outcome.errors.contains(row.complaint), "\(outcome.errors)")
            #expect(try scratch.files == files, "\(row.words)")
        }
        #expect(try octets(copy) == original)
        #expect(try octets(scratch.path("kept")) == Data("kept".utf8))
        #expect(try run("--force", copy, scratch.path("kept")).status == 0)
        #expect(try octets(scratch.path("kept")).count == original.count)
    }

    @Test(arguments: [["-", "out.pcap"], ["in.pcap", "-"], ["in.pcap"], ["--seed", "x", "in.pcap", "out.pcap"]])
    func wrongUsage(words: [String]) throws {
        let outcome = try AnalyzeCommandTests.run(["sanitize"] + words)
        #expect(outcome.status == 2 && outcome.output == "")
        #expect(outcome.errors.contains("Usage: faxprobe sanitize"))
    }

    /// A capture without a call is rewritten, and no diagnosis is claimed.
    @Test func withoutACallThereIsNoDiagnosis() throws {
        let scratch = try Scratch()
        let (empty, out) = (scratch.path("empty.pcap"), scratch.path("out.pcap"))
        try octets(Self.capture).prefix(24).write(to: URL(filePath: empty))
        let outcome = try run(empty, out)
        #expect(outcome.status == 0)
        #expect(outcome.output.contains("diagnosis: none to compare, as there is no call in the capture\n"))
        #expect(try octets(out).count == 24)
    }

    /// Its lines are not broken again at 80 columns.
    @Test func theHelpFitsTheTerminal() throws {
        let outcome = try run("--help")
        #expect(outcome.status == 0)
        #expect(outcome.output.split(separator: "\n").allSatisfy { $0.count <= 82 })
        #expect(outcome.output.contains("\nEXIT STATUS\n  0  written, and its diagnosis is that of the original\n"))
    }
}
