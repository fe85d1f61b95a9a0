import FaxCore
import FaxWire

/// Reads what was on the line, in order of time, as a T.30 session: who sends, trainings, pages, confirmations.
struct StoryBuilder {
    private(set) var session = FaxSession()
    private let options: FaxAnalyzer.Options
    private var phases = PhaseTracker()
    private var idents = Identifications()
    /// What the DCS in force says, and the training that it began.
    private var settings: ImageSettings?
    private var trainingIsOpen = false
    /// Settings of the last training that was confirmed.
    private var acceptedSettings: ImageSettings?
    /// High-speed signal seen last, for captures that begin after the DCS.
    private var carrier: (modem: T38Modem, rateBps: Int)?
    private var page: OpenPage?
    /// The post-message command that waits for its answer.
    private var pending: PendingCommand?
    /// Answered last, with whatever answer; and what was confirmed last.
    private var lastSettled: PostMessage?
    private(set) var lastAnswered: PostMessage?
    private(set) var sawDCN = false
    private var nextPageNumber = 1
    /// The page that comes next was begun before: it was rejected, or broken off.
    private var repeatsPage = false
    /// DIS came while a page was open.
    private var isAskedToBeginAnew = false
    /// The open training has had its TCF.
    private var hasTCF = false
    /// A DCS came damaged: what follows may be its TCF.
    private var hasDamagedDCS = false
    /// A high-speed signal came since the last answer to a post-message command.
    private var hasImageSinceAnswer = false
    /// A training came since the last burst of page data.
    private var hasTrainedSinceBurst = false
    /// V.21 preambles that no frame has followed yet, by stream.
    private var preambles: [Int: LineSpan] = [:]

    /// Pages of one call.
    static let pageLimit = 10_000

    struct OpenPage {
        var page: FaxPage
        var assembly = PageAssembly()
        var settings: ImageSettings?
        var hasBurst = false
    }

    /// The end of a page, of a document, of all, or only of a partial page.
    enum PostMessage: Sendable, Hashable { case partialPage, morePages, endOfDocument, endOfAll }

    struct PendingCommand {
        var message: PostMessage
        var party: Party?
    }

    init(_ options: FaxAnalyzer.Options) {
        self.options = options
    }

    mutating func take(_ event: LineEvent) {
        if !event.isSound { note(event.span) }
        switch event.content {
        case .signal(let signal): take(signal, event)
        case .frame(let frame): take(frame, event)
        case .burst(let burst): take(burst, event)
        case .v8(let octets): takeV8(octets, event)
        }
    }

    mutating func finish() {
        closePage()
        session.phases = phases.spans
        session.messages.sort { ($0.time, $0.end) < ($1.time, $1.end) }
        session.signals.sort { $0.start < $1.start }
        session.remarks += RepeatCheck(session).remarks
        session.sender = session.sender ?? idents.sender
        session.senderID = idents.text(of: session.sender, as: .sender)
        session.receiverID = idents.text(of: session.sender?.other, as: .receiver)
    }

    private mutating func note(_ span: LineSpan) {
        session.start = min(session.start ?? span.start, span.start)
        session.end = max(session.end ?? span.end, span.end)
        phases.extend(to: span)
    }

    // MARK: - Signals

    private mutating func take(_ signal: LineSignal, _ event: LineEvent) {
        add(signal.name, event)
        switch signal {
        case .cng, .ced, .ansReversed, .ansam, .ansamReversed, .v8:
            if phases.spans.isEmpty { phases.enter(.A, at: event.span) }
        case .v21Preamble:
            preambles[event.stream] = event.span
            if phases.current ?? .A == .A { phases.enter(.B, at: event.span) }
        case .training(let modem, let rateBps, _):
            carrier = (modem, rateBps)
            hasTrainedSinceBurst = true
            if !trainingIsOpen {
                hasImageSinceAnswer = true
                if acceptedSettings != nil { phases.enter(.C, at: event.span) }
            }
        case .v34, .sound:
            break
        }
    }

    private mutating func add(_ name: String, _ event: LineEvent) {
        session.signals.append(
            FaxSignal(
                name: name, direction: event.party, start: event.span.start, end: event.span.end,
                firstFrame: event.span.firstFrame, lastFrame: event.span.lastFrame, measure: event.measure,
                isFax: !event.isSound))
    }

