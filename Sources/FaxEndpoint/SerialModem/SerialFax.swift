import FaxCore
import FaxDSP

/// Faxes through a modem at a serial port, one after the other, on the thread that asks for them.
public struct SerialFax {
    public struct Result: Sendable {
        public typealias Ending = ModemCallEnding

        public var isSending: Bool
        public var ending: Ending
        public var report: FaxStationReport
        public var terms: FaxTerms?
        public var identification = ""
        /// Pages that were to be sent; of a reception `nil`.
        public var pagesWanted: Int?
        /// There was a call, whatever came of it.
        public var hadCall = false
        /// From the first command to the end.
        public var duration = Duration.zero
        /// Of what came: the files, whole and flushed.
        public var files: [String] = []

        public var isSuccess: Bool { ending == .over && report.completion == 0 }

        /// Why it is no success, in words.
        public var reason: String? {
            switch ending {
            case .noCall(let text): "no call came about: \(text)"
            case .failed(let text): text
            case .stopped: "stopped by the user"
            case .over: isSuccess ? nil : report.completionText ?? "the call ended before the fax did"
            }
        }
    }

    private let port: SerialPort
    private let settings: SerialModemSettings
    private let profile: FaxProfile
    /// Asked often; the call is given up when it says so.
    private let isStopped: () -> Bool
    /// Told often while there is a call.
    private let onProgress: (FaxProgress) -> Void

    public init(
        _ port: SerialPort, _ settings: SerialModemSettings, _ profile: FaxProfile,
        isStopped: @escaping () -> Bool = { false }, onProgress: @escaping (FaxProgress) -> Void = { _ in }
    ) {
        self.port = port
        self.settings = settings
        self.profile = profile
        self.isStopped = isStopped
        self.onProgress = onProgress
    }

    public func send(_ document: OutgoingDocument, to number: String) -> Result {
        var station = profile.station(isCaller: true)
        station.documentPath = document.path
        var result = result(
            of: settings.serviceClass.doesT30
                ? ClassTwoCall(profile, pages: document.pages, .dial(number), settings, at: LiveClock.now)
                : ClassOneCall(station, .dial(number), settings, at: LiveClock.now), isSending: true)
        result.pagesWanted = document.pages.count
        return result
    }

    /// Waits for a call and takes its fax.
    /// - Parameter number: of the call among those of this run, for the name of the file.
    public func receive(into folder: ReceptionFolder, number: Int) throws -> Result {
        var random = SystemRandomNumberGenerator()
        let name = ReceptionName.text(date: LiveClock().date(of: LiveClock.now), number: number, random: random.next())
        let reception = try folder.begin(name)
        try reception.reserve()
        var station = profile.station(isCaller: false)
        station.receptionPath = reception.temporaryPath
        var result = result(
            of: settings.serviceClass.doesT30
                ? ClassTwoCall(profile, .answer, settings, at: LiveClock.now, keep: { Self.keep($0, in: reception) })
                : ClassOneCall(station, .answer, settings, at: LiveClock.now), isSending: false)
        guard let kept = try reception.commit(confirmed: result.report.pagesReceived) else {
            reception.discard()
            return result
        }
        result.files = kept.paths
        return result
    }

    /// All pages so far, before the last of them is confirmed; room for the next one is set aside.
    private static func keep(_ pages: [PageBitmap], in reception: Reception) -> Bool {
        guard let octets = try? TIFFDocument.write(pages) else { return false }
        return (try? FileOctets.write(octets, to: reception.temporaryPath)) != nil && (try? reception.reserve()) != nil
    }

    // MARK: - The loop

    private func result(of call: (any ModemCall)?, isSending: Bool) -> Result {
        guard let call else {
            return Result(
                isSending: isSending, ending: .failed("libspandsp gives no T.30"), report: FaxStationReport())
        }
        let began = LiveClock.now
        if serve(call) { call.vanish() }
        var result = Result(
            isSending: isSending, ending: call.ending ?? .failed("the call has no end"), report: call.report)
        result.terms = call.terms
        result.hadCall = call.isOnLine
        result.identification = profile.identification
        result.duration = LiveClock.now - began
        return result
    }

    /// `true`: the device has vanished.
    private func serve(_ call: any ModemCall) -> Bool {
        var pending: ArraySlice<UInt8> = []
        var lastWord: Instant?
        while true {
            let now = LiveClock.now
            if isStopped() { call.hangUp(.stopped) }
            port.heedXOFF(call.isSendingOctets)
            if pending.count < Self.room / 2 { pending += call.takeOutput(room: Self.room) }
            if !pending.isEmpty {
                guard let count = port.write(pending) else { return true }
                pending = pending.dropFirst(count)
            }
            if call.ending != nil {
                // What the modem was told last takes it a moment.
                let end = lastWord ?? now + Self.lastWords
                lastWord = end
                if now >= end { return false }
            }
            let due = min(call.deadline ?? .distantFuture, now + .milliseconds(100))
            port.wait(toWrite: !pending.isEmpty, for: max(.milliseconds(1), due - now))
            switch port.read() {
            case .octets(let octets): call.receive(octets, at: LiveClock.now)
            case .nothing: break
            case .gone: return true
            }
            call.wake(at: LiveClock.now)
            if call.isOnLine { onProgress(call.progress) }
        }
    }

    /// Octets on their way to the modem at one time: little, so that what is told next is not late.
    private static let room = 512
    private static let lastWords = Duration.milliseconds(500)
}
