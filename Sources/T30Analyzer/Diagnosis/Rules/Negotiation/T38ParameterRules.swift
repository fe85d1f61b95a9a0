import FaxCore
import FaxWire
import PcapDecode

/// Layer B: the T.38 attributes of offer and answer, and whether the packets keep to them.
enum T38ParameterRules {
    /// Rates that T38MaxBitRate can name.
    private static let rates: Set<Int> = [2_400, 4_800, 7_200, 9_600, 12_000, 14_400, 33_600]
    /// (ours) A datagram that holds an IFP of 40 ms at 14,400 bit/s and no copy of another.
    private static let datagramWithoutCopy = 160
    private static let booleans = ["T38FaxFillBitRemoval", "T38FaxTranscodingMMR", "T38FaxTranscodingJBIG"]

    static let rules = [
        Rule(["t38-sdp-malformed": .cause(.switching, of: ["t38-refused", "no-udptl-after-switch"])], once: malformed),
        Rule(["t38-version-mismatch": .cause(.switching, of: effects)], version),
        Rule(["t38-maxdatagram-too-small": .cause(.session, of: effects)], datagram),
        Rule(
            ["t38-rate-management-typo": .cause(.session, of: ["ftt-loop", "tcf-errors", "dcs-tcf-no-response"])],
            rateManagement),
        Rule(["t38-boolean-syntax": .remark], once: booleanSyntax),
        Rule(["t38-fillbit-mismatch": .remark], once: fillBits),
        Rule(["t38-transcoding-unsupported": .cause(.session, of: ["page-bad-lines", "rtn"])], once: transcoding),
        Rule(["t38-udpec-multiple": .remark], once: repeated),
        Rule(["t38-sdp-defaults-missing": .remark], once: missingRate),
        Rule(["t38-bitrate-not-reached": .remark], once: slowerThanAgreed),
    ]

    private static let effects = [
        "dis-repeated-no-dcs", "dcs-tcf-no-response", "ftt-loop", "page-bad-lines", "no-mcf", "ifp-unreadable",
    ]

    /// Image lines of the call with the message that has them, in order.
    private static func images(_ facts: CallFacts) -> [(step: SIPStep, line: StepSDP.Line, t38: T38Parameters)] {
        facts.signalling.steps.filter { !$0.isFurtherHop && !$0.isRetransmission }.compactMap { step in
            guard let line = step.sdp?.image, let t38 = line.t38 else { return nil }
            return (step, line, t38)
        }
    }

    private static func sender(_ step: SIPStep) -> String { step.from.map { "the \($0.rawValue)" } ?? "\(step.source)" }

    // MARK: - Form

    private static func malformed(_ facts: CallFacts) -> Finding? {
        // A body that the capture cut off is not a broken one.
        let broken = facts.signalling.steps.filter {
            !$0.isFurtherHop && $0.surplus >= 0 && !($0.sdp?.faults.isEmpty ?? true)
        }
        guard let first = broken.first, let faults = first.sdp?.faults else { return nil }
        let exchange = facts.exchanges.first { $0.request.frame == first.frame }
        let isRefused = exchange?.status.map { $0 >= 300 } ?? false
        return Finding(
            "t38-sdp-malformed", .negotiation, isRefused && facts.fax.outcome != .success ? .error : .warning, .proof,
            "Broken session description",
            because: "In \(first.summary) of \(sender(first)) " + faults.prefix(3).joined(separator: ", and ")
                + (isRefused ? "; it was answered \(exchange?.said ?? "")." : "."),
            remedy: "Upgrade the device that writes it, or the one between that rewrites it.", party: first.from,
            frames: broken.map(\.frame) + [exchange?.final?.frame])
    }

    /// Presence means true in T.38; some write `:0` and mean false.
    private static func booleanSyntax(_ facts: CallFacts) -> Finding? {
        let written = images(facts).flatMap { image in
            image.t38.attributes.filter { attribute in
                booleans.contains { $0.lowercased() == attribute.name.lowercased() }
                    && attribute.value?.hasPrefix("0") ?? false
            }.map { (image: image, name: $0.name) }
        }
        guard let first = written.first else { return nil }
        let echo = images(facts).first { image in
            image.step.from != first.image.step.from
                && image.t38.attributes.contains {
                    $0.name.lowercased() == first.name.lowercased() && !($0.value?.hasPrefix("0") ?? false)
                }
        }
        return Finding(
            "t38-boolean-syntax", .negotiation, echo != nil ? .warning : .note, .proof,
            "Boolean attribute written with a value",
            because:
                "\(sender(first.image.step)) writes a=\(first.name):0, where T.38 takes the presence of the line for true"
                + (echo.map { "; \(sender($0.step)) took it for true and answers the attribute" } ?? "") + ".",
            remedy: "Leave the line out to say false.", party: first.image.step.from,
            frames: written.map(\.image.step.frame) + [echo?.step.frame])
    }

