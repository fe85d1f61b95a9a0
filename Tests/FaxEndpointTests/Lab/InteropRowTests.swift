import Foundation
import LiveLab
import TestSupport
import Testing

/// SIPp (Debian's `sip-tester`) and baresip as the other side: SIP by others, as in the matrix. Without them these tests fail.
@Suite(.live) struct InteropRowTests {
    /// Rows of the matrix whose calls are short.
    @Test(arguments: [
        "sipp-answers-audio",
        "sipp-glare", "sipp-redirects", "sipp-100rel", "sipp-refreshes-t38", "sipp-registrar",
        "sipp-late-ack", "sipp-cancel", "sipp-options", "sipp-t38-replay", "sipp-two-lines",
        "baresip-calls", "baresip-answers",
    ])
    func aRowOfTheMatrixWorks(id: String) async throws {
        let row = try #require(InteropMatrix.rows.first { $0.id == id })
        let run = InteropRun(keep: FileManager.default.temporaryDirectory.appending(path: "faxprobe-interop"))
        let result = try await OwnThread.run { run.run([row])[0] }
        #expect(result.state == .works, "\(result.reasons) \(result.verdicts)")
    }

    @Test func everyRowHasANameOfItsOwn() {
        let ids = InteropMatrix.rows.map(\.id)
        #expect(Set(ids).count == ids.count && ids.count >= 30)
    }
}
