import FaxCore
import FaxWire

// What becomes of requests that a path does not take: another path, another target, or a failure.
extension SIPCall {
    /// RFC 3261 §8.1.3.1: a failure of the transport is a 503 for what was sent there. Inside a dialog the request is
    /// tried once more, on a new connection or where the dialog says: one that was idle for long may be gone without harm.
    mutating func transportFailed(_ path: SIPPath, at now: Instant) {
        let failed = clients.filter { $0.plan.path == path && $0.machine.isOpen }
        clients.removeAll { $0.plan.path == path && $0.machine.isOpen }
        for request in failed { recover(request.plan, at: now) }
    }

    private mutating func recover(_ failed: SIPRequestPlan, at now: Instant) {
        var plan = failed
        if let datagrams = plan.datagramPath {
            // §18.1.1: TCP was for the size only.
            tcpFailed = true
            plan.path = datagrams
            plan.datagramPath = nil
            start(plan, at: now)
        } else if plan.purpose == .initial {
            if !tryNextTarget(at: now) { end(.neither, .transportFailed, at: now) }
        } else if plan.purpose != .cancel, !plan.isSecondTry {
            plan.isSecondTry = true
            plan.path = SIPPath(uri: plan.routing.nextHop, current: plan.path) ?? plan.path
            peer = plan.path
            start(plan, at: now)
        } else {
            giveUp(plan, at: now)
        }
    }

    /// RFC 5057 §5.1: a 503 ends the transaction, not the dialog.
    private mutating func giveUp(_ plan: SIPRequestPlan, at now: Instant) {
        guard !hasEnded else { return }
        switch plan.purpose {
        case .offer:
            session.exchange = .none
            emit(.offerRefused(SIPRefusal(status: 503, reason: SIPStatus.phrase(503))))
        case .refresh: timer?.postpone(to: now + .seconds(10))
        case .options: emit(.optionsAnswered(status: 503))
        case .initial, .bye, .cancel, .prack, .info: break
        }
    }

    /// Sends the INVITE to the next of the addresses that the destination has (RFC 3263 §4.3).
    mutating func tryNextTarget(at now: Instant) -> Bool {
        guard case .calling(var calling) = phase, !calling.destination.alternatives.isEmpty else { return false }
        calling.destination.path = calling.destination.alternatives.removeFirst()
        peer = calling.destination.path
        phase = .calling(calling)
        dialogs.removeAll()
        return start(initialPlan(calling.destination, offer: calling.offer), at: now)
    }

    // MARK: - Large requests

    /// RFC 3261 §18.1.1: what is longer than this may be cut in pieces on its way, and goes over TCP. The other side has to
    /// take TCP on the same port, unless its URI names UDP.
    mutating func moveToTCP(_ plan: inout SIPRequestPlan, _ draft: inout SIPMessageDraft, branch: String) {
        guard agent.prefersTCPForLargeRequests, !tcpFailed, plan.path.transport == .udp, draft.headers.count > 0,
            draft.octets.count > Limit.datagramOctets,
            SIPURI(plan.routing.nextHop).parameters["transport"]?.lowercased() != "udp"
        else { return }
        plan.datagramPath = plan.path
        plan.path.transport = .tcp
        draft.headers[0].value = via(plan.path.transport, branch: branch)
    }

    /// The Via of our requests; always their first field.
    func via(_ transport: SIPTransport, branch: String) -> String {
        let sentBy = "\(agent.path.endpoint.address.uriHost):\(agent.path.endpoint.port)"
        return "SIP/2.0/\(transport.rawValue) \(sentBy);branch=\(branch);rport"
    }
}
