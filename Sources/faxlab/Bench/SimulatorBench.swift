import FaxCore
import FaxDSP
import Foundation
import Regression
import Simulator

/// What a simulated call costs beside its engines: the same page between two bare engines in a plain loop is the yardstick.
/// And what a second core brings.
struct SimulatorBench {
    private(set) var lines: [String] = []
    private(set) var demands: [Demand] = []

    private let document: SimulatedDocument
    private let runs: Int

    /// Trials of the comparison of one core with two.
    private static let trials = 240

    init(runs: Int) throws {
        self.runs = max(1, runs)
        document = try SimulatedDocument.standard()
        let t38 = try compare(.t38, "delay=60ms jitter=20ms loss=1%") { try $0.t38() }
        // Without loss, which would make the modems do more than the bare ones do.
        let audio = try compare(.g711, "delay=60ms jitter=20ms") { try $0.audio() }
        let (one, two) = try compareCores()
        lines = [
            "A call of one page, simulated with SIP, UDPTL or RTP and a network (60 ms, jitter of 20 ms, on T.38 1 % of loss), "
                + "without diagnosis; CPU of one core, median of \(self.runs) by turns:", "",
            Self.row("T.38", t38), Self.row("G.711", audio), "",
            "\(Self.trials) calls of T.38, wall time: \(SpeedTable.seconds(one)) s with one thread, "
                + "\(SpeedTable.seconds(two)) s with two",
        ]
        demands = [
            Demand.atMost("simulated T.38 call, against its engines", SpeedTable.ratio(t38.simulated, t38.bare), 1.6),
            Demand.atMost(
                "simulated G.711 call, against its engines", SpeedTable.ratio(audio.simulated, audio.bare), 1.3),
            Demand.atLeast("simulated calls, two cores against one", SpeedTable.ratio(one, two), 1.85),
        ]
    }

    private struct Costs {
        var simulated: Duration
        var bare: Duration
        /// Simulated time of the call with SIP and all.
        var length: Duration
    }

    private static func row(_ name: String, _ costs: Costs) -> String {
        func milliseconds(_ duration: Duration) -> String { "\((duration.inSeconds * 10_000).rounded() / 10)" }
        let speed = Int(costs.length.inSeconds / max(costs.simulated.inSeconds, 1e-9))
        return "\(name.padded(to: 6)) simulated \(milliseconds(costs.simulated).padded(left: 7)) ms   bare engines "
            + "\(milliseconds(costs.bare).padded(left: 7)) ms   \(speed) × real time"
    }

    private func compare(
        _ transport: CallScenario.Transport, _ network: String, bare run: (BareCall) throws -> BareCall.Outcome
    ) throws -> Costs {
        var scenario = CallScenario(document: document)
        scenario.transport = transport
        scenario.forth = try NetworkSpec(network)
        scenario.back = scenario.forth
        scenario.comparesPages = false
        let call = BareCall(document: document.octets)
        guard try run(call).answerer.pagesReceived == 1 else { throw LabError("bare engines deliver no page") }
        var length = Duration.zero
        var (simulated, bare): ([Duration], [Duration]) = ([], [])
        for number in 0..<runs {
            simulated.append(
                try Self.cpu {
                    let result = try CallTrial(scenario, seed: UInt64(number)).run()
                    guard result.isSuccess else { throw LabError("the simulated call delivers no page") }
                    length = result.duration
                })
            bare.append(try Self.cpu { _ = try run(call) })
        }
        return Costs(simulated: Self.median(simulated), bare: Self.median(bare), length: length)
    }

    private func compareCores() throws -> (one: Duration, two: Duration) {
        let scenario = CallScenario(document: document)
        func wall(_ jobs: Int) throws -> Duration {
            var runner = TrialRunner()
            runner.jobs = jobs
            runner.diagnosing = .off
            let start = ContinuousClock.now
            try runner.run(count: Self.trials) {
                CallTrial(scenario, seed: UInt64($0))
            } take: { _ in
            }
            return ContinuousClock.now - start
        }
        var (one, two): ([Duration], [Duration]) = ([], [])
        for _ in 0..<runs {
            one.append(try wall(1))
            two.append(try wall(2))
        }
        return (Self.median(one), Self.median(two))
    }

    private static func median(_ costs: [Duration]) -> Duration { costs.sorted()[costs.count / 2] }

    /// Of this thread.
    private static func cpu(_ work: () throws -> Void) rethrows -> Duration {
        let start = ThreadClock.now
        try work()
        return ThreadClock.now - start
    }
}