    private mutating func takeV8(_ message: V8Octets, _ event: LineEvent) {
        append(
            T30Message(
                time: event.span.start, end: event.span.end, frame: event.span.firstFrame,
                lastFrame: event.span.lastFrame, direction: event.party, name: message.name, octets: message.octets,
                fields: V8Profile.fields(message.octets), crcOK: nil))
        if phases.spans.isEmpty { phases.enter(.A, at: event.span) }
    }

    private mutating func append(_ message: T30Message) { session.messages.append(message) }

    // MARK: - Frames

    private mutating func take(_ line: LineFrame, _ event: LineEvent) {
        let frame = T30Frame(lax: line.octets)
        let isReadable = line.crcOK != false && !line.hasGap && line.octets.count >= 3
        append(
            T30Message(
                time: event.span.start, end: event.span.end, frame: event.span.firstFrame,
                lastFrame: event.span.lastFrame, direction: event.party, name: frame.name, octets: line.octets,
                fields: isReadable && options.describeFrames ? fields(of: frame) : [], crcOK: line.crcOK))
        if line.isControl || frame.isCommand {
            if isReadable { takeCommand(frame, event) } else if frame.signal == .dcs { hasDamagedDCS = true }
        } else {
            takeImageFrame(line, frame, event)
        }
    }

    private func fields(of frame: T30Frame) -> [T30Field] {
        frame.fields(framesOfBlock: page?.assembly.framesOfBlock)
    }

    private mutating func takeImageFrame(_ line: LineFrame, _ frame: T30Frame, _ event: LineEvent) {
        phases.enter(.C, at: event.span)
        guard frame.signal == .fcd, let number = frame.information.first.map(Int.init) else { return }
        hasImageSinceAnswer = true
        acceptOpenTraining()
        // Other data under the same number: the next page, although the capture lacks the answer to the last one.
        if let message = pending?.message, message != .partialPage,
            page?.assembly.contradicts(line, number: number) == true
        {
            closePage()
        }
        openPage(event)
        let settings = currentSettings
        page?.assembly.take(line, number: number, settings)
        extendPage(event)
    }

    private mutating func takeCommand(_ frame: T30Frame, _ event: LineEvent) {
        let preamble = preambles.removeValue(forKey: event.stream)
        guard let signal = frame.signal else { return }
        var event = event
        event.preamble = preamble
        switch signal {
        case .dis, .csi, .nsf, .dtc, .cig, .nsc, .pwd, .sep, .psa, .cia, .isp, .des, .dec, .der, .dnk, .rk,
            .tk:
            takeIdentification(signal, frame, event)
        case .dcs, .tsi, .nss, .sub, .sid, .tsa, .ira, .ctc:
            takeSetting(signal, frame, event)
        case .cfr, .ftt, .ctr, .csa:
            takeTrainingAnswer(signal, frame, event)
        case .mps, .eom, .eop, .eos:
            takePostMessage(PostMessage(signal), event)
        case .priMPS, .priEOM, .priEOP:
            remark("pri-q", frame, event)
            takePostMessage(PostMessage(signal), event)
        case .pps, .eor:
            takePartialPageSignal(signal, frame, event)
        case .mcf:
            takeAnswer(.confirmed(signal), event)
        case .rtp, .pip:
            remark(signal.abbreviation.lowercased(), frame, event)
            takeAnswer(.confirmed(signal), event)
        case .rtn, .pin:
            remark(signal.abbreviation.lowercased(), frame, event)
            takeAnswer(.rejected(signal), event)
        case .err:
            remark(signal.abbreviation.lowercased(), frame, event)
            takeAnswer(.givenUp, event)
        case .ppr:
            remark(signal.abbreviation.lowercased(), frame, event)
            takeAnswer(.incomplete, event)
        case .rnr, .pid, .fdm:
            remark(signal.abbreviation.lowercased(), frame, event)
            takeAnswer(.undecided, event)
        case .rr:
            phases.extend(to: event.span)
        case .crp, .fnv, .tnr, .tr:
            remark(signal.abbreviation.lowercased(), frame, event)
            phases.extend(to: event.span)
        case .dcn:
            sawDCN = true
            closePage()
            enter(.E, event)
        case .fcd, .rcp:
            break
        }
    }

