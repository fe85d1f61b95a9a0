import FaxCore
import FaxEndpoint
import FaxReport
import Foundation

/// What a check tells, for people and as JSON (`docs/servers.md`).
public enum ServerReport {
    /// - Returns: `nil`: nothing that a person need read.
    public static func text(_ event: ServerEvent) -> String? {
        switch event {
        case .connected(let product): "server: \(harmless(product ?? "connected"))\n"
        case .submitted(let job): "server: took the fax as job \(harmless(job))\n"
        case .status(let status):
            "server: job \(status.state.rawValue) ('\(harmless(status.said))')\(pages(status))\(reason(status.reason))\n"
        case .cancelled: "server: the job was ended by us\n"
        case .noticed(let came): came ? "server: its webhook came\n" : nil
        case .failed(let failure): "server: \(harmless(failure.description))\n"
        case .over: nil
        }
    }

    public static func text(_ reception: ServerReception) -> String {
        let pages = reception.pages.map { ", \($0) page\($0 == 1 ? "" : "s")" } ?? ""
        return "server: has the fax \(harmless(reception.name))\(pages)\(reason(reception.problem))\n"
    }

    private static func pages(_ status: ServerJobStatus) -> String {
        guard let sent = status.pagesSent else { return "" }
        return ", \(sent)" + (status.pages.map { " of \($0)" } ?? "") + " pages"
    }

    private static func reason(_ text: String?) -> String { text.map { ": \(harmless($0))" } ?? "" }
    private static func harmless(_ text: String) -> String { TerminalText.harmless(text, limit: 400) }

    /// - Returns: `nil` where ``document(_:)`` tells it.
    public static func line(_ event: ServerEvent) -> String? {
        switch event {
        case .connected(let product): line("server-connected", [.init("product", .optional(product))])
        case .submitted(let job): line("server-job", [.init("job", .string(job))])
        case .status(let status): line("server-status", members(status))
        case .cancelled: line("server-cancelled", [])
        case .noticed(let came): line("server-webhook", [.init("came", .bool(came))])
        case .failed(let failure): line("server-failed", [.init("reason", .string(failure.description))])
        case .over: nil
        }
    }

    public static func line(_ reception: ServerReception) -> String {
        line("server-reception", members(reception))
    }

    /// The end of a job that was followed without an endpoint.
    public static func last(_ told: ServerFacts.Told) -> String {
        let members: [JSONValue.Member] = [
            .init("event", .string("result")), .init("confirmed", .bool(told.status?.state == .done)),
            .init("job", .optional(told.job)), .init("state", .optional(told.status?.state.rawValue)),
            .init("reason", .optional(told.status?.reason ?? told.failure?.description)),
            .init("cancelled", .bool(told.wasCancelled)),
        ]
        return JSONWriter.text(.object(members), style: .line) + "\n"
    }

    public static func lastText(_ told: ServerFacts.Told) -> String {
        told.status?.state == .done
            ? "the server says that the fax was sent\n" : "the server does not say that the fax was sent\n"
    }

    private static func line(_ name: String, _ members: [JSONValue.Member]) -> String {
        let now = Instant(seconds: Date().timeIntervalSince1970)
        let head: [JSONValue.Member] = [.init("event", .string(name)), .init("time", .time(now))]
        return JSONWriter.text(.object(head + members), style: .line) + "\n"
    }

    private static func members(_ status: ServerJobStatus) -> [JSONValue.Member] {
        [
            .init("state", .string(status.state.rawValue)), .init("said", .string(status.said)),
            .init("pages_sent", .optional(status.pagesSent)), .init("pages", .optional(status.pages)),
            .init("reason", .optional(status.reason)),
        ]
    }

    private static func members(_ reception: ServerReception) -> [JSONValue.Member] {
        [
            .init("name", .string(reception.name)), .init("pages", .optional(reception.pages)),
            .init("sender", .optional(reception.sender)), .init("problem", .optional(reception.problem)),
        ]
    }
}

extension ServerCheck.Outcome {
    /// Nobody was there, or let us in.
    public var couldNotBegin: Bool { facts.told.isNotBegun && facts.calls.isEmpty }

