import FaxCore

/// Decides when the playout has to move against the stream. All times in nanoseconds; a *slack* is how long a packet would
/// have had to wait for its playout.
struct DelayControl: Sendable {
    private let packetSamples: Int
    private let settings: JitterBuffer.Depth
    private var mode: Mode

    private enum Mode: Sendable {
        /// The slack of the fastest packets that is to be kept, once it is known.
        case fixed(reference: Int64?)
        case adaptive(JitterBuffer.Adaptive)
    }

    init(_ settings: JitterBuffer.Settings) {
        packetSamples = min(max(settings.packetSamples, 1), 480)
        self.settings = settings.depth
        switch settings.depth {
        case .fixed: mode = .fixed(reference: nil)
        case .adaptive(let adaptive): mode = .adaptive(adaptive)
        }
    }

    var initialDepth: Duration {
        switch settings {
        case .fixed(let depth): depth
        case .adaptive(let adaptive): adaptive.initial
        }
    }

    var largestDepthSamples: Int {
        let largest: Duration
        switch settings {
        case .fixed(let depth): largest = depth
        case .adaptive(let adaptive): largest = max(adaptive.maximum, adaptive.initial)
        }
        return Int(clamping: max(0, min(largest.wholeNanoseconds, 10_000_000_000)) / SampleClock.nanosecondsPerSample)
    }

    var isFixed: Bool {
        switch mode {
        case .fixed: true
        case .adaptive: false
        }
    }

    mutating func freeze() { if !isFixed { mode = .fixed(reference: nil) } }

    private var packet: Int64 { Int64(packetSamples) * SampleClock.nanosecondsPerSample }

    /// Samples to put in (above 0) or to leave out after a packet with this slack; `playsAt` less a transit is a slack.
    mutating func change(_ window: TransitWindow, slack: Int64, playsAt: Int64, isWindowFull: Bool) -> Int {
        let baseline = playsAt &- window.shortest
        switch mode {
        case .fixed(let reference):
            guard isWindowFull else { return 0 }
            guard let reference else {
                mode = .fixed(reference: baseline)
                return 0
            }
            return packetSamples * Self.rounded(reference &- baseline, by: packet)
        case .adaptive(let adaptive):
            return change(adaptive, window, slack, baseline, isWindowFull)
        }
    }

    private func change(
        _ adaptive: JitterBuffer.Adaptive, _ window: TransitWindow, _ slack: Int64, _ baseline: Int64,
        _ isWindowFull: Bool
    ) -> Int {
        let (minimum, maximum) = (adaptive.minimum.wholeNanoseconds, adaptive.maximum.wholeNanoseconds)
        let wanted = min(max(window.span &+ packet, minimum), max(maximum, minimum))
        // Grows at once when a packet was late, shrinks when a window showed that less is enough.
        let missing = wanted &- baseline
        let isGrowing = slack < 0 && missing > 0
        let isShrinking = isWindowFull && missing < -packet
        switch adaptive.unit {
        case .packets:
            if isGrowing { return packetSamples * max(1, Self.rounded(missing, by: packet)) }
            return isShrinking ? packetSamples * Self.rounded(missing &+ packet / 2, by: packet) : 0
        case .samples(let count):
            let step = max(1, min(count, packetSamples))
            let sample = SampleClock.nanosecondsPerSample
            if missing > Int64(step) * sample, slack < packet { return step }
            return missing < -packet ? -step : 0
        }
    }

    /// The nearest whole number of `unit`s, bounded.
    private static func rounded(_ value: Int64, by unit: Int64) -> Int {
        let half = value < 0 ? -unit / 2 : unit / 2
        return Int(max(-1_000, min(1_000, (value &+ half) / unit)))
    }
}
