import FaxCore

/// What became of offers of T.38 over several calls.
enum RepeatedOfferRules {
    /// Offers needed to see a rule in ports.
    static let offersForPorts = 6
    /// Adapters for telephone lines, which have few resources.
    static let adapters = [
        "sipura", "linksys", "spa", "pap2", "ata", "grandstream ht", "handytone", "mp-1", "mediatrix",
    ]

    static let rules = [
        SeveralCallsRule(["t38-odd-port-refused"], oddPorts),
        SeveralCallsRule(["spa-one-t38-resource"], oneResource),
        SeveralCallsRule(["carrier-no-t38-route"], routes),
        SeveralCallsRule(["bridge-syntax-488"], sameOffer),
        SeveralCallsRule(["both-wait-for-reinvite"], nobodyOffers),
    ]

    private struct Way: Hashable {
        var offerer: IPAddress?
        var answerer: IPAddress?
    }

    private typealias Offered = (call: CallDigest, offer: CallDigest.Offer)

    private static func frames(_ offers: [Offered]) -> [FrameRef?] {
        offers.prefix(8).flatMap { [$0.offer.frame, $0.offer.answerFrame] }
    }

    private static func ids(_ offers: [Offered]) -> [Int] { offers.map(\.call.id).sorted() }

    // MARK: - Ports

    private static func isExplainedByPorts(_ offers: [Offered]) -> Bool {
        let known = offers.compactMap { pair in
            pair.offer.port.map { (isOdd: $0 & 1 == 1, isRefused: pair.offer.isRefused) }
        }
        return known.count >= offersForPorts && known.allSatisfy { $0.isOdd == $0.isRefused }
            && known.count(where: \.isOdd) >= 2 && known.count(where: { !$0.isOdd }) >= 2
    }

    private static func ways(_ facts: SeveralCallsFacts) -> [[Offered]] {
        facts.offers { _, offer in
            offer.offerer == nil || offer.answerer == nil ? nil : Way(offerer: offer.offerer, answerer: offer.answerer)
        }
    }

    private static func oddPorts(_ facts: SeveralCallsFacts) -> [CaptureFinding] {
        ways(facts).filter(isExplainedByPorts).map { offers in
            let odd = offers.count { $0.offer.isRefused }
            return CaptureFinding(
                Finding(
                    "t38-odd-port-refused", .negotiation, .warning, .strong, "Odd UDPTL ports are refused",
                    because:
                        "Of \(offers.count) offers of T.38 from \(text(offers[0].offer.offerer)) to "
                        + "\(text(offers[0].offer.answerer)), the \(odd) with an odd port were refused, and no other.",
                    remedy: "Have the offering side use even ports for T.38.",
                    measures: [.init("offers", Double(offers.count), ""), .init("refused", Double(odd), "")],
                    frames: frames(offers.filter(\.offer.isRefused))), calls: ids(offers))
        }
    }

    private static func text(_ address: IPAddress?) -> String { address?.description ?? "?" }

    // MARK: - One resource

    private static func oneResource(_ facts: SeveralCallsFacts) -> [CaptureFinding] {
        var sessions: [IPAddress: [CallDigest]] = [:]
        for call in facts.calls where call.t38Span != nil {
            for host in [call.callerHost, call.calleeHost].compactMap(\.self) {
                sessions[host, default: []].append(call)
            }
        }
        return facts.calls.compactMap { call -> CaptureFinding? in
            guard let offer = call.offer, let other = busy(call, sessions) else { return nil }
            return CaptureFinding(
                Finding(
                    "spa-one-t38-resource", .gateway, .warning, .hint, "T.38 refused while another port had it",
                    because:
                        "\(text(offer.answerer)) (\(offer.answererAgent ?? "?")) refused T.38 on call \(call.id) with "
                        + "\(offer.status ?? 0) while call \(other.id) was in T.38 there.",
                    remedy: "One fax at a time on that adapter, or one adapter for each fax.",
                    frames: [offer.frame, offer.answerFrame, other.offer?.frame]), calls: [call.id, other.id].sorted())
        }
    }

    /// The other call in T.38 at the adapter that refused.
    private static func busy(_ call: CallDigest, _ sessions: [IPAddress: [CallDigest]]) -> CallDigest? {
        guard let offer = call.offer, offer.isRefused, let answerer = offer.answerer,
            let agent = offer.answererAgent?.lowercased(), adapters.contains(where: agent.contains)
        else { return nil }
        return sessions[answerer]?.first { $0.id != call.id && $0.t38Span?.contains(offer.time) == true }
    }

