import FaxCore
import FaxDSP
import FaxWire
import Foundation
import PcapDecode
import T30Analyzer
import TestSupport
import Testing

/// The tones of real calls through G.711. The terminals are spandsp's: CNG of 0.5 s every 3.5 s at −11 dBm0, CED of
/// 2.6 s; Asterisk's own, before it turns to T.38, come at −27 dBm0 and CED lasts 3 s.
@Suite struct SignalCorpusTests {
    struct Expected: Sendable, CustomTestStringConvertible {
        var capture: String
        var call = 0
        /// How many tones each party sends, and which party sends the fax.
        var sender = Party.caller
        var cng: Int
        /// Lengths in samples.
        var ced: [Int]

        var testDescription: String { "\(capture), call \(call + 1)" }
    }

    static let table = [
        Expected(capture: "03-g711u-clean-1page", cng: 1, ced: [20_800]),
        Expected(capture: "05-t38-rejected-488-fallback-g711", cng: 2, ced: [24_000, 20_800]),
        Expected(capture: "16-gateway-t38-to-g711", call: 1, cng: 1, ced: [20_800]),
        Expected(capture: "16b-gateway-g711-to-t38", cng: 2, ced: [24_000, 20_800]),
        Expected(capture: "24-g711u-called-side-sends", sender: .callee, cng: 1, ced: [20_800]),
        Expected(capture: "26-g711u-one-way-audio", cng: 7, ced: [20_800]),
        Expected(capture: "01-t38-clean-1page-ecm", cng: 1, ced: [24_000]),
        Expected(capture: "54-voice-call-only", cng: 0, ced: []),
        Expected(capture: "22-two-faxes-plus-voice", cng: 0, ced: []),
        Expected(capture: "22-two-faxes-plus-voice", call: 2, cng: 1, ced: [24_000]),
    ]

    static func calls(_ name: String) throws -> [Call] {
        let path = Corpus.file("captures/\(name)/capture.pcap").path(percentEncoded: false)
        var options = CaptureDecoder.Options()
        options.keepsAudio = true
        var calls: [Call] = []
        let decoder = CaptureDecoder(options) { calls.append($0) }
        let reader = try CaptureReader(path: path)
        while let frame = reader.next() { decoder.feed(frame, reader.bytes) }
        decoder.finish()
        return calls
    }

    static func heard(_ samples: [Int16]) -> [HeardSignal] {
        let ranges = Envelope(samples.span).activeRanges(thresholdDBm0: SignalScanner.thresholdDBm0, hangover: 1_600)
        return SignalScanner().scan(samples.span, in: ranges)
    }

    static func isTone(_ signal: HeardSignal) -> Bool {
        switch signal.kind {
        case .cng, .ced, .ansReversed, .ansam, .ansamReversed, .tone, .dtmf, .callProgress, .v8, .v34: true
        case .voice, .music, .comfortNoise, .noise, .unknown, .dataModem: false
        }
    }

    @Test(arguments: table) func tonesOfTerminals(_ expected: Expected) throws {
        let call = try Self.calls(expected.capture)[expected.call]
        for stream in call.streams {
            guard let log = stream.audio, !log.packets.isEmpty else { continue }
            let tones = Self.heard(AudioTimeline(log).samples).filter(Self.isTone)
            for tone in tones {
                #expect(abs(tone.frequencyErrorHz ?? 99) < 0.1, "\(tone)")
                #expect(abs(tone.levelDBm0 + 11) < 0.2 || abs(tone.levelDBm0 + 27) < 0.2, "\(tone)")
            }
            let lengths = tones.map(\.samples.count)
            if stream.direction == expected.sender {
                #expect(tones.map(\.kind) == [HeardSignal.Kind](repeating: .cng, count: expected.cng), "\(tones)")
                #expect(lengths.allSatisfy { abs($0 - 4_000) <= 8 })
                for (one, next) in zip(tones, tones.dropFirst()) {
                    #expect(abs(next.samples.lowerBound - one.samples.lowerBound - 28_000) <= 8)
                }
            } else {
                #expect(tones.map(\.kind) == expected.ced.map { _ in HeardSignal.Kind.ced }, "\(tones)")
                #expect(zip(lengths, expected.ced).allSatisfy { abs($0 - $1) <= 16 }, "\(lengths)")
            }
        }
    }

    /// A voice is voice from its first word to its last.
    @Test func voice() throws {
        let call = try #require(try Self.calls("54-voice-call-only").first)
        for log in call.streams.compactMap(\.audio) {
            #expect(Self.heard(AudioTimeline(log).samples).map(\.kind) == [.voice])
        }
    }

    /// V.21 of a real terminal: its level is steady, its frequencies are those of the Recommendation.
    @Test func levelOfCommands() throws {
        let call = try #require(try Self.calls("03-g711u-clean-1page").first)
        for log in call.streams.compactMap(\.audio) {
            let samples = AudioTimeline(log).samples
            let stretches = Self.heard(samples).filter { $0.kind == .dataModem("V.21 channel 2") }
            #expect(stretches.count == 3)
            for stretch in stretches {
                let measured = FSKMeasure(samples.span, stretch.samples)
                let measure = try #require(measured)
                #expect(abs(measure.levelDBm0 + 14) < 0.3, "\(measure)")
                #expect(measure.frequencyErrorHz.map { abs($0) < 0.5 } ?? false, "\(measure)")
            }
        }
    }
}
