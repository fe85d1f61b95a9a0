import FaxCore
import Foundation
import PcapDecode
import T30Analyzer

/// `--sarif`: findings as SARIF 2.1.0, for viewers of analyses: the rule is the finding's id, the artifact the capture,
/// the place within it the call and its frames. Frames are no lines, so that there are no regions.
public final class SARIFExport: CallExport {
    private struct Result {
        var source: Int
        var call: Int
        var findings: [Finding]
        var values: [JSONValue]
    }

    /// Results of one report; what comes after is counted in its properties.
    static let resultLimit = 20_000
    /// Logical locations of one result.
    static let callLimit = 50

    public var needs: ExportNeeds { [.pages] }
    private let file: ExportFile
    private let version: String
    private let write: (String) -> Void
    private var results: [Result] = []
    private var count = 0
    private var dropped = 0
    private var pairs: [JSONValue] = []

    /// `version`: of the command. `write` takes text for standard output.
    public init(_ file: ExportFile, version: String, write: @escaping (String) -> Void) {
        self.file = file
        self.version = version
        self.write = write
    }

    public func add(_ analyzed: AnalyzedCall, of source: ReportSource) {
        let room = max(0, Self.resultLimit - count)
        let findings = Array(CallText.byWeight(analyzed.findings).prefix(room))
        count += findings.count
        dropped += analyzed.findings.count - findings.count
        results.append(
            Result(
                source: source.number, call: analyzed.call.id, findings: findings,
                values: findings.map { result($0, [analyzed.call.id], source) }))
    }

    /// Findings of several calls or legs, as far as no call of theirs has them among its own.
    public func end(_ summary: CaptureSummary, of source: ReportSource) {
        pairs += summary.pairs.filter { $0.faxes > 1 }.map { rates($0, source) }
        let found = summary.findings.filter { found in
            !results.contains { result in
                result.source == source.number && found.calls.contains(result.call)
                    && result.findings.contains { $0.id == found.finding.id && $0.because == found.finding.because }
            }
        }
        let kept = found.prefix(max(0, Self.resultLimit - count))
        count += kept.count
        dropped += found.count - kept.count
        results.append(
            Result(
                source: source.number, call: .max, findings: kept.map(\.finding),
                values: kept.map { result($0.finding, $0.calls, source) }))
    }

    public func finish() throws(OutputFolder.Failure) { try file.put(text, standardOutput: write) }

    /// The whole file.
    var text: String {
        let ordered = results.sorted { ($0.source, $0.call) < ($1.source, $1.call) }
        var rules: [Finding] = []
        for finding in ordered.flatMap(\.findings) where !rules.contains(where: { $0.id == finding.id }) {
            rules.append(finding)
        }
        rules.sort { $0.id < $1.id }
        let driver = JSONValue.object([
            .init("name", .string("faxprobe")), .init("version", .string(version)),
            .init("rules", .array(rules.map(rule))),
        ])
        let run = JSONValue.object([
            .init("tool", .object([.init("driver", driver)])), .init("columnKind", .string("unicodeCodePoints")),
            .init("results", .array(ordered.flatMap(\.values))),
            .init("properties", .object([.init("resultsDropped", .integer(dropped)), .init("pairs", .array(pairs))])),
        ])
        let log = JSONValue.object([
            .init("$schema", .string("https://json.schemastore.org/sarif-2.1.0.json")),
            .init("version", .string("2.1.0")), .init("runs", .array([run])),
        ])
        return JSONWriter.text(log, style: .indented) + "\n"
    }

    // MARK: - Parts

    /// In the words of the catalogue, as far as it has the rule.
    private func rule(_ finding: Finding) -> JSONValue {
        let entry = FailureCatalogue.entry(finding.id)
        var members: [JSONValue.Member] = [
            .init("id", .string(finding.id)),
            .init("shortDescription", Self.message(entry?.name ?? FindingList.title(finding))),
        ]
        if let entry { members.append(.init("fullDescription", Self.message(entry.cause))) }
        let remedy = entry?.remedy ?? finding.remedy
        if !remedy.isEmpty { members.append(.init("help", Self.message(remedy))) }
        members.append(.init("properties", .object([.init("layer", .string(finding.layer.rawValue))])))
        return .object(members)
    }

    /// How the faxes of a pair of numbers went.
    private func rates(_ pair: CallPairRates, _ source: ReportSource) -> JSONValue {
        let text = PairText(pair: pair)
        return .object([
            .init("uri", .string(Self.uri(source.files.first ?? ""))), .init("caller", .string(text.caller)),
            .init("callee", .string(text.callee)), .init("faxes", .integer(pair.faxes)),
            .init("delivered", .integer(pair.delivered)), .init("failed", .integer(pair.failed)),
            .init("pattern", .string(pair.pattern.rawValue)),
            .init("differences", .array(text.differences.map { .string($0) })),
        ])
    }

    private func result(_ finding: Finding, _ calls: [Int], _ source: ReportSource) -> JSONValue {
        .object([
            .init("ruleId", .string(finding.id)), .init("level", .string(finding.severity.rawValue)),
            .init("message", Self.message("\(finding.title): \(finding.because)")),
            .init("locations", .array([location(calls, source)])),
            .init(
                "properties",
                .object([
                    .init("call", .optional(calls.count == 1 ? calls.first : nil)),
                    .init("calls", .array(calls.map { .integer($0) })),
                    .init("certainty", .string(finding.certainty.rawValue)),
                    .init("rootCause", .bool(finding.isRootCause)),
                    .init(
                        "frames",
                        .array(
                            finding.frames.compactMap { frame in
                                CallPlace(source, call: 0).number(frame)
                                    .map { .string($0) }
                            })),
                ])),
        ])
    }

    private func location(_ calls: [Int], _ source: ReportSource) -> JSONValue {
        let path = source.files.first ?? ""
        return .object([
            .init(
                "physicalLocation",
                .object([.init("artifactLocation", .object([.init("uri", .string(Self.uri(path)))]))])),
            .init(
                "logicalLocations",
                .array(
                    calls.prefix(Self.callLimit).map {
                        .object([.init("name", .string("call \($0)")), .init("kind", .string("call"))])
                    })),
        ])
    }

    private static func message(_ text: String) -> JSONValue {
        .object([.init("text", .string(TerminalText.harmless(text, limit: 1_000)))])
    }

    /// A path as a URI reference (RFC 3986): what is not allowed in one is escaped.
    static func uri(_ path: String) -> String {
        if path == "-" { return "stdin" }
        let escaped = path.addingPercentEncoding(withAllowedCharacters: pathCharacters) ?? ""
        return path.hasPrefix("/") ? "file://" + escaped : escaped
    }

    private static let pathCharacters = CharacterSet(
        charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/")
}
