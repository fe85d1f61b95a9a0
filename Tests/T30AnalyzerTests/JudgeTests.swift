import FaxCore
import FaxWire
import PcapDecode
import T30Analyzer
import Testing

/// The outcome is what the receiver confirmed, and unknown where the capture cannot tell.
@Suite struct JudgeTests {
    struct Row: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var expected: FaxSession.Outcome
        var seen: [Party] = Party.allCases
        var startsMidCall = false
        var endsMidCall = false
        var hasCED = true
        /// Commands after each page, each with its answer or none.
        var pages: [(command: UInt8, answer: UInt8?)]
        var disconnects = true
    }

    static let rows: [Row] = [
        Row(testDescription: "EOP confirmed", expected: .success, pages: [(0x2F, 0x8C)]),
        Row(testDescription: "EOP confirmed, no DCN", expected: .success, pages: [(0x2F, 0x8C)], disconnects: false),
        Row(testDescription: "two pages confirmed", expected: .success, pages: [(0x4F, 0x8C), (0x2F, 0x8C)]),
        Row(testDescription: "EOM confirmed", expected: .success, pages: [(0x8F, 0x8C)]),
        Row(testDescription: "only the first page confirmed", expected: .partial, pages: [(0x4F, 0x8C), (0x2F, nil)]),
        Row(testDescription: "MPS confirmed, then gone", expected: .partial, pages: [(0x4F, 0x8C)], disconnects: false),
        Row(testDescription: "nothing confirmed", expected: .failed, pages: [(0x2F, nil)]),
        Row(testDescription: "rejected", expected: .failed, pages: [(0x2F, 0x4C)]),
        Row(testDescription: "no page", expected: .failed, pages: []),
        Row(
            testDescription: "cut before the answer", expected: .unknown, endsMidCall: true, pages: [(0x2F, nil)],
            disconnects: false),
        Row(testDescription: "cut after DCN", expected: .failed, endsMidCall: true, pages: [(0x2F, nil)]),
        Row(testDescription: "cut before its CED", expected: .failed, startsMidCall: true, pages: [(0x2F, nil)]),
        Row(
            testDescription: "cut at its beginning", expected: .unknown, startsMidCall: true, hasCED: false,
            pages: [(0x2F, nil)]),
        Row(
            testDescription: "cut after the last answer", expected: .success, endsMidCall: true,
            pages: [(0x2F, 0x8C)]),
        Row(testDescription: "sender alone seen", expected: .unknown, seen: [.caller], pages: [(0x2F, 0x8C)]),
        Row(testDescription: "receiver alone seen, confirming", expected: .unknown, seen: [.callee], pages: []),
    ]

    @Test(arguments: rows)
    func outcome(row: Row) {
        var script = FaxScript()
        script.identify(hasCED: row.hasCED)
        script.train()
        script.frame(.callee, 0x84)
        for (index, page) in row.pages.enumerated() {
            script.page(index & 1 == 0 ? ScriptedCallTests.white : ScriptedCallTests.black)
            script.frame(.caller, page.command)
            if let answer = page.answer { script.frame(.callee, answer) }
        }
        if row.disconnects { script.frame(.caller, 0xFB) }
        var call = script.call(seen: row.seen)
        call.coverage.startsMidCall = row.startsMidCall
        call.coverage.endsMidCall = row.endsMidCall
        #expect(FaxAnalyzer().analyze(call).outcome == row.expected)
    }

    @Test func withoutT38NothingIsKnown() {
        var signalling = Signalling(.sip)
        signalling.outcome = .answered
        var call = Call(id: 1, signalling: signalling, firstTime: .zero, firstFrame: FrameRef(number: 1))
        #expect(FaxAnalyzer().analyze(call).outcome == .unknown)
        #expect(FaxAnalyzer().analyze(call).carriedBy == "none")
        let place = Endpoint(IPAddress(v4: 1), 4_000)
        var audio = MediaStream(kind: .rtp, from: place, to: place, frame: FrameRef(number: 2), time: .zero)
        audio.codec = "PCMA"
        call.streams = [audio]
        #expect(FaxAnalyzer().analyze(call).outcome == .unknown)
        #expect(FaxAnalyzer().analyze(call).carriedBy == "g711")
    }

    /// Without signalling: who is who by what each side says.
    @Test func partiesAreGuessedFromTheFrames() {
        var script = FaxScript()
        script.onePage()
        var call = script.call()
        for index in call.streams.indices { call.streams[index].direction = nil }
        let fax = FaxAnalyzer().analyze(call)
        #expect(fax.sender == .caller)
        #expect(fax.messages.map(\.direction) == [.callee, .callee, .caller, .caller, .callee, .caller, .callee])
    }
}