    /// The three views, the findings and the verdict.
    public var text: String {
        var lines = ["", "server:   \(serverText)"]
        for call in facts.calls {
            let rows = call.rows.isEmpty ? "" : " (rows: \(call.rows.map(String.init).joined(separator: ", ")))"
            let answer = call.isConfirmed ? "MCF to the last page" : "no MCF to the last page"
            lines.append(
                "endpoint: \(call.isWhole ? "whole" : "not whole"), \(call.pages) of \(facts.pages) pages\(rows), \(answer)"
                    + (call.reason.map { ": \($0)" } ?? ""))
        }
        if facts.calls.isEmpty { lines.append("endpoint: no call") }
        for call in facts.recorded ?? [] { lines.append("record:   \(call.sentence)") }
        if facts.recorded?.isEmpty == true { lines.append("record:   no call") }
        if let matching = facts.matching { lines.append("pages:    \(matching.rawValue)") }
        for finding in facts.findings {
            lines.append("\(finding.kind.isFailure ? "FINDING" : "note"):  \(finding.kind.rawValue): \(finding.text)")
        }
        if let stopped = facts.stopped { lines.append("stopped:  \(stopped)") }
        lines.append(facts.isConfirmed ? "CONFIRMED: all views are of one whole fax" : "NOT CONFIRMED")
        return lines.map { TerminalText.harmless($0, limit: 1_000) + "\n" }.joined()
    }

    private var serverText: String {
        if let failure = facts.told.failure { return failure.description }
        if let reception = facts.told.reception { return "has \(reception.name)" }
        guard let status = facts.told.status else {
            return facts.direction == .sends ? "said nothing" : "has no new fax"
        }
        return "\(status.state.rawValue) ('\(status.said)')" + (status.reason.map { ": \($0)" } ?? "")
    }

    /// The last line of the events.
    public var line: String {
        let told = facts.told
        let members: [JSONValue.Member] = [
            .init("event", .string("result")), .init("confirmed", .bool(facts.isConfirmed)),
            .init("direction", .string(facts.direction.rawValue)), .init("stopped", .optional(facts.stopped)),
            .init(
                "findings",
                .array(
                    facts.findings.map {
                        .object([
                            .init("id", .string($0.kind.rawValue)), .init("failure", .bool($0.kind.isFailure)),
                            .init("text", .string($0.text)),
                        ])
                    })),
            .init(
                "server",
                .object([
                    .init("job", .optional(told.job)), .init("state", .optional(told.status?.state.rawValue)),
                    .init("said", .optional(told.status?.said)), .init("pages_sent", .optional(told.status?.pagesSent)),
                    .init("reason", .optional(told.status?.reason)),
                    .init("reception", .optional(told.reception?.name)),
                    .init("failure", .optional(told.failure?.description)),
                    .init("cancelled", .bool(told.wasCancelled)),
                    .init("words", .array(words.lines.map { .string($0) })),
                ])),
            .init("calls", .array(zip(facts.calls, results).map { Self.document($0, $1) })),
            .init(
                "record",
                .array(
                    (facts.recorded ?? []).map {
                        .object([
                            .init("call_id", .optional($0.callID)), .init("outcome", .string($0.outcome)),
                            .init("pages_confirmed", .optional($0.pagesConfirmed)), .init("cause", .optional($0.cause)),
                            .init("verdict", .string($0.sentence)),
                        ])
                    })),
            .init("pages", .optional(facts.matching?.rawValue)),
        ]
        return JSONWriter.text(.object(members), style: .line) + "\n"
    }

    private static func document(_ call: ServerFacts.Call, _ result: FaxResult) -> JSONValue {
        .object([
            .init("confirmed", .bool(call.isWhole)), .init("mcf", .bool(call.isConfirmed)),
            .init("pages", .integer(call.pages)), .init("rows", .array(call.rows.map { .integer($0) })),
            .init("reason", .optional(call.reason)), .init("files", .array(result.files.map { .string($0) })),
            .init("call_id", .optional(result.callID)), .init("fax", result.document),
        ])
    }
}
