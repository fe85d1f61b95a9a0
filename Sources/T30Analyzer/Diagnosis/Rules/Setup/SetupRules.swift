import FaxCore
import PcapDecode

/// Layer A: the call itself.
enum SetupRules {
    /// An INVITE that was sent so often, or for so long, and brought nothing is one that never will.
    static let sendsWithoutResponse = 3
    /// BYE this soon after image data cut the page off.
    static let pageCutWithin = Duration.milliseconds(300)
    /// T4 (T.30 5.4.3.1): how long the sender of a command waits for its answer.
    static let answerWithin = Duration.seconds(3)

    /// What explains a call that was cut off comes before the cut itself.
    static let rules = callRules + CallEndRules.rules + SessionTimerRules.rules + cutRules + CallOpeningRules.rules

    private static let callRules = [
        Rule(["sip-invite-no-response": .cause(.setup)], once: noResponse),
        Rule(
            [
                "no-common-codec": .cause(.setup), "t38-in-initial-invite-refused": .cause(.setup),
                "sip-busy": .remark, "sip-number-not-found": .remark, "sip-forbidden": .remark,
                "sip-unavailable": .remark, "sip-redirected": .remark, "sip-server-failure": .remark,
                "sip-rejected": .remark,
            ], once: refused),
        Rule(["sip-cancelled": .remark], once: cancelled),
    ]

    private static let cutRules = [
        Rule(
            [
                "bye-during-page": .cause(.session, of: ["no-mcf"]),
                "bye-after-eop-audio-not-drained": .cause(.session, of: ["no-mcf"]),
            ], once: cutOff)
    ]

    private static func invites(_ facts: CallFacts) -> [SIPStep] {
        facts.signalling.steps.filter { $0.method == "INVITE" && $0.status == nil && !$0.isFurtherHop }
    }

    private static func noResponse(_ facts: CallFacts) -> Finding? {
        let signalling = facts.signalling
        guard signalling.inviteFrame != nil, !signalling.steps.contains(where: { $0.status != nil }) else { return nil }
        let sends = invites(facts)
        let unreachable = facts.call.icmpErrors.first
        guard let first = sends.first, let last = sends.last, facts.t38.isEmpty, facts.rtp.isEmpty,
            sends.count >= sendsWithoutResponse || unreachable != nil
        else { return nil }
        var because =
            "INVITE was sent \(counted(sends.count, "time")) within \((last.time - first.time).inWords) to "
            + "\(first.destination) and no response of any class is in the capture"
        if let unreachable { because += "; \(unreachable.from) reports \(unreachable.what)" }
        return Finding(
            "sip-invite-no-response", .setup, .error, .proof, "INVITE never answered", because: because + ".",
            remedy: "Check the address and port that the call is sent to, that the far side is running, and the "
                + "firewalls between.",
            frames: sends.map(\.frame) + [unreachable?.frame])
    }

    /// A final refusal of the first INVITE, by its status.
    private static func refused(_ facts: CallFacts) -> Finding? {
        let signalling = facts.signalling
        guard let status = signalling.finalStatus, status >= 300,
            signalling.outcome == .rejected || signalling.outcome == .busy || signalling.outcome == .noAnswer,
            signalling.steps.contains(where: { $0.method == "INVITE" })
        else { return nil }
        let answer = signalling.steps.last { $0.method == "INVITE" && $0.status == status }
        let frames = [signalling.inviteFrame, answer?.frame]
        let said = ([answer?.summary ?? "\(status)"] + (answer?.remarks ?? [])).joined(separator: "; ")
        if status == 488 || status == 606 {
            return notAcceptable(facts, status, said, frames)
        }
        let kind = Refusal(status)
        return Finding(
            kind.id, .setup, kind.severity, .proof, kind.title, because: "The INVITE was answered \(said).",
            remedy: kind.remedy, frames: frames)
    }

    private static func notAcceptable(_ facts: CallFacts, _ status: Int, _ said: String, _ frames: [FrameRef?])
        -> Finding
    {
        let offersImage = facts.signalling.sessions.contains {
            $0.kind == .image && $0.frame == facts.signalling.inviteFrame
        }
        if offersImage {
            return Finding(
                "t38-in-initial-invite-refused", .negotiation, .error, .proof,
                "T.38 in the first INVITE refused",
                because: "The INVITE offered an image line and was answered \(said).",
                remedy: "Offer audio alone and switch to T.38 by re-INVITE.", frames: frames)
        }
        return Finding(
            "no-common-codec", .setup, .error, .proof, "No common codec",
            because: "The INVITE offered audio only and was answered \(said).",
            remedy: "Let both sides offer PCMU or PCMA.", frames: frames)
    }

