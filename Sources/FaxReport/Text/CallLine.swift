import FaxCore
import PcapDecode
import T30Analyzer

/// One line a call, in columns of fixed width so that lines can be written as calls end.
public enum CallLine {
    public static let heading = line(
        "call", "start (UTC)", "s", "outcome", "carried by", "pages", "bit/s", "caller → callee, what happened")

    public static func text(_ analyzed: AnalyzedCall) -> String {
        let (call, fax) = (analyzed.call, analyzed.fax)
        let confirmed = fax.pagesConfirmed.map(String.init) ?? "-"
        let sent = fax.pagesSent.map(String.init) ?? "-"
        return line(
            String(call.id), call.isRecording ? "-" : String(Clock.date(call.firstTime).dropLast(8)),
            Clock.seconds(call.lastTime - call.firstTime, digits: 0), fax.outcome.rawValue,
            TerminalText.harmless(fax.carriedBy, limit: 10), fax.pagesSent == nil ? "-" : "\(confirmed)/\(sent)",
            fax.rateBps.map(String.init) ?? "-", parties(call) + what(analyzed))
    }

    private static func line(
        _ id: String, _ start: String, _ length: String, _ outcome: String, _ carried: String, _ pages: String,
        _ rate: String, _ rest: String
    ) -> String {
        [
            id.padded(to: 6, true), start.padded(to: 19), length.padded(to: 5, true), outcome.padded(to: 8),
            carried.padded(to: 10), pages.padded(to: 5, true), rate.padded(to: 5, true), rest,
        ].joined(separator: "  ").trimmedEnd
    }

    private static func parties(_ call: Call) -> String {
        if call.isRecording { return "a recording" }
        let signalling = call.signalling
        let caller = signalling.caller ?? call.streams.first?.from.description ?? "?"
        let callee = signalling.callee ?? call.streams.first?.to.description ?? "?"
        return "\(TerminalText.harmless(caller, limit: 40)) → \(TerminalText.harmless(callee, limit: 40))"
    }

    private static func what(_ analyzed: AnalyzedCall) -> String {
        if let cause = analyzed.findings.first(where: { $0.isRootCause }) { return ", \(cause.id)" }
        let signalling = analyzed.call.signalling
        if signalling.outcome == .answered || signalling.carrier == .none { return "" }
        return ", " + signalling.outcome.rawValue + (signalling.finalStatus.map { " \($0)" } ?? "")
    }
}
