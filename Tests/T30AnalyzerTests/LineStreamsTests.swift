import FaxCore
import FaxDSP
import FaxWire
import PcapDecode
import Simulator
import TestSupport
import Testing

@testable import T30Analyzer

/// Media that the capture holds on both sides of a relay, and streams that go on under another port or SSRC: one line, one
/// story.
@Suite struct LineStreamsTests {
    private static let relayed = "01-t38-clean-1page-ecm"
    private static let sound = "03-g711u-clean-1page"

    /// What a fax came to, in short.
    private struct Story: Equatable {
        var messages: [String]
        var trainings: Int
        var rows: [Int?]
        var badRows: [Int?]
        var findings: [String]

        init(_ analyzed: AnalyzedCall) {
            let fax = analyzed.fax
            messages = fax.messages.filter { !$0.isImageFrame }.map { "\($0.direction?.rawValue ?? "?") \($0.name)" }
            trainings = fax.trainings.count
            rows = fax.pages.map(\.rows)
            badRows = fax.pages.map(\.badRows)
            findings = analyzed.findings.map(\.id)
        }
    }

    private static func analyzed(
        _ name: String, _ edit: (inout CaptureEditor) -> Void = { _ in }
    ) throws -> AnalyzedCall {
        var capture = try CaptureEditor(corpus: name)
        edit(&capture)
        #expect(capture.problems == [])
        let calls = capture.calls()
        #expect(calls.count == 1)
        let call = try #require(calls.first)
        return AnalyzedCall(call, FaxAnalyzer().analyze(call))
    }

    // MARK: - Several hops

    /// Thousands of streams to one port are no hops, and are not held against each other.
    @Test(arguments: [LineStreams.limit, LineStreams.limit + 1])
    func floodsAreReadAsTheyStand(count: Int) {
        let streams = (0..<count).map { number in
            var stream = MediaStream(
                kind: .rtp, from: Endpoint(IPAddress(v4: 0x0A00_0001), UInt16(20_000 + number)),
                to: Endpoint(IPAddress(v4: 0x0A00_0002), 4_002), frame: FrameRef(number: 1), time: .zero)
            stream.direction = .caller
            stream.ssrc = 7
            return stream
        }
        #expect(LineStreams(streams).otherHops.count == (count > LineStreams.limit ? 0 : count - 1))
    }

    /// `behind`: how much later than the inside the outside is written; the other way about where clocks differ so.
    @Test(arguments: [(relayed, 0.0001), (relayed, 0.4), (relayed, -0.4), (sound, 0.0001)])
    func bothSidesOfANATAreOneLine(_ name: String, _ behind: Double) throws {
        let plain = try Self.analyzed(name)
        let both = try Self.analyzed(name) { $0.seeBothSides(behind: behind) }
        #expect(Story(both) == Story(plain))
        #expect(both.fax.trainings.count == 1 && both.fax.pages.map(\.rows) == [1_143])
        #expect(both.call.streams.count == 2 * plain.call.streams.count)
        let hidden = both.call.streams.filter(\.isOtherHop)
        #expect(hidden.count == plain.call.streams.count)
        #expect(hidden.allSatisfy { $0.quirks.contains { $0.name == "same-media-other-hop" && $0.count > 50 } })
        #expect(both.call.streams.map(\.packets).reduce(0, +) == 2 * plain.call.streams.map(\.packets).reduce(0, +))
    }

    /// The hop where the packets come last is the receiver's: what was lost before it did not come.
    @Test func theHopOfTheReceiverCounts() throws {
        let both = try Self.analyzed(Self.relayed) { capture in
            capture.seeBothSides(behind: 0.0001)
            let middle = capture.start + .seconds(16)
            capture.dropMedia(.udptl, after: middle, before: middle + .seconds(1)) { $0.source.address == .outside }
        }
        #expect(both.fax.messages.filter(\.isImageFrame).contains { $0.crcOK != true })
        #expect(both.findings.map(\.id).contains("udptl-loss-unrepaired"))
    }

