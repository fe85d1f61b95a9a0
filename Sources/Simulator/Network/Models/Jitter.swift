import FaxCore
import Foundation

/// A delay of its own for each packet, added to the constant one.
public struct Jitter: Sendable, Hashable {
    public enum Shape: Sendable, Hashable {
        /// From 0 to the spread, all alike.
        case uniform
        /// Around the constant delay, with the spread as standard deviation; never below zero delay in all.
        case normal
        /// Lomax (Pareto of the second kind) from 0 on, with the spread as its mean: scale = spread·(shape - 1). The
        /// smaller the shape, more than 1, the heavier the tail.
        case pareto(shape: Double)
    }

    public var spread: Duration
    public var shape: Shape

    /// Of ``Shape/pareto(shape:)`` where none is given.
    public static let usualParetoShape = 2.5
    public static let paretoShapes = 1.05...20.0
    /// No single delay is longer.
    public static let longest = Duration.seconds(10)

    public init(_ spread: Duration, _ shape: Shape = .uniform) {
        self.spread = spread
        self.shape = shape
    }

    /// Of packet number `index`, in nanoseconds; negative only with ``Shape/normal``.
    func delay(_ index: UInt64, _ draws: DrawStream) -> Int64 {
        let spread = Double(spread.wholeNanoseconds)
        let delay =
            switch shape {
            case .uniform: spread * draws.unit(index)
            case .normal: spread * draws.normal(index)
            case .pareto(let shape): spread * (shape - 1) * (pow(1 - draws.unit(index), -1 / shape) - 1)
            }
        return Int64(min(delay, Double(Self.longest.wholeNanoseconds)))
    }
}

/// Sudden delays that shrink by as much as time goes on: what is sent meanwhile arrives all at once, at their end.
public struct Spikes: Sendable, Hashable {
    public var height: Duration
    /// The mean time between two; they come at random.
    public var every: Duration

    public init(height: Duration, every: Duration) {
        self.height = height
        self.every = every
    }
}

/// The spikes at work; they come by time, whatever is sent.
struct SpikeProcess: Sendable {
    private let spikes: Spikes
    private let draws: DrawStream
    private var made: UInt64 = 0
    private var next: Double = 0
    /// When what waits arrives.
    private var end: Int64 = .min

    init(_ spikes: Spikes, seed: UInt64) {
        self.spikes = spikes
        draws = DrawStream(seed: seed, "spikes")
        goOn()
    }

    private mutating func goOn() {
        next += draws.exponential(made) * Double(spikes.every.wholeNanoseconds)
        made += 1
    }

    /// Nanoseconds that a packet sent at this time waits.
    mutating func delay(at nanoseconds: Int64) -> Int64 {
        while next <= Double(nanoseconds) {
            end = max(end, Int64(next) + spikes.height.wholeNanoseconds)
            goOn()
        }
        return end > nanoseconds ? end - nanoseconds : 0
    }
}

/// The route changes between two whose delays differ, by time.
public enum RouteChanges: Sendable, Hashable {
    /// To and fro, the first time at random within the interval.
    case periodic(step: Duration, every: Duration)
    /// Once, at a time from the start of the run, for good.
    case once(step: Duration, at: Duration)

    /// Nanoseconds more than the first route at this time; `phase` is what is random, in 0 ..< 1.
    func delay(at nanoseconds: Int64, phase: Double) -> Int64 {
        switch self {
        case .periodic(let step, let every):
            let interval = max(1, every.wholeNanoseconds)
            let passed = nanoseconds - Int64(phase * Double(interval))
            return passed >= 0 && (passed / interval) % 2 == 0 ? step.wholeNanoseconds : 0
        case .once(let step, let time):
            return nanoseconds >= time.wholeNanoseconds ? step.wholeNanoseconds : 0
        }
    }
}
