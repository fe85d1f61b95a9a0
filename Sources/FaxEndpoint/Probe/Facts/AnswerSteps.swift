import FaxCore
import FaxProtocol
import FaxReport
import FaxWire
import PcapDecode
import T30Analyzer

/// What the first call shows before T.30: how it was answered, what was heard, DTMF.
struct AnswerSteps {
    let evidence: ProbeEvidence
    private let first: ProbeEvidence.Made?
    private let signalling: Signalling?

    init(_ evidence: ProbeEvidence) {
        self.evidence = evidence
        first = evidence.first
        signalling = first?.analyzed?.call.signalling
    }

    // MARK: - Answered

    func answer() -> ProbeStep {
        var step = ProbeStep(.answer, title: evidence.them == .caller ? "Call came" : nil)
        guard let first else {
            step.leave(.notReached, evidence.stopped ?? "no call was made")
            return step
        }
        if let signalling { times(signalling, &step) }
        if signalling?.outcome == .answered {
            step.pass()
        } else if evidence.isCutOff(first) {
            step.leave(.unknown, "stopped before it was answered")
        } else if let result = first.result {
            refusal(result, &step)
        } else {
            step.leave(.unknown, evidence.stopped ?? "the call did not end")
        }
        return step
    }

    private func times(_ signalling: Signalling, _ step: inout ProbeStep) {
        let opening = signalling.steps.prefix { $0.frame <= signalling.answerFrame ?? $0.frame }
        guard let invite = opening.first(where: { $0.method == "INVITE" && $0.status == nil }) else { return }
        step.show(invite.frame)
        let replies = opening.filter { $0.method == "INVITE" && !$0.isRetransmission }
        for status in [100, 180, 183, 200] {
            guard let reply = replies.first(where: { $0.status == status }) else { continue }
            step.add("time to \(status)", reply.time - invite.time)
            step.show(reply.frame)
        }
        let repeats = opening.count { $0.method == "INVITE" && $0.status == nil && $0.isRetransmission }
        if repeats > 0 { step.add("INVITE repeated", repeats, "times") }
        step.add("early media", .bool(replies.contains { ($0.status ?? 0) / 100 == 1 && $0.sdp != nil }))
        step.add("authenticated", .bool(signalling.authenticated))
        step.add("user agent", evidence.them == .caller ? signalling.callerAgent : signalling.calleeAgent)
        step.add("final status", signalling.finalStatus)
        step.show(signalling.endFrame)
    }

    private func refusal(_ result: FaxResult, _ step: inout ProbeStep) {
        let status = signalling?.finalStatus
        let text = result.reason ?? "the call was not answered"
        switch status {
        case 401, 407:
            step.fail("\(text): our credentials were not taken", "Check --user and --password-file.")
        case 403: step.fail(text, "This caller may not call there: check --user, and who is allowed.")
        case 404, 484, 604: step.fail(text, "The number is not known there: check the user part of the URI.")
        case 486, 600: step.fail(text, "The line is busy: try again later, or look who holds it.")
        case 488, 606, 415:
            step.fail(text, "It takes none of our media: allow G.711 (PCMU or PCMA) there, or T.38 in the INVITE.")
        case 408, nil:
            step.fail(
                text,
                heardNothing
                    ? "Nothing answers: check address, port and firewalls."
                    : "It rang, and nobody took the call: check that a fax is on that line.")
        case 480, 487: step.fail(text, "Nobody took the call: check that a fax is on that line.")
        default: step.fail(text, first?.analyzed?.rootCause?.remedy ?? "Look at the messages of the record.")
        }
    }

    private var heardNothing: Bool { signalling?.steps.allSatisfy { $0.status == nil } ?? true }

    // MARK: - Tone

    func tone() -> ProbeStep {
        var step = ProbeStep(.tone)
        guard let analyzed = first?.analyzed, let signalling, signalling.outcome == .answered else {
            step.leave(.notReached, evidence.stopped ?? "no call was answered")
            return step
        }
        let signals = analyzed.fax.signals.filter { $0.direction == evidence.them }
        let tones = evidence.them == .caller ? ["CNG"] : ["CED", "ANSam", "/ANSam", "/ANS"]
        if let tone = signals.first(where: { tones.contains($0.name) }) {
            step.add("heard", tone.name)
            step.add("after answer", signalling.answerTime.map { tone.start - $0 })
            step.add("length", tone.end - tone.start)
            step.add("level", .measure(tone.measure?.levelDBm0, digits: 1), "dBm0")
            step.show(tone.firstFrame)
            step.pass()
        } else if let frame = analyzed.fax.messages.first(where: { $0.direction == evidence.them }) {
            step.add("heard", frame.name)
            step.show(frame.frame)
            step.pass("no \(tones[0]), but T.30 frames: a fax is there")
        } else {
            heardInstead(signals, analyzed.call, &step)
        }
        return step
    }

    private func heardInstead(_ signals: [FaxSignal], _ call: Call, _ step: inout ProbeStep) {
        let streams = call.streams.filter { $0.direction == evidence.them }
        var names: [String] = []
        for signal in signals where !names.contains(signal.name) { names.append(signal.name) }
        step.add("heard", names.isEmpty ? (streams.isEmpty ? "no media" : "silence") : names.joined(separator: ", "))
        step.frames += signals.prefix(3).compactMap(\.firstFrame)
        if streams.isEmpty {
            step.fail(
                "no media came from the other side",
                "Look for a firewall or address translation between, and at the address in its SDP.")
        } else if names.isEmpty {
            step.show(streams.first?.firstFrame)
            step.fail("silence: nothing that sounds came", "Check that a fax machine is on that line and answers.")
        } else {
            step.fail(
                "no fax tone, but \(names.joined(separator: ", "))",
                "A person, an announcement or another service answers there: check the number.")
        }
    }

    // MARK: - DTMF

    func dtmf() -> ProbeStep {
        var step = ProbeStep(.dtmf)
        guard let signalling, signalling.outcome == .answered else {
            step.leave(.notReached, evidence.stopped ?? "no call was answered")
            return step
        }
        func events(_ party: Party) -> (media: NegotiatedMedia, type: UInt8, format: PayloadFormat)? {
            for media in signalling.sessions where media.party == party && media.kind == .audio {
                for type in media.preference {
                    if let format = media.codecs[type], format.encoding.lowercased() == "telephone-event" {
                        return (media, type, format)
                    }
                }
            }
            return nil
        }
        let (ours, theirs) = (events(evidence.them.other), events(evidence.them))
        let (offer, answer) = evidence.them == .caller ? (theirs, ours) : (ours, theirs)
        step.add("offered", .bool(offer != nil))
        step.add("answered", .bool(answer != nil))
        step.add("payload type", theirs.map { Int($0.type) })
        step.add("events", theirs?.format.parameters)
        step.show(ours?.media.frame, theirs?.media.frame)
        if theirs != nil {
            step.pass("RFC 4733")
        } else {
            step.fail(
                "their description has no telephone-event",
                "Only where digits are dialled in the call: allow RFC 4733 there.")
        }
        return step
    }
}
