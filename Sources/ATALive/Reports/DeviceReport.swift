import ATADrivers
import FaxCore
import FaxReport
import FaxStation
import Foundation

/// A run of a device suite told to people and to programs, against an earlier one where there is one.
public struct DeviceReport: Sendable {
    public let run: DeviceRun
    public let effects: [DeviceEffects]
    /// Cells that passed in the baseline and fail now, and the reverse.
    public let broken: [String]
    public let mended: [String]
    public var usesColour = false

    public init(_ run: DeviceRun, baseline: DeviceBaseline? = nil) {
        self.run = run
        var devices: [String] = []
        for outcome in run.outcomes where !devices.contains(outcome.cell.device) { devices.append(outcome.cell.device) }
        effects = devices.map { DeviceEffects($0, run.outcomes) }
        let old = baseline?.passed ?? [:]
        broken = run.outcomes.filter { $0.kind != .passed && old[$0.cell.name] == true }.map(\.cell.name)
        mended = run.outcomes.filter { $0.kind == .passed && old[$0.cell.name] == false }.map(\.cell.name)
    }

    /// `11 of 14 cells passed, all as expected`
    package var headline: String {
        let passed = "\(run.outcomes.count { $0.kind == .passed }) of \(run.outcomes.count) cells passed"
        if !run.isWhole { return passed + ", stopped before all were run" }
        if !broken.isEmpty { return passed + ", \(broken.count) broken since the baseline" }
        return passed + (run.unexpected.isEmpty ? ", all as expected" : ", \(run.unexpected.count) not as expected")
    }

    /// Why a cell did not pass: what the diagnosis says, or what kept the call from being made.
    package static func why(_ outcome: DeviceOutcome) -> String { outcome.verdict ?? outcome.reason ?? "" }

    package func isExpected(_ outcome: DeviceOutcome) -> Bool { !run.unexpected.contains(outcome.cell) }

    /// 0: all is as expected, 1: something is not, or broke since the baseline, 3: not all could be run.
    public var status: Int32 {
        if !run.isWhole || !run.problems.isEmpty { return 3 }
        return run.unexpected.isEmpty && broken.isEmpty ? 0 : 1
    }

    // MARK: - JSON

    public var document: JSONValue {
        .object([
            .init("schema", .string(DeviceBaseline.schema)), .init("suite", .string(run.suite)),
            .init("whole", .bool(run.isWhole)), .init("cells", .array(run.outcomes.map(\.document))),
            .init("unexpected", .array(run.unexpected.map { .string($0.name) })),
            .init("broken", .array(broken.map { .string($0) })), .init("mended", .array(mended.map { .string($0) })),
            .init("effects", .array(effects.map(Self.document))),
            .init("problems", .array(run.problems.map { .string($0) })),
        ])
    }

    private static func document(_ effects: DeviceEffects) -> JSONValue {
        .object([
            .init("device", .string(effects.device)),
            .init(
                "factors",
                .array(
                    effects.factors.map { factor in
                        .object([
                            .init("name", .string(factor.name)), .init("effect", .measure(factor.effect, digits: 3)),
                            .init(
                                "values",
                                .array(
                                    factor.levels.map {
                                        .object([
                                            .init("value", .string($0.value)), .init("passed", .integer($0.passed)),
                                            .init("calls", .integer($0.calls)),
                                        ])
                                    })),
                        ])
                    })),
            .init(
                "best",
                effects.best.map { best in
                    .object(best.settings.map { .init($0.setting.rawValue, .string($0.value)) })
                } ?? .null),
        ])
    }

    // MARK: - Text

    public var text: String {
        var lines = ["\(run.suite): \(run.outcomes.count { $0.kind == .passed }) of \(run.outcomes.count) cells passed"]
        for outcome in run.outcomes { lines += Self.lines(outcome, isExpected: isExpected(outcome)) }
        for effect in effects { lines += Self.lines(effect) }
        if !broken.isEmpty { lines += ["", "Broken since the baseline:"] + broken.map { "  \($0)" } }
        if !mended.isEmpty { lines += ["", "Mended since the baseline:"] + mended.map { "  \($0)" } }
        if !run.unexpected.isEmpty {
            lines += ["", "Not as expected:"] + run.unexpected.map { "  \($0.name)" }
        }
        lines += run.problems.map { "problem: \(TerminalText.harmless($0, limit: 400))" }
        if !run.isWhole { lines.append("stopped before all cells were run") }
        return lines.map { $0 + "\n" }.joined()
    }

    private static func lines(_ outcome: DeviceOutcome, isExpected: Bool) -> [String] {
        var first = "  \(outcome.kind == .passed ? "passed" : outcome.kind == .failed ? "FAILED" : "NOT RUN")"
        first += isExpected && outcome.kind != .passed ? " (expected)  " : "  "
        first += outcome.cell.name
        var facts: [String] = []
        if let media = outcome.carriedBy { facts.append(media == .t38 ? "T.38" : "G.711") }
        if let duration = outcome.duration { facts.append("\(Int(duration.inSeconds.rounded())) s") }
        if outcome.tries > 1 { facts.append("try \(outcome.tries)") }
        if !facts.isEmpty { first += "  (\(facts.joined(separator: ", ")))" }
        guard outcome.kind != .passed else { return [first] }
        let why = Self.why(outcome)
        let cause = outcome.cause.map { " [\($0)]" } ?? ""
        return [first, "          \(TerminalText.harmless(why, limit: 300))\(cause)"]
    }

    private static func lines(_ effects: DeviceEffects) -> [String] {
        var lines = ["", "\(effects.device): what matters, the strongest first"]
        for factor in effects.factors {
            let levels = factor.levels.map { "\($0.value) \($0.passed)/\($0.calls)" }.joined(separator: ", ")
            lines.append("  \(Int((factor.effect * 100).rounded())) %  \(factor.name): \(levels)")
        }
        if let best = effects.best {
            let words = best.settings.map { "\($0.setting.rawValue)=\($0.value)" }.joined(separator: " ")
            lines.append("  best: \(words.isEmpty ? "as it is" : words) (\(best.passed) of \(best.calls))")
        } else {
            lines.append("  best: none came through")
        }
        return lines
    }
}

/// An earlier run, from the JSON of its report.
public struct DeviceBaseline: Sendable {
    public struct Failure: Error, Sendable, CustomStringConvertible {
        public var description: String
    }

    static let schema = "faxprobe.device-suite/1"
    public static let sizeLimit = 64 << 20
    /// By the cell's name; what was not run is left out.
    let passed: [String: Bool]

    private struct Stored: Decodable {
        struct Cell: Decodable {
            var cell: String
            var outcome: String
        }
        var schema: String
        var cells: [Cell]
    }

    public init(_ octets: [UInt8]) throws(Failure) {
        guard let stored = try? JSONDecoder().decode(Stored.self, from: Data(octets)), stored.schema == Self.schema
        else {
            throw Failure(description: "no results of a device suite in the form \(Self.schema)")
        }
        var passed: [String: Bool] = [:]
        for cell in stored.cells where cell.outcome != DeviceOutcome.Kind.notRun.rawValue {
            passed[cell.cell] = cell.outcome == DeviceOutcome.Kind.passed.rawValue
        }
        self.passed = passed
    }
}
