/// Names what is neither tone nor modem, second by second: voice, music, noise, comfort noise, or unknown.
struct SoundClassifier {
    private enum Limit {
        /// A pause that does not part two stretches, 1 s.
        static let pause = 8_000
        static let second = 8_000
        static let shortest = 800
        /// Noise is as loud in each 10 ms, within this, in dB; voice is not.
        static let steady = 2.6
        static let lively = 4.0
        static let flat: Float = 0.35
        static let comfort = -42.0
        static let musicTracks = 1.0
        static let modemShare: Float = 0.85
    }

    private let sound: Sound
    private let tracks: [ToneTrack]

    init(_ sound: Sound, _ tracks: [ToneTrack]) {
        self.sound = sound
        self.tracks = tracks
    }

    func signals(besides named: [HeardSignal]) -> [HeardSignal] {
        var found: [Piece] = []
        for stretch in stretches(besides: named) {
            var start = stretch.lowerBound
            while start < stretch.upperBound {
                var end = min(start + Limit.second, stretch.upperBound)
                if stretch.upperBound - end < Limit.second / 2 { end = stretch.upperBound }
                let kind = kind(start..<end)
                if let last = found.last, last.kind == kind, start - last.samples.upperBound <= Limit.pause {
                    found[found.count - 1].samples = last.samples.lowerBound..<end
                } else {
                    found.append(Piece(kind: kind, samples: start..<end))
                }
                start = end
            }
        }
        return found.map { HeardSignal(kind: $0.kind, samples: $0.samples, levelDBm0: sound.levelDBm0($0.samples)) }
    }

    /// Voice, music and unknown sound of less than a second are as the longer sound beside them: a second is too short
    /// to tell a held vowel from a note.
    private static func smoothed(_ found: [Piece]) -> [Piece] {
        var pieces = found
        for index in pieces.indices where pieces[index].samples.count < Limit.second && pieces[index].isDoubtful {
            let beside = [index - 1, index + 1].filter { other in
                pieces.indices.contains(other) && pieces[other].isDoubtful
                    && pieces[other].samples.count > pieces[index].samples.count
                    && pieces[index].distance(to: pieces[other]) <= Limit.pause
            }
            if let best = beside.max(by: { pieces[$0].samples.count < pieces[$1].samples.count }) {
                pieces[index].kind = pieces[best].kind
            }
        }
        return pieces.reduce(into: []) { joined, piece in
            if let last = joined.last, last.kind == piece.kind, last.distance(to: piece) <= Limit.pause {
                joined[joined.count - 1].samples = last.samples.lowerBound..<piece.samples.upperBound
            } else {
                joined.append(piece)
            }
        }
    }

    private struct Piece {
        var kind: HeardSignal.Kind
        var samples: Range<Int>

        var isDoubtful: Bool { kind == .voice || kind == .music || kind == .unknown }

        func distance(to other: Piece) -> Int {
            max(other.samples.lowerBound - samples.upperBound, samples.lowerBound - other.samples.upperBound)
        }
    }

    /// What the ranges hold beside named signals.
    private func stretches(besides named: [HeardSignal]) -> [Range<Int>] {
        let taken = named.flatMap { $0.bursts.isEmpty ? [$0.samples] : $0.bursts }
            .map { $0.lowerBound - 200..<$0.upperBound + 200 }.sorted { $0.lowerBound < $1.lowerBound }
        var free: [Range<Int>] = []
        var first = 0
        for range in sound.ranges {
            var start = range.lowerBound
            // What ends before this range ends before the next ones.
            while first < taken.count, taken[first].upperBound <= range.lowerBound { first += 1 }
            for other in taken[first...] {
                if other.lowerBound >= range.upperBound { break }
                if other.upperBound <= start { continue }
                if other.lowerBound > start { free.append(start..<other.lowerBound) }
                start = max(start, other.upperBound)
            }
            if start < range.upperBound { free.append(start..<range.upperBound) }
        }
        let least = SignalScanner.thresholdDBm0 - 1
        return free.filter { $0.count >= Limit.shortest && sound.levelDBm0($0) >= least }
    }

    private func kind(_ range: Range<Int>) -> HeardSignal.Kind {
        let frames = sound.frames(in: range).filter { $0.power >= sound.leastPower / 16 }
        guard frames.count >= 6 else { return .unknown }
        let levels = frames.map { SampleLevel.dBm0(meanSquare: Double($0.power)) }
        let mean = levels.reduce(0, +) / Double(levels.count)
        let spread = (levels.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(levels.count)).squareRoot()
        let flatness = frames.reduce(Float(0)) { $0 + $1.flatness } / Float(frames.count)
        if spread <= Limit.steady {
            if let modem = modem(frames) { return modem }
            if flatness >= Limit.flat { return mean < Limit.comfort ? .comfortNoise : .noise }
        }
        let lines = tracks.near(range).filter {
            $0.frameCount >= 14 && $0.spreadHz < 3.5 && $0.first < range.upperBound && range.lowerBound < $0.last
        }
        .reduce(0) { $0 + ($1.first..<$1.last).clamped(to: range).count }
        if Double(lines) >= Limit.musicTracks * Double(range.count) { return .music }
        return spread >= Limit.lively ? .voice : .unknown
    }

    /// Modems of 600 Bd fill 900 to 1500 Hz or 2100 to 2700 Hz.
    private func modem(_ frames: [SpectrumFrame]) -> HeardSignal.Kind? {
        let total = frames.reduce(Float(0)) { $0 + $1.power }
        if frames.reduce(0, { $0 + $1.about1200 }) >= Limit.modemShare * total {
            return .dataModem("600 Bd at 1200 Hz")
        }
        let guardTone = frames.reduce(Float(0)) { $0 + $1.about1800 }
        let rest = total - guardTone
        if guardTone < 0.6 * total, frames.reduce(0, { $0 + $1.about2400 }) >= Limit.modemShare * rest {
            return .dataModem("600 Bd at 2400 Hz")
        }
        return nil
    }
}
