import FaxCore
import FaxDSP

/// One fax through a Class 2 or 2.0 modem (T.32, SP-2388-A): the modem does T.30, and pages are given to it and taken from it.
public final class ClassTwoCall: ModemCall {
    enum State: Equatable {
        case settingUp
        case waitingForRing
        case connecting
        /// The other side is a fax machine, and T.30 phase B goes on.
        case identifying
        case settingSession
        /// `+FDT`; CONNECT is due.
        case beginningPage
        case waitingForXON(until: Instant)
        case sendingPage
        case pageGiven
        case endingPage
        case askingStatus
        /// `+FDR`; CONNECT is due.
        case askingForPage
        /// The modem was told to give the page, so often.
        case hearingPage(tries: Int)
        case pageHeard
        case refusingPage
        /// All has been said; the modem tells that it hangs up.
        case closing
        case hangingUp
    }

    let settings: SerialModemSettings
    let commands: ClassTwoCommands
    let start: ModemCallStart
    /// What we can, and are to use.
    let own: ClassTwoParameters
    /// Keeps the pages that came, before they are confirmed; `false`: it could not.
    let keep: ([PageBitmap]) -> Bool
    var setUp: ModemSetUp
    var state = State.settingUp { didSet { limit = patience.map { now + $0 } } }
    /// Those to send, or those that came.
    public internal(set) var pages: [PageBitmap]
    var receiver = ClassTwoParameters()
    var session: ClassTwoParameters?
    /// What the modem says was agreed on.
    var agreed: ClassTwoParameters?
    var pageStatus: Int?
    /// Of a page that came, as the modem says.
    var rowsCounted: Int?
    /// What the modem said last of a page, OK or ERROR.
    var wasGood = false
    var pageEnd: Int?
    var hangUpCode: String?
    /// Of the page at work.
    var data: [UInt8] = []
    var place = 0
    var tries = 0
    /// Steps below the rate that both sides have, after pages that were refused.
    var stepsDown = 0
    var isLastPage = false
    var opener = DataLink.Opener()
    var dropsLineFeed = false
    var output: [UInt8] = []
    private var line: [UInt8] = []
    private(set) var lastCommand = ""
    var now = Instant.zero
    var limit: Instant?
    public internal(set) var report = FaxStationReport()
    public internal(set) var ending: ModemCallEnding?
    public private(set) var isOnLine = false

    /// Octets of one coded page that came.
    static let pageLimit = 16 << 20
    /// Of one call: they are held in memory until it ends.
    static let pageCountLimit = 500

    /// - Parameters:
    ///   - pages: to send; of no use to who answers.
    ///   - keep: told of all pages so far whenever one has come.
    init(
        _ profile: FaxProfile, pages: [PageBitmap] = [], _ start: ModemCallStart, _ settings: SerialModemSettings,
        at now: Instant, keep: @escaping ([PageBitmap]) -> Bool = { _ in true }
    ) {
        self.settings = settings
        self.start = start
        self.keep = keep
        self.now = now
        self.pages = start == .answer ? [] : pages
        commands = ClassTwoCommands(isFinal: settings.serviceClass == .twoPointZero)
        own = Self.own(profile, commands)
        setUp = ModemSetUp(settings.setUp + Self.setUp(own, profile, commands, isAnswering: start == .answer))
        follow(setUp.next)
    }

    private static func own(_ profile: FaxProfile, _ commands: ClassTwoCommands) -> ClassTwoParameters {
        var own = ClassTwoParameters()
        own.resolution = commands.isFinal ? 3 : 1
        own.rate = ClassTwoParameters.rate(ofBps: profile.maxRate)
        own.correction = profile.hasECM ? commands.isFinal ? 1 : 2 : 0
        own.coding = profile.hasECM ? 3 : 1
        return own
    }

    private static func setUp(
        _ own: ClassTwoParameters, _ profile: FaxProfile, _ commands: ClassTwoCommands, isAnswering: Bool
    ) -> [ModemSetUp.Step] {
        var simple = own
        (simple.coding, simple.correction, simple.resolution) = (1, 0, 1)
        var steps = [
            ModemSetUp.Step(commands.bitOrder), ModemSetUp.Step(commands.timeout),
            ModemSetUp.Step(
                commands.abilities(own), commands.abilities(simple), commands.abilities(simple.plain)),
        ]
        if commands.isFinal { steps.append(ModemSetUp.Step("AT+FNR=1,1,1,1")) }
        if !profile.identification.isEmpty {
            steps.append(ModemSetUp.Step(commands.identification(profile.identification)))
        }
        return steps + (isAnswering ? [ModemSetUp.Step("AT+FCR=1")] : [])
    }

    // MARK: - What is known

    public var terms: FaxTerms? { (agreed ?? session)?.terms }
    var isSendingOctets: Bool { state == .sendingPage || state == .pageGiven }

