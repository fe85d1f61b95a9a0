import FaxCore
import FaxDSP
import FaxWire
import Foundation
import Simulator
import Testing

@Suite struct LineFaultTests {
    private func tone(_ hz: Double, _ count: Int, peak: Double = 8_000) -> [Int16] {
        (0..<count).map { Int16(peak * sin(2 * .pi * hz * Double($0) / 8_000)) }
    }

    private func level(_ samples: some Collection<Int16>) -> Double {
        (samples.reduce(0.0) { $0 + Double($1) * Double($1) } / Double(max(samples.count, 1))).squareRoot()
    }

    private func passed(_ faults: AnalogueLine.Faults, _ signal: [Int16], other: [Int16], step: Int) -> [Int16] {
        var line = AnalogueLine(faults, seed: 4)
        var output: [Int16] = []
        for start in stride(from: 0, to: signal.count, by: step) {
            var samples = Array(signal[start..<min(start + step, signal.count)])
            line.apply(&samples, other: Array(other[start..<min(start + step, other.count)]))
            output += samples
        }
        return output
    }

    /// The length of the steps is not to be heard.
    @Test func stepsDoNotMatter() {
        var faults = AnalogueLine.Faults()
        faults.gainDB = -6
        faults.noiseDBm0 = -40
        faults.echo = AnalogueLine.Echo(delaySamples: 333, lossDB: 12)
        faults.frequencyShiftHz = 7
        let (signal, other) = (tone(1_700, 4_000), tone(600, 4_000))
        let whole = passed(faults, signal, other: other, step: 4_000)
        for step in [80, 160, 333] { #expect(passed(faults, signal, other: other, step: step) == whole) }
    }

    @Test func eachFaultDoesWhatItSays() {
        let (signal, silence) = (tone(1_000, 8_000), [Int16](repeating: 0, count: 8_000))
        var faults = AnalogueLine.Faults()
        #expect(passed(faults, signal, other: silence, step: 160) == signal)
        faults.gainDB = -20
        #expect(abs(level(passed(faults, signal, other: silence, step: 160)) - level(signal) / 10) < 5)
        faults = AnalogueLine.Faults()
        faults.noiseDBm0 = -30
        let noise = level(passed(faults, silence, other: silence, step: 160))
        #expect(abs(20 * log10(noise / (32_768 / 2.squareRoot())) + 3.17 + 30) < 0.3)
        faults = AnalogueLine.Faults()
        faults.echo = AnalogueLine.Echo(delaySamples: 400, lossDB: 20)
        let echo = passed(faults, silence, other: signal, step: 160)
        #expect(echo[..<400].allSatisfy { $0 == 0 })
        #expect(zip(echo[400...], signal).allSatisfy { abs(Double($0) - Double($1) / 10) <= 1 })
        faults = AnalogueLine.Faults()
        faults.frequencyShiftHz = 50
        let shifted = passed(faults, signal, other: silence, step: 160)
        // Two crossings of zero a period, over 0.75 s.
        let stretch = shifted[1_000..<7_000]
        let crossings = zip(stretch, stretch.dropFirst()).count { ($0 < 0) != ($1 < 0) }
        #expect(abs(crossings - 1_575) <= 2)
    }

    /// A clock that is fast counts more samples of the same signal.
    @Test(arguments: [0.0, 100, -5_000]) func otherClock(ppm: Double) {
        var skew = SteppedClockSkew(ppm: ppm)
        let signal = tone(1_000, 80_000)
        var output: [Int16] = []
        for start in stride(from: 0, to: 80_000, by: 160) {
            skew.apply(Array(signal[start..<start + 160]), into: &output)
        }
        #expect(abs(output.count - Int(80_000 * (1 + ppm / 1_000_000))) <= 20)
        #expect(abs(level(output[1_000...]) / level(signal) - 1) < 0.01)
        if ppm == 0 { #expect(Array(output[16..<5_000]) == Array(signal[0..<4_984])) }
    }

    /// What a codec leaves of a modem's sound, as noise below it: G.711 little, G.726 more, GSM ruins it.
    @Test(arguments: [
        (AudioCodec.g711(.muLaw), 30.0...45), (.g726(bits: 4, .leastSignificantFirst), 12.0...28), (.gsm, -5.0...10),
    ])
    func codecsLeaveNoise(_ codec: AudioCodec, snrDB: ClosedRange<Double>) throws {
        guard var transcoder = Transcoder(codec) else { throw BareCall.Failure.noEngine }
        // Noise is the nearest to the sound of a fast modem; tones are what such codecs predict.
        let signal = NoiseMaker(.white, dBm0: -15, seed: 8).samples(count: 8_000)
        var output: [Int16] = []
        for start in stride(from: 0, to: 8_000, by: 160) {
            var samples = Array(signal[start..<start + 160])
            transcoder.apply(&samples)
            output += samples
        }
        #expect(output.count == 8_000)
        let error = zip(output, signal).dropFirst(1_600).map { Int16(clamping: Int($0) - Int($1)) }
        let snr = 20 * log10(level(signal) / max(level(error), 1))
        #expect(snrDB.contains(snr), "\(snr) dB")
    }

    /// The canceller takes out an echo of noise that it could learn; without adaptation it does not.
    @Test(arguments: [true, false]) func echoIsCancelled(adapts: Bool) throws {
        var options = EchoCanceller.Options()
        options.adapts = adapts
        options.hasNonlinearProcessor = false
        guard var canceller = EchoCanceller(options) else { throw BareCall.Failure.noEngine }
        let sent = NoiseMaker(.white, dBm0: -15, seed: 3).samples(seconds: 4)
        var rest: [Int16] = []
        for start in stride(from: 160, to: sent.count, by: 160) {
            var received = sent[start - 40..<start + 120].map { $0 / 8 }
            canceller.apply(&received, sent: Array(sent[start..<min(start + 160, sent.count)]))
            rest += received
        }
        let loss = 20 * log10(level(sent) / 8 / max(level(rest.suffix(8_000)), 1))
        #expect(adapts ? loss > 15 : loss < 1, "\(loss) dB")
    }
}