    /// A capture that lacks the beginning of the outer hop has the inner one.
    @Test func theHopThatWasCapturedWholeIsRead() throws {
        let plain = try Self.analyzed(Self.relayed)
        let both = try Self.analyzed(Self.relayed) { capture in
            capture.seeBothSides(behind: 0.0001)
            let middle = capture.start + .seconds(16)
            capture.dropMedia(before: middle) { $0.source.address == .outside || $0.destination.address == .outside }
        }
        #expect(Story(both) == Story(plain))
    }

    /// Parts of the outer hop, for its port changed, are the media of the inner one.
    @Test func aChangeOfPortOnOneHopIsNoneOnTheOther() throws {
        let plain = try Self.analyzed(Self.relayed)
        let both = try Self.analyzed(Self.relayed) { capture in
            capture.seeBothSides(behind: 0.0001)
            for packet in capture.media(.udptl, after: capture.start + .seconds(16))
            where packet.source.address == .outside {
                capture.records[packet.place].frame.setSource(Endpoint(.outside, 61_000))
            }
        }
        #expect(Story(both) == Story(plain))
        #expect(both.call.streams.count { $0.isOtherHop && $0.kind == .udptl } == 3)
    }

    /// Streams that only lie side by side are two.
    @Test func otherContentIsAnotherStream() throws {
        let both = try Self.analyzed(Self.relayed) { capture in
            capture.seeBothSides(behind: 0.0001)
            capture.editDatagrams(of: .caller, after: capture.start) { packet, media in
                if media.source.address == .outside, packet.primary.count > 2 { packet.primary[2] ^= 0x55 }
            }
        }
        #expect(both.call.streams.count { $0.isOtherHop && $0.kind == .udptl } == 1)
    }

    // MARK: - Streams that go on

    @Test(arguments: [6.0, 6.3, 6.6, 6.9, 7.2, 10.0, 14.0, 18.0, 20.0], [false, true])
    func t38GoesOnUnderAnotherPort(_ seconds: Double, _ startsAnew: Bool) throws {
        let plain = try Self.analyzed(Self.relayed)
        let moved = try Self.analyzed(Self.relayed) { capture in
            let time = capture.start + .milliseconds(Int(seconds * 1_000))
            var first: UInt16?
            for packet in capture.media(.udptl, from: .caller, after: time) {
                capture.records[packet.place].frame.setSource(Endpoint(packet.source.address, 61_000))
                guard startsAnew else { continue }
                var payload = packet.payload
                let number = UInt16(payload[0]) << 8 | UInt16(payload[1])
                first = first ?? number
                (payload[0], payload[1]) = (UInt8((number - first!) >> 8), UInt8((number - first!) & 0xFF))
                capture.records[packet.place].frame.setPayload(payload)
            }
        }
        #expect(Story(moved).messages == Story(plain).messages)
        #expect(moved.fax.pages.map(\.rows) == [1_143] && moved.fax.pages.map(\.badRows) == [0])
        #expect(moved.fax.senderID == plain.fax.senderID)
        #expect(moved.call.streams.count { $0.kind == .udptl } == 3)
    }

    @Test(arguments: [false, true]) func audioGoesOn(_ isNewSource: Bool) throws {
        let moved = try Self.analyzed(Self.sound) { capture in
            let time = capture.start + .seconds(16)
            if isNewSource { return capture.changeSource(of: .caller, after: time, to: 0x1234_5678) }
            for packet in capture.media(.rtp, from: .caller, after: time) {
                capture.records[packet.place].frame.setSource(Endpoint(packet.source.address, 61_000))
            }
        }
        #expect(moved.fax.pages.map(\.rows) == [1_143] && moved.fax.pages.map(\.badRows) == [0])
        #expect(!moved.findings.contains { $0.id.hasPrefix("ecm-") || $0.id == "rtp-seq-ts-jump" })
        #expect(moved.call.streams.count == 3)
    }