    private mutating func enter(_ phase: PhaseSpan.Phase, _ event: LineEvent) {
        phases.enter(phase, at: event.span, preamble: event.preamble)
    }

    /// An answer or command that is worth a line: what it is and what it says.
    private mutating func remark(_ name: String, _ frame: T30Frame, _ event: LineEvent) {
        let said = (options.describeFrames ? fields(of: frame) : []).map { "\($0.name) \($0.value.text)" }
        let text = ([frame.name] + (said.isEmpty ? [] : [said.joined(separator: ", ")])).joined(separator: ": ")
        session.remarks.append(
            SessionRemark(
                name: name, time: event.span.end, frames: [event.span.lastFrame].compactMap { $0 },
                direction: event.party, text: text))
    }

    private mutating func takeIdentification(_ signal: FacsimileControl, _ frame: T30Frame, _ event: LineEvent) {
        // An open page stays open: a DIS may cross the image; the DCS that answers it ends the page.
        if page != nil { isAskedToBeginAnew = true }
        enter(.B, event)
        idents.take(signal, frame.information, from: event.party)
    }

    private mutating func takeSetting(_ signal: FacsimileControl, _ frame: T30Frame, _ event: LineEvent) {
        idents.take(signal, frame.information, from: event.party)
        if let party = event.party { session.sender = party }
        if signal == .ctc {
            takeContinueToCorrect(frame, event)
            return
        }
        if signal == .dcs || signal == .nss {
            // A new training before the page's end was announced, or after the receiver began anew: it comes again.
            if page != nil, pending == nil || isAskedToBeginAnew { repeatsPage = true }
            closePage()
        }
        enter(.B, event)
        if signal == .dcs {
            let settings = ImageSettings(DigitalCommand(information: frame.information))
            self.settings = settings
            var training = Training(time: event.span.start, frame: event.span.firstFrame)
            training.rateBps = settings.rateBps
            training.modem = settings.modem?.rawValue
            session.trainings.append(training)
            trainingIsOpen = true
            hasTCF = false
        }
    }

    /// The page goes on at the rate that CTC says: bits 1–16 as in DCS (T.30 A.4.1).
    private mutating func takeContinueToCorrect(_ frame: T30Frame, _ event: LineEvent) {
        phases.extend(to: event.span)
        guard let modulation = InformationBits(frame.information).commandedModulation else { return }
        acceptedSettings?.modem = modulation.modem
        acceptedSettings?.rateBps = modulation.rateBps
        page?.page.modem = modulation.modem.rawValue
        page?.page.rateBps = modulation.rateBps
        remark("ctc", frame, event)
    }

    /// Page data shows that the training was confirmed, although the capture lacks the answer.
    private mutating func acceptOpenTraining() {
        guard trainingIsOpen else { return }
        trainingIsOpen = false
        acceptedSettings = settings
    }

    private mutating func takeTrainingAnswer(_ signal: FacsimileControl, _ frame: T30Frame, _ event: LineEvent) {
        if let party = event.party, session.sender == nil { session.sender = party.other }
        phases.extend(to: event.span)
        guard signal == .cfr || signal == .ftt, trainingIsOpen, !session.trainings.isEmpty else { return }
        let last = session.trainings.count - 1
        session.trainings[last].answer = signal.abbreviation
        session.trainings[last].answerFrame = event.span.firstFrame
        trainingIsOpen = false
        if signal == .cfr { acceptedSettings = settings }
    }

    // MARK: - Image data

    private var currentSettings: ImageSettings? { acceptedSettings ?? settings }

    private mutating func take(_ burst: LineBurst, _ event: LineEvent) {
        carrier = burst.rateBps.map { (burst.modem, $0) } ?? carrier
        defer { (hasTrainedSinceBurst, hasDamagedDCS) = (false, false) }
        if isTraining(burst) { takeTCF(burst, event) } else { takePageData(burst, event) }
    }

