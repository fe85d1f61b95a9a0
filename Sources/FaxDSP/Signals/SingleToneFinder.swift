/// Finds steady single tones, whatever they are for.
struct SingleToneFinder {
    private enum Limit {
        static let share = 0.8
        static let length = 800
        /// Low ones may be a voice that holds its pitch.
        static let voiceHz = 330.0
        static let lengthInVoice = 4_000
        static let spreadHz = 5.0
        static let melody = 16_000
        static let notes = 3
        static let around = 20
    }

    private let sound: Sound
    private let tracks: [ToneTrack]

    init(_ sound: Sound, _ tracks: [ToneTrack]) {
        self.sound = sound
        self.tracks = tracks
    }

    func signals() -> [HeardSignal] {
        let found = tracks.filter { $0.share >= Limit.share && $0.spreadHz <= Limit.spreadHz && $0.frameCount >= 8 }
            .compactMap(signal)
        return found.indices.filter { !Self.isOfMelody($0, found) }.map { found[$0] }
    }

    /// Several other tones within 2 s: notes, which are told as music.
    private static func isOfMelody(_ index: Int, _ all: [HeardSignal]) -> Bool {
        let signal = all[index]
        let near = signal.samples.lowerBound - Limit.melody..<signal.samples.upperBound + Limit.melody
        // In order of their beginnings: a melody stands within some notes on either side.
        let others = all[max(index - Limit.around, 0)..<min(index + Limit.around, all.count)]
        let notes = others.count { $0.samples.overlaps(near) && $0.kind != signal.kind }
        return signal.samples.count < Limit.melody && notes >= Limit.notes
    }

    private func signal(_ track: ToneTrack) -> HeardSignal? {
        let measure = sound.measure(track)
        let plateau = measure.plateau(around: track.first..<track.last + 1)
        guard let measured = measure.runs(plateau: plateau, bridge: 15).max(by: { $0.count < $1.count }) else {
            return nil
        }
        let run = sound.whole(measured, of: track)
        guard
            run.count >= (track.hz < Limit.voiceHz ? Limit.lengthInVoice : Limit.length)
        else { return nil }
        let core = run.lowerBound + 80..<run.upperBound - 80
        guard let offset = measure.frequencyOffsetHz(core) else { return nil }
        var signal = HeardSignal(
            kind: .tone(hz: Int((measure.hz + offset).rounded())), samples: run,
            levelDBm0: SampleLevel.dBm0(meanSquare: measure.meanSquare(core)))
        signal.reversals = measure.reversals(core, offsetHz: offset)
        return signal
    }
}
