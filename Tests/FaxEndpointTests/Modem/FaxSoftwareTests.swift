import FaxEndpoint
import LiveLab
import TestSupport
import Testing

/// efax and HylaFAX (Debian's packages) on soft modems: T.30 by others, at either end. Without them these tests fail.
@Suite(.live) struct FaxSoftwareTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let sender: SoftwareCall.Party
        let receiver: SoftwareCall.Party
        let transport: FaxTransport
        var testDescription: String { "\(sender) to \(receiver) over \(transport)" }
    }

    static let rows: [Row] =
        [
            (.efax, .faxprobe), (.faxprobe, .efax), (.hylafax, .faxprobe), (.faxprobe, .hylafax), (.efax, .hylafax),
            (.hylafax, .efax), (.efax, .efax), (.hylafax, .hylafax),
        ].flatMap { (pair: (SoftwareCall.Party, SoftwareCall.Party)) in
            [FaxTransport.g711, .t38].map { Row(sender: pair.0, receiver: pair.1, transport: $0) }
        } + driven

    /// Our own driver of modems on a soft modem.
    private static let driven = [
        Row(sender: .driver, receiver: .faxprobe, transport: .g711),
        Row(sender: .driver, receiver: .efax, transport: .g711),
        Row(sender: .driver, receiver: .hylafax, transport: .t38),
        Row(sender: .faxprobe, receiver: .driver, transport: .t38),
        Row(sender: .efax, receiver: .driver, transport: .t38),
        Row(sender: .hylafax, receiver: .driver, transport: .g711),
    ]

    /// Modems hear what comes too late as noise, and without error correction rows are lost then: a busy machine gets further
    /// tries, each after a longer pause, until other tests have ended.
    private static let tries = 6
    private static let pause = Duration.seconds(12)

    @Test(arguments: rows) func aPageArrivesAsItWasSent(row: Row) async throws {
        let call = SoftwareCall(
            from: row.sender, to: row.receiver, over: row.transport, pages: SoftwareCall.pages(1))
        var problems: [String] = []
        var story = ""
        for number in 0..<Self.tries {
            try await Task.sleep(for: Self.pause * number)
            let outcome = try await OwnThread.run { try call.run() }
            problems = outcome.problems(over: row.transport)
            if problems.isEmpty { return }
            story += problems.joined(separator: "\n") + "\n" + outcome.story
        }
        Issue.record("\(problems)\n\(story)")
    }
}
