import FaxReport
import Foundation
import LiveLab

/// The matrix as a page and for programs.
struct InteropReport {
    enum Subject: String {
        case others = "interop"
        case faults

        var head: String {
            switch self {
            case .others:
                """
                # Our endpoint and others

                "Works": every call of the row went as it has to, page for page and pixel for pixel where a fax is carried. Of calls that \
                no fax can come of (a refusal, glare, CANCEL) that the signalling went by the scenario and the end was told as it is. \
                "Role" is that of our endpoint.
                """
            case .faults:
                """
                # What befalls calls

                Two pages are sent, and something happens. "Works": no page that was confirmed to the sender is lost, the call \
                ended on the side that is left, in time, and no process crashed or stayed. "Role" is that of the side that is left.
                """
            }
        }

    }

    let subject: Subject
    /// Beginnings of the rows' ids that were asked for; none: all.
    let only: [String]
    /// Where captures of failures are, as it was named.
    let keep: String
    let results: [InteropResult]
    var versions: [(program: String, version: String)] = []

    /// What was typed for it.
    private var command: String { (["faxlab", subject.rawValue] + only.map { "--only \($0)" }).joined(separator: " ") }

    /// A capture by the name that its folder was given.
    private func place(of record: String) -> String {
        URL(filePath: keep).path == URL(filePath: record).deletingLastPathComponent().path
            ? "\(keep)/\(URL(filePath: record).lastPathComponent)" : record
    }

    var markdown: String {
        let works = results.count { $0.state == .works }
        let calls = results.reduce(0) { $0 + $1.row.calls }
        let programs = versions.map { "- \($0.program): \($0.version)" }.joined(separator: "\n")
        return """
            \(subject.head)

            `\(command)`: \(LabMachine.line) \(works) of \(results.count) rows work; \(calls) calls in all.

            \(programs.isEmpty ? "" : programs + "\n")
            \(LabText.table(Self.heads, results.map(Self.cells)))
            \(failures)
            """
    }

    private static let heads = [
        "row", "with", "SIP over", "role", "carried by", "ECM", "what", "calls", "good", "s", "result",
    ]

    private static func cells(_ result: InteropResult) -> [String] {
        let row = result.row
        return [
            row.id, row.peer, row.signalling, row.role.rawValue, row.carriage,
            row.hasECM.map { $0 ? "yes" : "no" } ?? "–",
            row.what, "\(row.calls)", "\(result.succeeded)", LabText.number(result.duration / .seconds(1), 1),
            result.state == .works ? "works" : "**\(result.state.rawValue)**",
        ]
    }

    private var failures: String {
        let bad = results.filter { $0.state != .works }
        guard !bad.isEmpty else { return "" }
        let parts = bad.map { result in
            let lines = result.reasons + result.verdicts.map { "analyze: \($0)" }
            let record = result.record.map { ["capture: \(place(of: $0))"] } ?? []
            return "### \(result.row.id)\n\n" + (lines + record).map { "- \($0)" }.joined(separator: "\n")
        }
        return "\n## What does not work\n\n" + parts.joined(separator: "\n\n") + "\n"
    }

    var json: String {
        let document = JSONValue.object([
            .init("date", .string(Date().formatted(.iso8601.year().month().day().dateSeparator(.dash)))),
            .init(
                "versions",
                .array(
                    versions.map {
                        .object([.init("program", .string($0.program)), .init("version", .string($0.version))])
                    })),
            .init("rows", .array(results.map(value))),
        ])
        return JSONWriter.text(document, style: .indented) + "\n"
    }

    private func value(_ result: InteropResult) -> JSONValue {
        let row = result.row
        return .object([
            .init("id", .string(row.id)), .init("peer", .string(row.peer)),
            .init("signalling", .string(row.signalling)), .init("role", .string(row.role.rawValue)),
            .init("carried_by", .string(row.carriage)), .init("ecm", .optional(row.hasECM)),
            .init("what", .string(row.what)), .init("calls", .integer(row.calls)),
            .init("succeeded", .integer(result.succeeded)),
            .init("duration_s", .seconds(result.duration)),
            .init("result", .string(result.state == .notPossible ? "not-possible" : result.state.rawValue)),
            .init("reasons", .array(result.reasons.map { .string($0) })),
            .init("verdicts", .array(result.verdicts.map { .string($0) })),
            .init("capture", .optional(result.record.map(place))),
        ])
    }
}
