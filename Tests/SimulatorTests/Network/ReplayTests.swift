import FaxCore
import Testing

@testable import Simulator

@Suite struct ReplayTests {
    private let trace = ReplayTrace(
        source: "made", fates: [.delayed(.zero), .lost, .delayed(.milliseconds(7)), .lost, .lost], hasDelays: true)

    @Test func packetsMeetTheTraceInTurn() throws {
        var path = NetworkPath(NetworkSpec(replaying: try #require(trace)), seed: 1)
        let passages = path.carry(10)
        #expect(passages.isLost == [false, true, false, true, true, false, true, false, true, true])
        #expect(passages.delays() == [0, 7, 0, 7])
        #expect(passages[1] == .lost(.replayed))
    }

    @Test func otherModelsComeOnTop() throws {
        var spec = try NetworkSpec("delay=10ms outage=20ms@40ms")
        spec.replay = trace
        var path = NetworkPath(spec, seed: 1)
        let passages = path.carry(5)
        #expect(passages.isLost == [false, true, true, true, true])
        #expect(passages[2] == .lost(.outage))
        #expect(passages.delays() == [10])
    }

    @Test func anOptionNamesTheTrace() throws {
        let trace = try #require(trace)
        func find(_ source: String) throws(NetworkSpecError) -> ReplayTrace {
            guard source == "made" else { throw NetworkSpecError(value: source, problem: "is not there") }
            return trace
        }
        let spec = try NetworkSpec("replay=made delay=5ms", replay: find)
        #expect(spec.replay == trace && spec.text == "replay=made delay=5ms")
        #expect(throws: NetworkSpecError(option: "replay", value: "x", problem: "is not there")) {
            try NetworkSpec("replay=x", replay: find)
        }
        #expect(throws: NetworkSpecError(option: "replay", value: "made", problem: "no capture can be read here")) {
            try NetworkSpec("replay=made")
        }
    }

    @Test func tracesAreLimited() {
        let fates = [ReplayTrace.Fate](repeating: .lost, count: ReplayTrace.limit)
        #expect(ReplayTrace(source: "", fates: fates, hasDelays: false) != nil)
        #expect(ReplayTrace(source: "", fates: fates + [.lost], hasDelays: false) == nil)
        #expect(ReplayTrace(source: "", fates: [], hasDelays: false) == nil)
    }
}
