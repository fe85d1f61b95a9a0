import FaxDSP
import Simulator
import Testing

@Suite struct SignalFaxToneTests {
    /// Within 6 ms, 0.6 dB and half a hertz, whatever the line does.
    static func check(_ signal: HeardSignal, _ samples: Range<Int>, _ condition: LineCondition, levelDB: Double = 0) {
        #expect(abs(signal.samples.lowerBound - samples.lowerBound) < 48, "\(signal)")
        #expect(abs(signal.samples.upperBound - samples.upperBound) < 48, "\(signal)")
        let tolerance = condition.echo == nil ? 0.6 : 2.4
        #expect(abs(signal.levelDBm0 - condition.levelDBm0 - levelDB) < tolerance, "\(signal)")
        #expect(abs((signal.frequencyErrorHz ?? 99) - condition.shiftHz) < 0.5, "\(signal)")
    }

    @Test(arguments: LineCondition.all) func cngWithItsCadence(_ condition: LineCondition) throws {
        let heard = Hearing.signals(condition.audio { ToneMaker.cng(dBm0: $0, seconds: 7.5) }).filter(\.isNamed)
        #expect(Hearing.kinds(heard) == [.cng, .cng, .cng], "\(heard)")
        for (index, signal) in heard.enumerated() {
            Self.check(signal, 8_000 + index * 28_000..<12_000 + index * 28_000, condition)
            let cadence = try #require(signal.cadence)
            #expect(cadence.burstCount == 3 && abs(cadence.on - 4_000) < 80 && abs((cadence.off ?? 0) - 24_000) < 80)
        }
    }

    @Test(arguments: LineCondition.all) func aSingleCNG(_ condition: LineCondition) {
        let heard = Hearing.signals(condition.audio { ToneMaker.cng(dBm0: $0, seconds: 1) }).filter(\.isNamed)
        #expect(Hearing.kinds(heard) == [.cng], "\(heard)")
        for signal in heard { Self.check(signal, 8_000..<12_000, condition) }
    }

    static let answers: [(kind: HeardSignal.Kind, isReversed: Bool, isModulated: Bool)] = [
        (.ced, false, false), (.ansReversed, true, false), (.ansam, false, true), (.ansamReversed, true, true),
    ]

    @Test(arguments: answers.indices, LineCondition.all)
    func answerTones(_ index: Int, _ condition: LineCondition) {
        let answer = Self.answers[index]
        let audio = condition.audio {
            ToneMaker.answer(dBm0: $0, seconds: 3.3, reversed: answer.isReversed, modulated: answer.isModulated)
        }
        let heard = Hearing.signals(audio).filter(\.isNamed)
        #expect(Hearing.kinds(heard) == [answer.kind], "\(heard)")
        for signal in heard {
            // Modulation of 20 % adds 2 % of power.
            Self.check(signal, 8_000..<8_000 + 26_400, condition, levelDB: answer.isModulated ? 0.09 : 0)
            // One each 450 ms; the shift's filter is symmetrical and does not move them.
            let expected = answer.isReversed ? (1...7).map { 8_000 + $0 * 3_600 } : []
            #expect(signal.reversals.count == expected.count, "\(signal)")
            for (found, made) in zip(signal.reversals, expected) { #expect(abs(found - made) < 40, "\(signal)") }
        }
    }

    @Test(arguments: [1.2, 2.6, 4, 5.5]) func cedOfOtherLengths(_ seconds: Double) {
        let heard = Hearing.signals(Hearing.padded(ToneMaker.answer(seconds: seconds)))
        #expect(Hearing.kinds(heard) == [.ced])
        for signal in heard { #expect(abs(signal.samples.count - Int(seconds * 8_000)) < 40) }
    }

    @Test func bothTonesOverEachOtherOnOneChannel() {
        let calling = Hearing.padded(ToneMaker.cng(dBm0: -14, seconds: 8))
        for level in [-11.0, -14, -20] {
            let audio = mixed(calling, ToneMaker.answer(dBm0: level, seconds: 3), at: 9_000)
            let heard = Hearing.signals(audio)
            #expect(Hearing.kinds(heard) == [.cng, .ced, .cng, .cng], "\(heard)")
            for signal in heard where signal.kind == .ced {
                #expect(abs(signal.samples.lowerBound - 9_000) < 48 && abs(signal.samples.upperBound - 33_000) < 48)
            }
        }
    }

    @Test func aToneWithAHoleOfAPacketIsOne() {
        var cng = Hearing.padded(ToneMaker.cng(seconds: 1))
        for index in 9_920..<10_080 { cng[index] = 0 }
        let heard = Hearing.signals(cng)
        #expect(Hearing.kinds(heard) == [.cng] && abs(heard[0].samples.count - 4_000) < 48, "\(heard)")
        var ced = Hearing.padded(ToneMaker.answer(seconds: 3))
        for index in 9_920..<10_240 { ced[index] = 0 }
        let answer = Hearing.signals(ced)
        #expect(Hearing.kinds(answer) == [.ced] && abs(answer[0].samples.count - 24_000) < 48, "\(answer)")
    }

    /// Neither length nor company nor frequency of CNG: named by frequency, or not at all.
    @Test func whatIsNoFaxTone() {
        let others: [(String, [Int16])] = [
            ("1100 Hz for 0.3 s", ToneMaker(hz: [1100], dBm0: -13).samples(seconds: 0.3)),
            ("1100 Hz for 2 s", ToneMaker(hz: [1100], dBm0: -13).samples(seconds: 2)),
            ("1000 Hz for 0.5 s", ToneMaker(hz: [1000], dBm0: -13).samples(seconds: 0.5)),
            ("1300 Hz for 0.5 s: calling tone of V.25", ToneMaker(hz: [1300], dBm0: -13).samples(seconds: 0.5)),
            ("2100 Hz for 0.3 s", ToneMaker(hz: [2100], dBm0: -13).samples(seconds: 0.3)),
            ("2225 Hz for 3 s: answer tone of Bell 103", ToneMaker(hz: [2225], dBm0: -13).samples(seconds: 3)),
            ("a chord with 1100 Hz", ToneMaker(hz: [880, 1100, 1320], dBm0: -18).samples(seconds: 0.5)),
            (
                "a melody",
                [988, 1100, 1318, 1100].flatMap { ToneMaker(hz: [$0], dBm0: -13).samples(seconds: 0.5) }
            ),
        ]
        let tones: [HeardSignal.Kind] = [.cng, .ced, .ansReversed, .ansam, .ansamReversed]
        for (name, audio) in others {
            let heard = Hearing.signals(Hearing.padded(audio))
            #expect(heard.allSatisfy { !tones.contains($0.kind) }, "\(name): \(heard)")
        }
    }

    @Test func captureThatBeganOrEndedWithinATone() {
        let cng = ToneMaker.cng(seconds: 4)
        let begun = Hearing.signals(Array(cng.dropFirst(1_600)))
        #expect(Hearing.kinds(begun) == [.cng, .cng], "\(begun)")
        let alone = Hearing.signals(Array(cng.dropFirst(800).prefix(12_000)))
        #expect(Hearing.kinds(alone) == [.cng], "\(alone)")
        let answer = Hearing.signals(Array(ToneMaker.answer(seconds: 0.6)))
        #expect(Hearing.kinds(answer) == [.ced], "\(answer)")
    }
}
