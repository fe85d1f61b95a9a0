import FaxCore
import FaxWire
import PcapDecode

/// Layer B: why T.38 was refused, and what came after the refusal.
enum RefusalRules {
    /// Asterisk refuses by itself when no application has answered the offer in this time.
    private static let automaticRefusal = Duration.seconds(5)
    private static let automaticTolerance = Duration.milliseconds(200)
    /// After a refusal audio is looked for in this time; a stretch shorter than the least one proves nothing.
    private static let fallbackWindow = Duration.seconds(10)
    private static let fallbackLeast = Duration.seconds(3)
    /// Packets that were on the way when the refusal was sent.
    private static let onTheWay = Duration.milliseconds(500)

    static let rules = [
        Rule(["t38-auto-reject-5s": .cause(.switching, of: ["t38-refused"])], automatic),
        Rule(["t38-address-family-mismatch": .cause(.switching, of: ["t38-refused"])], addressFamily),
        Rule(["srtp-and-udptl": .cause(.switching, of: ["t38-refused"])], encryption),
        Rule(
            ["fallback-after-488-broken": .cause(.switching, of: ["dis-repeated-no-dcs", "one-way-media"])],
            once: brokenFallback),
        Rule(["t38-reinvite-auth-challenge": .cause(.switching)], once: challenge),
        Rule(["t38-to-audio-switchback-481": .remark], once: lateSwitchback),
    ]

    private static func isRefused(_ exchange: SIPExchange) -> Bool {
        exchange.status.map(NegotiationRules.refusals.contains) ?? false
    }

    // MARK: - Why

    private static func automatic(_ facts: CallFacts) -> [Finding] {
        facts.imageOffers.compactMap { offer -> Finding? in
            guard isRefused(offer), let took = offer.took, !offer.provisional.isEmpty,
                abs((took - automaticRefusal).inSeconds) <= automaticTolerance.inSeconds,
                facts.agent(of: offer.party.other, names: "asterisk", "freepbx")
            else { return nil }
            return Finding(
                "t38-auto-reject-5s", .negotiation, facts.severity(onSuccess: .warning), .strong,
                "T.38 offer refused by a timer of 5 s",
                because:
                    "\(offer.said) came \(took.inWords) after the image offer, with \(offer.provisional[0].summary) "
                    + "before it, from \(facts.agent(of: offer.party.other) ?? "the other side"): no application there "
                    + "took the offer within the time that it is given.",
                remedy:
                    "Start ReceiveFax, SendFax or the T.38 gateway before the offer comes, or switch T.38 off on that "
                    + "leg so that the refusal comes at once.",
                measures: [Finding.Measure("answer after", took.inSeconds, "s", threshold: 5)],
                party: offer.party.other,
                frames: [offer.request.frame, offer.final?.frame])
        }
    }

    private static func addressFamily(_ facts: CallFacts) -> [Finding] {
        facts.imageOffers.compactMap { offer -> Finding? in
            let isDeclined = offer.isAccepted && offer.answer.map { $0.image == nil } ?? false
            guard isRefused(offer) || isDeclined, let asked = offer.offer?.image?.address,
                let known = facts.signalling.sessions.last(where: { $0.party == offer.party.other && $0.kind == .audio }
                ),
                asked.isV4 != known.endpoint.address.isV4
            else { return nil }
            return Finding(
                "t38-address-family-mismatch", .negotiation, facts.severity(onSuccess: .warning), .strong,
                "T.38 offered in the wrong address family",
                because:
                    "The image line names \(asked), and the \(offer.party.other.rawValue), which takes media at "
                    + "\(known.endpoint.address), answered \(offer.said).",
                remedy: "Offer UDPTL in the family that the audio uses (Asterisk: t38_udptl_ipv6).", party: offer.party,
                frames: [offer.request.frame, offer.final?.frame])
        }
    }

    private static func encryption(_ facts: CallFacts) -> [Finding] {
        let isEncrypted = facts.exchanges.contains { exchange in
            exchange.isAccepted && exchange.offer?.audio?.isEncrypted == true
        }
        guard isEncrypted else { return [] }
        return facts.imageOffers.compactMap { offer -> Finding? in
            guard let image = offer.offer?.image, !image.isEncrypted, offer.final != nil else { return nil }
            let isRefused = isRefused(offer)
            return Finding(
                "srtp-and-udptl", .negotiation, isRefused ? facts.severity(onSuccess: .warning) : .note,
                isRefused ? .strong : .proof, "T.38 offered on an encrypted call",
                because:
                    "The audio of the call is encrypted and the image offer is plain \(image.transport.lowercased()): "
                    + (isRefused ? "it was answered \(offer.said)." : "the fax leaves the encryption of the call."),
                remedy: "Accept plain UDPTL inside a network that protects it, or stay in G.711 over SRTP.",
                party: offer.party, frames: [offer.request.frame, offer.final?.frame])
        }
    }

