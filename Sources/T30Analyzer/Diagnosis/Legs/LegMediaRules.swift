import FaxCore
import PcapDecode

/// What entered the box between two legs and left it changed, or not at all.
enum LegMediaRules {
    /// IFP packets from which on a direction carries a fax and not a keep-alive.
    static let packetsOfAFax = 20
    /// Share of the packets that must be missing for the bridge to be broken.
    static let brokenShare = 0.9
    /// Rows fewer than sent that are no matter of counting.
    static let rowsMissing = 8

    static let rules = [
        LegRule(
            ["udptl-not-bridged": .cause(.session, of: ["dis-repeated-no-dcs", "dcs-tcf-no-response", "no-mcf"])],
            notBridged),
        LegRule(["mps-lost": .cause(.session, of: ["no-mcf"])], commandLost),
        LegRule(["page-truncated": .remark], pageTruncated),
        LegRule(["ifp-ecm-bit-cleared": .remark, "t38-bitrate-not-reached": .remark], identificationEdited),
        LegRule(["wan-pbx-loop": .remark, "gateway-ignores-t38-flags": .remark], oneLegOnly),
    ]

    // MARK: - Packets

    private static func notBridged(_ facts: LegFacts) -> [Finding] {
        guard !facts.isDirectMedia, facts.isFailed else { return [] }
        let entering = Party.allCases.map { party in (party, facts.outer(party).streams[party] ?? []) }
        guard entering.allSatisfy({ $0.1.reduce(0) { $0 + $1.marks.count } > 0 }) else { return [] }
        return entering.compactMap { party, streams in
            let telling = streams.reduce(into: Set<ContentMark>()) { $0.formUnion($1.telling) }
            let count = streams.reduce(0) { $0 + $1.marks.count }
            let leaving = facts.inner(party).streams[party] ?? []
            let out = leaving.reduce(into: Set<ContentMark>()) { $0.formUnion($1.telling) }
            let left = leaving.reduce(0) { $0 + $1.marks.count }
            // Short packets come again by chance: of them only the count tells.
            let isMissing =
                telling.count >= packetsOfAFax / 4
                ? Double(telling.subtracting(out).count) >= Double(telling.count) * brokenShare
                : Double(left) <= Double(count) * (1 - brokenShare)
            let entered = facts.outer(party).messages.filter { $0.direction == party && $0.crcOK != false }
            let passed = entered.count - facts.swallowed(party).count
            guard count >= packetsOfAFax, isMissing, passed == 0 else { return nil }
            return Finding(
                "udptl-not-bridged", .negotiation, .error, .proof, "T.38 enters the box and does not leave it",
                because:
                    "\(count) T.38 packets of the \(party.rawValue) came in on call \(facts.outer(party).id); on call "
                    + "\(facts.inner(party).id) \(left == 0 ? "none went out" : "\(left) went out, with other contents").",
                remedy: "Look at how the box bridges media after the switch: switch direct media off, upgrade it.",
                measures: [.init("packets in", Double(count), ""), .init("packets out", Double(left), "")],
                party: party,
                frames: streams.flatMap { [$0.firstFrame, $0.lastFrame] } + leaving.map(\.firstFrame))
        }
    }

    // MARK: - T.30 frames

    private static func commandLost(_ facts: LegFacts) -> [Finding] {
        guard facts.isFailed, !facts.t30.matched.isEmpty else { return [] }
        return Party.allCases.compactMap { party in
            let commands = facts.swallowed(party).filter { command in
                command.isPostMessageCommand && facts.inner(party).lastTime > command.end + .seconds(1)
            }
            guard let first = commands.first else { return nil }
            let wasPassed = facts.inner(party).messages.contains { $0.direction == party && $0.name == first.name }
            guard !wasPassed else { return nil }
            return Finding(
                "mps-lost", .t30, .error, .proof, "\(first.name) entered the gateway and never left it",
                because:
                    "The \(first.name) of the \(party.rawValue) is whole on call \(facts.outer(party).id), "
                    + "\(counted(commands.count, "time")), and absent on call \(facts.inner(party).id).",
                remedy:
                    "The gateway loses V.21 after the page: look at its switch back from the fast modem; upgrade it.",
                party: party, frames: commands.flatMap { [$0.frame, $0.lastFrame] })
        }
    }

