import FaxCore

/// Test cases as continuous integration reads them: the XML that JUnit's reporters made customary. Texts are escaped here, and
/// cut where they are long.
public struct JUnitPage: Sendable {
    public enum Verdict: Sendable {
        /// What is told all the same, a line each.
        case passed([String])
        case failed(type: String, message: String, lines: [String])
        /// It could not be run.
        case error(type: String, message: String)
        case skipped(message: String)
    }

    public struct Case: Sendable {
        public var group: String
        public var name: String
        public var seconds: Double
        public var verdict: Verdict

        public init(group: String, name: String, seconds: Double = 0, _ verdict: Verdict) {
            self.group = group
            self.name = name
            self.seconds = seconds
            self.verdict = verdict
        }
    }

    public struct Suite: Sendable {
        public var name: String
        public var cases: [Case]

        public init(name: String, cases: [Case]) {
            self.name = name
            self.cases = cases
        }
    }

    private let name: String
    private let suites: [Suite]

    public init(name: String, suites: [Suite]) {
        self.name = name
        self.suites = suites
    }

    /// The whole file.
    public var text: String {
        let all = suites.flatMap(\.cases)
        return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
            + "<testsuites name=\"\(Self.escaped(name))\" \(Self.totals(all))>\n"
            + suites.map { suite in
                "<testsuite name=\"\(Self.escaped(suite.name))\" \(Self.totals(suite.cases))>\n"
                    + suite.cases.map(Self.element).joined() + "</testsuite>\n"
            }.joined() + "</testsuites>\n"
    }

    private static func totals(_ cases: [Case]) -> String {
        var (failures, errors, skipped) = (0, 0, 0)
        for testCase in cases {
            switch testCase.verdict {
            case .passed: break
            case .failed: failures += 1
            case .error: errors += 1
            case .skipped: skipped += 1
            }
        }
        let time = seconds(cases.reduce(0) { $0 + $1.seconds })
        return "tests=\"\(cases.count)\" failures=\"\(failures)\" errors=\"\(errors)\" skipped=\"\(skipped)\" "
            + "time=\"\(time)\""
    }

    private static func element(_ testCase: Case) -> String {
        let start =
            "<testcase classname=\"\(escaped(testCase.group))\" name=\"\(escaped(testCase.name))\" "
            + "time=\"\(seconds(testCase.seconds))\""
        switch testCase.verdict {
        case .passed(let lines) where lines.allSatisfy(\.isEmpty): return "\(start)/>\n"
        case .passed(let lines): return "\(start)>\n<system-out>\(joined(lines))</system-out>\n</testcase>\n"
        case .failed(let type, let message, let lines):
            return "\(start)>\n<failure message=\"\(escaped(message))\" type=\"\(escaped(type))\">\(joined(lines))"
                + "</failure>\n</testcase>\n"
        case .error(let type, let message):
            return "\(start)>\n<error message=\"\(escaped(message))\" type=\"\(escaped(type))\"/>\n</testcase>\n"
        case .skipped(let message): return "\(start)>\n<skipped message=\"\(escaped(message))\"/>\n</testcase>\n"
        }
    }

    private static func joined(_ lines: [String]) -> String {
        lines.filter { !$0.isEmpty }.map(escaped).joined(separator: "\n")
    }

    private static func seconds(_ value: Double) -> String { Decimals.text(value, digits: 3) ?? "0" }

    /// Characters of one text; what is longer is cut.
    private static let textLimit = 1_000

    private static func escaped(_ text: String) -> String { MarkupText.escaped(text, limit: textLimit) }
}
