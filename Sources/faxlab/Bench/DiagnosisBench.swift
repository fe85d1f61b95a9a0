import FaxCore
import PcapDecode
import Simulator
import T30Analyzer

/// What the diagnosis costs beside the reading that it draws from: packets to calls, T.38 to the T.30 story.
struct DiagnosisBench {
    private(set) var lines: [String] = []
    private(set) var demands: [Demand] = []

    /// - Parameter path: a capture of many calls.
    init(capture path: String, runs: Int) throws {
        let costs = try (0..<max(1, runs)).map { _ in try Self.measure(path) }
        let reading = costs.map(\.reading).sorted()[costs.count / 2]
        let diagnosis = costs.map(\.diagnosis).sorted()[costs.count / 2]
        let calls = costs.first?.calls ?? 0
        lines = [
            "Reading and diagnosing \(calls) calls, CPU of one thread, median of \(costs.count):",
            "",
            "packets to story   \(SpeedTable.seconds(reading)) s",
            "diagnosis          \(SpeedTable.seconds(diagnosis)) s",
        ]
        demands = [Demand.atMost("diagnosis, against decoding", SpeedTable.ratio(diagnosis, reading), 0.25)]
    }

    private static func measure(_ path: String) throws -> (reading: Duration, diagnosis: Duration, calls: Int) {
        var calls = 0
        var diagnosing = Duration.zero
        let analyzer = FaxAnalyzer()
        let start = ThreadClock.now
        let decoder = CaptureDecoder { call in
            let fax = analyzer.analyze(call)
            let begun = ThreadClock.now
            _ = Diagnosis(call, fax)
            diagnosing += ThreadClock.now - begun
            calls += 1
        }
        try CaptureInput(path: path).forEachFrame { frame, bytes in
            decoder.feed(frame, bytes)
            return true
        }
        decoder.finish()
        return (ThreadClock.now - start - diagnosing, diagnosing, calls)
    }
}
