import FaxCore
import PcapDecode

/// How long a fax in audio can go before a jitter buffer must drop or repeat a packet, by the clocks as measured.
public struct AudioForecast: Sendable {
    /// The clocks of both parties against each other (``isRelative``), else of one against the capture's.
    public var skewPPM: Double
    /// Half of the 95 % interval.
    public var uncertaintyPPM: Double
    public var isRelative: Bool
    /// Length of a packet, which is what a buffer slips by.
    public var packetTime: Duration
    /// Between two slips of a fixed buffer; `nil`: the clocks cannot be told apart.
    public var slipPeriod: Duration?
    /// Slips that the fax must have had in its time at that period, and those that were heard.
    public var slipsExpected: Int
    public var slipsHeard: Int
    /// The longest stretch of the fax without a slip that was heard.
    public var longestWithoutSlip: Duration

    init?(_ call: Call, _ fax: FaxSession) {
        let rtp = call.streams.filter { $0.kind == .rtp || $0.kind == .srtp }
        guard fax.outcome != .notFax, let start = fax.start, let end = fax.end, end > start,
            let skew = ClockRules.relativeSkew(rtp)
        else { return nil }
        skewPPM = skew.ppm
        uncertaintyPPM = skew.uncertainty
        isRelative = skew.streams.count == 2
        let milliseconds = skew.streams.compactMap(\.statistics.packetTimeMs).max() ?? 20
        packetTime = .microseconds(Int64(max(1, min(1_000, milliseconds)) * 1_000))
        let slips = fax.bursts.flatMap(\.slips).map(\.time).sorted()
        slipsHeard = slips.count
        let places = [start] + slips.filter { $0 > start && $0 < end } + [end]
        longestWithoutSlip = zip(places, places.dropFirst()).map { $1 - $0 }.max() ?? .zero
        slipsExpected = 0
        guard abs(skew.ppm) > skew.uncertainty, abs(skew.ppm) > 0.01 else { return }
        let period = packetTime.inSeconds * 1_000_000 / abs(skew.ppm)
        slipPeriod = .milliseconds(Int64(min(period, 1e9) * 1_000))
        slipsExpected = Int(min(1e6, (end - start).inSeconds / period))
    }
}