    public var progress: FaxProgress {
        var progress = FaxProgress()
        progress.phase = phase
        progress.isSending = start != .answer
        progress.pagesDone = progress.isSending ? report.pagesSent : report.pagesReceived
        progress.pagesInAll = progress.isSending ? pages.count : nil
        progress.octets = place > 0 || !data.isEmpty ? progress.isSending ? place : data.count : nil
        progress.octetsInAll = progress.isSending && !data.isEmpty ? data.count : nil
        progress.rateBps = terms?.rateBps
        progress.modem = terms?.modem
        progress.coding = terms?.coding
        progress.hasECM = terms?.hasECM
        return progress
    }

    private var phase: FaxPhase {
        switch state {
        case .settingUp, .waitingForRing, .connecting: .a
        case .identifying, .settingSession, .beginningPage, .askingForPage: .b
        case .waitingForXON, .sendingPage, .pageGiven, .hearingPage: .c
        case .endingPage, .askingStatus, .pageHeard, .refusingPage: .d
        case .closing, .hangingUp: .e
        }
    }

    // MARK: - The modem

    func receive(_ octets: [UInt8], at now: Instant) {
        self.now = max(self.now, now)
        for octet in octets where ending == nil {
            switch state {
            case .hearingPage: hear(octet)
            case .waitingForXON where octet == DataLink.xon: state = .sendingPage
            default: read(octet)
            }
        }
    }

    private func read(_ octet: UInt8) {
        guard octet == 0x0D || octet == 0x0A else {
            if line.count < ClassOneCall.lineLimit { line.append(octet & 0x7F) }
            return
        }
        guard !line.isEmpty else { return }
        // XON stands among the lines of modems that send it when nobody waits for it.
        let text = String(decoding: line.filter { $0 >= 0x20 }, as: UTF8.self)
        line = []
        if let word = ClassTwoWord(text, isFinal: commands.isFinal) { return take(word) }
        if state == .askingStatus, let status = Int(text) { return take(.pageStatus(status, rows: nil)) }
        if let result = ModemResult(text) { take(result, text) }
    }

    private func take(_ word: ClassTwoWord) {
        switch word {
        case .connected:
            isOnLine = true
            if state == .connecting { state = .identifying }
        case .identified(let name): report.remoteIdentification = name
        case .abilities(let parameters): receiver = parameters
        case .agreed(let parameters):
            agreed = parameters
            report.rateBps = parameters.rateBps
            report.hasECM = parameters.correction > 0
        case .pageStatus(let status, let rows): (pageStatus, rowsCounted) = (status, rows)
        case .pageEnd(let end): pageEnd = end
        case .hangUp(let code):
            guard state != .hangingUp else { return }
            hangUpCode = code
            // OK or ERROR follows, from most modems.
            limit = min(limit ?? .distantFuture, now + .seconds(3))
        }
    }

    private func take(_ result: ModemResult, _ text: String) {
        if let hangUpCode, state != .hangingUp, result != .ring {
            settlePage(hangUpCode)
            return close()
        }
        switch state {
        case .settingUp: follow(setUp.take(result))
        case .waitingForRing: if result == .ring { command("ATA", then: .connecting) }
        case .connecting: connect(result, text)
        case .identifying: identify(result, text)
        case .hangingUp: if result == .ok || result == .error { end(.over) }
        case .closing: if result == .noCarrier { close() }
        case .settingSession, .beginningPage, .waitingForXON, .sendingPage, .pageGiven, .endingPage, .askingStatus:
            takeSending(result)
        case .askingForPage, .hearingPage, .pageHeard, .refusingPage: takeReceiving(result)
        }
    }

    func follow(_ next: ModemSetUp.Next) {
        switch next {
        case .command(let text): command(text, then: .settingUp)
        case .nothing: break
        case .failed(let reason): hangUp(.failed(reason))
        case .done:
            switch start {
            case .dial(let number): command("ATDT\(number)", then: .connecting)
            case .answer: state = .waitingForRing
            }
        }
    }

    private func connect(_ result: ModemResult, _ text: String) {
        switch result {
        case .connect: hangUp(.noCall("\(text): the modem took the other side for another modem, not a fax machine"))
        case .ring, .ok, .adapts, .otherCarrier: break
        case .noCarrier, .error, .noDialTone, .busy, .noAnswer: end(.noCall(text))
        }
    }

    private func identify(_ result: ModemResult, _ text: String) {
        switch result {
        case .ok: if start == .answer { askForPage() } else { beginPage() }
        case .noCarrier, .error, .noDialTone, .busy, .noAnswer: fail("the modem says \(text) before the page")
        default: break
        }
    }

    func command(_ text: String, then state: State) {
        lastCommand = text
        output += Array((text + "\r").utf8)
        self.state = state
    }

    func takeOutput(room: Int) -> [UInt8] {
        if state == .sendingPage { fill(room) }
        defer { output = [] }
        return output
    }
}
