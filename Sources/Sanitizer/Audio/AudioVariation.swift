import FaxCore

/// What was made otherwise than at first, because a receiver made something else of it beside a hole.
struct AudioVariation {
    struct Item {
        /// Of the whole signal: its first bits, where nothing is said yet.
        var attempt = 0
        /// Of the noise in and before a frame of a burst, by its number in the bits.
        var frames: [Int: Int] = [:]
    }

    var items: [Int: Item] = [:]
    /// Of the pages without frames, by the number of their part of the line, from a bit on.
    var pages: [Int: [Int: Int]] = [:]
}

/// Randomness for the damaged frames of a burst: each has its own, so that one can be made anew alone.
struct BurstNoise {
    private let base: UInt64
    private let variation: AudioVariation.Item?

    init(_ random: SeededRandom, _ variation: AudioVariation.Item? = nil) {
        var random = random
        base = random.next()
        self.variation = variation
    }

    /// `nil`: the burst as it is first made.
    var attempt: Int? { variation.flatMap { $0.attempt > 0 ? $0.attempt : nil } }

    func random(_ frame: Int) -> SeededRandom {
        let salt = (variation?.frames[frame] ?? 0) << 20 | (attempt ?? 0)
        return SeededRandom(seed: base ^ UInt64(truncatingIfNeeded: salt << 24 | frame))
    }
}
