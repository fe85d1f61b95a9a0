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
    private var lastCommand: (name: String, party: Party?)?
    private(set) var lastAnswered: PostMessage?
    private(set) var sawDCN = false
    private var nextPageNumber = 1
    private var fillsRejectedPage = false

    /// Pages of one call.
    static let pageLimit = 10_000

    struct OpenPage {
        var page: FaxPage
        var assembly = PageAssembly()
        var settings: ImageSettings?
    }

    /// The end of a page, of a document, of all, or only of a partial page.
    enum PostMessage: Sendable, Hashable { case partialPage, morePages, endOfDocument, endOfAll }

    struct PendingCommand {
        var message: PostMessage
        var isEOR: Bool
        var party: Party?
        var span: LineSpan
    }

    init(_ options: FaxAnalyzer.Options) {
        self.options = options
    }

    mutating func take(_ event: LineEvent) {
        note(event.span)
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
        case .cng, .ced, .ansam, .v8:
            if phases.spans.isEmpty { phases.enter(.A, at: event.span) }
        case .v21Preamble:
            if phases.spans.last?.phase ?? .A == .A { phases.enter(.B, at: event.span) }
        case .training(let modem, let rateBps, _):
            carrier = (modem, rateBps)
            if !trainingIsOpen { phases.enter(.C, at: event.span) }
        case .v34:
            break
        }
    }

    private mutating func add(_ name: String, _ event: LineEvent) {
        session.signals.append(
            FaxSignal(
                name: name, direction: event.party, start: event.span.start, end: event.span.end,
                firstFrame: event.span.firstFrame, lastFrame: event.span.lastFrame))
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
                fields: isReadable && options.describeFrames ? frame.fields : [], crcOK: line.crcOK))
        if line.modem != .v21 {
            takeImageFrame(line, frame, event)
        } else if isReadable {
            takeCommand(frame, event)
        }
    }

    private mutating func takeImageFrame(_ line: LineFrame, _ frame: T30Frame, _ event: LineEvent) {
        phases.enter(.C, at: event.span)
        guard frame.signal == .fcd, let number = frame.information.first else { return }
        acceptByImage()
        openPage(event)
        let settings = currentSettings
        page?.assembly.take(line, number: Int(number), settings)
        extendPage(event)
    }

    private mutating func takeCommand(_ frame: T30Frame, _ event: LineEvent) {
        guard let signal = frame.signal else { return }
        noteRepeat(frame, event)
        switch signal {
        case .dis, .csi, .nsf, .dtc, .cig, .nsc, .pwd, .sep, .psa, .cia, .isp, .des, .dec, .der, .dnk, .rk:
            takeIdentification(signal, frame, event)
        case .dcs, .tsi, .nss, .sub, .sid, .tsa, .ira, .ctc:
            takeSetting(signal, frame, event)
        case .cfr, .ftt, .ctr, .csa:
            takeTrainingAnswer(signal, frame, event)
        case .mps, .eom, .eop, .eos:
            takePostMessage(PostMessage(signal), isEOR: false, event)
        case .priMPS, .priEOM, .priEOP:
            remark("pri-q", frame, event)
            takePostMessage(PostMessage(signal), isEOR: false, event)
        case .pps, .eor:
            takePartialPageSignal(signal, frame, event)
        case .mcf, .rtp, .rtn, .pip, .pin, .ppr, .rnr, .err, .pid, .fdm:
            takeConfirmation(signal, frame, event)
        case .rr:
            phases.extend(to: event.span)
        case .crp, .fnv, .tnr, .tr:
            remark(signal.abbreviation.lowercased(), frame, event)
            phases.extend(to: event.span)
        case .dcn:
            sawDCN = true
            closePage()
            phases.enter(.E, at: event.span)
        case .fcd, .rcp:
            break
        }
    }

    /// A command that comes again from the same side with no answer between (T.30 5.4.2).
    private mutating func noteRepeat(_ frame: T30Frame, _ event: LineEvent) {
        guard frame.isFinal else { return }
        if let last = lastCommand, last.name == frame.name, last.party == event.party, frame.signal != .dcn {
            session.remarks.append(
                SessionRemark(
                    name: "command-repeated", time: event.span.start,
                    frames: [event.span.firstFrame].compactMap { $0 }, direction: event.party,
                    text: "\(frame.name) again, no answer to the one before was seen"))
        }
        lastCommand = (frame.name, event.party)
    }

    /// An answer or command that is worth a line: what it is and what it says.
    private mutating func remark(_ name: String, _ frame: T30Frame, _ event: LineEvent) {
        let said = (options.describeFrames ? frame.fields : []).map { "\($0.name) \($0.value.text)" }.joined(
            separator: ", ")
        session.remarks.append(
            SessionRemark(
                name: name, time: event.span.end, frames: [event.span.lastFrame].compactMap { $0 },
                direction: event.party, text: said.isEmpty ? frame.name : "\(frame.name): \(said)"))
    }

    private mutating func takeIdentification(_ signal: FacsimileControl, _ frame: T30Frame, _ event: LineEvent) {
        // An open page stays open: a DIS may cross the image; the DCS that answers it ends the page.
        phases.enter(.B, at: event.span)
        idents.take(signal, frame.information, from: event.party)
    }

    private mutating func takeSetting(_ signal: FacsimileControl, _ frame: T30Frame, _ event: LineEvent) {
        idents.take(signal, frame.information, from: event.party)
        if let party = event.party { session.sender = party }
        if signal == .dcs || signal == .nss { closePage() }
        phases.enter(.B, at: event.span)
        if signal == .dcs {
            let settings = ImageSettings(DigitalCommand(information: frame.information))
            self.settings = settings
            var training = Training(time: event.span.start, frame: event.span.firstFrame)
            training.rateBps = settings.rateBps
            training.modem = settings.modem?.rawValue
            session.trainings.append(training)
            trainingIsOpen = true
        } else if signal == .ctc {
            // T.30 A.4.1: bits 1–16 as in DCS.
            let modulation = InformationBits(frame.information).commandedModulation
            acceptedSettings?.modem = modulation?.modem
            acceptedSettings?.rateBps = modulation?.rateBps
            page?.page.modem = modulation?.modem.rawValue
            page?.page.rateBps = modulation?.rateBps
            remark("ctc", frame, event)
        }
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
        guard isTraining(burst) else {
            add("page data", event)
            phases.enter(.C, at: event.span)
            acceptByImage()
            // The page before was ended, though the capture does not hold its confirmation.
            if pending != nil { closePage() }
            openPage(event)
            let settings = currentSettings
            page?.assembly.take(burst, settings)
            extendPage(event)
            return
        }
        add("TCF", event)
        if session.trainings.isEmpty {
            session.trainings.append(Training(time: event.span.start, frame: event.span.firstFrame))
            trainingIsOpen = true
        }
        let check = TrainingCheck(burst.octets)
        let last = session.trainings.count - 1
        session.trainings[last].longestZeroRunBits = check.longestZeroRunBits
        session.trainings[last].errors = check.errors
        session.trainings[last].rateBps = session.trainings[last].rateBps ?? burst.rateBps
        session.trainings[last].modem = session.trainings[last].modem ?? burst.modem.rawValue
        phases.extend(to: event.span)
    }

    /// TCF comes after a DCS, once; where the DCS is not in the capture the octets tell.
    private func isTraining(_ burst: LineBurst) -> Bool {
        guard trainingIsOpen else { return session.trainings.isEmpty && Self.looksLikeTraining(burst) }
        return session.trainings.last?.longestZeroRunBits == nil || Self.looksLikeTraining(burst)
    }

    /// Image data follows only a training that was confirmed, whether or not the capture holds the CFR.
    private mutating func acceptByImage() {
        guard trainingIsOpen else { return }
        trainingIsOpen = false
        acceptedSettings = settings ?? acceptedSettings
    }

    /// Nearly nothing but zeros: T.4 data has an end of line every few octets.
    private static func looksLikeTraining(_ burst: LineBurst) -> Bool {
        let ones = burst.octets.reduce(0) { $0 + $1.nonzeroBitCount }
        return ones * 64 <= burst.octets.count * 8
    }

    // MARK: - Pages

    private mutating func openPage(_ event: LineEvent) {
        guard page == nil, session.pages.count < Self.pageLimit else { return }
        let number = fillsRejectedPage ? max(1, nextPageNumber - 1) : nextPageNumber
        if !fillsRejectedPage { nextPageNumber += 1 }
        fillsRejectedPage = false
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
        page.octets = assembly.hasData ? assembly.octets.count : nil
        if assembly.isECM {
            page.ecmFrames = assembly.ecmFrames
            page.ecmRetransmitted = assembly.retransmitted
            page.ecmMissing = assembly.ecmMissing
        }
        if options.decodePages { assembly.decode(into: &page) }
        session.pages.append(page)
    }

    // MARK: - Post-message

    private mutating func takePostMessage(_ message: PostMessage, isEOR: Bool, _ event: LineEvent) {
        if let party = event.party { session.sender = party }
        phases.enter(.D, at: event.span)
        // A page whose data the capture does not hold.
        if page == nil, pending == nil, !isAnsweredAlready(message, event) { openPage(event) }
        pending = PendingCommand(message: message, isEOR: isEOR, party: event.party, span: event.span)
    }

    /// The command was answered and comes again: its answer did not reach the sender.
    private func isAnsweredAlready(_ message: PostMessage, _ event: LineEvent) -> Bool {
        guard lastAnswered == message, let last = session.pages.last, let end = last.end else { return false }
        return phases.spans.last?.phase == .D && event.span.start > end && last.confirmedBy != nil
    }

    private mutating func takePartialPageSignal(_ signal: FacsimileControl, _ frame: T30Frame, _ event: LineEvent) {
        let message = PostMessage(frame.command)
        let counts = signal == .pps ? PartialPageCounts(information: frame.information) : nil
        if let open = page, !open.assembly.belongsHere(counts) {
            // The page before was taken, though the capture does not hold its confirmation.
            let next = page?.assembly.removeRound()
            closePage()
            openPage(event)
            if let next { page?.assembly = next }
        }
        takePostMessage(message, isEOR: signal == .eor, event)
        if signal == .pps { page?.assembly.endRound(counts) }
        if signal == .eor { remark("eor", frame, event) }
    }

    private mutating func takeConfirmation(_ signal: FacsimileControl, _ frame: T30Frame, _ event: LineEvent) {
        if let party = event.party { session.sender = session.sender ?? party.other }
        phases.enter(.D, at: event.span)
        if signal != .mcf { remark(signal.abbreviation.lowercased(), frame, event) }
        guard page != nil else { return }
        switch signal {
        case .mcf, .rtp, .pip:
            confirm(signal)
        case .err:
            // The sender gave the missing frames up; the page goes on or ends as EOR said.
            lastAnswered = pending?.message
            if pending?.message == .partialPage { page?.assembly.closeBlock() } else { closePage() }
        case .rtn, .pin:
            page?.page.rejectedBy = signal.abbreviation
            fillsRejectedPage = true
            closePage()
        case .ppr:
            page?.assembly.noteRequest()
        default:
            break
        }
    }

    private mutating func confirm(_ signal: FacsimileControl) {
        lastAnswered = pending?.message ?? .morePages
        if pending?.message == .partialPage {
            pending = nil
            page?.assembly.closeBlock()
            return
        }
        page?.page.confirmedBy = signal.abbreviation
        closePage()
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
