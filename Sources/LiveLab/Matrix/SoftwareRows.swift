import FaxEndpoint
import FaxStation
import Foundation

/// efax and HylaFAX on soft modems: with our endpoint, with each other, alone; each call takes its time on the line.
enum SoftwareRows {
    static var all: [InteropRow] {
        pairs.flatMap { sender, receiver in
            [FaxTransport.t38, .g711].flatMap { transport in
                [
                    row(sender, receiver, transport, pages: 1), row(sender, receiver, transport, pages: 5),
                    row(sender, receiver, transport, pages: 1, calls: 20),
                ]
            }
        }
    }

    /// Each with each, but for our endpoint with itself and our driver of modems with either.
    static var pairs: [(SoftwareCall.Party, SoftwareCall.Party)] {
        SoftwareCall.Party.allCases.flatMap { sender in SoftwareCall.Party.allCases.map { (sender, $0) } }
            .filter { pair in [pair.0, pair.1].contains { $0 == .efax || $0 == .hylafax } }
    }

    private static func row(
        _ sender: SoftwareCall.Party, _ receiver: SoftwareCall.Party, _ transport: FaxTransport, pages: Int,
        calls: Int = 1
    ) -> InteropRow {
        let size = calls > 1 ? "\(calls)-calls" : "\(pages)-page\(pages == 1 ? "" : "s")"
        let role: InteropRow.Role =
            sender == .faxprobe || sender == .driver
            ? .calls : receiver == .faxprobe || receiver == .driver ? .answers : .both
        return InteropRow(
            "software-\(sender.rawValue)-\(receiver.rawValue)-\(transport.rawValue)-\(size)",
            peer: [sender, receiver].filter { $0 != .faxprobe && $0 != .driver }.map(\.rawValue).joined(
                separator: " to "),
            role: role, carriage: transport.rawValue, hasECM: nil,
            calls > 1 ? "\(calls) calls one after the other" : "\(pages) page\(pages == 1 ? "" : "s")", calls: calls
        ) { bench in
            var attempt = InteropAttempt(succeeded: 0, problems: [], record: nil)
            for number in 1...calls {
                var call = SoftwareCall(
                    from: sender, to: receiver, over: transport, pages: SoftwareCall.pages(pages))
                call.recordFolder = bench.folder.path
                let outcome = try call.run()
                if outcome.isSuccess(over: transport) {
                    attempt.succeeded += 1
                } else {
                    attempt.problems += outcome.problems(over: transport).map { "call \(number): \($0)" }
                    attempt.record = attempt.record ?? call.recordPath("receiver").map { URL(filePath: $0) }
                    break
                }
            }
            return attempt
        }
    }
}
