import FaxCore
import PcapDecode

/// Layer A: the tones with which two fax machines find each other, and calls that never come to them.
enum CallOpeningRules {
    /// A called side that hangs up this soon has not waited for a fax (ours).
    private static let clearedWithin = Duration.seconds(10)
    /// CNG of 0.5 s comes every 3.5 s (T.30 4.2): less time than this proves no absence.
    private static let calledLeast = Duration.seconds(4)
    /// CED belongs to the DIS that follows within this time.
    private static let cedBefore = Duration.seconds(5)
    private static let cedLeast = Duration.milliseconds(200)
    /// T.30 5.3.1.1: 2.6 to 4.0 s; V.8 8.1: ANSam up to 5 s, or longer until CM.
    private static let cedWarning = Duration.seconds(4)
    private static let cedError = Duration.seconds(5)
    /// A tone that sounds in the first packets was there before them.
    private static let cutThrough = Duration.milliseconds(60)
    private static let cedClipped = Duration.milliseconds(1_800)
    /// Audio before an offer of T.38 in which a tone must be that led to it.
    private static let detectionWindow = Duration.seconds(5)

    static let rules = [
        Rule(["call-cleared-during-setup-for-fax": .cause(.switching)], once: cleared),
        Rule(["ced-too-long": .cause(.switching, of: ["dis-repeated-no-dcs"])], once: longAnswerTone),
        Rule(["false-fax-tone-detect": .remark], once: falseDetection),
        Rule(["no-cng": .remark], once: noCallingTone),
        Rule(["no-ced": .remark], once: noAnswerTone),
        Rule(["no-media-before-answer-tone-lost": .remark], once: clippedAnswerTone),
        Rule(["sip-alg-rewrite": .remark], once: rewritten),
    ]

    private static let answerTones: Set<String> = ["CED", "/ANS", "ANSam", "/ANSam"]

    /// A fax calls, and the called side hangs up before any signal of a fax.
    private static func cleared(_ facts: CallFacts) -> Finding? {
        guard facts.signalling.endedBy == .callee, facts.signalling.outcome == .answered,
            let answered = facts.signalling.answerTime, let end = facts.signalling.endTime,
            end - answered < clearedWithin, facts.fax.messages.isEmpty, facts.t38.isEmpty,
            !facts.signalling.steps.contains(where: { $0.sdp?.image != nil }),
            let cng = facts.fax.signals.first(where: { $0.name == "CNG" && $0.direction != .callee }),
            !facts.heardAudio(of: .callee).isEmpty,
            !facts.fax.signals.contains(where: { $0.direction == .callee && $0.isFax })
        else { return nil }
        let heard = facts.fax.signals.filter { $0.direction == .callee }.map(\.name)
        return Finding(
            "call-cleared-during-setup-for-fax", .setup, .error, .strong, "Called side hung up before any fax signal",
            because:
                "CNG came from the caller; the callee hung up \((end - answered).inWords) after the answer and sent "
                + "neither an answer tone nor V.21" + (heard.first.map { " (there was \($0))" } ?? "") + ".",
            remedy: "Call the number by voice: a person, voice mail or a fax server in the wrong mode answers there.",
            measures: [Finding.Measure("after answer", (end - answered).inSeconds, "s", threshold: 10)], party: .callee,
            frames: [facts.signalling.answerFrame, cng.firstFrame, facts.signalling.endFrame])
    }

