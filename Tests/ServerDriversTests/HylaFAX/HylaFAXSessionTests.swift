import ServerDrivers
import Testing

/// The client's machine against scripted servers: what it says, and what it makes of the answers.
@Suite struct HylaFAXSessionTests {
    private static let login = HylaFAXSession.Step.login(user: "fax", password: "secret", admin: nil)

    /// Gives the machine one reply after the other, each when it has said something.
    private func play(
        _ steps: [HylaFAXSession.Step], _ inputs: [HylaFAXSession.Input]
    ) -> (outputs: [HylaFAXSession.Output], words: ServerWords) {
        var session = HylaFAXSession()
        session.begin(steps)
        var outputs: [HylaFAXSession.Output] = []
        for input in inputs {
            while let output = session.next() { outputs.append(output) }
            session.handle(input)
        }
        while let output = session.next() { outputs.append(output) }
        return (outputs, session.words)
    }

    private func line(_ text: String) -> HylaFAXSession.Input { .octets(Array((text + "\r\n").utf8)) }

    @Test func loginWithAPassword() {
        let played = play(
            [.greeting, Self.login],
            [line("220 ready"), line("331 Password required for fax."), line("230 User fax logged in.")])
        #expect(played.outputs.prefix(2) == [.send("USER fax\r\n"), .send("PASS secret\r\n")])
        guard case .finished(let replies, _) = played.outputs.last else { return #expect(Bool(false)) }
        #expect(replies.map(\.code) == [220, 230])
        #expect(!played.words.lines.contains { $0.contains("secret") })
    }

    @Test func administrativePrivileges() {
        let played = play(
            [.login(user: "fax", password: nil, admin: "key")], [line("230 in"), line("230 Administrative")])
        #expect(played.outputs.prefix(2) == [.send("USER fax\r\n"), .send("ADMIN key\r\n")])
        #expect(!played.words.lines.contains { $0.contains("key") })
    }

    @Test func aDocumentIsStoredAndNamed() {
        let played = play(
            [.store("STOT", [1, 2, 3]), .document],
            [
                line("227 Entering passive mode (10,9,8,7,1,2)"), .dataOpened,
                line("150 FILE: /tmp/doc7.tif (Opening new data connection)."), line("226 Transfer complete."),
                line("200 ok"),
            ])
        #expect(
            played.outputs.dropLast() == [
                .send("PASV\r\n"), .openData(port: 258), .send("STOT\r\n"), .sendData([1, 2, 3]), .closeData,
                .send("JPARM DOCUMENT /tmp/doc7.tif\r\n"),
            ])
    }

    /// The data connection may end before, between and after the replies of the control connection.
    @Test(arguments: [[0, 1, 2, 3], [1, 0, 2, 3], [1, 3, 0, 2], [0, 2, 1, 3], [0, 1, 3, 2]])
    func aListInAnyOrder(order: [Int]) {
        let inputs: [HylaFAXSession.Input] = [
            line("150 Opening"), .dataOctets([65, 66]), line("226 Complete"), .dataClosed,
        ]
        let played = play(
            [.fetch("LIST sendq")],
            [line("227 mode (127,0,0,1,1,2)"), .dataOpened] + order.map { inputs[$0] })
        guard case .finished(_, let data) = played.outputs.last else {
            return #expect(Bool(false), "\(played.outputs)")
        }
        #expect(data == [[65, 66]])
    }

    struct Failing: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var steps: [HylaFAXSession.Step]
        var inputs: [String]
        var closes = false
        var failure: ServerFailure
    }

    static let failing = [
        Failing(
            testDescription: "wrong password", steps: [login], inputs: ["331 Password", "530 Login incorrect."],
            failure: .loginRefused(user: "fax", said: "530 Login incorrect.")),
        Failing(
            testDescription: "no password given", steps: [.login(user: "fax", password: nil, admin: nil)],
            inputs: ["331 Password"], failure: .passwordWanted(said: "331 Password")),
        Failing(
            testDescription: "a command refused", steps: [.command("JSUBM")], inputs: ["460 Failed to submit job 2"],
            failure: .refused(step: "JSUBM", said: "460 Failed to submit job 2")),
        Failing(
            testDescription: "service going down", steps: [.command("JNEW")], inputs: ["421 Idle timeout"],
            failure: .lost(during: "JNEW", "421 Idle timeout")),
        Failing(
            testDescription: "gone in the middle", steps: [.command("JNEW")], inputs: ["200-New"], closes: true,
            failure: .lost(during: "JNEW", "gone")),
        Failing(
            testDescription: "no reply at all", steps: [.command("JNEW")], inputs: ["\u{0}\u{1}"],
            failure: .unreadable("'\u{0}\u{1}' where a reply should begin")),
        Failing(
            testDescription: "no port", steps: [.fetch("LIST recvq")], inputs: ["227 Entering"],
            failure: .unreadable("no port in '227 Entering'")),
        Failing(
            testDescription: "a file that is not there", steps: [.store("STOT", [1])],
            inputs: ["500 PASV not understood"], failure: .refused(step: "STOT", said: "500 PASV not understood")),
        Failing(
            testDescription: "a document without a name", steps: [.document], inputs: [],
            failure: .unreadable("no name came for the document that was stored")),
    ]

    @Test(arguments: failing) func failuresAreTold(row: Failing) {
        let played = play(row.steps, row.inputs.map { line($0) } + (row.closes ? [.closed("gone")] : []))
        #expect(played.outputs.last == .failed(row.failure))
    }

    @Test func aLineWithoutAnEndStopsTheReading() {
        let played = play([.command("JNEW")], [.octets(Array(repeating: 65, count: 100_000))])
        #expect(played.outputs.last == .failed(.unreadable("a line without an end")))
    }

    @Test func whatIsFetchedHasALimit() {
        let block = [UInt8](repeating: 0, count: 1 << 20)
        let blocks = Array(repeating: HylaFAXSession.Input.dataOctets(block), count: 65)
        let played = play(
            [.fetch("RETR recvq/x.tif")], [line("227 (1,1,1,1,1,1)"), .dataOpened, line("150 x")] + blocks)
        guard case .failed(.unreadable) = played.outputs.last else { return #expect(Bool(false)) }
        #expect(played.outputs.contains(.closeData))
    }

    @Test func aCommandIsOneLine() {
        let played = play([.command("JPARM DIALSTRING \"1\r\nJKILL 2\"")], [])
        #expect(played.outputs == [.send("JPARM DIALSTRING \"1JKILL 2\"\r\n")])
    }
}
