import FaxCore
import FaxReport

/// One line of a probe's checklist.
public struct ProbeStep: Sendable {
    public enum State: String, Sendable, CaseIterable {
        case passed, failed, unknown
        case notApplicable = "not-applicable"
        case notReached = "not-reached"

        var text: String { rawValue.replacing("-", with: " ") }
    }

    /// Something measured or said.
    public struct Value: Sendable, Equatable {
        /// In words, such as `time to 180`.
        var name: String
        var value: JSONValue
        /// `ms`, `octets` …; `nil`: none.
        var unit: String?

        /// In JSON: `time_to_180_ms`.
        var key: String {
            let words = ([name] + [unit].compactMap(\.self)).joined(separator: "_").lowercased()
            let plain = words.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_" }
            return String(plain).split(separator: "_").joined(separator: "_")
        }

        var text: String {
            let said =
                switch value {
                case .null: "unknown"
                case .bool(let flag): flag ? "yes" : "no"
                case .integer(let number): "\(number)"
                case .decimal(let text), .string(let text): text
                case .array(let all): all.map { Value(name: "", value: $0).text }.joined(separator: ", ")
                case .object: ""
                }
            return said + (unit.map { " " + $0 } ?? "")
        }
    }

    public let check: ProbeCheck
    public var title: String
    public var state = State.unknown
    public var values: [Value] = []
    /// Why it is so, in a sentence.
    public var reason: String?
    /// What to do about a failure.
    public var remedy: String?
    /// Packets of the record that show it.
    public var frames: [FrameRef] = []

    init(_ check: ProbeCheck, title: String? = nil) {
        self.check = check
        self.title = title ?? check.title
    }

    mutating func pass(_ reason: String? = nil) { settle(.passed, reason, nil) }
    mutating func fail(_ reason: String, _ remedy: String?) { settle(.failed, reason, remedy) }
    mutating func leave(_ state: State, _ reason: String) { settle(state, reason, nil) }

    private mutating func settle(_ state: State, _ reason: String?, _ remedy: String?) {
        self.state = state
        self.reason = reason
        self.remedy = remedy
    }

    mutating func add(_ name: String, _ value: JSONValue, _ unit: String? = nil) {
        if value != .null { values.append(Value(name: name, value: value, unit: unit)) }
    }

    mutating func add(_ name: String, _ text: String?) { add(name, .optional(text), nil) }
    mutating func add(_ name: String, _ number: Int?, _ unit: String? = nil) { add(name, .optional(number), unit) }
    mutating func add(_ name: String, _ time: Duration?) {
        add(name, .measure(time.map { $0.inSeconds * 1_000 }, digits: 0), "ms")
    }

    mutating func show(_ frames: FrameRef?...) { self.frames += frames.compactMap(\.self) }

    /// Fails by the first of these findings, in its own words. `false`: there is none.
    @discardableResult
    mutating func fail(by findings: [Finding]) -> Bool {
        guard let finding = findings.first else { return false }
        fail(finding.title.isEmpty ? finding.because : "\(finding.title): \(finding.because)", finding.remedy)
        frames += finding.frames.prefix(5)
        return true
    }
}
