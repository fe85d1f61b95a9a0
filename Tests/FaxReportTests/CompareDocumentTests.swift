import FaxReport
import Foundation
import TestSupport
import Testing

/// `faxprobe compare --json` against `docs/compare-schema.json`.
@Suite struct CompareDocumentTests {
    @Test(arguments: ["06-t38-redundancy-3pct-loss", "25-t38-udptl-blocked-one-way"])
    func realCapturesFitTheSchema(name: String) throws {
        let schema = Corpus.folder.deletingLastPathComponent().appending(path: "docs/compare-schema.json")
        let validator = try SchemaValidator(Data(contentsOf: schema))
        var text = ""
        var run = CompareRun(write: { text += $0 }, complain: { Issue.record("\($0)") })
        run.form = .json
        let (a, b) = ("capture.atA.pcap", "capture.pcap")
        let status = run.run(
            Corpus.file("captures/\(name)/\(a)").path, Corpus.file("captures/\(name)/\(b)").path)
        #expect(status == .different)
        #expect(try validator.problems(Data(text.utf8)) == [])
    }
}
