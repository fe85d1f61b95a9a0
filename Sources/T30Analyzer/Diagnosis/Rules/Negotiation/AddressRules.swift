import FaxCore
import FaxWire
import PcapDecode

/// Layer B: addresses in session descriptions against those that packets come from.
enum AddressRules {
    /// A side that was silent this long will not speak any more.
    private static let silenceLeast = Duration.seconds(3)

    static let rules = [
        Rule(
            ["sdp-address-unreachable": .cause(.switching, of: ["no-udptl-after-switch", "one-way-media"])],
            unreachable),
        Rule(["t38-udptl-wrong-interface": .cause(.switching, of: ["no-udptl-after-switch"])], wrongInterface),
    ]

    /// A side asks for media where it never sends from, and none comes there.
    private static func unreachable(_ facts: CallFacts) -> [Finding] {
        guard facts.isFailed || facts.fax.outcome == .unknown, facts.signalling.outcome == .answered,
            !facts.call.coverage.endsMidCall
        else { return [] }
        return Party.allCases.compactMap { party -> Finding? in
            guard
                let announced = facts.signalling.sessions.last(where: { $0.party == party && $0.accepted }),
                facts.end - announced.time >= silenceLeast, !isReached(announced, facts),
                let reason = reason(announced, facts)
            else { return nil }
            return Finding(
                "sdp-address-unreachable", .negotiation, .error, .strong,
                "The SDP names an address that media do not reach",
                because: "The \(party.rawValue) asked for media at \(announced.endpoint) and none came there; "
                    + "\(reason.text).",
                remedy:
                    "Set the external address of that side, or let the far side send to where media come from "
                    + "(symmetric RTP and UDPTL), or put an SBC between.", party: party,
                frames: [announced.frame] + reason.frames)
        }
    }

    /// UDPTL goes to the host that was named, and to a port that nothing ever named.
    static func astray(_ party: Party, _ facts: CallFacts) -> Finding? {
        let asked = facts.signalling.sessions.filter { $0.party == party.other && $0.accepted }
        let known = asked.map(\.endpoint) + facts.call.streams.filter { $0.direction == party.other }.map(\.from)
        let streams = facts.t38(of: party).filter { $0.kind == .udptl }
        guard facts.agreedSwitch != nil, facts.isFailed, let image = asked.last(where: { $0.kind == .image }),
            let stream = streams.first, streams.allSatisfy({ $0.to.address == image.endpoint.address }),
            streams.allSatisfy({ !known.contains($0.to) })
        else { return nil }
        return Finding(
            "no-udptl-after-switch", .negotiation, .error, .proof,
            "T.38 agreed, no UDPTL where the \(party.other.rawValue) asked for it",
            because: "The \(party.other.rawValue) asked for UDPTL at \(image.endpoint); all "
                + "\(streams.reduce(0) { $0 + $1.packets }) packets of the \(party.rawValue) went to \(stream.to).",
            remedy: "Look at the side that sends, or at what rewrites ports between the two.", party: party,
            frames: [image.frame, stream.firstFrame, stream.lastFrame])
    }

    private static func isReached(_ announced: NegotiatedMedia, _ facts: CallFacts) -> Bool {
        facts.call.streams.contains { $0.to == announced.endpoint && $0.lastTime > announced.time }
            || facts.call.streams.contains { $0.direction == announced.party.other && $0.lastTime > announced.time }
    }

    private static func reason(_ announced: NegotiatedMedia, _ facts: CallFacts) -> (text: String, frames: [FrameRef?])?
    {
        if let error = facts.call.icmpErrors.first(where: { $0.quotedTo.address == announced.endpoint.address }) {
            return ("\(error.from) reports \(error.what) for it", [error.frame])
        }
        // What this side really sends from: its media, else its signalling.
        let own = facts.call.streams.first { $0.direction == announced.party && $0.firstTime >= announced.time }
        if let own, own.from.address != announced.endpoint.address {
            return ("its own media come from \(own.from.address)", [own.firstFrame])
        }
        guard announced.endpoint.address.isPrivate,
            let step = facts.signalling.steps.first(where: { $0.from == announced.party && !$0.isFurtherHop }),
            !step.source.address.isPrivate
        else { return nil }
        return ("that address is private and its signalling comes from \(step.source.address)", [step.frame])
    }

    /// On another hop, before a relay or a NAT, UDPTL comes from the address that was named.
    private static func isNamed(_ image: NegotiatedMedia, _ facts: CallFacts) -> Bool {
        facts.call.streams.contains {
            $0.isOtherHop && $0.kind == .udptl && $0.direction == image.party
                && $0.from.address == image.endpoint.address
        }
    }

    /// UDPTL comes from another address than the SDP said, and the audio before did not.
    private static func wrongInterface(_ facts: CallFacts) -> [Finding] {
        guard let change = facts.agreedSwitch else { return [] }
        return facts.t38.compactMap { stream -> Finding? in
            guard stream.kind == .udptl, let party = stream.direction,
                let image = facts.signalling.sessions.last(where: {
                    $0.party == party && $0.kind == .image && $0.accepted && $0.time <= stream.lastTime
                }), image.endpoint.address != stream.from.address,
                let audio = facts.signalling.sessions.last(where: {
                    $0.party == party && $0.kind == .audio && $0.accepted && $0.time < image.time
                }), !isNamed(image, facts),
                let before = facts.rtp(of: party).first(where: { $0.from.address == audio.endpoint.address })
            else { return nil }
            return Finding(
                "t38-udptl-wrong-interface", .negotiation, facts.severity(onSuccess: .warning), .proof,
                "UDPTL comes from another address than the SDP said",
                because:
                    "The image line of the \(party.rawValue) names \(image.endpoint.address) and its UDPTL comes from "
                    + "\(stream.from.address); its audio before came from where its SDP said.",
                remedy: "Bind UDPTL to the media address (Asterisk: t38_bind_udptl_to_media_address).", party: party,
                frames: [change.offerFrame, image.frame, before.firstFrame, stream.firstFrame])
        }
    }
}