    // MARK: - After

    /// Audio of a side stops with the refusal, or the call goes on without any session description.
    private static func brokenFallback(_ facts: CallFacts) -> Finding? {
        guard let refused = facts.imageOffers.first(where: isRefused), let answer = refused.final,
            facts.signalling.outcome == .answered
        else { return nil }
        let later = facts.reoffers.filter { $0.request.time > answer.time }
        if let bare = later.first(where: { $0.request.sdp != nil && $0.isAccepted && $0.answer == nil }),
            bare.final.map({ $0.time - answer.time < fallbackWindow }) ?? false
        {
            return broken(
                facts, refused,
                "the \(bare.request.summary) after it was answered \(bare.said) without a session description",
                [bare.request.frame, bare.final?.frame], party: bare.party.other)
        }
        let next = later.first { $0.offersImage && $0.isAccepted }?.request.time
        let end = min(facts.end, next ?? .distantFuture)
        guard end - answer.time >= fallbackLeast else { return nil }
        let silent = Party.allCases.filter { isSilent($0, from: answer.time, to: end, facts) }
        guard !silent.isEmpty, facts.call.coverage.endsMidCall == false else { return nil }
        let who = silent.count == 2 ? "both sides" : "the \(silent[0].rawValue)"
        return broken(
            facts, refused,
            "audio of \(who) ended with it, though the call went on for \((end - answer.time).inWords)",
            silent.flatMap { facts.rtp(of: $0).map(\.lastFrame) }, party: silent.count == 1 ? silent[0] : nil)
    }

    /// It sent audio until the refusal and none after, though nothing put it on hold.
    private static func isSilent(_ party: Party, from refusal: Instant, to end: Instant, _ facts: CallFacts) -> Bool {
        let before = facts.rtp(of: party).filter { $0.firstTime < refusal }
        return !before.isEmpty && before.contains { refusal - $0.lastTime < .seconds(2) }
            && facts.rtp(of: party).allSatisfy { $0.lastTime < refusal + onTheWay }
    }

    private static func broken(
        _ facts: CallFacts, _ refused: SIPExchange, _ what: String, _ frames: [FrameRef?], party: Party?
    ) -> Finding {
        Finding(
            "fallback-after-488-broken", .negotiation, facts.fax.outcome == .success ? .warning : .error, .proof,
            "No working audio after refused T.38",
            because: "T.38 was answered \(refused.said), and \(what).",
            remedy:
                "A refused offer leaves the audio as it was (RFC 3261 14.1): upgrade the side that fell silent, or let "
                + "it offer audio anew after a refusal.", party: party,
            frames: [refused.request.frame, refused.final?.frame] + frames + [facts.signalling.endFrame])
    }

    private static func challenge(_ facts: CallFacts) -> Finding? {
        guard let first = facts.imageOffers.first(where: { $0.status == 401 || $0.status == 407 }) else { return nil }
        let again = facts.imageOffers.first { $0.party == first.party && $0.request.time > first.request.time }
        let hasMedia = facts.t38.contains { $0.lastTime > first.request.time }
        let isBroken = again == nil || !hasMedia
        var because = "The image offer was answered \(first.said)"
        because += again.map { "; the second one was answered \($0.said)" } ?? "; no second offer came"
        if isBroken { because += "; no T.38 packet followed" }
        return Finding(
            "t38-reinvite-auth-challenge", .negotiation,
            isBroken && facts.fax.outcome != .success ? .error : .note, .strong,
            "T.38 offer challenged for a password", because: because + ".",
            remedy: "Do not challenge requests inside a call; upgrade the side that does not answer the challenge.",
            party: first.party.other,
            frames: [first.request.frame, first.final?.frame, again?.request.frame, again?.final?.frame])
    }

    private static func lateSwitchback(_ facts: CallFacts) -> Finding? {
        guard let end = facts.signalling.endTime else { return nil }
        let late = facts.reoffers.first {
            $0.offersAudioAlone && $0.request.time > end && $0.status == 481
                && $0.party.rawValue != facts.signalling.endedBy?.rawValue
        }
        return late.map { exchange in
            Finding(
                "t38-to-audio-switchback-481", .negotiation, .note, .proof, "Re-INVITE to audio after the call ended",
                because:
                    "The \(exchange.party.rawValue) offered audio \((exchange.request.time - end).inWords) after the "
                    + "BYE of the other side and was answered \(exchange.said).",
                remedy: "None needed: the two crossed at the end of the call.", party: exchange.party,
                frames: [facts.signalling.endFrame, exchange.request.frame, exchange.final?.frame])
        }
    }
}
