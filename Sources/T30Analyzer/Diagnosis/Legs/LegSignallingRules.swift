import FaxCore
import PcapDecode

/// What the box between two legs did with offers of T.38.
enum LegSignallingRules {
    /// A BYE so soon after the refusal follows from it.
    static let consequence = Duration.seconds(10)

    /// So long both ends wait for each other before it is a deadlock: the DIS comes again after 3 s (T.30 T4).
    static let deadlock = Duration.seconds(6)
    /// UDPTL packets of an end that may be keep-alives (no-signal) and no fax.
    static let keepAlives = 3

    static let rules = [
        LegRule(
            ["t38-firewall-deadlock": .cause(.switching, of: ["no-udptl-after-switch", "dis-repeated-no-dcs"])],
            bothWait),
        LegRule(["udptl-transport-rewritten": .cause(.switching, of: ["t38-refused"])], transportRewritten),
        LegRule(["refused-leg-breaks-other-leg": .cause(.switching, of: ["no-udptl-after-switch"])], refusedLeg),
    ]

    /// Kinds of transport that mean T.38 in another way.
    private static func manner(_ transport: String) -> String {
        let transport = transport.uppercased()
        if transport.contains("UDPTL") { return "UDPTL" }
        return transport.contains("RTP/") ? "RTP" : transport.contains("TCP") ? "TCP" : transport
    }

    private static func transportRewritten(_ facts: LegFacts) -> [Finding] {
        let images = [facts.incoming, facts.outgoing].map { leg in leg.signalling.sessions.filter { $0.kind == .image }
        }
        for session in images[0] {
            guard let other = images[1].first(where: { $0.party == session.party }),
                manner(session.transport) != manner(other.transport)
            else { continue }
            let (entered, left) = session.party == .caller ? (session, other) : (other, session)
            return [
                Finding(
                    "udptl-transport-rewritten", .negotiation, facts.isFailed ? .error : .warning, .proof,
                    "Image line’s transport rewritten between the legs",
                    because:
                        "The image line of the \(session.party.rawValue) says \(entered.transport) as it came and "
                        + "\(left.transport) as it was sent on.",
                    remedy: "Have the media proxy pass the image line through; correct its flags.",
                    party: session.party,
                    frames: [entered.frame, left.frame])
            ]
        }
        return []
    }

    /// T.38 agreed on one leg and refused on the other, and the first one did not live on.
    private static func refusedLeg(_ facts: LegFacts) -> [Finding] {
        [(facts.incoming, facts.outgoing), (facts.outgoing, facts.incoming)].compactMap { good, bad in
            guard let agreed = good.agreedSwitch, let refused = bad.refusedSwitch, let refusal = refused.answerTime,
                good.isFailed, let status = refused.status
            else { return nil }
            let box: Signalling.EndedBy = good.id == facts.incoming.id ? .callee : .caller
            let boxParty: Party = box == .callee ? .callee : .caller
            let isEnded = good.signalling.endedBy == box && isSoon(good.signalling.endTime, refusal)
            let isSilent =
                (good.streams[boxParty] ?? []).allSatisfy { $0.marks.isEmpty }
                && good.lastTime > (agreed.answerTime ?? agreed.offerTime) + .seconds(3)
            guard isEnded || isSilent else { return nil }
            let what = isEnded ? "the box then cleared call \(good.id)" : "the box then sent no T.38 on call \(good.id)"
            return Finding(
                "refused-leg-breaks-other-leg", .negotiation, .error, .strong,
                "T.38 refused on one leg broke the other",
                because:
                    "Call \(good.id) agreed to T.38; call \(bad.id) answered the offer with \(status), and \(what).",
                remedy: "Have the box end T.38 itself on the one leg and speak audio on the other (T.38 gateway mode).",
                frames: [
                    agreed.offerFrame, agreed.answerFrame, refused.offerFrame, refused.answerFrame,
                    good.signalling.endFrame,
                ])
        }
    }

    private static func isSoon(_ end: Instant?, _ refusal: Instant) -> Bool {
        guard let end else { return false }
        return end >= refusal && end - refusal <= consequence
    }

    // MARK: - Deadlock

    /// Both ends agreed to T.38 on their legs, at least one of them sits behind NAT, and neither sends first.
    private static func bothWait(_ facts: LegFacts) -> [Finding] {
        let ends = Party.allCases.compactMap { party in LegEnd(party, facts.outer(party)) }
        guard ends.count == 2, facts.isFailed, !facts.isDirectMedia,
            let agreed = ends.map(\.agreed).max(), ends.allSatisfy({ $0.leg.hasAudio && $0.packets <= keepAlives }),
            let hidden = ends.first(where: { $0.hiddenAddress != nil }), let address = hidden.hiddenAddress,
            let until = ends.map(\.leg.lastTime).min(), until - agreed >= deadlock
        else { return [] }
        // The box has nothing to send on: what it sends of its own would open the way.
        let passed = Party.allCases.reduce(0) { count, party in
            count + (facts.inner(party).streams[party] ?? []).reduce(0) { $0 + $1.marks.count }
        }
        guard passed <= keepAlives else { return [] }
        return [
            Finding(
                "t38-firewall-deadlock", .negotiation, .error, .strong, "Both ends of T.38 wait for a first packet",
                because:
                    "Call \(facts.incoming.id) and call \(facts.outgoing.id) agreed to T.38, and in the "
                    + "\((until - agreed).inWords) after neither end sent a fax packet; the \(hidden.party.rawValue) takes "
                    + "UDPTL at \(address.asked), a private address, and signals from \(address.seen): nothing reaches it "
                    + "before it has sent something itself.",
                remedy:
                    "Have the ends behind NAT send at once after the switch (no-signal keep-alives, T.38 without waiting "
                    + "for the other side), or let the box send first.",
                measures: [
                    .init("silence", (until - agreed).inSeconds, "s", threshold: deadlock.inSeconds),
                    .init("packets", Double(ends.reduce(0) { $0 + $1.packets }), ""),
                ], party: hidden.party,
                frames: ends.flatMap { [$0.change.offerFrame, $0.change.answerFrame] } + [address.frame])
        ]
    }
}

/// One end of a call in T.38, on the leg between it and the box.
private struct LegEnd {
    let party: Party
    let leg: LegDigest
    let change: T38Switch
    /// When both sides of the leg had agreed.
    let agreed: Instant
    /// UDPTL packets that it sent.
    let packets: Int
    /// The private address where it takes UDPTL, and the one that its signalling comes from; `nil`: they are the same.
    private(set) var hiddenAddress: (asked: IPAddress, seen: IPAddress, frame: FrameRef?)?

    init?(_ party: Party, _ leg: LegDigest) {
        guard let change = leg.agreedSwitch else { return nil }
        self.party = party
        self.leg = leg
        self.change = change
        agreed = change.answerTime ?? change.offerTime
        packets = (leg.streams[party] ?? []).reduce(0) { $0 + $1.marks.count }
        let signalling = leg.signalling
        let seen = (party == .caller ? signalling.callerAddress : signalling.calleeAddress)?.address
        let image = signalling.sessions.last { $0.party == party && $0.kind == .image && $0.accepted }
        guard let seen, let image, image.endpoint.address.isPrivate, image.endpoint.address != seen else { return }
        hiddenAddress = (image.endpoint.address, seen, image.frame)
    }
}
