import Foundation
import TestSupport
import Testing

/// `faxprobe regress` and `merge` as built.
@Suite struct RegressCommandTests {
    private static let suite = """
        name: tiny
        trials: 4
        documents: {slip: {rows: 60}}
        paths: {t38: {}, bare: {redundancy: 0}}
        impairments: {clean: {}, loss: {loss: 3%}}
        gates:
          - {success: 20%, impairment: clean}
        """

    /// A folder with a suite in it, removed afterwards.
    private static func inFolder(_ text: String, _ body: (URL) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "faxprobe-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try text.write(to: folder.appending(path: "suite.yaml"), atomically: true, encoding: .utf8)
        try body(folder)
    }

    @Test func `A suite is checked, with line and column`() throws {
        try Self.inFolder(Self.suite) { folder in
            let path = folder.appending(path: "suite.yaml").path
            let good = try AnalyzeCommandTests.run(["regress", "--check", path])
            #expect(good.status == 0)
            #expect(good.output == "tiny: 4 cells, 16 calls at most, 1 gates\n")
            try (Self.suite + "\nnonsense: 1\n").write(toFile: path, atomically: true, encoding: .utf8)
            let bad = try AnalyzeCommandTests.run(["regress", path])
            #expect(bad.status == 2)
            #expect(bad.errors.hasPrefix("faxprobe: \(path):8:1: unknown field 'nonsense'"))
            #expect(try AnalyzeCommandTests.run(["regress", folder.path + "/none.yaml"]).status == 3)
            #expect(try AnalyzeCommandTests.run(["regress", path, "--shard", "3/2"]).status == 2)
        }
    }

    @Test func `A gate that fails is status 1`() throws {
        let dead = Self.suite.replacingOccurrences(of: "clean: {}", with: "clean: {block: \"@page\"}")
            .replacingOccurrences(of: "success: 20%", with: "success: 90%")
        try Self.inFolder(dead) { folder in
            let run = try AnalyzeCommandTests.run(["regress", folder.appending(path: "suite.yaml").path])
            #expect(run.status == 1)
            #expect(run.output.contains("FAILED: gate 1"))
        }
    }

    @Test func `A baseline is saved, and the same build is no worse`() throws {
        let text = Self.suite.replacingOccurrences(of: "{success: 20%, impairment: clean}", with: "{baseline: true}")
        try Self.inFolder(text) { (folder: URL) throws in
            let (path, good) = (folder.appending(path: "suite.yaml").path, folder.appending(path: "good.json").path)
            #expect(try AnalyzeCommandTests.run(["regress", path, "--save-baseline", good]).status == 0)
            #expect(try AnalyzeCommandTests.run(["regress", path]).status == 3)
            #expect(try AnalyzeCommandTests.run(["regress", path, "--baseline", good]).status == 0)
        }
    }

    /// GNU parallel of Debian (`scripts/setup` installs it) runs the job file that was printed.
    @Test func `Shards run by GNU parallel and merged are the whole`() throws {
        let parallel = "/usr/bin/parallel"
        try #require(
            FileManager.default.isExecutableFile(atPath: parallel), "GNU parallel is missing: run scripts/setup")
        try Self.inFolder(Self.suite) { folder in
            let path = folder.appending(path: "suite.yaml").path
            let whole = folder.appending(path: "whole.json")
            #expect(try AnalyzeCommandTests.run(["regress", path, "--json", whole.path]).status == 0)
            try Self.writeJob("parallel", for: path, in: folder)
            #expect(try Self.bash("bash job.sh", in: folder) == 0)
            let merged = try Data(contentsOf: folder.appending(path: "results.json"))
            #expect(try merged == Data(contentsOf: whole))
        }
    }

    /// A Slurm of one node, where one can be started (`scripts/with-slurm`): root, slurm-wlm and munge.
    @Test func `Shards run by Slurm and merged are the whole`() throws {
        try Self.inFolder(Self.suite) { folder in
            let path = folder.appending(path: "suite.yaml").path
            let whole = folder.appending(path: "whole.json")
            #expect(try AnalyzeCommandTests.run(["regress", path, "--json", whole.path]).status == 0)
            try Self.writeJob("slurm", for: path, in: folder)
            let starter = Corpus.folder.deletingLastPathComponent().appending(path: "scripts/with-slurm").path
            let status = try Self.bash("timeout --kill-after=5 60 '\(starter)' sbatch --wait job.sh", in: folder)
            if status == 77 {
                Issue.record("Slurm cannot be started here, so its job file was not run", severity: .warning)
                return
            }
            if [9, 124, 137].contains(status) {
                Issue.record("Slurm started but did not run the job within 60 s", severity: .warning)
                return
            }
            #expect(status == 0)
            let parts = (1...3).map { folder.appending(path: "part-\($0).json").path }
            let merged = folder.appending(path: "results.json")
            #expect(try AnalyzeCommandTests.run(["merge"] + parts + ["-o", merged.path]).status == 0)
            #expect(try Data(contentsOf: merged) == Data(contentsOf: whole))
        }
    }

    private static func writeJob(_ kind: String, for suite: String, in folder: URL) throws {
        let job = try AnalyzeCommandTests.run(["regress", suite, "--emit", kind, "--shards", "3"])
        #expect(job.status == 0)
        try job.output.write(to: folder.appending(path: "job.sh"), atomically: true, encoding: .utf8)
    }

    private static func bash(_ command: String, in folder: URL) throws -> Int32 {
        let process = Process()
        process.executableURL = URL(filePath: "/bin/bash")
        process.arguments = ["-c", command]
        process.currentDirectoryURL = folder
        process.environment = ProcessInfo.processInfo.environment.merging(
            ["FAXPROBE": AnalyzeCommandTests.executable.path, "HOME": folder.path]
        ) { $1 }
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        return process.terminationStatus
    }
}
