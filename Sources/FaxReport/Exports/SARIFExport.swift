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

    public var needs: ExportNeeds { [.pages] }
    private let file: ExportFile
    private let version: String
    private let write: (String) -> Void
    private var results: [Result] = []
    private var count = 0
    private var dropped = 0

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
                values: findings.map { result($0, analyzed.call.id, source) }))
    }

    public func end(_ summary: CaptureSummary, of source: ReportSource) {}

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
            .init("properties", .object([.init("resultsDropped", .integer(dropped))])),
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

    private func result(_ finding: Finding, _ call: Int, _ source: ReportSource) -> JSONValue {
        .object([
            .init("ruleId", .string(finding.id)), .init("level", .string(finding.severity.rawValue)),
            .init("message", Self.message("\(finding.title): \(finding.because)")),
            .init("locations", .array([location(call, source)])),
            .init(
                "properties",
                .object([
                    .init("call", .integer(call)), .init("certainty", .string(finding.certainty.rawValue)),
                    .init("rootCause", .bool(finding.isRootCause)),
                    .init(
                        "frames",
                        .array(
                            finding.frames.compactMap { frame in
                                CallPlace(source, call: call).number(frame)
                                    .map { .string($0) }
                            })),
                ])),
        ])
    }

    private func location(_ call: Int, _ source: ReportSource) -> JSONValue {
        let path = source.files.first ?? ""
        return .object([
            .init(
                "physicalLocation",
                .object([.init("artifactLocation", .object([.init("uri", .string(Self.uri(path)))]))])),
            .init(
                "logicalLocations",
                .array([
                    .object([.init("name", .string("call \(call)")), .init("kind", .string("call"))])
                ])),
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
