import FaxCore
import FaxWire

/// Which calls a media flow belongs to, and who sends it.
struct FlowClaim {
    let call: OpenCall
    let sender: Party
    /// The receiving party's announcement, which names payload types and T.38; `nil` when only the sender's is known.
    let announced: NegotiatedMedia?
}

extension CallAssembler {
    /// Media from a port that its sender did not announce, to a party behind NAT: what that party sends shows where it is
    /// to be reached.
    func claimsByReturnPath(of key: FlowKey) -> [FlowClaim] {
        let flows = (byEndpoint[key.destination] ?? []).suffix(Self.returnPathsLookedAt)
        let path = flows.first { flow in
            flow.key.source == key.destination && flow.key.destination.address == key.source.address
                && flow.media?.calls.isEmpty == false
        }
        guard let media = path?.media else { return [] }
        return media.calls.filter { !$0.isLeaving }.compactMap { call in
            let sender = call.flows.first { $0.flow === media }?.sender
            return sender.map { FlowClaim(call: call, sender: $0.other, announced: nil) }
        }
    }

    private static let returnPathsLookedAt = 16
}

extension CallBook {
    /// The claims on a flow. A call whose SDPs name both its ends comes first; one that names the receiving end next; one
    /// that names only the sending end (symmetric media, RFC 4961) last. Calls that name it equally well share it.
    func claims(on key: FlowKey) -> [FlowClaim] {
        let receivers = expecting(at: key.destination)
        let senders = expecting(at: key.source)
        let both = receivers.filter { receiver in
            senders.contains { $0.call === receiver.call && $0.media.party != receiver.media.party }
        }
        let best = both.isEmpty ? receivers : both
        if !best.isEmpty {
            return living(best).map { FlowClaim(call: $0.call, sender: $0.media.party.other, announced: $0.media) }
        }
        return living(senders).map { FlowClaim(call: $0.call, sender: $0.media.party, announced: nil) }
    }

    /// A call that goes on outbids one that is ending (its ports are being reused).
    private func living(_ expectations: [Expectation]) -> [Expectation] {
        let living = expectations.filter { !$0.call.isLeaving }
        return living.isEmpty ? Array(expectations.prefix(1)) : living
    }
}