    private static func repeated(_ facts: CallFacts) -> Finding? {
        guard let image = images(facts).first(where: { !$0.t38.repeatedNames.isEmpty }) else { return nil }
        return Finding(
            "t38-udpec-multiple", .negotiation, .note, .proof, "T.38 attribute stands twice",
            because: "In \(image.step.summary) of \(sender(image.step)) "
                + image.t38.repeatedNames.prefix(4).joined(separator: ", ")
                + " stands more than once: some take the first, some the last.",
            remedy: "Send each attribute once.", party: image.step.from, frames: [image.step.frame])
    }

    private static func rateManagement(_ facts: CallFacts) -> [Finding] {
        var found: [Finding] = []
        for image in images(facts) where found.isEmpty {
            guard
                let said = image.t38.attributes.first(where: { $0.name.lowercased() == "t38faxratemanagement" })?.value
            else { continue }
            let isKnown = said == "transferredTCF" || said == "localTCF"
            let isLocal = image.t38.rateManagement == .localTCF && image.line.transport.contains("UDPTL")
            guard !isKnown || isLocal else { continue }
            let isHurt = facts.isFailed && facts.fax.trainings.contains { $0.answer != "CFR" }
            found.append(
                Finding(
                    "t38-rate-management-typo", .negotiation, isHurt ? .error : isKnown ? .warning : .note, .proof,
                    isKnown ? "Local TCF over UDPTL" : "Rate management misspelt",
                    because: "\(sender(image.step)) says T38FaxRateManagement:\(said.prefix(40)); "
                        + (isKnown
                            ? "over UDPTL the TCF is transferred, not made locally (T.38 8.2)."
                            : "the values are transferredTCF and localTCF, and a peer may not know this one."),
                    remedy: "Set transferredTCF.", party: image.step.from, frames: [image.step.frame]))
        }
        return found
    }

    // MARK: - Offer against answer

    private static func version(_ facts: CallFacts) -> [Finding] {
        guard let change = facts.agreedSwitch, let answer = change.answer else { return [] }
        let (offered, answered) = (change.offer.version ?? 0, answer.version ?? 0)
        let frames = [change.offerFrame, change.answerFrame]
        let unlike = facts.t38.first { stream in
            stream.t38?.entries.count ?? 0 > 5
                && stream.statistics.t38Version.map { bytes in bytes >= 2 ? answered == 0 : answered >= 2 } ?? false
        }
        if let unlike, let bytes = unlike.statistics.t38Version {
            return [
                Finding(
                    "t38-version-mismatch", .negotiation, facts.severity(onSuccess: .warning), .strong,
                    "Packets are not in the ASN.1 form that was agreed",
                    because:
                        "T38FaxVersion \(answered) was agreed, and the data packets from \(unlike.from) are in the form "
                        + "of \(bytes >= 2 ? "2002" : "1998"): a receiver that keeps to the SDP cannot read them.",
                    remedy: "Set T.38 version 0 on one side.", party: unlike.direction,
                    frames: frames + [unlike.firstFrame])
            ]
        }
        guard answered > offered else { return [] }
        return [
            Finding(
                "t38-version-mismatch", .negotiation, facts.isFailed ? .warning : .note, .proof,
                "T38FaxVersion raised in the answer",
                because:
                    "Version \(offered) was offered and \(answered) answered; an answer has at most what was offered.",
                remedy: "Set T.38 version 0 on one side.", party: change.offeredBy.other, frames: frames)
        ]
    }

    private static func fillBits(_ facts: CallFacts) -> Finding? {
        guard let change = facts.agreedSwitch, let answer = change.answer, answer.fillBitRemoval == true,
            change.offer.fillBitRemoval != true
        else { return nil }
        return Finding(
            "t38-fillbit-mismatch", .negotiation,
            facts.isFailed && facts.fax.ecm == false ? .warning : .note, .strong,
            "Fill-bit removal answered where not offered",
            because: "The answer has T38FaxFillBitRemoval and the offer had not: fill bits may be taken out that a fax "
                + "machine needs for its scan time.",
            remedy: "Answer no more than was offered; leave fill-bit removal off.", party: change.offeredBy.other,
            frames: [change.offerFrame, change.answerFrame])
    }

