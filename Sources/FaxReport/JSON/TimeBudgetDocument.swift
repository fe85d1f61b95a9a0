import FaxCore
import T30Analyzer

extension AnalysisDocument {
    func timeBudget(_ budget: TimeBudget) -> JSONValue {
        .object(
            TimeBudget.Kind.allCases.map { kind in
                .init(
                    kind.rawValue,
                    .object([
                        .init("actual_s", .seconds(budget.actual(kind))),
                        .init("optimum_s", .seconds(budget.optimum(kind))),
                        .init("excess_s", .seconds(budget.excess(kind))),
                    ]))
            })
    }

    func throughput(_ budget: TimeBudget) -> JSONValue {
        .object([
            .init("confirmed_octets", .integer(budget.confirmedOctets)),
            .init("fax_s", .seconds(budget.faxDuration)),
            .init("bps", .optional(budget.throughputBps.map { Int($0.rounded()) })),
        ])
    }

    func cost(_ cost: TimeBudget.Cost) -> JSONValue {
        .object([
            .init("kind", .string(cost.kind.rawValue)), .init("what", .string(cost.what)),
            .init("time", .time(cost.time)), .init("cost_s", .seconds(cost.length)),
            .init("frames", .array(cost.frames.map { frame($0) })),
        ])
    }
}
