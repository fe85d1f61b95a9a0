import FaxCore
import FaxWire
import PcapDecode

/// Layer B: what the m-lines of offer and answer make of the media, and whether the media keep to it.
enum MediaLineRules {
    /// RTP that a side still had on the way when it switched; more than that is a fault.
    private static let onTheWay = Duration.seconds(2)
    /// On a port of its own so short a tail can be told from one.
    private static let onTheSamePort = Duration.milliseconds(500)
    /// One direction without audio this long is not a pause.
    private static let oneWayLeast = Duration.seconds(2)

    static let rules = [
        Rule(["t38-in-initial-invite-refused": .cause(.setup)], once: declinedInInvite),
        Rule(["udptl-transport-rewritten": .cause(.switching)], once: rewrittenTransport),
        Rule(["image-mline-order-or-count": .remark], once: lines),
        Rule(["two-mlines-one-way": .cause(.switching, of: ["one-way-media"])], once: oneWay),
        Rule(["audio-port-nonzero-with-image": .remark], once: both),
        Rule(["audio-continues-after-switch": .cause(.switching, of: effects)], audioContinues),
        Rule(["t38-same-port-as-rtp": .remark], samePort),
    ]

    private static let effects = ["dis-repeated-no-dcs", "dcs-tcf-no-response", "no-mcf"]

    // MARK: - The lines

    /// Audio and image offered at once, the image declined.
    private static func declinedInInvite(_ facts: CallFacts) -> Finding? {
        guard
            let first = facts.exchanges.first(where: {
                $0.request.method == "INVITE" && $0.isAccepted
                    && $0.request.time <= facts.signalling.answerTime ?? .zero
            }), let offer = first.offer, offer.image != nil, offer.audio != nil, let answer = first.answer,
            answer.image == nil, answer.audio != nil
        else { return nil }
        return Finding(
            "t38-in-initial-invite-refused", .negotiation, .note, .proof, "T.38 in the first INVITE declined",
            because: "The INVITE offered audio and an image line; the answer took the audio and no image line.",
            remedy: "Offer audio alone and switch to T.38 by re-INVITE.", party: first.party.other,
            frames: [first.request.frame, first.final?.frame])
    }

    private static func rewrittenTransport(_ facts: CallFacts) -> Finding? {
        for exchange in facts.exchanges where exchange.isAccepted {
            guard let asked = exchange.offer?.image, let given = exchange.answer?.image,
                asked.transport != given.transport
            else { continue }
            return Finding(
                "udptl-transport-rewritten", .negotiation, facts.severity(onSuccess: .warning), .proof,
                "Answer's image line has another transport",
                because: "The image line was offered as \(asked.transport) and answered as \(given.transport); an "
                    + "answer keeps the transport of the offer (RFC 3264 6.1).",
                remedy: "Look for a media proxy between that rewrites the line, and let it pass image lines through.",
                party: exchange.party.other, frames: [exchange.request.frame, exchange.final?.frame])
        }
        return nil
    }

    /// Answers mirror the lines of the offer, and later offers keep every line there was (RFC 3264 6, 8).
    private static func lines(_ facts: CallFacts) -> Finding? {
        var known = 0
        for exchange in facts.exchanges {
            guard let offer = exchange.offer, !offer.lines.isEmpty else { continue }
            if offer.lines.count < known {
                return lineFault(
                    facts, exchange,
                    "an offer has \(counted(offer.lines.count, "m-line")) where the call had \(known) before",
                    party: exchange.party)
            }
            guard exchange.isAccepted, let answer = exchange.answer else { continue }
            known = max(known, offer.lines.count)
            if answer.lines.count != offer.lines.count {
                return lineFault(
                    facts, exchange,
                    "\(counted(offer.lines.count, "m-line")) were offered and \(answer.lines.count) answered",
                    party: exchange.party.other)
            }
            for (asked, given) in zip(offer.lines, answer.lines) where asked.kind != given.kind {
                return lineFault(
                    facts, exchange, "the lines of the answer are of other kinds than those of the offer",
                    party: exchange.party.other)
            }
        }
        return nil
    }

    private static func lineFault(_ facts: CallFacts, _ exchange: SIPExchange, _ what: String, party: Party) -> Finding
    {
        Finding(
            "image-mline-order-or-count", .negotiation, facts.isFailed ? .warning : .note, .proof,
            "m-lines do not mirror each other", because: what.prefix(1).uppercased() + what.dropFirst() + ".",
            remedy: "Answer each line in its place, and keep lines that are not wanted with port 0.", party: party,
            frames: [exchange.request.frame, exchange.final?.frame])
    }

    // MARK: - The media

    /// Audio and image agreed in the first INVITE, and one side sends neither.
    private static func oneWay(_ facts: CallFacts) -> Finding? {
        guard let change = facts.agreedSwitch, change.offerFrame == facts.signalling.inviteFrame,
            let exchange = facts.agreedExchange, exchange.answer?.audio != nil, let agreed = change.answerTime,
            facts.end - agreed >= oneWayLeast, !facts.call.coverage.endsMidCall, facts.t38.isEmpty,
            let talking = Party.allCases.first(where: { facts.rtp(of: $0.other).isEmpty && !facts.rtp(of: $0).isEmpty }
            ),
            facts.signalling.steps.contains(where: { $0.from == talking.other })
        else { return nil }
        return Finding(
            "two-mlines-one-way", .negotiation, facts.fax.outcome == .success ? .warning : .error, .strong,
            "Audio one way after an offer of audio and image",
            because:
                "The first INVITE offered audio and an image line and both were taken; the "
                + "\(talking.other.rawValue) sent neither audio nor UDPTL in the \((facts.end - agreed).inWords) after.",
            remedy: "Take the image line out of the first INVITE (at the SBC), or upgrade the side that is silent.",
            party: talking.other,
            frames: [change.offerFrame, change.answerFrame] + facts.rtp(of: talking).map(\.firstFrame))
    }

