import FaxCore
import Regression
import Simulator

/// What became of the calls of one point.
struct CurveCell {
    var point: CurvePoint
    private(set) var calls = 0
    private(set) var successes = 0
    /// No media ever flowed: signalling did not get through.
    private(set) var neverBegan = 0
    /// Delivered, yet over audio though T.38 was asked for.
    private(set) var deliveredOnAudio = 0
    /// Stopped by the simulator's limit of time.
    private(set) var endless = 0
    /// What must not be, of any call.
    private(set) var violations: [String] = []
    private var durations: [Double] = []
    private var ecmRetries = 0
    private var failedTrainings = 0
    private var packets = 0
    private var lostPackets = 0

    init(_ point: CurvePoint) { self.point = point }

    mutating func add(_ record: TrialRecord) {
        calls += 1
        if record.isSuccess { successes += 1 }
        if record.caller.carriedBy == nil { neverBegan += 1 }
        if point.carriage != .g711, record.isSuccess, record.caller.carriedBy == "audio" { deliveredOnAudio += 1 }
        if !record.hasEnded { endless += 1 }
        violations += record.violations.map { "seed \(record.seed): \($0)" }
        durations.append(record.duration.inSeconds)
        ecmRetries += record.caller.ecmRetries
        failedTrainings += record.caller.failedTrainings
        packets += record.forth.sent + record.back.sent
        lostPackets += record.forth.lost + record.back.lost
    }

    var share: Double { calls > 0 ? Double(successes) / Double(calls) : 0 }
    var interval: ClosedRange<Double> { Proportion(successes: successes, tries: calls)?.wilson() ?? 0...1 }
    /// In seconds.
    var medianDuration: Double { durations.isEmpty ? 0 : durations.sorted()[durations.count / 2] }
    var retriesPerCall: Double { perCall(ecmRetries) }
    var failedTrainingsPerCall: Double { perCall(failedTrainings) }
    /// Of both directions, SIP and all.
    var packetsPerCall: Double { perCall(packets) }
    var lostPerCall: Double { perCall(lostPackets) }
    /// Of all packets, by the law of the losses: to be held against what became of the calls.
    var unrepairedPerCall: Double { packetsPerCall * point.unrepairedShare }

    private func perCall(_ count: Int) -> Double { calls > 0 ? Double(count) / Double(calls) : 0 }
}
