import FaxCore
import FaxWire

/// Flows and calls brought together, as offers and answers name their ends; and taken apart, as ports are used again.
extension CallAssembler {
    /// Binds flows to what an offer or answer announced.
    mutating func readSessions(of call: OpenCall, _ id: DialogID, source: IPAddress) {
        let sessions = dialogs.sessions(of: id)
        let news = sessions.indices.dropFirst(call.sessionsRead)
        call.sessionsRead = sessions.count
        for index in news {
            let media = sessions[index]
            closeReplaced(at: media.endpoint, by: call)
            book.expect(media, session: index, of: call, signallingSource: source)
            for flow in byEndpoint[media.endpoint] ?? [] { rebind(flow) }
        }
    }

    /// A new call took the ports of one that is ending, or whose end was not seen: that one is over.
    private mutating func closeReplaced(at endpoint: Endpoint, by call: OpenCall) {
        let others = book.expecting(at: endpoint).map(\.call).filter { $0 !== call }
        if others.isEmpty { return }
        for earlier in others where isReplaced(earlier, by: call) { earlier.state = .ending(since: now) }
        close(others.filter(\.isLeaving))
    }

    /// Two legs of one call, and a call that is transferred, share their ports too; but the one goes on while the other
    /// begins, where a call that is over says nothing any more.
    private func isReplaced(_ earlier: OpenCall, by call: OpenCall) -> Bool {
        guard let old = earlier.dialog, let new = call.dialog, let answer = dialogs.answerTime(of: old),
            let invite = dialogs[new]?.inviteTime, answer < invite,
            now - earlier.latestPacket > Self.silenceOfReplaced
        else { return false }
        return !call.related.contains { $0.call == earlier.id }
    }

    /// Media come every few ms, and of T.38 at least one direction speaks.
    private static let silenceOfReplaced = Duration.seconds(1)

    private func rebind(_ flow: Flow) {
        if let media = flow.media {
            for claim in book.claims(on: flow.key) { bind(media, claim) }
            return
        }
        switch flow.kind {
        case .ignored: flow.become(.undecided(ContentProbe()))
        case .undecided, .sip, .iax2, .media: break
        }
    }

    func bind(_ media: MediaFlow, _ claim: FlowClaim) {
        if claim.call.flows.count >= options.limits.flowsPerCall, !claim.call.isBound(to: media) { return }
        media.bind(to: claim.call, announced: claim.announced)
        if let index = claim.call.flows.firstIndex(where: { $0.flow === media }) {
            claim.call.flows[index].sender = claim.sender
        } else {
            claim.call.flows.append(BoundFlow(flow: media, sender: claim.sender))
            claim.call.touch(media.firstTime, media.firstFrame)
        }
    }

    mutating func bindTCP(_ stream: T38TCPStream) {
        let claims = book.claims(on: stream.key)
        for claim in claims where !claim.call.t38OverTCP.contains(where: { $0 === stream }) {
            stream.sender = claim.sender
            claim.call.t38OverTCP.append(stream)
        }
    }
}

extension Flow {
    /// Packets kept while its kind was unknown.
    var kept: [ContentProbe.Kept] {
        if case .undecided(let probe) = kind { return probe.kept }
        return []
    }

    /// Octets of memory that they take.
    var probedOctets: Int {
        if case .undecided(let probe) = kind { return probe.keptOctets }
        return 0
    }

    func forgetProbed() {
        guard case .undecided(var probe) = kind else { return }
        probe.forgetPackets()
        become(.undecided(probe))
    }
}
