/// The media frames of one direction on their way to their places: those that are late wait until the next ones tell
/// whether frames are missing, or the sender stood still for a moment and then sent what it had, all with the time of
/// sending. Captures and live calls use the same.
public struct IAX2FrameOrder<Content: Sendable>: Sendable {
    public struct Placed: Sendable {
        public var place: IAX2Clock.Place
        public var samples: Int
        public var content: Content
    }

    private struct Waiting: Sendable {
        var time: Int
        var samples: Int
        var content: Content
    }

    private var clock = IAX2Clock()
    private var waiting: [Waiting] = []
    private let lookAhead: Int

    /// - Parameter lookAhead: frames that decide at most.
    public init(lookAhead: Int) { self.lookAhead = lookAhead }

    /// Takes the milliseconds of a full frame, which lead mini frames over the wraps of their 16 bits.
    public mutating func set(_ value: UInt32) { clock.set(value) }

    /// The low 16 bits of a mini frame, extended.
    public mutating func extended(_ low: UInt16) -> Int { clock.extended(low) }

    /// The place of a frame that nothing has to wait for; `nil`: it has to wait.
    public mutating func placeAtOnce(_ time: Int, samples: Int) -> IAX2Clock.Place? {
        guard waiting.isEmpty, clock.lateness(time) == nil else { return nil }
        return clock.place(time, samples: samples)
    }

    /// Keeps a frame that ``placeAtOnce(_:samples:)`` gave no place.
    public mutating func wait(_ time: Int, samples: Int, _ content: Content) {
        waiting.append(Waiting(time: time, samples: samples, content: content))
    }

    /// Those that are decided about, in order.
    public mutating func settled(atEnd: Bool = false) -> [Placed] {
        var settled: [Placed] = []
        while let first = waiting.first {
            let caughtUp = framesUntilCaughtUp()
            guard caughtUp > 0 || waiting.count > lookAhead || atEnd || clock.lateness(first.time) == nil else { break }
            for frame in waiting.prefix(max(1, caughtUp)) {
                let place =
                    caughtUp > 0
                    ? clock.placeNext(frame.time, samples: frame.samples)
                    : clock.place(frame.time, samples: frame.samples)
                settled.append(Placed(place: place, samples: frame.samples, content: frame.content))
            }
            waiting.removeFirst(max(1, caughtUp))
        }
        return settled
    }

    /// How many of the frames that wait belong together because the last of them is in its place again; 0: none.
    private func framesUntilCaughtUp() -> Int {
        guard let first = waiting.first, let late = clock.lateness(first.time) else { return 0 }
        var expected = Double(first.time) - late
        for (index, frame) in waiting.enumerated() {
            let length = Double(frame.samples) / 8
            if index > 0, abs(Double(frame.time) - expected) <= IAX2Clock.Limit.tolerance * length { return index + 1 }
            expected += length
        }
        return 0
    }
}
