import FaxEndpoint
import FaxStation
import Foundation
import LiveLab
import TestSupport
import Testing

/// efax and HylaFAX behind IAXmodem (Debian's packages), which registers with our endpoint: IAX2 and T.30 by others. Without them these
/// tests fail.
@Suite(.live) struct IAXModemTests {
    /// A busy machine tears sound, and without error correction rows are lost then: it gets further tries.
    private static let tries = 4
    private static let pause = Duration.seconds(12)

    private static let rows: [(IAXModemCall.Software, IAXModemCall.Direction)] = [
        (.efax, .fromModem), (.efax, .toModem), (.hylafax, .toModem),
    ]

    @Test(arguments: rows) func aPageArrivesAsItWasSent(
        software: IAXModemCall.Software, direction: IAXModemCall.Direction
    ) async throws {
        var story = ""
        for number in 0..<Self.tries {
            try await Task.sleep(for: Self.pause * number)
            let outcome = try await OwnThread.run {
                var call = IAXModemCall(direction, SoftwareCall.pages(1))
                call.software = software
                return try call.run()
            }
            if outcome.problems.isEmpty {
                #expect(outcome.encoding == "PCMU" && outcome.result?.carriedBy == .audio)
                #expect(outcome.result?.carriage.audio.map { $0.received > 500 } == true)
                return
            }
            story += outcome.problems.joined(separator: "\n") + "\n" + outcome.story
        }
        Issue.record("\(story)")
    }

    @Test func aModemWithAWrongSecretIsRefused() async throws {
        let outcome = try await OwnThread.run {
            var call = IAXModemCall(.fromModem, [])
            call.secret = "not the secret"
            call.patience = .seconds(10)
            return try call.run()
        }
        #expect(!outcome.isRegistered && outcome.result == nil)
        #expect(outcome.story.contains("refused the registration of fax0") && outcome.story.contains("wrong secret"))
        #expect(!outcome.story.contains(IAXModemCall.right))
    }
}

/// `faxprobe iax` as a process of its own.
@Suite(.live) struct IAXCommandTests {
    private typealias Command = EndpointCommandTests.Command

    private func run(_ arguments: [String], _ body: @escaping (Command, URL) throws -> Void) async throws {
        try await EndpointCommandTests.withFolder { folder in
            try Data("a secret of tests\n".utf8).write(to: folder.appending(path: "secret"))
            try body(try Command(["iax"] + arguments, in: folder), folder)
        }
    }

    @Test(arguments: [
        ["receive", "--dir", "in"], ["receive", "--user", "a b", "--dir", "in"],
        ["receive", "--user", "fax0", "--dir", "in", "--codec", "gsm"], ["send", "fax0"],
        ["receive", "--user", "fax0", "--dir", "in", "--listen", "localhost"],
        ["receive", "--user", "fax0", "--dir", "in", "--max-rate", "12000"],
        ["send", "fax0", "page.tif", "--tries", "0"], ["send", "fax0", "page.tif", "--allow", "me"],
    ]) func wrongUsageIsStatus2(arguments: [String]) async throws {
        try await run(arguments) { command, _ in
            #expect(command.end() == 2)
            #expect(command.text.isEmpty && !command.complaint.isEmpty)
        }
    }

    @Test func whatCannotRunIsStatus3() async throws {
        try await run(["send", "fax0", "missing.tif", "--password-file", "secret"]) { command, _ in
            #expect(command.end() == 3 && command.complaint.contains("missing.tif"))
        }
        try await run(["send", "fax0", "page.tif", "--password-file", "nothing"]) { command, _ in
            #expect(command.end() == 3 && command.complaint.contains("nothing"))
        }
    }

    @Test func nobodyRegistersIsStatus1AndAdvice() async throws {
        let arguments = [
            "send", "fax0", "page.tif", "--password-file", "secret", "--listen", "127.0.0.1:0", "--timeout", "1",
            "--json",
        ]
        try await run(arguments) { command, _ in
            #expect(command.end() == 1)
            #expect(command.last["event"] as? String == "result" && command.last["confirmed"] as? Bool == false)
            #expect(command.complaint.contains("fax0 did not register") && command.complaint.contains("peername fax0"))
            #expect(!(command.text + command.complaint).contains("a secret of tests"))
        }
    }
}
