/// Finds the digits of Q.23 as Q.24 asks of a receiver.
struct DTMFFinder {
    private enum Limit {
        /// Q.24 accepts 1.5 % and refuses 3.5 %.
        static let frequency = 0.025
        /// The high tone over the low one, in dB.
        static let twistDB = -9.0...6.0
        /// 40 ms are a digit, 23 ms none.
        static let length = 240
        /// Of the power, what both hold.
        static let share = 0.8
        /// They begin and end together, within 12 ms.
        static let edge = 96
    }

    private static let rows: [Double] = [697, 770, 852, 941]
    private static let columns: [Double] = [1209, 1336, 1477, 1633]
    private static let keys = Array("123A456B789C*0#D")

    private let sound: Sound
    private let tracks: [ToneTrack]

    init(_ sound: Sound, _ tracks: [ToneTrack]) {
        self.sound = sound
        self.tracks = tracks
    }

    func signals() -> [HeardSignal] {
        let low = tracks.compactMap { track in Self.place(track.hz, Self.rows).map { (track, $0) } }
        let high = tracks.filter { Self.place($0.hz, Self.columns) != nil }
        var found: [HeardSignal] = []
        for (rowTrack, row) in low {
            let rowRuns = runs(rowTrack)
            for columnTrack in high.near(rowTrack.first..<rowTrack.last + 1) where rowTrack.first <= columnTrack.last {
                guard let column = Self.place(columnTrack.hz, Self.columns) else { continue }
                let key = Self.keys[row * 4 + column]
                for one in rowRuns {
                    for other in runs(columnTrack)
                    where isPair(one, other) && !found.contains(where: { $0.samples.overlaps(one.samples) }) {
                        let samples =
                            max(
                                one.samples.lowerBound, other.samples.lowerBound)..<min(
                                one.samples.upperBound, other.samples.upperBound)
                        let level = SampleLevel.dBm0(meanSquare: one.power + other.power)
                        found.append(
                            HeardSignal(
                                kind: .dtmf(key), samples: samples, levelDBm0: level,
                                frequencyErrorHz: other.hz - Self.columns[column]))
                    }
                }
            }
        }
        return found
    }

    private static func place(_ hz: Double, _ nominal: [Double]) -> Int? {
        nominal.firstIndex { abs(hz - $0) <= $0 * Limit.frequency }
    }

    private struct Run {
        var samples: Range<Int>
        var power: Double
        var hz: Double
    }

    private func runs(_ track: ToneTrack) -> [Run] {
        let measure = sound.measure(track)
        let plateau = measure.plateau(around: track.first..<track.last + 1)
        return measure.runs(plateau: plateau, bridge: 4).compactMap { run in
            guard run.count >= Limit.length else { return nil }
            let core = run.lowerBound + 64..<run.upperBound - 64
            let offset = measure.frequencyOffsetHz(core) ?? 0
            return Run(samples: run, power: measure.meanSquare(core), hz: measure.hz + offset)
        }
    }

    private func isPair(_ low: Run, _ high: Run) -> Bool {
        guard abs(low.samples.lowerBound - high.samples.lowerBound) <= Limit.edge,
            abs(low.samples.upperBound - high.samples.upperBound) <= Limit.edge, low.power > 0, high.power > 0
        else { return false }
        let twist = SampleLevel.dBm0(meanSquare: high.power) - SampleLevel.dBm0(meanSquare: low.power)
        let inner = low.samples.clamped(to: high.samples)
        guard Limit.twistDB.contains(twist), inner.count > 128 else { return false }
        let core = inner.lowerBound + 40..<inner.upperBound - 40
        return low.power + high.power >= sound.meanSquare(core) * Limit.share
    }
}
