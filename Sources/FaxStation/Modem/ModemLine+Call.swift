import FaxCore
import FaxDSP
import FaxProtocol

// What the modem makes of its call, and the call of it.
extension ModemLine {
    // MARK: - Wishes of the software

    func dial(_ digits: String) {
        let written = DialString(ear.dialString)
        dialledAt = now
        isCaller = true
        hasSpoken = false
        let dialled = written.number.isEmpty ? DialString(Array(digits.utf8)) : written
        let limit = now + .seconds(ear.patience)
        state = .dialling(dialled, until: limit)
        carrierBy = limit
        requests.append(.dial(dialled))
    }

    func answer() {
        guard case .ringing = state else {
            // V.250 6.3.5 would wait for a carrier; on this line there is nobody.
            modem.note(.hungUp)
            modem.sayNoCarrier()
            return collect()
        }
        isCaller = false
        hasSpoken = false
        state = .answering
        requests.append(.answer)
    }

    // MARK: - Events of the call

    /// Somebody calls.
    /// - Parameter information: what `+VCID` shows: NMBR, NAME and the like.
    public func ring(information: [(name: String, value: String)], at now: Instant) {
        self.now = now
        guard isIdle else { return }
        modem.setCallerInformation(information)
        state = .ringing(Ringing(next: now, end: now + settings.ringLimit))
        wake(at: now)
    }

    public func follow(_ event: FaxCall.Event, at now: Instant) {
        self.now = now
        switch event {
        case .mediaBegan: goOnLine()
        case .ended(let ending): end(ending)
        case .calling, .incoming, .ringing, .answered, .offeredT38, .t38Refused, .refusedT38, .offeredAudio,
            .audioRefused, .faxEnded, .hungUp, .trouble:
            break
        }
        pump()
        collect()
    }

    /// The call could not even be tried.
    public func callFailed(at now: Instant) {
        self.now = now
        guard case .dialling = state else { return }
        leaveLine()
        modem.note(.noDialTone)
        collect()
    }

    /// Something carries the call from here on, or something else does: that the modem does not notice.
    private func goOnLine() {
        switch state {
        case .dialling(let dialled, _):
            digits = dialled.afterAnswer.isEmpty ? nil : DTMFSender(dialled.afterAnswer.map(Self.tone))
            if digits != nil { state = .sendingDigits } else { begin(.connected) }
        case .answering: begin(.answered)
        case .onHook, .ringing, .sendingDigits, .connected: break
        }
    }

    private static func tone(_ step: DialString.Step) -> DTMFSender.Step {
        switch step {
        case .digit(let digit): .digit(digit)
        // S8: two seconds.
        case .pause: .pause(16_000)
        }
    }

    /// The modem is on the line.
    func begin(_ event: T31Modem.LineEvent) {
        state = .connected
        modem.note(event)
        collect()
    }

    private func end(_ ending: SIPEnding) {
        let before = state
        leaveLine()
        switch before {
        case .onHook: break
        case .ringing, .connected: modem.note(.hungUp)
        case .answering, .sendingDigits:
            modem.note(.hungUp)
            modem.sayNoCarrier()
        case .dialling: tellFailure(ending.cause)
        }
    }

    private func tellFailure(_ cause: SIPEnding.Cause) {
        switch cause {
        case .refused(let refusal) where [486, 600, 603].contains(refusal.status): modem.note(.busy)
        case .refused(let refusal) where [408, 480, 487].contains(refusal.status): modem.note(.noAnswer)
        case .noResponse, .transportFailed: modem.note(.noDialTone)
        case .bye, .cancelled, .refused, .notAcknowledged, .sessionExpired, .unknownToPeer, .redirectedTooOften:
            modem.note(.hungUp)
            modem.sayNoCarrier()
        }
    }

    // MARK: - Time

    public var deadline: Instant? {
        switch state {
        case .onHook: nil
        case .ringing(let ringing): min(ringing.next, ringing.end)
        case .dialling(_, let limit): limit
        case .answering, .sendingDigits: nil
        case .connected: hasSpoken ? nil : carrierBy
        }
    }

    public func wake(at now: Instant) {
        self.now = now
        guard let due = deadline, due <= now else { return }
        switch state {
        case .onHook: break
        case .ringing(var ringing):
            guard now < ringing.end else {
                leaveLine()
                modem.note(.hungUp)
                requests.append(.refuse(status: 480))
                break
            }
            ringing.next = now + settings.ringInterval
            state = .ringing(ringing)
            modem.note(.ringing)
        case .dialling:
            giveUp("no answer within \(ear.patience) s (S7)")
            modem.note(.noAnswer)
        case .answering, .sendingDigits: break
        case .connected:
            giveUp("no carrier within \(ear.patience) s (S7)")
            modem.note(.hungUp)
        }
        collect()
    }

    private func giveUp(_ reason: String) {
        leaveLine()
        requests.append(.hangUp(because: reason))
    }
}
