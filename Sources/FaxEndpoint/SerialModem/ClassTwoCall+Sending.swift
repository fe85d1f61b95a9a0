import FaxCore
import FaxDSP

extension ClassTwoCall {
    /// The next page, with what both sides can.
    func beginPage() {
        guard report.pagesSent < pages.count else { return fail("there is no page to send") }
        var wanted = ClassTwoParameters(pages[report.pagesSent], for: receiver, within: own)
        wanted.rate = max(0, wanted.rate - stepsDown)
        if wanted == session { return startPage() }
        session = wanted
        command(commands.session(wanted), then: .settingSession)
    }

    private func startPage() {
        (pageStatus, data, place) = (nil, [], 0)
        command("AT+FDT", then: .beginningPage)
    }

    func takeSending(_ result: ModemResult) {
        switch (state, result) {
        case (.settingSession, .ok): startPage()
        case (.settingSession, .error):
            guard let session, session != session.plain else { return startPage() }
            self.session = session.plain
            command(commands.session(session.plain), then: .settingSession)
        case (.beginningPage, .connect): givePage()
        case (.pageGiven, .ok): command("AT+FET=\(postPage)", then: .endingPage)
        case (.endingPage, .ok), (.endingPage, .error): pageEnded(isGood: result == .ok)
        case (.askingStatus, .ok), (.askingStatus, .error): judge(pageStatus ?? statusWithoutWord)
        case (_, .noCarrier): fail("the call was lost in the page")
        case (.beginningPage, .error): fail("the modem refuses AT+FDT")
        case (.pageGiven, .error): fail("the modem refuses the page")
        default: break
        }
    }

    /// 0: another page, 2: none.
    private var postPage: Int { report.pagesSent + 1 < pages.count ? 0 : 2 }

    private func givePage() {
        guard let octets = ClassTwoPage.octets(pages[report.pagesSent], as: agreed ?? session ?? own.plain) else {
            return fail("page \(report.pagesSent + 1) cannot be coded")
        }
        (data, place) = (octets, 0)
        state = commands.isFinal ? .sendingPage : .waitingForXON(until: now + Self.xonPatience)
    }

    private static let xonPatience = Duration.seconds(4)

    func fill(_ room: Int) {
        while output.count < room, place < data.count {
            let portion = data[place..<min(place + 64, data.count)]
            DataLink.shield(portion, into: &output)
            place += portion.count
        }
        guard place >= data.count else { return }
        if commands.isFinal {
            // Comma: another page; full stop: none (T.32 8.3.3.7).
            output += [DataLink.dle, postPage == 0 ? 0x2C : 0x2E]
            state = .endingPage
        } else {
            output += DataLink.end
            state = .pageGiven
        }
    }

    private func pageEnded(isGood: Bool) {
        if let pageStatus { return judge(pageStatus) }
        wasGood = isGood
        guard commands.isFinal else { return judge(isGood ? 1 : 2) }
        command("AT+FPS?", then: .askingStatus)
    }

    /// The modem has hung up while what became of a page was due.
    func settlePage(_ code: String) {
        guard state == .endingPage || state == .askingStatus, report.pagesSent < pages.count else { return }
        // Behind the last page a normal end is an answer, too.
        let status = pageStatus ?? (code == "0" && postPage == 2 ? 1 : 2)
        if [1, 3, 5].contains(status) { report.pagesSent += 1 }
    }

    /// OK behind a page stands for MCF, ERROR for RTN.
    private var statusWithoutWord: Int { wasGood ? 1 : 2 }

    /// 1: MCF, 2: RTN, 3: RTP, 4: PIN, 5: PIP.
    private func judge(_ status: Int) {
        if [1, 3, 5].contains(status) {
            report.pagesSent += 1
            tries = 0
            (data, place) = ([], 0)
            if report.pagesSent < pages.count { beginPage() } else { state = .closing }
            return
        }
        tries += 1
        guard tries < Self.triesOfAPage else {
            return fail("the other side refused page \(report.pagesSent + 1) \(tries) times")
        }
        stepsDown += 1
        beginPage()
    }

    private static let triesOfAPage = 3

    /// A modem that does not answer what it need not know.
    func takeSilence() {
        switch state {
        case .settingSession: startPage()
        case .askingStatus: judge(statusWithoutWord)
        default: askForPage()
        }
    }
}
