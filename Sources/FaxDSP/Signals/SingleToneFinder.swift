/// Finds steady single tones, whatever they are for.
struct SingleToneFinder {
    private enum Limit {
        static let share = 0.8
        static let length = 800
        static let spreadHz = 5.0
    }

    private let sound: Sound
    private let tracks: [ToneTrack]

    init(_ sound: Sound, _ tracks: [ToneTrack]) {
        self.sound = sound
        self.tracks = tracks
    }

    func signals() -> [HeardSignal] {
        tracks.filter { $0.share >= Limit.share && $0.spreadHz <= Limit.spreadHz && $0.frameCount >= 8 }
            .compactMap(signal)
    }

    private func signal(_ track: ToneTrack) -> HeardSignal? {
        let measure = sound.measure(track)
        let plateau = measure.plateau(around: track.first..<track.last + 1)
        guard let run = measure.runs(plateau: plateau, bridge: 15).max(by: { $0.count < $1.count }),
            run.count >= Limit.length
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
