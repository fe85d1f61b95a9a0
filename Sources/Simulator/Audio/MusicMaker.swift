import FaxCore
import Foundation

/// Music as it is played to those who hold the line: chords, an arpeggio or a lead, drums; another piece for each seed.
public struct MusicMaker: Sendable {
    public var seed: UInt64
    public var dBm0: Double

    public init(seed: UInt64, dBm0: Double) {
        self.seed = seed
        self.dBm0 = dBm0
    }

    /// How a voice sounds: amplitudes of its harmonics, seconds to rise and to decay (0: it holds).
    private struct Voice {
        var harmonics: [Double]
        var attack: Double
        var decay: Double
    }

    private static let voices = [
        Voice(harmonics: [1], attack: 0.01, decay: 0), Voice(harmonics: [1], attack: 0.005, decay: 0.35),
        Voice(harmonics: [1, 0, 0.33, 0, 0.2], attack: 0.01, decay: 0),
        Voice(harmonics: [1, 0.5, 0.33, 0.25, 0.2], attack: 0.05, decay: 0.8),
        Voice(harmonics: [1, 0.6, 0.1, 0.3], attack: 0.003, decay: 0.25),
    ]
    /// Semitones over a root of the chords of common progressions.
    private static let progressions: [[[Int]]] = [
        [[0, 4, 7], [9, 12, 16], [5, 9, 12], [7, 11, 14]], [[0, 3, 7], [8, 12, 15], [3, 7, 10], [10, 14, 17]],
        [[0, 4, 7, 11], [2, 5, 9, 12], [7, 11, 14, 17], [0, 4, 7, 9]],
    ]

    public func samples(seconds: Double) -> [Int16] {
        var random = SeededRandom(seed: seed)
        let beat = 60 / (70 + 80 * random.unit())
        let root = 110 * pow(2, Double(Int(random.unit() * 24)) / 12)
        let chords = Self.progressions[Int(random.unit() * 3)]
        let pad = Self.voices[2 + Int(random.unit() * 3)]
        let lead = Self.voices[Int(random.unit() * 5)]
        let hasDrums = random.chance(0.6)
        let hasVibrato = random.chance(0.3)
        var mix = [Double](repeating: 0, count: Int(seconds * 8_000))
        for bar in 0..<Int(seconds / (4 * beat)) + 1 {
            let chord = chords[bar % chords.count]
            let start = Double(bar) * 4 * beat
            for tone in chord {
                add(pad, root * pow(2, Double(tone) / 12), start, 4 * beat, 0.18, false, &mix)
            }
            var step = 0.0
            while step < 4 {
                let length = [0.25, 0.5, 0.5, 1][Int(random.unit() * 4)]
                if random.chance(0.85) {
                    let tone = chord[Int(random.unit() * Double(chord.count))] + 12 * (1 + Int(random.unit() * 3))
                    let note = root * pow(2, Double(tone) / 12)
                    add(lead, note, start + step * beat, length * beat * 0.95, 0.3, hasVibrato, &mix)
                }
                step += length
            }
            if hasDrums { drums(start, beat, &random, &mix) }
        }
        let power = mix.reduce(0) { $0 + $1 * $1 } / Double(max(mix.count, 1))
        let scale = power > 0 ? AudioLevel.effective(dBm0: dBm0) / power.squareRoot() : 0
        return mix.map { AudioLevel.sample($0 * scale) }
    }

    private func add(
        _ voice: Voice, _ hz: Double, _ start: Double, _ length: Double, _ gain: Double, _ hasVibrato: Bool,
        _ mix: inout [Double]
    ) {
        let first = Int(start * 8_000)
        let count = Int(length * 8_000)
        for index in 0..<count where first + index < mix.count {
            let time = Double(index) / 8_000
            let rise = min(time / voice.attack, 1)
            let fall = voice.decay > 0 ? exp(-time / voice.decay) : min((length - time) / 0.02, 1)
            let bend = hasVibrato ? 0.05 * sin(2 * .pi * 5.5 * time) : 0
            var value = 0.0
            for (number, amplitude) in voice.harmonics.enumerated() where amplitude > 0 {
                let frequency = hz * Double(number + 1)
                if frequency < 3_400 {
                    value += amplitude * sin(2 * .pi * frequency * time + bend * Double(number + 1))
                }
            }
            mix[first + index] += gain * rise * fall * value
        }
    }

    /// A kick on one and three, noise on two and four, a hat on each half.
    private func drums(_ start: Double, _ beat: Double, _ random: inout SeededRandom, _ mix: inout [Double]) {
        for half in 0..<8 {
            let first = Int((start + Double(half) * beat / 2) * 8_000)
            let isKick = half % 4 == 0
            let isSnare = half % 4 == 2
            for index in 0..<1_600 where first + index < mix.count {
                let time = Double(index) / 8_000
                var value = 0.08 * (random.unit() - 0.5) * exp(-time / 0.02)
                if isKick { value += 0.9 * sin(2 * .pi * (60 + 80 * exp(-time / 0.03)) * time) * exp(-time / 0.12) }
                if isSnare { value += 0.7 * (random.unit() - 0.5) * exp(-time / 0.08) }
                mix[first + index] += value
            }
        }
    }
}