    private static func longAnswerTone(_ facts: CallFacts) -> Finding? {
        let tones = facts.fax.signals.filter { answerTones.contains($0.name) && $0.measure != nil }
        var longest: (start: FaxSignal, end: FaxSignal)?
        for party in [Party.caller, .callee, nil] {
            var run: (start: FaxSignal, end: FaxSignal)?
            for tone in tones where tone.direction == party {
                let goesOn = run.map { tone.start - $0.end.end < .milliseconds(100) } ?? false
                run = goesOn ? run.map { ($0.start, tone) } : (tone, tone)
                if let run, longest.map({ run.end.end - run.start.start > $0.end.end - $0.start.start }) ?? true {
                    longest = run
                }
            }
        }
        guard let longest else { return nil }
        let length = longest.end.end - longest.start.start
        // ANSam may be as long as CED is too long.
        let limit = longest.start.name.contains("ANSam") ? cedError : cedWarning
        guard length > limit + .milliseconds(100) else { return nil }
        let isError = length > limit + (cedError - cedWarning)
        return Finding(
            "ced-too-long", .setup, isError ? facts.severity(onSuccess: .warning) : .note, .proof,
            "Answer tone too long",
            because:
                "\(longest.start.name) of \(longest.start.direction.map { "the \($0.rawValue)" } ?? "one side") lasted "
                + "\(length.inWords); T.30 ends it after 4.0 s.",
            remedy: "Mend the gateway so that it sends either the tone of the line or one of its own.",
            measures: [Finding.Measure("answer tone", length.inSeconds, "s", threshold: limit.inSeconds)],
            party: longest.start.direction, frames: [longest.start.firstFrame, longest.end.lastFrame])
    }

    /// T.38 offered on a call that has no sign of a fax, before or after.
    private static func falseDetection(_ facts: CallFacts) -> Finding? {
        guard let offer = facts.imageOffers.first, facts.fax.messages.isEmpty,
            !facts.fax.signals.contains(where: \.isFax), !facts.signalling.startsMidCall
        else { return nil }
        let since = offer.request.time - detectionWindow
        let heard = Party.allCases.filter { party in
            facts.heardAudio(of: party).contains { stream in
                stream.firstTime <= max(since, (facts.signalling.answerTime ?? since) + .seconds(1))
                    && stream.lastTime >= offer.request.time - .seconds(1)
                    && (stream.audio != nil || stream.samples != nil)
            }
        }
        guard heard.count == 2 else { return nil }
        return Finding(
            "false-fax-tone-detect", .setup, .warning, .strong, "T.38 offered on a call that is no fax",
            because:
                "The \(offer.party.rawValue) offered T.38 and was answered \(offer.said); in the audio of both sides "
                + "before it there is no CNG, no answer tone and no V.21, and no fax came after.",
            remedy: "Raise the threshold of the tone detector; let it ask for two CNG bursts, or for V.21.",
            party: offer.party,
            frames: [offer.request.frame, offer.final?.frame] + facts.rtp.map(\.firstFrame))
    }

    /// A caller that faxes and was heard from the answer on, and never sent CNG.
    private static func noCallingTone(_ facts: CallFacts) -> Finding? {
        guard let answered = facts.signalling.answerTime, !facts.call.coverage.startsMidCall,
            facts.commands.first?.direction == .callee, facts.messages("DIS").first?.direction == .callee,
            let first = facts.fax.signals.first(where: { $0.name == "V.21 preamble" && $0.direction == .callee }),
            first.start - answered >= calledLeast,
            !facts.fax.signals.contains(where: { $0.name == "CNG" && $0.direction != .callee }),
            !facts.fax.messages.contains(where: { $0.name == "CM" || $0.name == "CI" }),
            !facts.rtp(of: .caller).contains(where: { stream in stream.events.contains { $0.code == 36 } })
        else { return nil }
        // Audio until the switch to T.38, where there is one, and IFP from there on.
        let until = min(facts.agreedSwitch?.answerTime ?? first.start, first.start)
        let heard = facts.heardAudio(of: .caller).first { stream in
            stream.audio != nil && stream.firstTime < answered + .seconds(1)
                && stream.lastTime > until - .seconds(1)
        }
        guard let heard else { return nil }
        return Finding(
            "no-cng", .setup, facts.isFailed ? .warning : .note, .strong, "No CNG from the caller",
            because:
                "From the answer to the first V.21 (\((first.start - answered).inWords)) the caller's audio has no "
                + "1100 Hz, and neither an event nor an indicator says CNG.",
            remedy: "Switch silence suppression off and use G.711; route faxes by number instead of by CNG.",
            party: .caller, frames: [facts.signalling.answerFrame, heard.firstFrame, first.firstFrame])
    }

