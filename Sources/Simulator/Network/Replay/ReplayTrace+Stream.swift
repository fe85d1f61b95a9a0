import FaxCore
import FaxProtocol
import PcapDecode

extension ReplayTrace {
    /// What one stream of a capture met on its way to the place of the capture.
    ///
    /// RTP, read with its audio: losses by the sequence numbers, delays by arrival times against timestamps. UDPTL and
    /// T.38 over RTP: losses only, for UDPTL has no timestamps. `nil`: TCP and other streams without numbers, RTP read
    /// without its audio, no packets, or more than ``ReplayTrace/limit``.
    public init?(stream: MediaStream, source: String) {
        if let audio = stream.audio, audio.packets.count > 1 {
            var reader = RTPTraceReader(stream.statistics, codec: stream.codec)
            for packet in audio.packets { reader.take(packet) }
            self.init(source: source, fates: reader.fates(), hasDelays: true)
        } else if let log = stream.t38, stream.kind == .udptl || stream.kind == .t38RTP {
            self.init(source: source, fates: Self.losses(log), hasDelays: false)
        } else {
            return nil
        }
    }

    /// A packet that came with another one, or not at all, was lost itself.
    private static func losses(_ log: T38Log) -> [Fate] {
        guard let first = log.entries.first?.sequence, let last = log.entries.last?.sequence, last - first < limit,
            last >= first
        else { return [] }
        var fates = [Fate](repeating: .lost, count: last - first + 1)
        for entry in log.entries where fates.indices.contains(entry.sequence - first) {
            switch entry.origin {
            case .primary, .stream: fates[entry.sequence - first] = .delayed(.zero)
            case .secondary, .fec: break
            }
        }
        return fates
    }
}

/// Puts the packets of an RTP stream on one line of numbers and one clock.
private struct RTPTraceReader {
    private struct Arrival {
        var number: Int
        var time: Instant
        /// Ticks since the first packet.
        var ticks: Int
    }

    /// A jump of the timestamps against the clock that is no delay any more.
    private static let largestStep = 2e9
    private static let usualTicksPerSecond = 8000.0

    private let nanosecondsPerTick: Double
    private let skew: Double
    private var tracker = SequenceTracker(jumpLimit: 3000)
    private var arrivals: [Arrival] = []
    private var lastTimestamp: UInt32?
    private var ticks = 0

    init(_ statistics: StreamStatistics, codec: String?) {
        let rate = codec?.split(separator: "/").dropFirst().first.flatMap { Double($0) }
        nanosecondsPerTick = 1e9 / (rate.flatMap { $0 >= 1 ? $0 : nil } ?? Self.usualTicksPerSecond)
        skew = (statistics.clockSkewPPM ?? 0) / 1e6
    }

    mutating func take(_ packet: AudioLog.Packet) {
        let step = tracker.take(packet.sequence, time: packet.time, frame: packet.frame)
        switch step.kind {
        case .first, .next, .gap, .late: break
        // What is far off is another stream's, or a new one: its losses cannot be told from its jump.
        case .duplicate, .far: return
        }
        if let lastTimestamp { ticks += Int(Int32(bitPattern: packet.timestamp &- lastTimestamp)) }
        lastTimestamp = packet.timestamp
        arrivals.append(Arrival(number: step.sequence, time: packet.time, ticks: ticks))
    }

    /// By number; delays count from the fastest packet.
    func fates() -> [ReplayTrace.Fate] {
        guard let start = arrivals.first?.time, let first = arrivals.map(\.number).min(),
            let last = arrivals.map(\.number).max(), last - first < ReplayTrace.limit
        else { return [] }
        var transits = arrivals.map { arrival -> Double in
            let elapsed = Double((arrival.time - start).wholeNanoseconds)
            // A fast clock of the sender makes later packets look faster.
            return elapsed * (1 + skew) - Double(arrival.ticks) * nanosecondsPerTick
        }
        var shift = 0.0
        for place in transits.indices.dropFirst() {
            transits[place] += shift
            let step = transits[place] - transits[place - 1]
            guard abs(step) > Self.largestStep else { continue }
            shift -= step
            transits[place] -= step
        }
        let fastest = transits.min() ?? 0
        var fates = [ReplayTrace.Fate](repeating: .lost, count: last - first + 1)
        for (arrival, transit) in zip(arrivals, transits) {
            fates[arrival.number - first] = .delayed(.nanoseconds(Int64(transit - fastest)))
        }
        return fates
    }
}
