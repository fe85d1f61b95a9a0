import FaxCore
import PcapDecode

/// Layer B: session timers (RFC 4028) and the fax under way.
enum SessionTimerRules {
    private static let tolerance = Duration.seconds(3)
    /// RFC 4028 10: who waits for a refresh gives up this long before the end, or a third of it.
    private static let margin = Duration.seconds(32)
    /// Endpoints that are done offer audio and hang up at once.
    private static let goesOn = Duration.seconds(2)
    /// BYE that belongs to the end of a fax.
    private static let afterFax = Duration.seconds(10)

    static let rules = [
        Rule(
            [
                "session-refresh-audio-during-t38": .cause(
                    .session,
                    of: ["no-mcf", "media-stops-mid-call", "bye-during-page", "bye-after-eop-audio-not-drained"])
            ], once: audioRefresh),
        Rule(
            [
                "session-timer-expiry": .cause(
                    .session, of: ["bye-during-page", "bye-after-eop-audio-not-drained", "no-mcf"])
            ], once: expiry),
    ]

    /// Audio offered while T.30 was between its first frame and its end, by a side whose fax was not over.
    static func audioRefresh(_ facts: CallFacts) -> Finding? {
        guard let change = facts.agreedSwitch, let agreed = change.answerTime,
            let first = facts.commands.first(where: { $0.time > agreed })
        else { return nil }
        let over = facts.messages("DCN").first?.time ?? .distantFuture
        let confirmed = facts.fax.outcome == .success ? (facts.fax.end ?? .distantFuture) : .distantFuture
        let refresh = facts.reoffers.first { offer in
            offer.offersAudioAlone && offer.request.time > first.time && offer.request.time < min(over, confirmed)
                && isInFax(offer.request.time, facts) && facts.end - offer.request.time > goesOn
        }
        guard let refresh else { return nil }
        let timer = timer(facts, before: refresh.request.time)
        let because =
            "The \(refresh.party.rawValue) offered audio \((refresh.request.time - agreed).inWords) after the switch to "
            + "T.38, while the fax was under way; it was answered \(refresh.said)"
            + (timer.map { "; the session timer is \($0.interval.inWords)" } ?? "")
        return Finding(
            "session-refresh-audio-during-t38", .negotiation, facts.severity(onSuccess: .warning), .proof,
            "Audio offered in mid fax", because: because + ".",
            remedy: "Refresh the session with the T.38 description; make the session timer longer than any fax.",
            measures: [Finding.Measure("after switch", (refresh.request.time - agreed).inSeconds, "s")],
            party: refresh.party,
            frames: [change.offerFrame, first.frame, refresh.request.frame, refresh.final?.frame])
    }

    /// Something of T.30 was on the line shortly before, or goes on after.
    private static func isInFax(_ time: Instant, _ facts: CallFacts) -> Bool {
        guard let image = facts.lastImageData else { return facts.fax.messages.contains { $0.time > time } }
        return image.time > time - .milliseconds(1_500) || facts.fax.messages.contains { $0.time > time }
    }

    /// The timer that was agreed last.
    private static func timer(_ facts: CallFacts, before time: Instant) -> StepTimer? {
        facts.signalling.steps.last { step in
            step.time < time && step.timer != nil && step.status.map { (200..<300).contains($0) } ?? false
        }?.timer
    }

    /// BYE when the agreed interval had run out without a refresh.
    private static func expiry(_ facts: CallFacts) -> Finding? {
        guard let end = facts.signalling.endTime, facts.signalling.outcome == .answered,
            let timer = timer(facts, before: end), timer.interval > .seconds(20)
        else { return nil }
        let refreshes = facts.exchanges.filter {
            ($0.request.method == "INVITE" || $0.request.method == "UPDATE") && $0.isAccepted
                && $0.final.map { $0.time < end } ?? false
        }
        guard let last = refreshes.last, let since = last.final?.time else { return nil }
        let step = facts.signalling.steps.last { $0.frame == facts.signalling.endFrame }
        let reason = step?.remarks.joined(separator: "; ") ?? ""
        let saysTimer = reason.lowercased().contains("timer") || reason.contains("cause=408")
        let elapsed = end - since
        let earliest = timer.interval - min(margin, timer.interval / 3)
        let fits = elapsed >= earliest - tolerance && elapsed <= timer.interval + tolerance
        let isMidFax = facts.fax.end.map { end - $0 < afterFax } ?? false
        guard fits, saysTimer || (facts.isFailed && isMidFax && facts.messages("DCN").isEmpty) else { return nil }
        return Finding(
            "session-timer-expiry", .negotiation, facts.severity(onSuccess: .warning), saysTimer ? .proof : .strong,
            "Session timer ran out",
            because:
                "BYE came \(elapsed.inWords) after the last refresh; the session was agreed for "
                + "\(timer.interval.inWords)"
                + (timer.refresher.map { ", to be refreshed by the \($0.rawValue), which did not" } ?? "")
                + (reason.isEmpty ? "." : "; the BYE says \(reason)."),
            remedy: "Mend the side that is to refresh; keep the timer in the re-INVITE to T.38; make it longer.",
            measures: [
                Finding.Measure("since refresh", elapsed.inSeconds, "s", threshold: timer.interval.inSeconds)
            ], party: timer.refresher, frames: [last.request.frame, last.final?.frame, facts.signalling.endFrame])
    }
}
