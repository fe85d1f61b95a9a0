import Foundation
import Regression
import Testing

@Suite struct JobFileTests {
    private let jobs = JobFile(suite: "suites/it's.yaml", name: "Night.ly", shards: 3)

    @Test(arguments: JobFile.Kind.allCases)
    func `Every kind runs every shard of the suite and tells how to merge`(_ kind: JobFile.Kind) {
        let text = jobs.text(kind)
        #expect(text.contains("'suites/it'\\''s.yaml'"))
        #expect(text.contains("/3"))
        #expect(text.contains("merge $(seq -f 'part-%.0f.json' 1 3) -o results.json"))
        // The other two have no name of their own.
        let isNamed = kind != .parallel && kind != .gitlab
        #expect(text.contains("faxprobe-night-ly-run") == isNamed)
    }

    @Test(arguments: [JobFile.Kind.slurm, .parallel])
    func `Scripts are bash`(_ kind: JobFile.Kind) throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "faxprobe-\(UUID().uuidString).sh")
        defer { try? FileManager.default.removeItem(at: file) }
        try jobs.text(kind).write(to: file, atomically: true, encoding: .utf8)
        let bash = try Process.run(URL(filePath: "/bin/bash"), arguments: ["-n", file.path])
        bash.waitUntilExit()
        #expect(bash.terminationStatus == 0)
    }
}
