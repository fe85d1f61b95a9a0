import FaxCore
import FaxWire
import PcapDecode
import T30Analyzer

/// The report of one call for people.
public struct CallText: Sendable {
    public var terminal: TerminalText
    /// Every field of every frame, every signal.
    public var isVerbose: Bool
    /// Names of the files read as one capture; frames name their file when there are several.
    public var files: [String]

    public init(terminal: TerminalText, isVerbose: Bool, files: [String]) {
        self.terminal = terminal
        self.isVerbose = isVerbose
        self.files = files
    }

    /// The whole report, with a line feed at its end.
    public func text(_ analyzed: AnalyzedCall, images: [Int: String] = [:]) -> String {
        var lines = header(analyzed)
        lines += section("Verdict", verdict(analyzed))
        lines += section("Findings", findings(analyzed.findings.filter { !$0.isRootCause }))
        lines += section("Ladder", ladder(analyzed))
        if !analyzed.call.isRecording { lines += section("Streams", streams(analyzed.call.streams)) }
        lines += section("Trainings", trainings(analyzed.fax))
        lines += section("Pages", pages(analyzed.fax, images))
        lines += section("What if", whatIf(analyzed))
        if isVerbose {
            let budget = TimeBudget(analyzed.call, analyzed.fax)
            lines += section("Time", budget.map { TimeBudgetText(budget: $0).lines } ?? [])
            lines += section("T.30 frames", frames(analyzed.fax))
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private func section(_ title: String, _ lines: [String]) -> [String] {
        lines.isEmpty ? [] : ["", terminal.toned(title, .strong)] + lines
    }

    /// Where packets of T.38 were lost; clocks only with every detail.
    private func whatIf(_ analyzed: AnalyzedCall) -> [String] {
        var whatIf = WhatIf(analyzed.call, analyzed.fax)
        if !isVerbose { whatIf.audio = nil }
        return WhatIfText.lines(whatIf)
    }

    // MARK: Header

    private func header(_ analyzed: AnalyzedCall) -> [String] {
        let call = analyzed.call
        let tone: TerminalText.Tone
        switch analyzed.fax.outcome {
        case .success: tone = .good
        case .partial: tone = .doubtful
        case .failed: tone = .bad
        case .notFax, .unknown: tone = .strong
        }
        var lines = [
            terminal.toned("Call \(call.id)", .strong) + "  "
                + terminal.toned(TerminalText.harmless(OutcomeSentence.text(analyzed), limit: 400), tone)
        ]
        for (label, text) in facts(analyzed) where !text.isEmpty { lines.append("  \(label.padded(to: 11))\(text)") }
        return lines
    }

    func facts(_ analyzed: AnalyzedCall) -> [(String, String)] {
        let (call, fax, signalling) = (analyzed.call, analyzed.fax, analyzed.call.signalling)
        return [
            ("when", when(call)),
            ("caller", party(signalling.caller, signalling.callerAddress, signalling.callerAgent)),
            ("callee", party(signalling.callee, signalling.calleeAddress, signalling.calleeAgent)),
            ("signalling", call.isRecording ? "" : signallingFacts(signalling)),
            ("T.38", signalling.t38Switch.map(t38Switch) ?? ""),
            ("fax", faxFacts(fax)),
            ("seen", coverage(call.coverage)),
            (
                "related",
                call.related.map { "call \($0.call) (\(TerminalText.harmless($0.reason)))" }.joined(separator: "; ")
            ),
        ]
    }

    private func when(_ call: Call) -> String {
        let length = "\(Clock.seconds(call.lastTime - call.firstTime)) s"
        return call.isRecording ? "a recording of \(length)" : "\(Clock.date(call.firstTime)), \(length)"
    }

    private func party(_ uri: String?, _ address: Endpoint?, _ agent: String?) -> String {
        [
            uri.map { TerminalText.harmless($0, limit: 80) }, address.map { "at \($0)" },
            agent.map { "(\(TerminalText.harmless($0, limit: 60)))" },
        ].compactMap(\.self).joined(separator: " ")
    }

    private func signallingFacts(_ signalling: Signalling) -> String {
        if signalling.carrier == .none { return "none in the capture" }
        var parts = [signalling.carrier.rawValue.uppercased()]
        if let transport = signalling.transport { parts[0] += " over \(transport.rawValue.uppercased())" }
        var outcome = signalling.outcome.rawValue
        if let status = signalling.finalStatus, signalling.outcome != .answered { outcome += " (\(status))" }
        if let invite = signalling.inviteTime, let answer = signalling.answerTime, answer >= invite {
            outcome += " after \(Clock.seconds(answer - invite, digits: 2)) s"
        }
        parts.append(outcome)
        if signalling.authenticated { parts.append("authenticated") }
        if let ended = signalling.endedBy { parts.append("ended by \(ended.rawValue)") }
        return parts.joined(separator: ", ")
    }

    private func t38Switch(_ change: T38Switch) -> String {
        var text = "offered by \(change.offeredBy.rawValue)"
        text += change.isOfferSeen ? ", frame \(number(change.offerFrame))" : " (the offer is not in the capture)"
        if let after = change.afterAnswer { text += ", \(Clock.seconds(after, digits: 2)) s after the answer" }
        if let status = change.status {
            text += change.isAccepted ? "; accepted" : "; refused with \(status)"
            if let frame = change.answerFrame { text += " (frame \(number(frame)))" }
        } else {
            text += "; no answer seen"
        }
        return text
    }

    private func faxFacts(_ fax: FaxSession) -> String {
        if fax.carriedBy == "none" && fax.messages.isEmpty { return "" }
        var parts = ["carried by \(TerminalText.harmless(fax.carriedBy))"]
        if let sender = fax.sender { parts.append("sent by the \(sender.rawValue)") }
        if let ident = fax.senderID { parts.append("TSI \"\(TerminalText.harmless(ident))\"") }
        if let ident = fax.receiverID { parts.append("CSI \"\(TerminalText.harmless(ident))\"") }
        return parts.joined(separator: ", ")
    }

    private func coverage(_ coverage: Coverage) -> String {
        var parts: [String] = []
        func add(_ share: Double?, _ whom: String) {
            guard let share, share < 0.9995 else { return }
            let part = share == 0 ? "nothing" : "\(Decimals.text(share * 100, digits: 1) ?? "?") % of the packets"
            parts.append("\(part) of the \(whom)")
        }
        add(coverage.caller, "caller")
        add(coverage.callee, "callee")
        if coverage.startsMidCall { parts.append("starts inside the call") }
        if coverage.endsMidCall { parts.append("ends before the call does") }
        return parts.joined(separator: ", ")
    }

    // MARK: Ladder

    func number(_ frame: FrameRef?) -> String {
        guard let frame, frame != .none else { return "" }
        return files.count > 1 ? "\(frame.file + 1):\(frame.number)" : "\(frame.number)"
    }

    private func ladder(_ analyzed: AnalyzedCall) -> [String] {
        let ladder = Ladder(analyzed, isVerbose: isVerbose)
        if ladder.steps.isEmpty { return [] }
        let start = analyzed.call.firstTime
        let left = min(56, max(12, ladder.steps.map { $0.from == .callee ? 0 : label($0).count }.max() ?? 0))
        let frames = max(5, ladder.steps.map { number($0.frame).count }.max() ?? 0)
        var lines = [
            "  " + "time/s".padded(to: 9, true) + "  " + "frame".padded(to: frames, true) + "  "
                + "caller".padded(to: left) + "     callee"
        ]
        for step in ladder.steps {
            let offset = Clock.seconds(step.time - start, digits: 3).padded(to: 9, true)
            let place = number(step.frame).padded(to: frames, true)
            let body: String
            switch step.from {
            case .caller: body = label(step).padded(to: left) + " ──►"
            case .callee: body = String(repeating: " ", count: left) + " ◄──  " + label(step)
            case nil: body = label(step)
            }
            lines.append("  \(offset)  \(place)  " + (step.tone.map { terminal.toned(body, $0) } ?? body))
        }
        if ladder.dropped > 0 { lines.append("  … \(ladder.dropped) more steps (all in --json)") }
        return lines
    }

    private func label(_ step: Ladder.Step) -> String {
        step.count > 1 ? "\(step.text) ×\(step.count)" : step.text
    }

    // MARK: Tables

    private func streams(_ streams: [MediaStream]) -> [String] {
        if streams.isEmpty { return [] }
        var table = TextTable([
            ("kind", .left), ("codec", .left), ("from", .left), ("to", .left), ("frames", .left), ("packets", .right),
            ("lost", .right), ("repaired", .right), ("dup", .right), ("reord", .right), ("burst", .right),
            ("jitter/ms", .right), ("gap/ms", .right), ("notes", .left),
        ])
        for stream in streams.prefix(Self.streamLimit) {
            let figures = stream.statistics
            table.rows.append([
                stream.kind.rawValue, TerminalText.harmless(stream.codec ?? "?", limit: 20),
                endpoint(stream.from, stream.direction), endpoint(stream.to, stream.direction?.other),
                "\(number(stream.firstFrame))–\(number(stream.lastFrame))", "\(stream.packets)",
                shown(figures.lost), shown(figures.recovered), shown(figures.duplicates), shown(figures.reordered),
                shown(figures.longestLossBurst), milliseconds(figures.jitter), milliseconds(figures.maximumGap),
                notes(stream),
            ])
        }
        var lines = table.lines(indent: 2)
        if streams.count > Self.streamLimit { lines.append("  … \(streams.count - Self.streamLimit) more") }
        return lines
    }

    private static let streamLimit = 40

    private func shown(_ number: Int?) -> String { number.map(String.init) ?? "-" }

    private func milliseconds(_ duration: Duration?) -> String {
        duration.flatMap { Decimals.text($0.inMilliseconds, digits: 1) } ?? "-"
    }

    private func endpoint(_ endpoint: Endpoint, _ party: Party?) -> String {
        endpoint.description + (party.map { " (\($0.rawValue))" } ?? "")
    }

    private func notes(_ stream: MediaStream) -> String {
        var notes: [String] = []
        switch stream.statistics.errorCorrection {
        case .redundancy: notes.append("redundancy \(stream.statistics.redundancyDepth ?? 0)")
        case .fec: notes.append("FEC")
        case .some(.none): notes.append("no repair")
        case nil: break
        }
        if let skew = stream.statistics.clockSkewPPM {
            notes.append("skew \(Decimals.text(skew, digits: 0) ?? "?") ppm")
        }
        notes += stream.quirks.map { "\($0.name) ×\($0.count)" }
        return TerminalText.harmless(notes.joined(separator: ", "))
    }

    private func trainings(_ fax: FaxSession) -> [String] {
        if fax.trainings.isEmpty { return [] }
        var table = TextTable([
            ("#", .right), ("frame", .right), ("modem", .left), ("bit/s", .right), ("TCF errors", .right),
            ("longest zero run", .right), ("answer", .left),
        ])
        for (index, training) in fax.trainings.enumerated() {
            table.rows.append([
                "\(index + 1)", number(training.frame), training.modem ?? "?", shown(training.rateBps),
                shown(training.errors), shown(training.longestZeroRunBits), training.answer ?? "none",
            ])
        }
        return table.lines(indent: 2)
    }

    private func pages(_ fax: FaxSession, _ images: [Int: String]) -> [String] {
        if fax.pages.isEmpty { return [] }
        var table = TextTable([
            ("page", .right), ("rows", .right), ("bad", .right), ("octets", .right), ("bit/s", .right),
            ("coding", .left),
            ("dpi", .left), ("ECM frames", .right), ("again", .right), ("missing", .right), ("answer", .left),
            ("frames", .left), ("image", .left),
        ])
        for page in fax.pages {
            table.rows.append([
                "\(page.number)", shown(page.rows), shown(page.badRows), shown(page.octets), shown(page.rateBps),
                page.compression ?? "?", page.resolutionDPI.map { "\($0.x)×\($0.y)" } ?? "?", shown(page.ecmFrames),
                shown(page.ecmRetransmitted), shown(page.ecmMissing),
                page.confirmedBy ?? page.rejectedBy.map { "\($0) (rejected)" } ?? "none",
                frames(page), images[page.number] ?? "",
            ])
        }
        return table.lines(indent: 2)
    }

    private func frames(_ page: FaxPage) -> String {
        let (first, last) = (number(page.firstFrame), number(page.lastFrame))
        return first.isEmpty && last.isEmpty ? "" : "\(first)–\(last)"
    }

    // MARK: Verdict

    private func verdict(_ analyzed: AnalyzedCall) -> [String] {
        let verdict = VerdictText(analyzed)
        var lines = verdict.place.map { ["  broke \($0)"] } ?? []
        if let root = verdict.rootCause { lines += text(root) }
        lines += verdict.chain.map { "    so: " + TerminalText.harmless($0, limit: 600) }
        if let other = verdict.runnerUp {
            lines.append(
                "  else: " + TerminalText.harmless(other.title) + "  [\(other.id), \(other.certainty.rawValue)]")
        }
        return lines
    }

    // MARK: Findings and frames

    private func findings(_ findings: [Finding]) -> [String] {
        Self.byWeight(findings).flatMap(text)
    }

    private func text(_ finding: Finding) -> [String] {
        let tone: TerminalText.Tone
        switch finding.severity {
        case .error: tone = .bad
        case .warning: tone = .doubtful
        case .note: tone = .quiet
        }
        let kind = finding.isRootCause ? "root cause" : finding.severity.rawValue
        let first =
            "  " + terminal.toned("\(kind): \(TerminalText.harmless(finding.title))", tone)
            + "  [\(finding.id), \(finding.certainty.rawValue)]"
        return [first, "    " + TerminalText.harmless(finding.because, limit: 600) + evidence(finding)]
            + (finding.remedy.isEmpty ? [] : ["    → " + TerminalText.harmless(finding.remedy, limit: 600)])
    }

    /// The root cause first, then by severity; else as they came.
    static func byWeight(_ findings: [Finding]) -> [Finding] { order(of: findings).map { findings[$0] } }

    /// Places of findings in the order of ``byWeight(_:)``.
    static func order(of findings: [Finding]) -> [Int] {
        findings.indices.sorted { left, right in
            let (a, b) = (findings[left], findings[right])
            if a.isRootCause != b.isRootCause { return a.isRootCause }
            return a.severity == b.severity ? left < right : a.severity > b.severity
        }
    }

    private static let evidenceLimit = 12

    private func evidence(_ finding: Finding) -> String {
        if finding.frames.isEmpty { return times(of: finding) }
        let shown = finding.frames.prefix(Self.evidenceLimit).map { number($0) }.joined(separator: ", ")
        let more = finding.frames.count > Self.evidenceLimit ? " …" : ""
        return " (frame\(finding.frames.count == 1 ? "" : "s") \(shown)\(more))"
    }

    /// Of a recording, from its start.
    private func times(of finding: Finding) -> String {
        if finding.times.isEmpty { return "" }
        let shown = finding.times.prefix(Self.evidenceLimit).map { Clock.seconds($0.lowerBound - .zero) }
        return " (at \(shown.joined(separator: ", "))\(finding.times.count > Self.evidenceLimit ? " …" : "") s)"
    }

    private func frames(_ fax: FaxSession) -> [String] {
        fax.messages.filter { !$0.isImageFrame }.flatMap { message -> [String] in
            let direction = message.direction.map { " from the \($0.rawValue)" } ?? ""
            let check = message.crcOK.map { $0 ? "" : ", FCS wrong" } ?? ", FCS not told"
            let head = "  \(number(message.lastFrame ?? message.frame))  \(message.name)\(direction)\(check)"
            return [head, "      " + Hexadecimal.text(Array(message.octets.prefix(120)))]
                + MessageText.full(message).map { "      " + $0 }
        }
    }
}