    private static func isExplainedByBusy(_ offers: [Offered], _ facts: SeveralCallsFacts) -> Bool {
        let found = oneResource(facts).flatMap(\.calls)
        return offers.filter(\.offer.isRefused).allSatisfy { found.contains($0.call.id) }
    }

    // MARK: - Routes and dial plans

    /// The places of media behind which T.38 was refused and those behind which it was accepted.
    private static func media(_ offers: [Offered]) -> (refused: Set<IPAddress?>, accepted: Set<IPAddress?>) {
        (
            Set(offers.filter(\.offer.isRefused).map(\.offer.media)),
            Set(offers.filter(\.offer.isAccepted).map(\.offer.media))
        )
    }

    private static func isExplainedByRoutes(_ offers: [Offered]) -> Bool {
        let (refused, accepted) = media(offers)
        return offers.count >= 3 && !refused.isEmpty && !accepted.isEmpty && !refused.contains(nil)
            && refused.isDisjoint(with: accepted)
    }

    private static func routes(_ facts: SeveralCallsFacts) -> [CaptureFinding] {
        ways(facts).filter { isExplainedByRoutes($0) && !isExplainedByPorts($0) }.map { offers in
            let (refused, accepted) = media(offers)
            func list(_ media: Set<IPAddress?>) -> String { media.map(text).sorted().prefix(4).joined(separator: ", ") }
            let count = offers.count(where: \.offer.isRefused)
            return CaptureFinding(
                Finding(
                    "carrier-no-t38-route", .gateway, .warning, .strong, "T.38 is refused on some routes",
                    because:
                        "Through \(text(offers[0].offer.answerer)), T.38 was refused on \(count) of \(offers.count) calls: "
                        + "on all with media at \(list(refused)), on none with media at \(list(accepted)).",
                    remedy: "Ask the carrier for a route with T.38, or do not offer T.38 on the others.",
                    measures: [.init("offers", Double(offers.count), ""), .init("refused", Double(count), "")],
                    frames: frames(offers.filter(\.offer.isRefused))), calls: ids(offers))
        }
    }

    private struct SameOffer: Hashable {
        var text: String
        var answerer: IPAddress
        var agent: String
    }

    private static func sameOffer(_ facts: SeveralCallsFacts) -> [CaptureFinding] {
        let groups = facts.offers { _, offer -> SameOffer? in
            guard let answerer = offer.answerer, let agent = offer.answererAgent else { return nil }
            return SameOffer(text: offer.text, answerer: answerer, agent: agent)
        }
        return groups.filter { offers in
            offers.contains { $0.offer.isRefused } && offers.contains { $0.offer.isAccepted }
                && !isExplainedByPorts(offers) && !isExplainedByRoutes(offers) && !isExplainedByBusy(offers, facts)
        }.map { offers in
            let count = offers.count(where: \.offer.isRefused)
            return CaptureFinding(
                Finding(
                    "bridge-syntax-488", .gateway, .warning, .strong, "The same T.38 offer is accepted and refused",
                    because:
                        "\(text(offers[0].offer.answerer)) (\(offers[0].offer.answererAgent ?? "?")) refused \(count) of "
                        + "\(offers.count) offers with equal T.38 attributes.",
                    remedy: "Compare the dial plans of these calls: T.38 must be switched on for both legs of each.",
                    measures: [.init("offers", Double(offers.count), ""), .init("refused", Double(count), "")],
                    frames: frames(offers)), calls: ids(offers))
        }
    }

    // MARK: - Nobody offers

    private static func nobodyOffers(_ facts: SeveralCallsFacts) -> [CaptureFinding] {
        func onlyAnswers(_ agent: String?) -> Bool {
            guard let agent, let seen = facts.agents[agent] else { return false }
            return seen.answers > 0 && seen.offers == 0
        }
        return facts.calls.filter { call in
            call.isFax && call.offer == nil && call.carriedBy == "g711" && call.callerAgent != call.calleeAgent
                && onlyAnswers(call.callerAgent) && onlyAnswers(call.calleeAgent)
        }.prefix(20).map { call in
            CaptureFinding(
                Finding(
                    "both-wait-for-reinvite", .negotiation, call.isFailed ? .warning : .note, .hint,
                    "Each end waits for the other to offer T.38",
                    because:
                        "Nobody offered T.38 on call \(call.id); in other calls \(call.callerAgent ?? "?") and "
                        + "\(call.calleeAgent ?? "?") answer T.38 and never offer it.",
                    remedy: "Have one of the two offer T.38, best the called side.", frames: [call.firstFrame]),
                calls: [call.id])
        }
    }
}
