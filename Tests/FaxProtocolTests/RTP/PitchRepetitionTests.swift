import FaxProtocol
import Foundation
import Testing

/// Facts of G.711 Appendix I: the period goes on, the level falls from 10 ms on, silence after 60 ms, 3.75 ms of delay.
@Suite struct PitchRepetitionTests {
    private static let delay = 30

    private func tone(_ hz: Double, _ range: Range<Int>) -> [Int16] {
        range.map { Int16(8_000 * sin(2 * .pi * hz * Double($0) / 8_000)) }
    }

    private func played(_ hz: Double, missing: Range<Int>) -> [Int16] {
        var concealment = LossConcealment(.pitch, packetSamples: 160)
        var output: [Int16] = []
        for start in stride(from: 0, to: 4_000, by: 80) {
            var samples = tone(hz, start..<start + 80)
            samples.withUnsafeMutableBufferPointer {
                if missing.contains(start) { concealment.fill($0) } else { concealment.heard($0) }
            }
            output += samples
        }
        return output
    }

    private func level(_ samples: ArraySlice<Int16>) -> Double {
        (samples.reduce(0.0) { $0 + Double($1) * Double($1) } / Double(samples.count)).squareRoot()
    }

    @Test func withoutLossItDelaysOnly() {
        #expect(Array(played(440, missing: 0..<0).dropFirst(Self.delay)) == Array(tone(440, 0..<4_000 - Self.delay)))
    }

    @Test(arguments: [100.0, 160, 200]) func periodGoesOn(hz: Double) {
        let output = played(hz, missing: 2_000..<2_080)
        let wanted = tone(hz, 0..<4_000)
        for place in 2_000 + Self.delay..<2_080 + Self.delay {
            #expect(abs(Int(output[place]) - Int(wanted[place - Self.delay])) < 400)
        }
    }

    @Test func longHolesFade() {
        let output = played(100, missing: 2_000..<3_000)
        let start = 2_000 + Self.delay
        let full = level(output[start - 160..<start])
        #expect(level(output[start..<start + 80]) > 0.95 * full)
        #expect(level(output[start + 240..<start + 320]) < 0.7 * full)
        #expect(output[start + 480..<3_000 + Self.delay - 160].allSatisfy { $0 == 0 })
        #expect(level(output[3_200..<3_360]) > 0.95 * full)
    }
}
