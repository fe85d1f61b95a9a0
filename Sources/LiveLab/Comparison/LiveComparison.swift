import FaxCore
import FaxDSP
import FaxEndpoint
import Foundation
import Regression
import Simulator
import Synchronization

/// One setting tried both ways.
public struct LiveComparison: Sendable {
    public var setting: LiveSetting
    /// By number of the call; the call with number n had the seed of the first one plus n.
    public var live: [Outcome] = []
    public var simulated: [Outcome] = []
    /// How late packets left, of both endpoints.
    public var lateness = DurationMeter()

    public init(setting: LiveSetting, simulated: [Outcome]) {
        self.setting = setting
        self.simulated = simulated
    }

    public struct Outcome: Sendable {
        public var isSuccess: Bool
        public var duration: Duration
        public var ecmRetries: Int
    }

    public var liveRate: Proportion? { Self.rate(live) }
    public var simulatedRate: Proportion? { Self.rate(simulated) }

    private static func rate(_ outcomes: [Outcome]) -> Proportion? {
        Proportion(successes: outcomes.count(where: \.isSuccess), tries: outcomes.count)
    }

    /// That one rate gives such a difference; `nil` without calls.
    public var p: Double? {
        guard let liveRate, let simulatedRate, liveRate.tries > 0, simulatedRate.tries > 0 else { return nil }
        return FisherTest.p(liveRate, simulatedRate)
    }
}

/// Runs settings on sockets through ``ImpairProxy`` and in virtual time.
public struct LiveComparisonRun: Sendable {
    public var calls = 60
    public var atOnce = 20
    public var trials = 1_000
    public var seed: UInt64 = 1
    /// Threads of the simulator.
    public var jobs = 2

    public init() {}

    public func simulate(_ setting: LiveSetting) throws -> [LiveComparison.Outcome] {
        let document = try SimulatedDocument.standard()
        let scenario = try setting.scenario(document)
        let outcomes = Mutex<[LiveComparison.Outcome]>([])
        var runner = TrialRunner()
        runner.jobs = jobs
        runner.diagnosing = .off
        let seed = seed
        try runner.run(count: trials) {
            CallTrial(scenario, seed: seed &+ UInt64($0))
        } take: { output in
            let record = output.record
            let outcome = LiveComparison.Outcome(
                isSuccess: record.isSuccess, duration: record.duration, ecmRetries: record.caller.ecmRetries)
            outcomes.withLock { $0.append(outcome) }
        }
        return outcomes.withLock { $0 }
    }

    /// The same limit that simulated calls have.
    private static let limit = Duration.seconds(600)

    public func live(_ setting: LiveSetting) throws -> (outcomes: [LiveComparison.Outcome], lateness: DurationMeter) {
        let spec = try setting.spec()
        let proxies = Mutex<[ImpairProxy]>([])
        defer { proxies.withLock { for proxy in $0 { proxy.close() } } }
        var plan = CrowdPlan(
            setting.faxTransport, atOnce: atOnce, length: .calls(calls), ramp: .seconds(5),
            document: try .standard())
        plan.adjust = { setting.adjust(&$0, limit: Self.limit) }
        plan.comparesAtEnd = false
        plan.patience = Self.limit + .seconds(60)
        plan.through = { [seed] target in
            var impair = ImpairSettings(listen: LoopbackPort.any, target: target, forth: spec, back: spec)
            impair.seed = seed
            impair.mediaPorts = 50_000...59_999
            let proxy = try ImpairProxy(impair)
            proxies.withLock { $0.append(proxy) }
            return proxy.address
        }
        let outcome = try Crowd(plan).run()
        let inOrder = outcome.calls.sorted { ($0.number ?? 0) < ($1.number ?? 0) }
        return (inOrder.map(Self.outcome), outcome.times.lateness)
    }

    /// By the simulator's measure: both engines ended without error, and every page came.
    private static func outcome(_ call: CrowdCall) -> LiveComparison.Outcome {
        let (sent, received) = (call.sent?.report, call.received?.report)
        return LiveComparison.Outcome(
            isSuccess: sent?.completion == 0 && received?.completion == 0 && call.areEqual != nil
                && (received?.pagesReceived ?? 0) >= 1,
            duration: max(call.sent?.duration ?? .zero, call.received?.duration ?? .zero),
            ecmRetries: sent?.ecmRetries ?? 0)
    }
}