    private static func transcoding(_ facts: CallFacts) -> Finding? {
        guard let change = facts.agreedSwitch, let answer = change.answer else { return nil }
        let mmr = change.offer.transcodingMMR == true && answer.transcodingMMR == true
        let jbig = change.offer.transcodingJBIG == true && answer.transcodingJBIG == true
        guard mmr || jbig else { return nil }
        let bad = facts.fax.pages.first { page in
            page.ecm == false && (page.badRows ?? 0) * 5 > max(page.rows ?? 0, 1) && facts.losses.isEmpty
        }
        let what = [mmr ? "MMR" : nil, jbig ? "JBIG" : nil].compactMap { $0 }.joined(separator: " and ")
        return Finding(
            "t38-transcoding-unsupported", .negotiation, bad != nil ? facts.severity(onSuccess: .warning) : .note,
            bad != nil ? .strong : .hint, "Transcoding to \(what) agreed",
            because: "Offer and answer both have transcoding to \(what)"
                + (bad.map { page in
                    ", and page \(page.number) does not decode as \(page.compression ?? "the coding of DCS") though no "
                        + "packet is missing"
                } ?? "; next to no gateway does it") + ".",
            remedy: "Never answer the transcoding attributes.", party: change.offeredBy.other,
            frames: [change.offerFrame, change.answerFrame, bad?.firstFrame])
    }

    // MARK: - Attributes against packets

    private static func datagram(_ facts: CallFacts) -> [Finding] {
        guard let change = facts.agreedSwitch, let answer = change.answer else { return [] }
        return Party.allCases.compactMap { receiver -> Finding? in
            let isOfferer = receiver == change.offeredBy
            guard let limit = isOfferer ? change.offer.maxDatagram : answer.maxDatagram, limit > 0 else { return nil }
            let frame = isOfferer ? change.offerFrame : change.answerFrame
            let stream = facts.t38(of: receiver.other).max {
                ($0.statistics.largestPacket ?? 0) < ($1.statistics.largestPacket ?? 0)
            }
            let largest = stream?.statistics.largestPacket ?? 0
            let copies = stream?.statistics.redundancyDepth ?? 0
            guard largest > limit || (limit < datagramWithoutCopy && copies == 0 && stream != nil) else { return nil }
            let isOverrun = largest > limit
            return Finding(
                "t38-maxdatagram-too-small", .negotiation,
                facts.isFailed ? (isOverrun ? .warning : .note) : .note, isOverrun ? .proof : .hint,
                "T38FaxMaxDatagram too small",
                because: "The \(receiver.rawValue) takes datagrams of \(limit) octets (T38FaxMaxDatagram)"
                    + (isOverrun
                        ? ", and UDPTL of \(largest) octets went to it."
                        : ", which leaves no room for copies at 14400 bit/s, and there are none."),
                remedy: "Set a larger value at the \(receiver.rawValue) (400 or more), or send smaller IFP packets.",
                measures: [Finding.Measure("largest packet", Double(largest), "octets", threshold: Double(limit))],
                party: isOverrun ? receiver.other : receiver, frames: [frame, stream?.firstFrame])
        }
    }

    private static func missingRate(_ facts: CallFacts) -> Finding? {
        guard facts.agreedSwitch != nil, let reached = rate(facts), reached <= 4_800,
            let image = images(facts).first(where: { image in
                image.t38.maxBitRate.map { !rates.contains($0) } ?? true
            })
        else { return nil }
        return Finding(
            "t38-sdp-defaults-missing", .negotiation, .note, .strong, "T38MaxBitRate missing or senseless",
            because: "The image line of \(sender(image.step)) has "
                + (image.t38.maxBitRate.map { "T38MaxBitRate:\($0)" } ?? "no T38MaxBitRate")
                + ", and the fax went at \(reached) bit/s: the absent attribute may have been read as 2400.",
            remedy: "Write T38MaxBitRate:14400; read a missing one as 14400.",
            measures: [Finding.Measure("rate", Double(reached), "bit/s")], party: image.step.from,
            frames: [image.step.frame, facts.fax.trainings.first?.frame])
    }

    private static func rate(_ facts: CallFacts) -> Int? {
        facts.fax.trainings.compactMap(\.rateBps).max()
    }

    /// 14400 on both sides, and the first training already asks for less.
    private static func slowerThanAgreed(_ facts: CallFacts) -> Finding? {
        guard let change = facts.agreedSwitch, let answer = change.answer,
            min(change.offer.maxBitRate ?? 14_400, answer.maxBitRate ?? 14_400) >= 14_400,
            let agreed = change.answerTime, let training = facts.fax.trainings.first(where: { $0.time > agreed }),
            let reached = training.rateBps, reached <= 9_600
        else { return nil }
        return Finding(
            "t38-bitrate-not-reached", .negotiation, .note, .proof, "14400 agreed, \(reached) used",
            because:
                "Both sides say T38MaxBitRate 14400, and the first training asks for \(training.modem ?? "a modem") "
                + "at \(reached) bit/s with no FTT before it.",
            remedy:
                "Look at the limits of the gateways (fax rate, codec bandwidth, T38FaxMaxDatagram) and of the machines.",
            measures: [Finding.Measure("rate", Double(reached), "bit/s", threshold: 14_400)],
            frames: [change.offerFrame, change.answerFrame, training.frame])
    }
}
