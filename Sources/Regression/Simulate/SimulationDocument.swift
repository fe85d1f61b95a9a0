import FaxCore
import FaxReport
import Simulator

/// The results of trials of one scenario, as `faxprobe simulate --json` writes them.
public struct SimulationDocument: Sendable {
    public static let schema = "faxprobe-simulation/1"

    public var scenario: CallScenario
    public var seed: UInt64
    public var records: [TrialRecord]

    public init(_ scenario: CallScenario, seed: UInt64, records: [TrialRecord]) {
        self.scenario = scenario
        self.seed = seed
        self.records = records
    }

    public var successes: Int { records.count { $0.isSuccess } }

    /// Wilson's, of 95 %; `nil` without trials.
    var interval: ClosedRange<Double>? {
        records.isEmpty ? nil : Proportion(successes: successes, tries: records.count)?.wilson()
    }

    public var value: JSONValue {
        let interval = interval
        return .object([
            .init("schema", .string(Self.schema)),
            .init("transport", .string(scenario.transport.rawValue)),
            .init("forth", .string(scenario.forth.text)), .init("back", .string(scenario.back.text)),
            .init("seed", .string(String(seed))), .init("trials", .integer(records.count)),
            .init("successes", .integer(successes)),
            .init(
                "success_rate",
                .measure(records.isEmpty ? nil : Double(successes) / Double(records.count), digits: 6)),
            .init(
                "interval",
                .object([
                    .init("method", .string("wilson")), .init("confidence", .decimal("0.95")),
                    .init("low", .measure(interval?.lowerBound, digits: 6)),
                    .init("high", .measure(interval?.upperBound, digits: 6)),
                ])),
            .init("records", .array(records.map(\.value))),
        ])
    }
}

extension TrialRecord {
    /// As an object of the documents.
    public var value: JSONValue {
        .object([
            .init("trial", .integer(number)), .init("seed", .string(String(seed))), .init("success", .bool(isSuccess)),
            .init("ended", .bool(hasEnded)), .init("duration_s", .seconds(duration)),
            .init("transfer_s", .seconds(transferTime)), .init("pages_sent", .integer(pagesSent)),
            .init("pages_received", .integer(pagesReceived)), .init("pages_equal", .optional(pagesEqual)),
            .init("caller", caller.value), .init("answerer", answerer.value),
            .init("forth", forth.value), .init("back", back.value),
            .init("violations", .array(violations.map { .string($0) })),
            .init("outcome", .optional(diagnosis?.outcome)), .init("root_cause", .optional(diagnosis?.rootCause)),
            .init("findings", diagnosis.map { .array($0.findings.map { .string($0) }) } ?? .null),
        ])
    }
}

extension TrialRecord.Station {
    fileprivate var value: JSONValue {
        .object([
            .init("completion", .optional(completion)), .init("text", .optional(completionText)),
            .init("pages", .integer(pages)), .init("bad_rows", .integer(badRows)),
            .init("ecm_retries", .integer(ecmRetries)), .init("trainings", .integer(trainings)),
            .init("failed_trainings", .integer(failedTrainings)), .init("rate_bps", .integer(rateBps)),
            .init("carried_by", .optional(carriedBy)), .init("unrecovered_ifps", .integer(unrecoveredIFPs)),
        ])
    }
}

extension TrialRecord.Direction {
    fileprivate var value: JSONValue { .object([.init("sent", .integer(sent)), .init("lost", .integer(lost))]) }
}