    /// Numbers wrap between the two streams, and packets are lost there.
    @Test(arguments: [0, 1, 7]) func numbersGoOnOverTheWrap(_ first: Int) throws {
        let parts = [65_524..<65_534, first..<first + 10].enumerated().map { part, numbers in
            var log = T38Log()
            for (index, number) in numbers.enumerated() {
                log.append(
                    sequence: number, frame: FrameRef(number: UInt32(part * 10 + index + 1)),
                    time: Instant(seconds: Double(100 + part)) + .milliseconds(20 * index), origin: .primary,
                    octets: [0])
            }
            return Self.stream(log, port: 4_000 + UInt16(part))
        }
        let line = LineStreams(parts)
        #expect(
            line.streams[0].t38?.entries.map(\.sequence)
                == Array(65_524..<65_534) + Array(65_536 + first..<65_546 + first))
        #expect(line.streams[1].t38 == nil && line.readElsewhere == [1: 0] && line.otherHops == [])
    }

    private static func stream(_ log: T38Log, port: UInt16) -> MediaStream {
        let (from, to) = (Endpoint(IPAddress(v4: 0x0A00_0001), port), Endpoint(IPAddress(v4: 0x0A00_0002), 4_002))
        var stream = MediaStream(
            kind: .udptl, from: from, to: to, frame: log.entries[0].frame, time: log.entries[0].time)
        stream.lastTime = log.entries.last?.time ?? stream.firstTime
        stream.direction = .caller
        stream.t38 = log
        return stream
    }

    // MARK: - Pauses

    /// Audio that stops for T.38 and comes back under timestamps that go on: its last tone was not as long as the pause.
    @Test func aToneEndsWhereTheAudioStops() throws {
        var script = AudioScript()
        let tone = G711.muLaw.octets(ToneMaker.answer(seconds: 2).prefix(16_000))
        for start in stride(from: 0, to: tone.count, by: 160) {
            script.send(Array(tone[start..<start + 160]), type: 0, samples: 160)
        }
        script.now = script.now + .seconds(25)
        for start in stride(from: 0, to: tone.count, by: 160) {
            script.send(Array(tone[start..<start + 160]), type: 0, samples: 160)
        }
        let timeline = AudioTimeline(script.log(formats: [0: "PCMU"]))
        #expect(timeline.segments.map(\.start) == [.begin, .stall])
        let tones = AudioHearing(timeline).items.filter { $0.end - $0.start > .milliseconds(500) }
        #expect(tones.count == 2)
        #expect(tones.allSatisfy { abs(($0.end - $0.start).inSeconds - 2) < 0.2 })
    }

    /// Without signalling the signals tell who sends.
    @Test func directionsThatTheSignalsTell() throws {
        let capture = try CaptureEditor(corpus: "D01-media-only-t38")
        let calls = capture.calls().map { AnalyzedCall($0, FaxAnalyzer().analyze($0)) }
        #expect(calls.flatMap(\.call.streams).count == 4)
        #expect(calls.flatMap(\.call.streams).allSatisfy { $0.direction != nil })
    }
}

extension IPAddress {
    fileprivate static let outside = IPAddress(v4: 0xCB00_7107)
}

extension CaptureEditor {
    /// Media of the caller as a capture on both sides of its NAT has them: inside as they stand, and outside.
    fileprivate mutating func seeBothSides(behind seconds: Double) {
        let delay = Duration.nanoseconds(Int64(seconds * 1e9))
        // One clock: what goes in is outside first.
        let isOneClock = abs(seconds) < 0.01
        for packet in media {
            var outside = records[packet.place]
            if packet.sender == .caller {
                outside.frame.setSource(Endpoint(.outside, packet.source.port))
                outside.time = packet.time + delay
            } else {
                outside.frame.setDestination(Endpoint(.outside, packet.destination.port))
                outside.time = isOneClock ? packet.time - delay : packet.time + delay
            }
            records.append(outside)
        }
    }
}
