import FaxCore
import PcapDecode
import T30Analyzer

/// What became of a call, in one sentence.
public enum OutcomeSentence {
    public static func text(_ analyzed: AnalyzedCall) -> String {
        let fax = analyzed.fax
        switch fax.outcome {
        case .success: return "Fax delivered: \(pages(fax)) confirmed\(how(fax)).\(damage(fax))\(fault(analyzed))"
        case .partial: return "Fax delivered in part: \(pagesOfSent(fax)) confirmed\(how(fax))\(reason(analyzed))."
        case .failed: return "Fax failed: \(failure(fax))\(reason(analyzed))."
        case .notFax where analyzed.call.isRecording: return "No fax signal in the recording."
        case .notFax: return "No fax: \(signalling(analyzed.call)), media without any fax signal."
        case .unknown: return unknown(analyzed)
        }
    }

    private static func count(_ number: Int, _ what: String) -> String { "\(number) \(what)\(number == 1 ? "" : "s")" }

    private static func pages(_ fax: FaxSession) -> String {
        fax.pagesConfirmed.map { count($0, "page") } ?? "every page"
    }

    private static func pagesOfSent(_ fax: FaxSession) -> String {
        "\(fax.pagesConfirmed.map(String.init) ?? "some") of \(fax.pagesSent.map { count($0, "page") } ?? "the pages")"
    }

    private static func how(_ fax: FaxSession) -> String {
        var parts: [String] = []
        if let rate = fax.rateBps { parts.append("at \(rate) bit/s") }
        let manner = [fax.modem, fax.ecm.map { $0 ? "ECM" : "no ECM" }, fax.compression].compactMap(\.self)
        if !manner.isEmpty { parts.append("(\(manner.joined(separator: ", ")))") }
        return parts.isEmpty ? "" : " " + parts.joined(separator: " ")
    }

    private static func damage(_ fax: FaxSession) -> String {
        let bad = fax.pages.compactMap(\.badRows).reduce(0, +)
        return bad == 0 ? "" : " \(count(bad, "row")) came damaged."
    }

    private static func fault(_ analyzed: AnalyzedCall) -> String {
        VerdictText.isFaultless(analyzed) ? " No fault found." : ""
    }

    private static func failure(_ fax: FaxSession) -> String {
        guard let sent = fax.pagesSent, sent > 0 else { return "no page was sent" }
        return sent == 1 ? "its page was not confirmed" : "none of \(sent) pages was confirmed"
    }

    private static func reason(_ analyzed: AnalyzedCall) -> String {
        let cause = analyzed.findings.first { $0.isRootCause } ?? analyzed.findings.first { $0.severity == .error }
        guard let cause else { return "" }
        return "; " + (cause.title.isEmpty ? cause.id : uncapitalised(cause.title))
    }

    /// The first letter small, but not of an abbreviation such as `UDPTL`.
    private static func uncapitalised(_ text: String) -> String {
        let rest = text.dropFirst()
        return rest.first?.isLowercase == true ? text.prefix(1).lowercased() + rest : text
    }

    private static func unknown(_ analyzed: AnalyzedCall) -> String {
        let call = analyzed.call
        if !analyzed.fax.messages.isEmpty {
            return "Fax seen; whether the receiver confirmed it, the capture does not show\(whyUnseen(call))."
        }
        switch call.signalling.outcome {
        case .answered: return "Answered; whether a fax passed, the capture does not show\(whyUnseen(call))."
        case .rejected, .busy, .cancelled, .noAnswer: return "\(signalling(call)), no fax.".capitalisedFirst
        case .unknown:
            let read = signals(analyzed.fax)
            if call.isRecording { return "\(read.capitalisedFirst) could be read in the recording." }
            if call.signalling.carrier == .none { return "Media without signalling; \(read) could be read." }
            return "\(signalling(call))\(reason(analyzed)).".capitalisedFirst
        }
    }

    /// Of a fax without any frame: its signals.
    private static func signals(_ fax: FaxSession) -> String {
        var names: [String] = []
        for signal in fax.signals where signal.isFax && !names.contains(signal.name) { names.append(signal.name) }
        return names.isEmpty ? "no fax signal" : "of a fax only \(names.joined(separator: ", "))"
    }

    private static func whyUnseen(_ call: Call) -> String {
        if call.streams.isEmpty { return " (no media)" }
        if call.coverage.caller == 0 || call.coverage.callee == 0 { return " (it holds one direction only)" }
        if call.streams.contains(where: { $0.kind == .srtp && $0.audio == nil }) { return " (its media is encrypted)" }
        if call.coverage.endsMidCall { return " (it ends before the call does)" }
        if call.coverage.startsMidCall { return " (it starts inside the call)" }
        let audio = call.streams.filter { $0.kind == .rtp || $0.kind == .iax2 }
        return !audio.isEmpty && audio.allSatisfy { $0.audio == nil } ? " (its audio is not decoded)" : ""
    }

    private static func signalling(_ call: Call) -> String {
        let signalling = call.signalling
        let status = signalling.finalStatus.map { status in
            " with \(status)" + (signalling.finalReason.map { " " + TerminalText.harmless($0, limit: 60) } ?? "")
        }
        switch signalling.outcome {
        case .answered: return "answered call"
        case .rejected: return "refused\(status ?? "")"
        case .busy: return "busy\(status ?? "")"
        case .cancelled: return "cancelled before it was answered"
        case .noAnswer: return "not answered\(status ?? "")"
        case .unknown: return "the capture does not show how the call was set up"
        }
    }
}

extension String {
    var capitalisedFirst: String { (first.map { String($0).uppercased() } ?? "") + dropFirst() }
}