    private static func both(_ facts: CallFacts) -> Finding? {
        guard let change = facts.agreedSwitch, change.offerFrame != facts.signalling.inviteFrame,
            let exchange = facts.agreedExchange, let agreed = change.answerTime,
            let offered = exchange.offer?.audio, let answered = exchange.answer?.audio,
            offered.direction != .inactive, answered.direction != .inactive,
            let stream = facts.rtp.first(where: { runsOn($0, for: onTheWay, after: agreed, facts) })
        else { return nil }
        return Finding(
            "audio-port-nonzero-with-image", .negotiation, facts.isFailed ? .warning : .note, .strong,
            "Audio kept active beside the image",
            because:
                "Offer and answer have an image line and an audio line, both with ports, and audio from \(stream.from) "
                + "goes on: which of the two carries the fax is not settled.",
            remedy: "Offer the image with the audio at port 0, or the image alone.", party: exchange.party,
            frames: [change.offerFrame, change.answerFrame, stream.lastFrame])
    }

    /// RTP of a side long after it agreed to T.38 alone.
    private static func audioContinues(_ facts: CallFacts) -> [Finding] {
        guard let change = facts.agreedSwitch, let agreed = change.answerTime,
            let exchange = facts.agreedExchange, exchange.offer?.audio == nil || exchange.answer?.audio == nil
        else { return [] }
        return Party.allCases.compactMap { party -> Finding? in
            guard let stream = facts.rtp(of: party).first(where: { runsOn($0, for: onTheWay, after: agreed, facts) })
            else { return nil }
            let again = facts.audioAgain(after: agreed)
            let modem = modem(of: party, after: agreed + onTheWay, before: again ?? facts.end, facts)
            let until = min(stream.lastTime, again ?? .distantFuture)
            let never = facts.t38(of: party).isEmpty
            var because =
                "The \(party.rawValue) sent audio for \((until - agreed).inWords) after T.38 alone was agreed"
            if let modem { because += ", with \(modem.name) in it" }
            because += never ? "; it sent no UDPTL: it never switched." : "."
            let severity: Finding.Severity =
                never || modem != nil ? facts.severity(onSuccess: .warning) : facts.isFailed ? .warning : .note
            return Finding(
                "audio-continues-after-switch", .negotiation, severity, .proof,
                "Audio goes on after the switch to T.38", because: because,
                remedy: "Look at the DSP of that side: it took T.38 in signalling and stayed in voice. Force one mode.",
                measures: [Finding.Measure("audio after switch", (until - agreed).inSeconds, "s", threshold: 2)],
                party: party, frames: [change.offerFrame, change.answerFrame, modem?.firstFrame, stream.lastFrame])
        }
    }

    /// A signal of a fax heard in the audio of that party.
    private static func modem(of party: Party, after start: Instant, before end: Instant, _ facts: CallFacts)
        -> FaxSignal?
    {
        facts.fax.signals.first {
            $0.direction == party && $0.isFax && $0.measure != nil && $0.start > start && $0.start < end
        }
    }

    /// Packets of a stream that began before the switch come without a pause for so long after it.
    private static func runsOn(_ stream: MediaStream, for least: Duration, after agreed: Instant, _ facts: CallFacts)
        -> Bool
    {
        guard stream.firstTime < agreed, stream.lastTime - agreed > least, stream.packets > 100 else { return false }
        // Streams that go on when audio was agreed again have a pause between, unless they never stopped.
        if let again = facts.audioAgain(after: agreed), stream.lastTime > again {
            return again - agreed > least && stream.statistics.maximumGap.map { $0 < least } ?? false
        }
        return true
    }

    /// The port of the image line is the one that audio had, and audio still comes to it.
    private static func samePort(_ facts: CallFacts) -> [Finding] {
        guard let agreed = facts.agreedSwitch?.answerTime else { return [] }
        let sessions = facts.signalling.sessions
        return Party.allCases.compactMap { party -> Finding? in
            guard let image = sessions.first(where: { $0.party == party && $0.kind == .image && $0.accepted }),
                sessions.contains(where: {
                    $0.party == party && $0.kind == .audio && $0.endpoint == image.endpoint && $0.time < image.time
                }),
                let stream = facts.rtp.first(where: { stream in
                    stream.to == image.endpoint && runsOn(stream, for: onTheSamePort, after: agreed, facts)
                })
            else { return nil }
            return Finding(
                "t38-same-port-as-rtp", .negotiation, facts.isFailed ? .warning : .note, .hint,
                "Audio still comes to the port that is T.38's now",
                because:
                    "The \(party.rawValue) takes T.38 on \(image.endpoint), where its audio was, and RTP came there for "
                    + "\((stream.lastTime - agreed).inWords) after the switch.",
                remedy: "Tell RTP and UDPTL apart packet by packet, or take T.38 on a port of its own.",
                party: party.other, frames: [image.frame, stream.firstFrame, stream.lastFrame])
        }
    }
}
