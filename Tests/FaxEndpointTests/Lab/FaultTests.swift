import Foundation
import LiveLab
import TestSupport
import Testing

/// The short ones of what may befall a call; all of them: `make faults`.
@Suite(.live) struct FaultTests {
    /// Beside the test bundle.
    private static let faxprobe = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent().appending(
        path: "faxprobe")

    @Test(arguments: [
        "kill-receiver-before-mcf", "kill-sender-page", "term-receiver-page", "term-sender-training", "outage-t38-1s",
        "clock-forward-sender", "clock-back-receiver",
    ])
    func nothingThatWasConfirmedIsLostAndNoCallIsLeftOpen(id: String) async throws {
        let row = try #require(FaultMatrix.rows(faxprobe: Self.faxprobe).first { $0.id == id })
        let run = InteropRun(keep: FileManager.default.temporaryDirectory.appending(path: "faxprobe-faults"))
        let result = try await OwnThread.run { run.run([row])[0] }
        #expect(result.state == .works, "\(result.reasons) \(result.verdicts)")
    }
}
