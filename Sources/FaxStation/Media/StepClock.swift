import FaxCore
import FaxProtocol

/// When the next 20 ms of an engine are due. A driver that was late makes up for it, a few steps at a time.
struct StepClock {
    private let ppm: Double
    private var clock: SampleClock?
    private var steps = 0
    /// Of the next step; never, before it began.
    private(set) var due = Instant.distantFuture

    /// Steps that are made up for at one time.
    static let catchUpLimit = 50

    /// - Parameter ppm: millionths that it is fast (above 0) or slow.
    init(ppm: Double = 0) { self.ppm = ppm }

    var isRunning: Bool { clock != nil }

    /// Begins to run, once.
    mutating func begin(at now: Instant) {
        guard clock == nil else { return }
        clock = SampleClock(start: now, ppm: ppm)
        plan()
    }

    /// `true`: a step is due, and counts as made.
    mutating func take(until now: Instant) -> Bool {
        guard due <= now else { return false }
        steps += 1
        plan()
        return true
    }

    private mutating func plan() {
        if let clock { due = clock.instant(ofSample: (steps + 1) * FaxMachine.stepSamples) }
    }
}
