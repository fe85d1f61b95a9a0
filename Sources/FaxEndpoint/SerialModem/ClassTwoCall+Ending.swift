import FaxCore
import FaxDSP

// How long a modem may take, and what comes of it.
extension ClassTwoCall {
    var deadline: Instant? { ending == nil ? limit : nil }

    func wake(at now: Instant) {
        self.now = max(self.now, now)
        guard ending == nil, let limit, now >= limit else { return }
        self.limit = nil
        expire()
    }

    /// More than a modem needs, with all that T.30 tries three times. The page's own time is the modem's matter (`+FPHCTO`).
    var patience: Duration? {
        switch state {
        case .settingUp, .settingSession, .refusingPage, .hangingUp: .seconds(3)
        case .waitingForRing, .sendingPage: nil
        case .connecting: .seconds(settings.patience + 30)
        case .identifying, .askingForPage: .seconds(65)
        case .beginningPage: .seconds(120)
        case .waitingForXON(let end): end - now
        case .pageGiven: .seconds(120)
        case .endingPage: .seconds(60)
        case .askingStatus, .closing: .seconds(5)
        case .hearingPage(let tries): tries < 2 ? .seconds(3) : .seconds(40)
        case .pageHeard: .seconds(20)
        }
    }

    /// The state has lasted too long.
    private func expire() {
        if let hangUpCode, state != .hangingUp {
            settlePage(hangUpCode)
            return close()
        }
        switch state {
        case .settingUp: follow(setUp.expire())
        // A modem that sends none waits for data.
        case .waitingForXON: state = .sendingPage
        case .hearingPage(let tries) where tries < 2 && data.isEmpty:
            // DC1 of Class 2 is DC2 on some modems.
            output.append(commands.isFinal ? DataLink.xon : DataLink.dc2)
            state = .hearingPage(tries: 2)
        case .settingSession, .askingStatus, .refusingPage: takeSilence()
        case .closing: close()
        case .hangingUp: end(.over)
        default: hangUp(.failed("the modem does not go on after \(lastCommand)"))
        }
    }

    func noteData() { limit = now + .seconds(40) }

    // MARK: - The end

    /// The fax is over: what was confirmed tells whether it was whole.
    func close() {
        let code = hangUpCode ?? "0"
        let isWhole = start == .answer ? isLastPage && !pages.isEmpty : report.pagesSent == pages.count
        if isWhole {
            report.completion = 0
        } else if report.completionText == nil {
            let name = commands.isFinal ? "+FHS" : "+FHNG"
            let detail = ClassTwoWord.reason(of: code) ?? (code == "0" ? "before the fax was whole" : "")
            report.completionText = "the modem hung up, \(name):\(code)" + (detail.isEmpty ? "" : " (\(detail))")
        }
        guard isOnLine else { return end(.noCall(report.completionText ?? "the modem hung up")) }
        command("ATH", then: .hangingUp)
    }

    /// T.30 came to nothing; the line is released.
    func fail(_ reason: String) {
        report.completionText = reason
        output += [DataLink.cancel] + DataLink.end + Array("\r\(commands.abort)\r".utf8)
        hangUpCode = nil
        command("ATH", then: .hangingUp)
    }

    func hangUp(_ ending: ModemCallEnding) {
        guard self.ending == nil else { return }
        output += [DataLink.cancel] + DataLink.end + Array("\r\(commands.abort)\rATH\r".utf8)
        self.ending = ending
    }

    func vanish() { end(.failed("the modem's device has vanished")) }

    func end(_ ending: ModemCallEnding) { if self.ending == nil { self.ending = ending } }
}
