import FaxCore
import FaxWire

// What time does: repetitions, time-outs, refreshes.
extension SIPCall {
    mutating func wake(at now: Instant) {
        for index in clients.indices { wakeClient(index, at: now) }
        for index in servers.indices { wakeServer(index, at: now) }
        wakeUnacknowledged(at: now)
        wakeReliable(at: now)
        wakeCalling(at: now)
        if let at = session.retry?.at, now >= at { resumeOffer(at: now) }
        wakeTimer(at: now)
    }

    private mutating func wakeClient(_ index: Int, at now: Instant) {
        switch clients[index].machine.wake(at: now) {
        case .nothing: break
        case .sendAgain: send(clients[index].octets, to: clients[index].plan.path)
        case .timedOut: timedOut(index, at: now)
        }
    }

    /// No response at all (RFC 3261 §8.1.3.1, §12.2.1.2): the dialog is over, except for requests that do not need it.
    mutating func timedOut(_ index: Int, at now: Instant) {
        let request = clients[index]
        switch request.plan.purpose {
        case .initial: if !tryNextTarget(at: now) { end(.neither, .noResponse(to: .invite), at: now) }
        case .offer, .refresh:
            guard !hasEnded else { return }
            sendBye([], at: now)
            end(.neither, .noResponse(to: request.method), at: now)
        case .prack:
            guard !hasEnded else { return }
            cancelInitial(at: now)
            sendBye([], at: now)
            end(.neither, .noResponse(to: .prack), at: now)
        case .options: emit(.optionsAnswered(status: 408))
        case .bye, .cancel, .info: break
        }
    }

    private mutating func wakeServer(_ index: Int, at now: Instant) {
        switch servers[index].machine.wake(at: now) {
        case .nothing, .timedOut: break
        case .sendAgain:
            if let octets = servers[index].machine.lastResponse { send(octets, to: servers[index].path) }
        case .sendTrying: respond(to: index, status: 100, at: now)
        }
    }

    private mutating func wakeUnacknowledged(at now: Instant) {
        var index = 0
        while index < unacknowledged.count {
            if now >= unacknowledged[index].until {
                unacknowledged.remove(at: index)
                notAcknowledged(at: now)
            } else {
                if unacknowledged[index].repetition.isDue(at: now) {
                    send(unacknowledged[index].octets, to: unacknowledged[index].path)
                }
                index += 1
            }
        }
    }

    /// RFC 3261 §13.3.1.4: without an ACK the session is over.
    private mutating func notAcknowledged(at now: Instant) {
        if let reasons = delayedBye {
            delayedBye = nil
            return sendBye(reasons, at: now)
        }
        guard !hasEnded else { return }
        sendBye([], at: now)
        end(.neither, .notAcknowledged, at: now)
    }

    private mutating func wakeCalling(at now: Instant) {
        guard case .calling(let calling) = phase, let by = calling.answerBy, now >= by else { return }
        cancelInitial(at: now)
        end(.neither, .noResponse(to: .invite), at: now)
    }
}
