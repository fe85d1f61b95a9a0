import FaxCore
import FaxEndpoint
import FaxStation
import Foundation

/// The other process is killed, or told to end, in each phase of a call.
struct DeathRows {
    let faxprobe: URL

    enum Way: String, CaseIterable {
        case kill, term

        var text: String { self == .kill ? "is killed" : "is told to end (SIGTERM)" }
    }

    var all: [InteropRow] {
        Way.allCases.flatMap { way in
            FaultPhase.allCases.flatMap { phase in [receiverDies(way, phase), senderDies(way, phase)] }
        }
    }

    private func receiverDies(_ way: Way, _ phase: FaultPhase) -> InteropRow {
        row("\(way.rawValue)-receiver-\(phase.id)", .calls, "the receiver \(way.text) \(phase.rawValue)") { bench in
            let (peer, address) = try bench.receiver(["--transport", "t38"])
            defer { peer.end() }
            let solo = try SoloEndpoint(.t38, in: bench.folder, answers: false)
            try solo.send(FaultBench.pages, to: address)
            let start = ContinuousClock.now
            let outcome = solo.end(within: FaultBench.bound, when: { _ in phase.hasBegun(peer) }) {
                strike(peer, way, phase)
            }
            return attempt(way, phase, peer, solo, outcome, bench, start) { outcome.result?.pagesConfirmed ?? 0 }
        }
    }

    private func senderDies(_ way: Way, _ phase: FaultPhase) -> InteropRow {
        row("\(way.rawValue)-sender-\(phase.id)", .answers, "the sender \(way.text) \(phase.rawValue)") { bench in
            let solo = try SoloEndpoint(.t38, in: bench.folder, answers: true)
            let peer = try bench.sender(to: solo.endpoint.address, ["--transport", "t38"])
            defer { peer.end() }
            let start = ContinuousClock.now
            let outcome = solo.end(within: FaultBench.bound, when: { phase.hasBegun($0) }) {
                strike(peer, way, phase)
            }
            // What the receiver confirmed the sender may have heard.
            return attempt(way, phase, peer, solo, outcome, bench, start) { outcome.result?.pagesConfirmed ?? 0 }
        }
    }

    private func strike(_ peer: PeerProgram, _ way: Way, _ phase: FaultPhase) {
        Thread.sleep(forTimeInterval: phase.delay / .seconds(1))
        switch way {
        case .kill: peer.kill()
        case .term: peer.terminate()
        }
    }

    private func attempt(
        _ way: Way, _ phase: FaultPhase, _ peer: PeerProgram, _ solo: SoloEndpoint, _ outcome: SoloEndpoint.Outcome,
        _ bench: FaultBench, _ start: ContinuousClock.Instant, confirmed: () -> Int
    ) -> InteropAttempt {
        let took = ContinuousClock.now - start
        let status = peer.wait(within: .seconds(15))
        let kept = FaultBench.pagesKept(in: bench.kept)
        var problems = FaultBench.problems(outcome, confirmed: confirmed(), kept: kept, took: took)
        if way == .term {
            // Confirmed or failed: it ended by itself and said how.
            if status == nil { problems.append("the process did not end") }
            if let status, status > 1 { problems.append("the process ended with \(status)") }
            if peer.count("result") == 0 { problems.append("the process told no result") }
        }
        return InteropAttempt(succeeded: problems.isEmpty ? 1 : 0, problems: problems, record: solo.record)
    }

    private func row(
        _ id: String, _ role: InteropRow.Role, _ what: String,
        _ attempt: @escaping @Sendable (FaultBench) throws -> InteropAttempt
    ) -> InteropRow {
        InteropRow(id, peer: "faxprobe", role: role, carriage: "t38", what) { [faxprobe] bench in
            try attempt(FaultBench(faxprobe: faxprobe, folder: bench.folder))
        }
    }
}