    /// TCF follows its DCS (T.30 5.3.6.1.3); what comes after it is a page, whether or not the capture has the CFR.
    private func isTraining(_ burst: LineBurst) -> Bool {
        guard trainingIsOpen else {
            let isFirst = session.trainings.isEmpty && page == nil && session.pages.isEmpty
            return (isFirst || hasDamagedDCS) && Self.looksLikeTraining(burst)
        }
        if settings?.ecm == true || Self.looksLikeTraining(burst) { return true }
        // Noise may spoil a TCF, and does not make it longer.
        let rateBps = settings?.rateBps ?? burst.rateBps ?? 14_400
        return !hasTCF && burst.octets.count * 8 <= rateBps * Self.trainingSecondsMax
    }

    /// TCF lasts 1.5 s ± 10 % (T.30 5.3.6.1.3).
    private static let trainingSecondsMax = 2

    private mutating func takeTCF(_ burst: LineBurst, _ event: LineEvent) {
        add("TCF", event)
        if session.trainings.isEmpty || hasTCF {
            // Its DCS is not in the capture.
            session.trainings.append(Training(time: event.span.start, frame: event.span.firstFrame))
            trainingIsOpen = true
        }
        hasTCF = true
        phases.extend(to: event.span)
        let last = session.trainings.count - 1
        session.trainings[last].rateBps = session.trainings[last].rateBps ?? burst.rateBps
        session.trainings[last].modem = session.trainings[last].modem ?? burst.modem.rawValue
        guard !burst.isCut else { return }
        let check = TrainingCheck(burst.octets)
        session.trainings[last].longestZeroRunBits = check.longestZeroRunBits
        session.trainings[last].errors = check.errors
        session.trainings[last].leadingOneBits = check.leadingOneBits
    }

    private mutating func takePageData(_ burst: LineBurst, _ event: LineEvent) {
        acceptOpenTraining()
        hasImageSinceAnswer = true
        add("page data", event)
        phases.enter(.C, at: event.span)
        // One burst is one page: a new one after the end of the last is the next page, answer seen or not.
        if page?.hasBurst == true, pending != nil || hasTrainedSinceBurst { closePage() }
        openPage(event)
        let settings = currentSettings
        page?.assembly.take(burst, settings)
        page?.hasBurst = true
        extendPage(event)
    }

    /// Nearly nothing but zeros: T.4 data has an end of line every few octets.
    private static func looksLikeTraining(_ burst: LineBurst) -> Bool {
        let ones = burst.octets.reduce(0) { $0 + $1.nonzeroBitCount }
        if ones * 64 <= burst.octets.count * 8 { return true }
        // The beginning may be spoiled; a second without a one is in no page.
        guard let rateBps = burst.rateBps, burst.octets.count * 8 <= rateBps * trainingSecondsMax else { return false }
        return TrainingCheck(burst.octets).longestZeroRunBits >= rateBps
    }

    // MARK: - Pages

    private mutating func openPage(_ event: LineEvent) {
        guard page == nil, session.pages.count < Self.pageLimit else { return }
        let number = repeatsPage ? max(1, nextPageNumber - 1) : nextPageNumber
        if !repeatsPage { nextPageNumber += 1 }
        repeatsPage = false
        var new = FaxPage(number: number)
        new.start = event.span.start
        new.firstFrame = event.span.firstFrame
        page = OpenPage(page: new, settings: currentSettings)
        if let party = event.party { session.sender = session.sender ?? party }
    }

    private mutating func extendPage(_ event: LineEvent) {
        page?.page.end = event.span.end
        page?.page.lastFrame = event.span.lastFrame
    }

    private mutating func closePage() {
        guard let open = page else { return }
        page = nil
        pending = nil
        isAskedToBeginAnew = false
        var page = open.page
        var assembly = open.assembly
        assembly.finish()
        let settings = assembly.settings ?? open.settings
        page.modem = page.modem ?? settings?.modem?.rawValue ?? carrier?.modem.rawValue
        page.ecm = assembly.hasData ? assembly.isECM : settings?.ecm
        page.rateBps = page.rateBps ?? settings?.rateBps ?? carrier?.rateBps
        page.compression = settings?.compression
        page.resolutionDPI = settings?.resolution
        page.widthPx = settings?.widthPx
        let isKnown = assembly.hasData && !assembly.isCut
        page.octets = isKnown ? assembly.octetCount : nil
        if assembly.isECM {
            page.ecmFrames = assembly.ecmFrames
            page.ecmRetransmitted = assembly.retransmitted
            page.ecmMissing = isKnown ? assembly.ecmMissing : nil
        }
        if options.decodePages { assembly.decode(into: &page) }
        session.pages.append(page)
    }

