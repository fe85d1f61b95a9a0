import FaxCore
import FaxDSP
import FaxProtocol
import FaxStation
import FaxWire
import NIOCore

// What happens in calls and with the modem that registers, and what becomes of faxes.
extension IAX2Driver {
    func follow(_ event: IAX2Event, at now: Instant) {
        switch event {
        case .registered(let registration):
            tell(nil, .iax2(.registered(name: registration.name, registration.peer, seconds: registration.seconds)))
            sendNext(at: now)
        case .registrationRefused(let name, let peer, let reason):
            tell(nil, .iax2(.registrationRefused(name: name, peer, reason: reason)))
        case .unregistered(let name, let peer): tell(nil, .iax2(.unregistered(name: name, peer)))
        case .registrationExpired(let name, let peer): tell(nil, .iax2(.registrationExpired(name: name, peer)))
        case .callRefused(let peer, let reason): tell(nil, .iax2(.refused(peer, reason: reason)))
        case .call: break
        }
    }

    func follow(_ event: IAX2FaxCall.Event, of call: LiveIAX2Call, at now: Instant) {
        switch event {
        case .ringing: tell(call.number, .iax2(.ringing))
        case .answered: tell(call.number, .iax2(.answered))
        case .mediaBegan(let format): tell(call.number, .iax2(.media(encoding: IAX2Format.encoding(format))))
        case .faxEnded(let completion): tell(call.number, .iax2(.faxEnded(completion: completion)))
        case .hungUp: tell(call.number, .iax2(.hungUp))
        case .trouble(let text): tell(call.number, .trouble(text))
        case .ended(let ending):
            tell(call.number, .iax2(.ended(ending)))
            finish(call, ending, at: now)
        }
    }

    // MARK: - Sending

    func send(_ faxes: [OutgoingIAX2Fax]) {
        waiting += faxes
        sendNext(at: LiveClock.now)
    }

    /// A modem has one line: one fax after the other, when it is registered.
    func sendNext(at now: Instant) {
        guard !isStopping, calls.isEmpty, now >= nextTry, let fax = waiting.first,
            let registration = station.agent.registration(of: settings.account.name)
        else { return }
        waiting.removeFirst()
        var machine = settings.fax.station(isCaller: true)
        machine.documentPath = fax.document.path
        let destination = IAX2Destination(
            peer: registration.peer, calledNumber: fax.calledNumber, account: settings.account)
        guard let (id, outputs) = station.call(destination, faxSettings(machine), at: now) else {
            return tell(nil, .trouble("there are as many calls as there may be"))
        }
        let call = LiveIAX2Call(takeNumber(), id, peer: registration.peer, .sending(fax), at: now)
        calls[id] = call
        let uri = Self.uri(registration.peer, fax.calledNumber)
        tell(call.number, .began(uri: uri, peer: registration.peer, isIncoming: false))
        pass(outputs, at: now)
    }

    /// A soft modem that has just been set up, or whose software is not there yet, is busy for some seconds.
    private func tryAgain(_ fax: OutgoingIAX2Fax, _ ending: IAX2Ending, _ call: IAX2FaxCall, at now: Instant) -> Bool {
        guard !call.hasMedia, ending.isBusy, fax.tries + 1 < settings.tries, !isStopping else { return false }
        var again = fax
        again.tries += 1
        waiting.insert(again, at: 0)
        nextTry = now + settings.busyPause
        return true
    }

    // MARK: - Results

    private func finish(_ live: LiveIAX2Call, _ ending: IAX2Ending, at now: Instant) {
        guard let call = station.faxCall(live.id) else { return }
        live.news(of: call.report) { tell(live.number, $0) }
        if case .sending(let fax) = live.purpose, tryAgain(fax, ending, call, at: now) {
            live.isReported = true
            tell(live.number, .iax2(.busy(again: settings.busyPause)))
            return forget(live)
        }
        var result = FaxResult(call, wanted: live.pagesWanted, began: live.began)
        if let problem = live.problem, !result.isSuccess { result.reason = problem }
        guard let reception = live.reception else { return report(live, result) }
        let bound = NIOLoopBound((driver: self, live: live), eventLoop: loop)
        let (confirmed, told) = (result.report.pagesReceived, result)
        disk.run {
            Result { try reception.commit(confirmed: confirmed)?.paths ?? [] }
        } then: { (kept: Result<[String], any Error>) in
            var result = told
            switch kept {
            case .success(let paths): result.files = paths
            case .failure(let error): result.lose("\(error)")
            }
            bound.value.driver.report(bound.value.live, result)
        }
    }

    private func report(_ live: LiveIAX2Call, _ result: FaxResult) {
        live.isReported = true
        tell(live.number, .result(result))
        forget(live)
    }

    private func forget(_ live: LiveIAX2Call) {
        calls[live.id] = nil
        station.forget(live.id)
        let now = LiveClock.now
        if waiting.isEmpty { return }
        if now >= nextTry { nextTry = now + Self.pause }
        pass([], at: now)
    }

    /// Between two faxes: a modem is told to be busy for some seconds behind each call.
    private static let pause = Duration.seconds(1)
}

extension IAX2Ending {
    /// The line was not free, as far as the other side says.
    var isBusy: Bool {
        switch cause {
        case .busy, .congestion: true
        case .hungUp(let text, let code), .rejected(let text, let code):
            code == Code.busy || text?.lowercased().contains("busy") == true
        case .notAnswered, .silence, .unknownToPeer, .noCommonFormat, .cannotAuthenticate: false
        }
    }
}
