import FaxCore
import FaxReport
import Simulator

/// A ``SuiteResult`` as `faxprobe regress --json` writes it; ``StoredSuite`` reads it back.
public struct SuiteDocument: Sendable {
    public let result: SuiteResult

    public init(_ result: SuiteResult) { self.result = result }

    public var text: String { JSONWriter.text(value, style: .indented) + "\n" }

    public var value: JSONValue {
        .object([
            .init("schema", .string(SuiteResult.schema)), .init("suite", .string(result.suite)),
            .init("digest", .string(result.digest)), .init("seed", .string(String(result.seed))),
            .init("shard", .optional(result.shard?.text)), .init("verdict", .string(result.verdict.rawValue)),
            .init("trials", .integer(result.trials)), .init("successes", .integer(result.successes)),
            .init("gates", .array(result.gates.map(\.value))),
            .init(
                "compare", .array(result.pairs.map { .array([.string($0.first), .string($0.second)]) })),
            .init("comparisons", .array(result.comparisons.map(\.value))),
            .init("cells", .array(result.cells.map(\.value))),
        ])
    }
}

extension SuiteCellResult {
    var value: JSONValue {
        .object([
            .init("document", .string(cell.document)), .init("path", .string(cell.path)),
            .init("impairment", .string(cell.impairment)), .init("digest", .string(cell.digest)),
            .init("planned", .integer(cell.trials)), .init("complete", .bool(isComplete)),
            .init("ended_early", .bool(endedEarly)),
            .init("trials", .integer(trials.count)), .init("successes", .integer(successes)),
            .init("success_rate", .measure(proportion?.share, digits: 6)),
            .init("interval", .interval(interval)),
            .init("pages_sent", .integer(sum(\.pagesSent))), .init("pages_received", .integer(sum(\.pagesReceived))),
            .init("ecm_retries", .integer(sum(\.ecmRetries))), .init("trainings", .integer(sum(\.trainings))),
            .init("failed_trainings", .integer(sum(\.failedTrainings))), .init("bad_rows", .integer(sum(\.badRows))),
            .init("unrecovered", .integer(sum(\.unrecovered))),
            .init("duration_s", .quantiles(duration, digits: 3)),
            .init("effective_bps", .quantiles(effectiveRate, digits: 0)),
            .init(
                "failures",
                .array(
                    failureClasses.map {
                        .object([
                            .init("id", .string($0.id)), .init("count", .integer($0.count)),
                            .init("first_seed", .string(String($0.firstSeed))),
                        ])
                    })),
            .init("records", .array(trials.map(\.value))),
        ])
    }
}

extension SuiteTrial {
    var value: JSONValue {
        .object([
            .init("trial", .integer(number)), .init("seed", .string(String(seed))), .init("success", .bool(isSuccess)),
            .init("duration_ms", .integer(durationMs)), .init("transfer_ms", .optional(transferMs)),
            .init("pages_sent", .integer(pagesSent)), .init("pages_received", .integer(pagesReceived)),
            .init("ecm_retries", .integer(ecmRetries)), .init("trainings", .integer(trainings)),
            .init("failed_trainings", .integer(failedTrainings)), .init("bad_rows", .integer(badRows)),
            .init("rate_bps", .integer(rateBps)), .init("coded_octets", .integer(codedOctets)),
            .init("unrecovered", .integer(unrecovered)), .init("failure", .optional(failure)),
            .init("violations", .array(violations.map { .string($0) })),
        ])
    }
}

extension PathComparison {
    fileprivate var value: JSONValue {
        .object([
            .init("document", .string(document)), .init("impairment", .string(impairment)),
            .init("first", .string(first)), .init("second", .string(second)),
            .init("pairs", .integer(outcomes.pairs)), .init("both", .integer(outcomes.bothSucceed)),
            .init("only_first", .integer(outcomes.onlyFirst)), .init("only_second", .integer(outcomes.onlySecond)),
            .init("neither", .integer(outcomes.bothFail)),
            .init("difference", .measure(outcomes.difference, digits: 6)),
            .init("p", .measure(p, digits: 9)), .init("p_adjusted", .measure(adjustedP, digits: 9)),
        ])
    }
}

extension GateResult {
    fileprivate var value: JSONValue {
        .object([
            .init("name", .string(gate.name)), .init("rule", .string(gate.ruleText)),
            .init("verdict", .string(verdict.rawValue)), .init("definition", gate.value),
            .init("cells", .array(cells.map(\.value))),
        ])
    }
}

extension SuiteGate {
    fileprivate var value: JSONValue {
        let rule: (String, [JSONValue.Member]) =
            switch rule {
            case .limit(let success): ("success", [.init("success", .measure(success, digits: 9))])
            case .baseline: ("baseline", [])
            case .sequential(let good, let bad, let miss):
                (
                    "sequential",
                    [
                        .init("good", .measure(good, digits: 9)), .init("bad", .measure(bad, digits: 9)),
                        .init("miss", .measure(miss, digits: 9)),
                    ]
                )
            }
        func names(_ names: [String]) -> JSONValue { .array(names.map { .string($0) }) }
        return .object(
            [.init("kind", .string(rule.0))] + rule.1 + [
                .init("false_alarm", .measure(falseAlarm, digits: 9)),
                .init("undecided", .string(failsWhenUndecided ? "fail" : "pass")),
                .init("within_ns", .optional(demand.within.map { Int(clamping: $0.wholeNanoseconds) })),
                .init("ecm_retries", .optional(demand.ecmRetries)), .init("bad_rows", .optional(demand.badRows)),
                .init("trainings", .optional(demand.trainings)), .init("unrecovered", .optional(demand.unrecovered)),
                .init("documents", names(selection.documents)), .init("paths", names(selection.paths)),
                .init("impairments", names(selection.impairments)),
            ])
    }
}

extension GateResult.CellJudgement {
    fileprivate var value: JSONValue {
        .object([
            .init("cell", .string(cell)), .init("verdict", .string(verdict.rawValue)),
            .init("good", .integer(good)), .init("trials", .integer(trials)), .init("p", .measure(p, digits: 9)),
            .init("interval", .interval(interval)), .init("difference", .measure(difference, digits: 6)),
            .init("note", .optional(note)),
        ])
    }
}

extension JSONValue {
    fileprivate static func interval(_ interval: ClosedRange<Double>?) -> JSONValue {
        guard let interval else { return .null }
        return .object([
            .init("low", .measure(interval.lowerBound, digits: 6)),
            .init("high", .measure(interval.upperBound, digits: 6)),
        ])
    }

    fileprivate static func quantiles(_ quantiles: Quantiles?, digits: Int) -> JSONValue {
        guard let quantiles else { return .null }
        func measure(_ share: Double) -> JSONValue { .measure(quantiles.quantile(share), digits: digits) }
        return .object([
            .init("least", measure(0)), .init("p50", measure(0.5)), .init("p90", measure(0.9)),
            .init("p99", measure(0.99)), .init("most", measure(1)),
        ])
    }
}
