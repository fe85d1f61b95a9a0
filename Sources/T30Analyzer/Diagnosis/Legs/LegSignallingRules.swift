import FaxCore
import PcapDecode

/// What the box between two legs did with offers of T.38.
enum LegSignallingRules {
    /// A BYE so soon after the refusal follows from it.
    static let consequence = Duration.seconds(10)

    static let rules = [
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
}
