import FaxDSP
import FaxWire
import Simulator
import Testing

@Suite struct SignalScannerTests {
    // MARK: DTMF

    static let digits = "0123456789*#ABCD"

    static func digits(_ signals: [HeardSignal]) -> String {
        String(signals.compactMap { if case .dtmf(let digit) = $0.kind { digit } else { nil } })
    }

    @Test(arguments: LineCondition.all) func digitsOnALine(_ condition: LineCondition) {
        let heard = Hearing.signals(condition.audio { ToneMaker.dtmf(Self.digits, dBm0: min($0, -3) - 2) })
        #expect(Self.digits(heard) == Self.digits, "\(heard)")
        #expect(heard.filter(\.isNamed).count == Self.digits.count, "\(heard.filter(\.isNamed))")
    }

    /// Q.24: 40 ms on and off; the high tone up to 4 dB over, or 8 dB below the low one.
    @Test(arguments: [-7.0, 0, 4]) func digitsShortAndTwisted(_ twistDB: Double) {
        let audio = Hearing.padded(ToneMaker.dtmf(Self.digits, twistDB: twistDB, on: 0.042, off: 0.042))
        let heard = Hearing.signals(audio)
        #expect(Self.digits(heard) == Self.digits, "\(heard)")
        for (index, signal) in heard.enumerated() {
            #expect(abs(signal.samples.lowerBound - 8_000 - index * 672) < 40, "\(signal)")
            #expect(abs(signal.samples.count - 336) < 48, "\(signal)")
        }
    }

    @Test func equalDigitsAreSeparate() {
        let heard = Hearing.signals(Hearing.padded(ToneMaker.dtmf("5555", on: 0.05, off: 0.045)))
        #expect(Self.digits(heard) == "5555")
    }

    // MARK: Call progress

    static let progress: [(name: String, hz: [Double], pattern: [Double], expected: String)] = [
        ("US dial", [350, 440], [5, 0.1], "dial"), ("US ringback", [440, 480], [2, 4], "ringback"),
        ("US busy", [480, 620], [0.5, 0.5], "busy"), ("US reorder", [480, 620], [0.25, 0.25], "congestion"),
        ("UK dial", [350, 450], [5, 0.1], "dial"), ("UK ringback", [400, 450], [0.4, 0.2, 0.4, 2], "ringback"),
        ("UK busy", [400], [0.375, 0.375], "busy"),
        ("UK congestion", [400], [0.4, 0.35, 0.225, 0.525], "congestion"),
        ("DE dial", [425], [5, 0.1], "dial"), ("DE ringback", [425], [1, 4], "ringback"),
        ("DE busy", [425], [0.48, 0.48], "busy"), ("DE congestion", [425], [0.24, 0.24], "congestion"),
        ("FR dial", [440], [5, 0.1], "dial"), ("FR ringback", [440], [1.5, 3.5], "ringback"),
        ("FR busy", [440], [0.5, 0.5], "busy"), ("FR congestion", [440], [0.25, 0.25], "congestion"),
        ("JP dial", [400], [5, 0.1], "dial"), ("JP busy", [400], [0.5, 0.5], "busy"),
    ]

    @Test(arguments: progress.indices, [G711.muLaw, .aLaw]) func callProgress(_ index: Int, _ law: G711) {
        let tone = Self.progress[index]
        let level = tone.hz.count > 1 ? -22.0 : -19
        let clean = Hearing.padded(ToneMaker(hz: tone.hz, dBm0: level).cadence(tone.pattern, seconds: 9))
        for audio in law == .muLaw ? [clean, Hearing.withNoise(clean, dBm0: -42)] : [clean] {
            let heard = Hearing.signals(law.samples(law.octets(audio))).filter(\.isNamed)
            #expect(!heard.isEmpty)
            for signal in heard {
                guard case .callProgress(let name, let frequencies) = signal.kind else {
                    Issue.record("\(tone.name): \(signal)")
                    continue
                }
                #expect(name == tone.expected, "\(tone.name): \(signal)")
                #expect(frequencies.count == tone.hz.count)
                for (found, made) in zip(frequencies, tone.hz) { #expect(abs(Double(found) - made) < 6) }
            }
        }
    }

    @Test func ringingOfJapan() {
        var maker = ToneMaker(hz: [400], dBm0: -19)
        maker.modulation = (16, 0.8)
        let heard = Hearing.signals(Hearing.padded(maker.cadence([1, 2], seconds: 12)))
        #expect(
            heard.first.map { if case .callProgress("ringback", _) = $0.kind { true } else { false } } ?? false,
            "\(heard)")
    }

    @Test func specialInformationTone() {
        let audio = [950.0, 1400, 1800].flatMap { ToneMaker(hz: [$0], dBm0: -20).samples(seconds: 0.33) }
        let heard = Hearing.signals(Hearing.padded(audio))
        #expect(Hearing.kinds(heard) == [.callProgress(name: "SIT", frequenciesHz: [950, 1400, 1800])], "\(heard)")
        #expect(heard.first?.bursts.count == 3)
    }

    // MARK: Others

    @Test func singleTones() {
        for hz in [700.0, 1004, 1300, 2225, 3000] {
            let heard = Hearing.signals(Hearing.padded(ToneMaker(hz: [hz], dBm0: -10).samples(seconds: 1)))
            #expect(Hearing.kinds(heard) == [.tone(hz: Int(hz))], "\(heard)")
            #expect(
                heard.first.map { abs($0.samples.lowerBound - 8_000) < 40 && abs($0.samples.count - 8_000) < 60 }
                    ?? false)
        }
    }

    /// Longer than what is measured of it: to its end all the same.
    @Test func aToneOfMoreThanAMinute() {
        let heard = Hearing.signals(Hearing.padded(ToneMaker.answer(seconds: 63)))
        #expect(Hearing.kinds(heard) == [.ced], "\(heard)")
        #expect(heard.first.map { abs($0.samples.count - 63 * 8_000) < 160 } ?? false, "\(heard)")
    }

    @Test(arguments: NoiseMaker.Colour.allCases) func noises(_ colour: NoiseMaker.Colour) {
        let loud = Hearing.signals(NoiseMaker(colour, dBm0: -25, seed: 3).samples(seconds: 10))
        #expect(Hearing.kinds(loud) == [.noise], "\(loud)")
        let faint = Hearing.signals(NoiseMaker(colour, dBm0: -47, seed: 4).samples(seconds: 10))
        #expect(Hearing.kinds(faint) == [.comfortNoise], "\(faint)")
    }

    @Test func clipping() {
        let loud = ToneMaker(hz: [1100], dBm0: 6).cadence([0.5, 3], seconds: 1)
        let heard = Hearing.signals(Hearing.padded(loud))
        #expect(Hearing.kinds(heard) == [.cng] && (heard.first?.clippedShare ?? 0) > 0.2, "\(heard)")
        let fair = Hearing.signals(Hearing.padded(ToneMaker.cng(seconds: 1)))
        #expect(fair.first?.clippedShare == 0)
    }

    @Test func noSamplesAndWildRanges() {
        func scan(_ samples: [Int16], _ ranges: [Range<Int>]) -> [HeardSignal] {
            SignalScanner().scan(samples.span, in: ranges)
        }
        #expect(scan([], [0..<10, -5..<99]).isEmpty)
        #expect(scan([1, 2, 3], [0..<3]).allSatisfy { !$0.isNamed })
        let cng = Hearing.padded(ToneMaker.cng(seconds: 1))
        #expect(Hearing.kinds(scan(cng, [11_000..<99_999, 7_000..<11_500])) == [.cng])
    }
}
