import FaxCore
import PcapDecode
import Testing

@testable import T30Analyzer

/// A damaged answer counts as given only where this capture lost it and its addressee shows that it had it whole.
@Suite struct HiddenAnswerTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let isHidden: Bool
        /// Frames behind the page, in tenths of a second from its end; capitals of the caller, who sends.
        var frames: [(at: Int64, name: String, crcOK: Bool)]
        /// Where packets of the callee are missing.
        var gap: ClosedRange<Int64>? = 20...21
        var end: Int64 = 40
    }

    static let rows: [Row] = [
        Row(
            testDescription: "DCN follows at once", isHidden: true,
            frames: [(5, "EOP", true), (20, "mcf", false), (30, "DCN", true)]),
        Row(
            testDescription: "the call ends by itself a while later", isHidden: true,
            frames: [(5, "EOP", true), (20, "mcf", false)]),
        Row(
            testDescription: "the answer that ended the call was cut off by it", isHidden: false,
            frames: [(5, "EOP", true), (20, "mcf", false)], end: 22),
        Row(
            testDescription: "the command comes again: its sender heard the damage too", isHidden: false,
            frames: [(5, "EOP", true), (20, "mcf", false), (50, "EOP", true)]),
        Row(
            testDescription: "DCN after three commands is giving up", isHidden: false,
            frames: [
                (5, "EOP", true), (20, "mcf", false), (50, "EOP", true), (65, "mcf", false), (95, "EOP", true),
                (110, "mcf", false), (120, "DCN", true),
            ], gap: 20...110),
        Row(
            testDescription: "no packet is missing: it was damaged before", isHidden: false,
            frames: [(5, "EOP", true), (20, "mcf", false), (30, "DCN", true)], gap: nil),
        Row(
            testDescription: "no answer at all", isHidden: false, frames: [(5, "EOP", true), (60, "DCN", true)],
            gap: 20...21),
        Row(
            testDescription: "training again may follow a rejection", isHidden: false,
            frames: [(5, "MPS", true), (20, "rtn", false), (30, "DCS", true)]),
        Row(
            testDescription: "a whole rejection", isHidden: false,
            frames: [(5, "EOP", true), (20, "rtn", true), (30, "DCN", true)]),
    ]

    @Test(arguments: rows)
    func answer(row: Row) throws {
        let second: Int64 = 100_000_000
        func instant(_ tenths: Int64) -> Instant { Instant(nanoseconds: 1_000 * second + tenths * second) }
        var session = FaxSession()
        session.sender = .caller
        var page = FaxPage(number: 1)
        page.start = instant(-100)
        page.end = instant(0)
        session.pages = [page]
        session.messages = row.frames.map { frame in
            T30Message(
                time: instant(frame.at), end: instant(frame.at + 1), frame: nil, lastFrame: nil,
                direction: frame.name == frame.name.uppercased() ? .caller : .callee, name: frame.name.uppercased(),
                octets: [0xFF, 0x13, 0x2F], fields: [], crcOK: frame.crcOK)
        }
        var signalling = Signalling(.sip)
        signalling.endTime = instant(row.frames.map(\.at).max().map { max($0 + 1, row.end) } ?? row.end)
        var call = Call(
            id: 1, signalling: signalling, firstTime: instant(-200), firstFrame: FrameRef(number: 1))
        var stream = MediaStream(
            kind: .rtp, from: Endpoint(IPAddress(v4: 0x0A00_0002), 4000),
            to: Endpoint(IPAddress(v4: 0x0A00_0001), 4000),
            frame: FrameRef(number: 2), time: instant(-150))
        stream.direction = .callee
        stream.statistics.gaps =
            row.gap.map { gap in
                [
                    SequenceGap(
                        firstMissing: 7, count: 1, recovered: 0, before: FrameRef(number: 5),
                        after: FrameRef(number: 6),
                        time: instant(gap.lowerBound)...instant(gap.upperBound))
                ]
            } ?? []
        call.streams = [stream]
        let isHidden = try #require(HiddenAnswer(call, session)).hidesOutcome
        #expect(isHidden == row.isHidden)
    }
}