    private static func cancelled(_ facts: CallFacts) -> Finding? {
        guard facts.signalling.outcome == .cancelled, facts.signalling.inviteFrame != nil else { return nil }
        let cancel = facts.signalling.steps.last { $0.method == "CANCEL" && $0.status == nil }
        let waited = facts.signalling.inviteTime.flatMap { start in cancel.map { $0.time - start } }
        return Finding(
            "sip-cancelled", .setup, .note, .proof, "Caller gave up before an answer",
            because: "CANCEL" + (waited.map { " \($0.inWords) after the INVITE" } ?? "")
                + ", no final answer before it.",
            remedy: "Let it ring longer, or find out why nobody answers at the called number.",
            frames: [facts.signalling.inviteFrame, cancel?.frame])
    }

    // MARK: - Cut off

    /// BYE while a page, or the answer to its end, was under way.
    private static func cutOff(_ facts: CallFacts) -> Finding? {
        guard let bye = facts.signalling.endTime, facts.signalling.outcome == .answered,
            let page = facts.fax.pages.last, page.confirmedBy == nil, page.rejectedBy == nil,
            facts.messages("DCN").isEmpty, let image = facts.lastImageData
        else { return nil }
        let party = facts.signalling.endedBy.map { "the \($0.rawValue)" } ?? "an unknown side"
        let step = facts.signalling.steps.last { $0.frame == facts.signalling.endFrame }
        let reasons = (step?.remarks ?? []).map { "; \($0)" }.joined()
        let command = facts.commands.last { $0.isPostMessageCommand && $0.time >= image.time }
        if let command {
            guard facts.isFailed, bye - command.end < answerWithin else { return nil }
            return Finding(
                "bye-after-eop-audio-not-drained", .setup, .error, .strong,
                "Call ended while the page's confirmation was due",
                because:
                    "BYE from \(party) \((bye - command.end).inWords) after \(command.name), before any answer to it"
                    + "\(reasons).",
                remedy: "Keep the call up until DCN, or until T4 has run out after the last command.",
                frames: [command.frame, facts.signalling.endFrame])
        }
        guard bye - image.time <= pageCutWithin else { return nil }
        return Finding(
            "bye-during-page", .setup, .error, .proof, "Call ended inside a page",
            because: "BYE from \(party) while page \(page.number) was on the line: page data until "
                + "\((bye - image.time).inMilliseconds.rounded().description.dropLast(2)) ms before, no end of page, "
                + "no DCN\(reasons).",
            remedy: "Find out why \(party) hung up: handset, session timer, media timeout, or the carrier's limit; the "
                + "Reason header of the BYE tells, where there is one.",
            frames: [image.frame, facts.signalling.endFrame])
    }
}

/// What a final status of the first INVITE means for a fax.
private struct Refusal {
    var id: String
    var severity: Finding.Severity = .warning
    var title: String
    var remedy: String

    init(_ status: Int) {
        switch status {
        case 486, 600:
            (id, title) = ("sip-busy", "Called side busy")
            severity = .note
            remedy = "Try again later; more lines or channels at the called side if it happens often."
        case 404, 410, 484, 485, 604:
            (id, title) = ("sip-number-not-found", "Number not known there")
            remedy = "Check the number and its format (prefix, country code), and the route it takes."
        case 401, 403, 407:
            (id, title) = ("sip-forbidden", "Call not allowed")
            remedy = "Check account, password and the rights of the calling side."
        case 408, 480, 487:
            (id, title) = ("sip-unavailable", "Called side not available")
            remedy = "Check that the called device is registered and answers."
        case 300...399:
            (id, title) = ("sip-redirected", "Call redirected and not followed")
            severity = .note
            remedy = "Call the address that the answer names."
        case 500...599:
            (id, title) = ("sip-server-failure", "Server could not place the call")
            remedy = "Look into the log of the server that answered; try another route."
        default:
            (id, title) = ("sip-rejected", "Call refused")
            remedy = "Ask the far side why it refuses; the status and its Reason or Warning header tell more."
        }
    }
}