    private static func identificationEdited(_ facts: LegFacts) -> [Finding] {
        var findings: [Finding] = []
        for party in Party.allCases {
            for name in ["DIS", "DTC"] {
                guard let change = facts.changed(party, name).first else { continue }
                let frames = [change.entered.frame, change.left.frame]
                let way =
                    "The \(name) of the \(party.rawValue) on call \(facts.outer(party).id) and as it left the box on call "
                    + "\(facts.inner(party).id)"
                if let ecm = change.fields.first(where: { $0.name == "ecm" }), ecm.entered == "yes", ecm.left != "yes" {
                    findings.append(
                        Finding(
                            "ifp-ecm-bit-cleared", .ifp, facts.isFailed ? .warning : .note, .proof,
                            "The gateway takes ECM out of \(name)",
                            because: "\(way): ECM was offered, and is not any more.",
                            remedy: "Switch ECM on in the fax settings of the gateway.", party: party, frames: frames))
                }
                if let rate = change.fields.first(where: { $0.name == "highest-rate" }),
                    let entered = rate.entered.flatMap({ Int($0) }), let left = rate.left.flatMap({ Int($0) }),
                    left < entered
                {
                    findings.append(
                        Finding(
                            "t38-bitrate-not-reached", .negotiation, .note, .proof,
                            "The gateway lowers the rate in \(name)",
                            because: "\(way): \(entered) bit/s became \(left).",
                            remedy: "Raise the fax rate of the gateway, if it is lower than the machines can do.",
                            measures: [.init("rate", Double(left), "bit/s", threshold: Double(entered))], party: party,
                            frames: frames))
                }
            }
        }
        return findings
    }

    // MARK: - Pages

    private static func pageTruncated(_ facts: LegFacts) -> [Finding] {
        guard
            let sender = Party.allCases.first(where: { party in
                facts.outer(party).messages.contains { $0.name == "DCS" && $0.direction == party }
            })
        else { return [] }
        let (sent, came) = (facts.outer(sender).pages, facts.inner(sender).pages)
        return sent.compactMap { page in
            guard let rows = page.rows, let other = came.first(where: { $0.number == page.number }),
                let left = other.rows,
                left + rowsMissing <= rows, left * 100 < rows * 99
            else { return nil }
            return Finding(
                "page-truncated", .t30, .warning, .proof, "Page \(page.number) left the box shorter than it came",
                because:
                    "Page \(page.number) has \(rows) rows on call \(facts.outer(sender).id) and \(left) on call "
                    + "\(facts.inner(sender).id).",
                remedy: "Look at loss on the second leg and at the gateway's buffers.",
                measures: [.init("rows in", Double(rows), ""), .init("rows out", Double(left), "")], party: sender,
                frames: [page.lastFrame, other.lastFrame])
        }
    }

    // MARK: - One leg only

    /// T.38 comes in on one leg, the other stays audio, and nothing of the fax passes.
    private static func oneLegOnly(_ facts: LegFacts) -> [Finding] {
        guard facts.isFailed, !facts.isDirectMedia else { return [] }
        return [(facts.incoming, facts.outgoing), (facts.outgoing, facts.incoming)].compactMap { fax, other in
            guard let change = fax.agreedSwitch, other.signalling.t38Switch == nil, other.hasAudio,
                fax.streams.values.contains(where: { $0.contains { !$0.marks.isEmpty } }),
                other.lastTime > change.offerTime + .seconds(3)
            else { return nil }
            let after = facts.t30.matched.filter { facts.t30.left[$0.left].time > change.offerTime }
            guard after.isEmpty else { return nil }
            let agent = facts.boxAgent ?? ""
            let isPBX = ["freeswitch", "asterisk"].contains { agent.lowercased().contains($0) }
            let because =
                "Call \(fax.id) went to T.38 and call \(other.id) stayed audio without an offer of T.38; no T.30 frame passed "
                + "from one to the other" + (agent.isEmpty ? "." : " (the box: \(agent)).")
            return Finding(
                isPBX ? "wan-pbx-loop" : "gateway-ignores-t38-flags", isPBX ? .gateway : .negotiation, .warning, .hint,
                isPBX ? "T.38 does not pass the PBX" : "The proxy switched one leg to T.38 only", because: because,
                remedy:
                    isPBX
                    ? "Avoid loopback and local channels for faxes, use the T.38 gateway mode, upgrade."
                    : "Give the media proxy its T.38 options for re-INVITEs too.",
                frames: [change.offerFrame, change.answerFrame])
        }
    }
}
