import FaxCore
import FaxReport
import Foundation
import Regression
import Simulator
import Synchronization
import Testing

@Suite struct SimulateRunTests {

    private func document(trials: Int, jobs: Int, network: String = "loss=3% delay=60ms") throws -> String {
        var scenario = CallScenario(
            document: try SimulatedDocument([TextLikePage(heightPx: 200, seed: 3).bitmap()]))
        scenario.forth = try NetworkSpec(network)
        scenario.back = scenario.forth
        let text = Mutex("")
        var run = SimulateRun(
            scenario, write: { part in text.withLock { $0 += part } }, complain: { Issue.record("\($0)") })
        run.trials = trials
        run.runner.jobs = jobs
        run.runner.diagnosing = .all
        run.writesJSON = true
        _ = run.run()
        return text.withLock { $0 }
    }

    @Test func `Results are the same with one thread and with four`() throws {
        #expect(try document(trials: 12, jobs: 4) == document(trials: 12, jobs: 1))
    }

    @Test func `The document holds rate, interval and a record a trial`() throws {
        let text = try document(trials: 3, jobs: 1)
        let read = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
        #expect(read["trials"] as? Int == 3)
        #expect(read["successes"] as? Int == 3)
        #expect(read["success_rate"] as? Double == 1)
        let interval = try #require(read["interval"] as? [String: Any])
        // Wilson, 3 of 3: 0.4385 to 1.
        let low = try #require(interval["low"] as? Double)
        #expect(abs(low - 0.438_5) < 0.001)
        let records = try #require(read["records"] as? [[String: Any]])
        #expect(records.map { $0["seed"] as? String } == ["1", "2", "3"])
        #expect(records.allSatisfy { $0["outcome"] as? String == "success" })
    }

    /// Every call is diagnosed: the analyser's story agrees with what the simulator knows.
    @Test(arguments: ["delay=60ms", "loss=3% delay=60ms", "loss=6% burst=3 delay=60ms"])
    func `The analyser's outcome is the simulator's`(_ network: String) throws {
        let text = try document(trials: 6, jobs: 2, network: network)
        let read = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
        let records = try #require(read["records"] as? [[String: Any]])
        for record in records {
            let isSuccess = record["success"] as? Bool == true
            #expect((record["outcome"] as? String == "success") == isSuccess, "trial \(record["trial"] ?? "?")")
            #expect((record["violations"] as? [String])?.isEmpty == true)
        }
    }
}
