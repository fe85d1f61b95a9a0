import FaxCore
import PcapDecode

/// Stands between the analysis and whoever takes its results: remembers what calls show together, and lets a call with
/// another leg wait for that leg, where results need not come out at once.
final class CallJoiner {
    enum Limit {
        /// Calls that wait for another leg.
        static let waiting = 16
        /// Numbers of calls known to have ended; then only the count of waiting calls lets them out.
        static let seen = 1 << 16
    }

    private let waitsForLegs: Bool
    private let onCall: (AnalyzedCall) -> Void
    private(set) var history = CallHistory()
    private var waiting: [AnalyzedCall] = []
    private var seen: Set<Int> = []

    /// `waitsForLegs`: findings of two legs reach the calls themselves, which may come out later than they ended.
    init(waitsForLegs: Bool, onCall: @escaping (AnalyzedCall) -> Void) {
        self.waitsForLegs = waitsForLegs
        self.onCall = onCall
    }

    func add(_ analyzed: AnalyzedCall) {
        let found = history.add(analyzed)
        guard waitsForLegs else { return onCall(analyzed) }
        var call = analyzed
        for finding in found {
            call.add(finding)
            for place in waiting.indices where finding.calls.contains(waiting[place].call.id) {
                waiting[place].add(finding)
            }
        }
        if seen.count >= Limit.seen { seen = [] }
        seen.insert(call.call.id)
        waiting.append(call)
        release { $0.call.related.allSatisfy { self.seen.contains($0.call) } }
        while waiting.count > Limit.waiting { onCall(waiting.removeFirst()) }
    }

    /// The capture is over.
    func finish() { release { _ in true } }

    private func release(_ isReady: (AnalyzedCall) -> Bool) {
        let ready = waiting.filter(isReady)
        waiting.removeAll(where: isReady)
        for call in ready { onCall(call) }
    }
}

extension AnalyzedCall {
    /// Adds what the call shows with another leg, and draws the verdict again.
    mutating func add(_ found: CaptureFinding) {
        guard found.calls.contains(call.id), !findings.contains(found.finding) else { return }
        let diagnosis = Diagnosis(self, adding: [found.finding])
        (findings, verdict) = (diagnosis.findings, diagnosis.verdict)
    }
}
