import FaxCore
import FaxDSP
import FaxEndpoint
import FaxStation
import Foundation
import Simulator

/// Our endpoint with itself: every carriage, every rate, long faxes, many calls.
enum OwnRows {
    static var all: [InteropRow] { plain + [refusal] + long + many }

    private static var plain: [InteropRow] {
        let carriages: [(FaxTransport, String)] = [(.t38, "t38"), (.auto, "t38"), (.g711, "g711")]
        return carriages.flatMap { transport, carriage in
            [true, false].map { hasECM in
                row(
                    "own-\(transport.rawValue)\(hasECM ? "" : "-plain")", carriage, hasECM,
                    "--transport \(transport.rawValue)"
                ) {
                    plan(transport, try .standard()) { $0.fax.hasECM = hasECM }
                }
            }
        } + rates
    }

    private static var rates: [InteropRow] {
        [9_600, 4_800].flatMap { rate in
            [FaxTransport.t38, .g711].map { transport in
                row("own-\(transport.rawValue)-\(rate)", transport.rawValue, true, "at most \(rate) bit/s") {
                    plan(transport, try .standard()) { $0.fax.maxRate = rate }
                }
            }
        }
    }

    /// The receiver asks for T.38 and the sender has none.
    private static var refusal: InteropRow {
        row("own-refused-t38", "g711", true, "T.38 is refused with 488; the fax goes on in audio") {
            plan(.auto, try .standard()) { if $0.answering == nil { $0.transport = .g711 } }
        }
    }

    private static var long: [InteropRow] {
        [FaxTransport.t38, .g711].map { transport in
            row("own-\(transport.rawValue)-20-pages", transport.rawValue, true, "a document of 20 pages") {
                plan(transport, try .standard(pages: 20)) { _ in }
            }
        }
    }

    private static var many: [InteropRow] {
        [FaxTransport.t38, .g711].map { transport in
            row(
                "own-\(transport.rawValue)-100-calls", transport.rawValue, true, "100 calls, 20 at one time", calls: 100
            ) {
                var many = plan(transport, try .standard()) { $0.recordPath = nil }
                many.atOnce = 20
                many.length = .calls(100)
                many.ramp = .seconds(5)
                return many
            }
        }
    }

    private static func plan(
        _ transport: FaxTransport, _ document: SimulatedDocument,
        _ adjust: @escaping @Sendable (inout EndpointSettings) -> Void
    ) -> CrowdPlan {
        var plan = CrowdPlan(transport, atOnce: 1, length: .calls(1), ramp: .zero, document: document)
        plan.adjust = adjust
        return plan
    }

    private static func row(
        _ id: String, _ carriage: String, _ hasECM: Bool, _ what: String, calls: Int = 1,
        _ plan: @escaping @Sendable () throws -> CrowdPlan
    ) -> InteropRow {
        InteropRow(id, peer: "faxprobe", role: .both, carriage: carriage, hasECM: hasECM, what, calls: calls) { bench in
            var plan = try plan()
            let record = bench.folder.appending(path: "call.pcapng")
            let adjust = plan.adjust
            plan.adjust = { settings in
                if settings.answering != nil { settings.recordPath = record.path }
                adjust(&settings)
            }
            var outcome = try Crowd(plan, folder: bench.folder.appending(path: "in")).run()
            // What other rows beside it have open.
            outcome.filesLeft = []
            return attempt(outcome, calls: calls, carriage, hasECM, record)
        }
    }

    private static func attempt(
        _ outcome: CrowdOutcome, calls: Int, _ carriage: String, _ hasECM: Bool, _ record: URL
    ) -> InteropAttempt {
        // Lines hit by nothing on this path: without error correction too every page is the one that was sent.
        var problems = LoadRow(wanted: calls, outcome: outcome, limit: .seconds(3_600)).problems
        for call in outcome.calls where call.received?.carriedBy.map({ $0 == .t38 ? "t38" : "g711" }) != carriage {
            problems.append("\(call.callID) was not carried by \(carriage)")
        }
        for call in outcome.calls where call.received?.report.hasECM == !hasECM {
            problems.append("\(call.callID) \(hasECM ? "had no" : "had") error correction")
        }
        if outcome.calls.count != calls { problems.append("\(outcome.calls.count) of \(calls) calls were told of") }
        return InteropAttempt(succeeded: outcome.whole, problems: problems, record: record)
    }
}