    private static func noAnswerTone(_ facts: CallFacts) -> Finding? {
        guard !facts.call.coverage.startsMidCall, !facts.signalling.startsMidCall, facts.signalling.answerTime != nil,
            let first = facts.fax.signals.first(where: { $0.name == "V.21 preamble" && $0.direction == .callee }),
            facts.commands.first?.direction == .callee,
            !facts.fax.signals.contains(where: { tone in
                answerTones.contains(tone.name) && tone.direction != .caller && tone.end - tone.start >= cedLeast
                    && tone.start <= first.start && first.start - tone.end <= cedBefore
            }),
            facts.call.streams.contains(where: {
                $0.direction == .callee && first.start - $0.firstTime >= .seconds(1)
                    && ($0.audio != nil || $0.t38 != nil)
            })
        else { return nil }
        return Finding(
            "no-ced", .setup, .note, .hint, "No CED before DIS",
            because: "V.21 of the callee begins without 2100 Hz in the \(Int(cedBefore.inSeconds)) s before it.",
            remedy: "Let the called side send CED; let a gateway switch on V.21 too.", party: .callee,
            frames: [facts.signalling.answerFrame, first.firstFrame])
    }

    /// The callee's audio begins inside its answer tone.
    private static func clippedAnswerTone(_ facts: CallFacts) -> Finding? {
        let early = facts.signalling.steps.contains { step in
            step.status.map { (180..<200).contains($0) } ?? false && step.sdp != nil
        }
        guard facts.signalling.answerTime != nil, !facts.signalling.startsMidCall,
            let tone = facts.fax.signals.first(where: {
                answerTones.contains($0.name) && $0.direction == .callee && $0.measure != nil
            }), tone.end - tone.start < cedClipped,
            let stream = facts.heardAudio(of: .callee).first(where: {
                $0.firstTime <= tone.start + cutThrough && $0.lastTime > tone.end + .milliseconds(500)
            })
        else { return nil }
        let beginsInside = tone.start - stream.firstTime < cutThrough
        guard beginsInside || early else { return nil }
        return Finding(
            "no-media-before-answer-tone-lost", .setup, facts.isFailed ? .warning : .note, .hint, "Answer tone clipped",
            because: "\(tone.name) of the callee lasts \((tone.end - tone.start).inWords) here, and T.30 asks for 2.6 s"
                + (beginsInside ? "; its audio begins inside the tone." : "; there was early media before the answer."),
            remedy: "Let the media through before the answer tone begins; some ignore early media for that "
                + "(FreeSWITCH: ignore_early_media).",
            measures: [Finding.Measure("answer tone", (tone.end - tone.start).inSeconds, "s", threshold: 1.8)],
            party: .callee,
            frames: [facts.signalling.answerFrame, stream.firstFrame, tone.firstFrame, tone.lastFrame])
    }

    /// A body that was changed without its length, or an address put in that its sender does not know.
    private static func rewritten(_ facts: CallFacts) -> Finding? {
        if let step = facts.signalling.steps.first(where: { $0.surplus > 0 && $0.sdp != nil }) {
            return Finding(
                "sip-alg-rewrite", .setup, facts.isFailed ? .warning : .note, .strong,
                "Message changed on its way",
                because:
                    "The body of \(step.summary) is \(counted(step.surplus, "octet")) longer than its Content-Length: "
                    + "something on the way has rewritten it.",
                remedy: remedy, party: step.from, frames: [step.frame])
        }
        let odd = facts.signalling.steps.first { step in
            guard let sdp = step.sdp, let origin = sdp.origin, origin.isPrivate, let contact = step.contact,
                let address = sdp.lines.first(where: \.isActive)?.address, !address.isUnspecified
            else { return false }
            return address != origin && address != step.source.address && contact != step.source.address
                && contact != origin && !step.isFurtherHop
        }
        guard let odd, let sdp = odd.sdp, let origin = sdp.origin else { return nil }
        return Finding(
            "sip-alg-rewrite", .setup, .note, .hint, "Addresses exchanged on the way",
            because:
                "\(odd.summary) from \(odd.source.address) was written by \(origin) and has "
                + "\(odd.contact.map { "\($0)" } ?? "another address") as Contact and "
                + "\(sdp.lines.first(where: \.isActive)?.address.map { "\($0)" } ?? "another address") for media.",
            remedy: remedy, party: odd.from, frames: [odd.frame])
    }

    private static let remedy =
        "Switch the SIP ALG of the router off; move SIP to another port on both sides, or use TLS."
}
