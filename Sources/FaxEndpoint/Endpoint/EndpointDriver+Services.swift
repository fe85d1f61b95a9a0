import FaxCore
import FaxProtocol
import NIOCore

// What goes on beside calls: echoes, a registration, and the end.
extension EndpointDriver {
    private static let echoPause = TimeAmount.seconds(1)

    /// Calls back with what came, when the line of the other side is free again.
    func echo(_ reply: EchoReply) {
        let bound = NIOLoopBound(self, eventLoop: loop)
        disk.run {
            Result { try reply.document() }
        } then: { (made: Result<(document: OutgoingDocument, problem: String?), any Error>) in
            switch made {
            case .success(let made):
                if let problem = made.problem { bound.value.tell(reply.call, .trouble(problem)) }
                bound.value.sendLater(OutgoingFax(made.document, to: reply.destination), reply)
            case .failure(let error): bound.value.giveUp(reply, "\(error)")
            }
        }
    }

    /// After a pause, and when the cost guard lets it go beside the calls that run.
    private func sendLater(_ fax: OutgoingFax, _ reply: EchoReply) {
        let bound = NIOLoopBound(self, eventLoop: loop)
        loop.scheduleTask(in: Self.echoPause) {
            let driver = bound.value
            guard !driver.isStopping else { return }
            if driver.mustWait(fax) { return driver.sendLater(fax, reply) }
            do {
                try driver.place(fax)
            } catch {
                driver.giveUp(reply, "\(error)")
            }
        }
    }

    /// Nobody is called back: whoever counts echoes has to know.
    private func giveUp(_ reply: EchoReply, _ reason: String) {
        tell(reply.call, .notReturned(reply.result.withoutEcho(reason)))
    }

    private func mustWait(_ fax: OutgoingFax) -> Bool {
        var trial = costs
        do {
            try trial.admit(
                call: 0, to: fax.destination.uri, at: fax.destination.path.endpoint, now: LiveClock.now)
            return false
        } catch {
            return error.isPassing
        }
    }

    /// Keeps this endpoint registered until it stops.
    func register(_ request: RegistrationRequest) {
        guard let agent = agent(towards: request.registrar.path) else {
            return tell(nil, .trouble("\(NoPort(peer: request.registrar.path))"))
        }
        expect(request.registrar)
        let registration = LiveRegistration(request, agent: agent, driver: self) { [weak self] in
            self?.tell(nil, .registration($0))
        }
        self.registration = registration
        registration.start()
    }

    /// Ends every call in an orderly way; `then` comes when the other sides have answered, or patience is over, and the
    /// record is written.
    func stop(patience: Duration, then: @escaping @Sendable () -> Void) {
        isStopping = true
        registration?.stop()
        for call in calls.values.sorted(by: { $0.number < $1.number }) { call.hangUp() }
        awaitEnd(until: LiveClock.now + patience, then)
    }

    private static let stopStep = TimeAmount.milliseconds(20)

    private func awaitEnd(until limit: Instant, _ then: @escaping @Sendable () -> Void) {
        guard LiveClock.now < limit, !mayClose else { return close(then) }
        let bound = NIOLoopBound(self, eventLoop: loop)
        loop.scheduleTask(in: Self.stopStep) { bound.value.awaitEnd(until: limit, then) }
    }

    private var mayClose: Bool { registration?.isOver != false && calls.values.allSatisfy(\.mayBeLeft) }

    private func close(_ then: @escaping @Sendable () -> Void) {
        for call in calls.values { call.abandon() }
        calls = [:]
        farCalls = [:]
        modems?.close()
        closePorts()
        guard let recorder else { return then() }
        recorder.sync(then: then)
    }
}
