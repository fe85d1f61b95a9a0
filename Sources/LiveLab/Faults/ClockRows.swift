import FaxCore
import FaxEndpoint
import FaxStation
import Foundation

/// The date of the other process jumps by an hour in the middle of the fax, as when a machine is told the right time.
struct ClockRows {
    let faxprobe: URL

    private enum Jump: String, CaseIterable {
        case forward, back

        var seconds: Int64 { self == .forward ? 3_600 : -3_600 }
    }

    var all: [InteropRow] {
        Jump.allCases.flatMap { jump in
            [
                row(jump, "receiver", .calls) { bench, clock in
                    let (peer, address) = try bench.receiver(["--transport", "t38"], wrapper: clock.wrapper)
                    let solo = try SoloEndpoint(.t38, in: bench.folder, answers: false)
                    try solo.send(FaultBench.pages, to: address)
                    return (peer, solo)
                },
                row(jump, "sender", .answers) { bench, clock in
                    let solo = try SoloEndpoint(.t38, in: bench.folder, answers: true)
                    let peer = try bench.sender(
                        to: solo.endpoint.address, ["--transport", "t38"], wrapper: clock.wrapper)
                    return (peer, solo)
                },
            ]
        }
    }

    private func row(
        _ jump: Jump, _ side: String, _ role: InteropRow.Role,
        _ begin: @escaping @Sendable (FaultBench, FakeClock) throws -> (PeerProgram, SoloEndpoint)
    ) -> InteropRow {
        InteropRow(
            "clock-\(jump.rawValue)-\(side)", peer: "faxprobe", role: role, carriage: "t38",
            "the \(side)'s date jumps an hour \(jump.rawValue) during the fax"
        ) { [faxprobe] bench in
            let bench = FaultBench(faxprobe: faxprobe, folder: bench.folder)
            let clock = try FakeClock(in: bench.folder)
            let (peer, solo) = try begin(bench, clock)
            defer { peer.end() }
            let start = ContinuousClock.now
            var failure: (any Error)?
            let outcome = solo.end(within: FaultBench.bound, when: { _ in peer.count("negotiated") > 0 }) {
                do { try clock.jump(by: jump.seconds) } catch { failure = error }
            }
            if let failure { throw failure }
            return attempt(peer, solo, outcome, bench, took: ContinuousClock.now - start)
        }
    }

    /// Nobody may notice: the fax is whole on both sides, and takes no longer than it does.
    private func attempt(
        _ peer: PeerProgram, _ solo: SoloEndpoint, _ outcome: SoloEndpoint.Outcome, _ bench: FaultBench, took: Duration
    ) -> InteropAttempt {
        let status = peer.wait(within: .seconds(15))
        var problems = FaultBench.problems(
            outcome, confirmed: outcome.result?.pagesConfirmed ?? 0, kept: FaultBench.pagesKept(in: bench.kept),
            took: took)
        problems += FaxCheck.problems(outcome, pages: FaultBench.pages, carriage: "t38")
        if status != 0 { problems.append("the process ended with \(status.map { "\($0)" } ?? "nothing")") }
        if !peer.text.contains("\"event\":\"result\",\"confirmed\":true") { problems.append("it told no success") }
        if took > .seconds(90) { problems.append("it took \(LabText.number(took / .seconds(1), 0)) s") }
        return InteropAttempt(succeeded: problems.isEmpty ? 1 : 0, problems: problems, record: solo.record)
    }
}