    // MARK: - Post-message

    /// What an answer says of the page.
    private enum Answer {
        case confirmed(FacsimileControl), rejected(FacsimileControl)
        /// ERR: the sender gave the missing frames up, and the receiver agrees.
        case givenUp
        /// PPR: frames are to come again.
        case incomplete
        /// RNR and the like: neither.
        case undecided
    }

    private mutating func takePostMessage(_ message: PostMessage, _ event: LineEvent) {
        if let party = event.party { session.sender = party }
        enter(.D, event)
        // It was answered and comes again: its answer did not reach the sender.
        if page == nil, !hasImageSinceAnswer, lastSettled == message { return }
        // A page whose data the capture does not hold.
        openPage(event)
        pending = PendingCommand(message: message, party: event.party)
    }

    private mutating func takePartialPageSignal(_ signal: FacsimileControl, _ frame: T30Frame, _ event: LineEvent) {
        let counts = signal == .pps ? PartialPageCounts(information: frame.information) : nil
        if let open = page, !open.assembly.belongsHere(counts) {
            // The page before was taken, though the capture does not hold its confirmation.
            let next = page?.assembly.removeRound()
            closePage()
            openPage(event)
            if let next { page?.assembly = next }
        }
        takePostMessage(PostMessage(frame.command), event)
        if signal == .pps { page?.assembly.endRound(counts) }
        if signal == .eor { remark("eor", frame, event) }
    }

    private mutating func takeAnswer(_ answer: Answer, _ event: LineEvent) {
        // The sender of a command does not answer it: its own echo.
        if let party = event.party, party == pending?.party { return }
        if let party = event.party { session.sender = session.sender ?? party.other }
        enter(.D, event)
        // The receiver alone is in the capture: what it confirms was a page.
        if page == nil, case .confirmed = answer, let party = event.party,
            !session.messages.contains(where: { $0.direction == party.other })
        {
            openPage(event)
        }
        guard page != nil else { return }
        let message = pending?.message
        switch answer {
        case .confirmed(let signal):
            settle(message)
            lastAnswered = message ?? .morePages
            if message == .partialPage {
                page?.assembly.closeBlock()
            } else {
                page?.page.confirmedBy = signal.abbreviation
                closePage()
            }
        case .rejected(let signal):
            settle(message)
            page?.page.rejectedBy = signal.abbreviation
            repeatsPage = true
            closePage()
        case .givenUp:
            settle(message)
            lastAnswered = message
            if message == .partialPage { page?.assembly.closeBlock() } else { closePage() }
        case .incomplete:
            pending = nil
            page?.assembly.noteRequest()
        case .undecided:
            break
        }
    }

    private mutating func settle(_ message: PostMessage?) {
        pending = nil
        lastSettled = message
        hasImageSinceAnswer = false
    }
}

extension StoryBuilder.PostMessage {
    init(_ signal: FacsimileControl) {
        switch signal {
        case .eop, .priEOP: self = .endOfAll
        case .eom, .priEOM, .eos: self = .endOfDocument
        default: self = .morePages
        }
    }

    init(_ command: PostMessageCommand?) {
        switch command {
        case .null: self = .partialPage
        case .eop, .priEOP: self = .endOfAll
        case .eom, .priEOM, .eos: self = .endOfDocument
        case .mps, .priMPS, .other, nil: self = .morePages
        }
    }
}

extension StoryBuilder {
    var hasOpenCommand: Bool { pending != nil }
    var lastAcceptedSettings: ImageSettings? { acceptedSettings }
}

extension T30Frame {
    /// A command or response, which some gateways put into a signal of the message channel.
    fileprivate var isCommand: Bool {
        guard let signal, signal != .fcd, signal != .rcp else { return false }
        return address == 0xFF && (control == 0x03 || control == 0x13)
    }
}
