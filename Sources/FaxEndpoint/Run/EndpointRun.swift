import FaxCore
import FaxProtocol
import FaxReport
import PcapDecode
import T30Analyzer

/// `faxprobe send` and `faxprobe receive`: an endpoint from its start to its last fax, told as it goes, and an exit status.
public struct EndpointRun {
    public enum Status: Int32, Sendable {
        /// Every fax was confirmed.
        case confirmed = 0
        /// At least one was not, or did not come.
        case failed = 1
        case usage = 2
        /// No port, no folder, no record.
        case couldNotRun = 3
    }

    /// For all of it; `nil`: no end.
    public var timeout: Duration?
    /// Events as JSON.
    public var writesJSON = false
    public var usesColour = false
    /// Beside the calls.
    public var registration: RegistrationRequest?
    /// A call that the fax sent will bring; `nil`: none is waited for.
    public var callback: CallbackWait?
    /// Asked every so often; `true` ends all calls.
    public var shouldStop: () -> Bool = { false }
    /// Given the port in use.
    public var onListening: (Endpoint) -> Void = { _ in }
    /// Takes a text instead of standard output; `false`: it does not.
    public var takesText: (String) -> Bool = { _ in false }
    /// Told of every event, and asked every so often.
    public var onEvent: (EndpointEvent) -> Void = { _ in }
    public var onTick: () -> Void = {}
    /// All calls are over; what is written from here on is the end.
    public var onCallsOver: () -> Void = {}
    let write: (String) -> Void
    let complain: (String) -> Void

    /// - Parameters:
    ///   - write: takes text for standard output.
    ///   - complain: takes a line for standard error.
    public init(write: @escaping (String) -> Void, complain: @escaping (String) -> Void) {
        self.write = write
        self.complain = complain
    }

    /// Answers until the calls that are wanted have ended.
    public func receive(_ settings: EndpointSettings) -> Status {
        run(settings, wanted: settings.answering?.calls) { _ in }
    }

    /// Passes calls on until those that are wanted have ended.
    public func gateway(_ settings: EndpointSettings) -> Status {
        run(settings, wanted: settings.gateway?.calls) { _ in }
    }

    /// Sends faxes, all at once.
    public func send(_ faxes: [OutgoingFax], _ settings: EndpointSettings) -> Status {
        run(settings, wanted: faxes.count) { endpoint in for fax in faxes { endpoint.send(fax) } }
    }

    /// Keeps soft modems until it is stopped.
    public func modems(_ settings: EndpointSettings) -> Status {
        run(settings, wanted: nil, callsGoOn: true) { _ in }
    }

    /// Fetches documents.
    public func poll(_ requests: [PollRequest], _ settings: EndpointSettings) -> Status {
        run(settings, wanted: requests.count) { endpoint in for request in requests { endpoint.poll(request) } }
    }

    /// Keeps a registration until it is stopped, or `once` it stands.
    public func register(once: Bool, _ settings: EndpointSettings) -> Status {
        run(settings, wanted: nil, endsWhenRegistered: once) { _ in }
    }

    private func run(
        _ settings: EndpointSettings, wanted: Int?, endsWhenRegistered: Bool = false, callsGoOn: Bool = false,
        _ begin: (LiveEndpoint) -> Void
    ) -> Status {
        let endpoint: LiveEndpoint
        do {
            endpoint = try LiveEndpoint(settings)
        } catch {
            complain("\(error)")
            return .couldNotRun
        }
        defer { endpoint.close() }
        onListening(endpoint.address)
        if let request = registration { endpoint.register(request) }
        begin(endpoint)
        var tally = Tally(wanted: wanted)
        tally.endsWhenRegistered = endsWhenRegistered
        let answers = settings.answering != nil || settings.gateway != nil || callsGoOn
        tally.endsOnTrouble = !answers || callback != nil
        tally.callback = callback
        tally.countsReceptions = settings.answering?.echoes != true
        return conclude(endpoint, tally, record: settings.recordPath)
    }

    /// Follows an endpoint that has begun to its end.
    /// - Parameter record: its path, where every packet is recorded.
    func conclude(_ endpoint: any FollowedEndpoint, _ tally: Tally, record: String?) -> Status {
        var tally = tally
        follow(endpoint, &tally)
        endpoint.stop(patience: Self.patience)
        while let event = endpoint.events.next(within: .zero) { tell(event, &tally) }
        onCallsOver()
        tally.lateness = try? endpoint.lateness
        return end(tally, record: record, recordFailure: try? endpoint.recordFailure)
    }

    /// For the other sides, when all is over.
    private static let patience = Duration.seconds(4)

    /// Until everything has come, or time or patience is over.
    private func follow(_ endpoint: any FollowedEndpoint, _ tally: inout Tally) {
        let clock = ContinuousClock()
        let limit = timeout.map { clock.now + $0 }
        while !tally.isComplete, !tally.isHopeless {
            onTick()
            if shouldStop() {
                tally.stopped = "stopped"
                return
            }
            if let limit, clock.now >= limit {
                tally.stopped = "the time is over"
                return
            }
            if let event = endpoint.events.next(within: .milliseconds(100)) { tell(event, &tally) }
        }
    }

    private func tell(_ event: EndpointEvent, _ tally: inout Tally) {
        let wasWaiting = tally.callback?.isWaiting ?? false
        tally.take(event)
        onEvent(event)
        if writesJSON {
            write(EventDocument.line(event))
        } else if let line = EventText.line(event) {
            show(line)
        }
        if let callback = tally.callback, callback.isWaiting, !wasWaiting {
            show(writesJSON ? CallbackReport.waitingDocument(callback) : CallbackReport.waitingText(callback))
        }
    }

    func show(_ text: String) {
        if !takesText(text) { write(text) }
    }

    // MARK: - The end

    private func end(_ tally: Tally, record: String?, recordFailure: String??) -> Status {
        var status = tally.status
        var verdicts: [String] = []
        if let recordFailure = recordFailure ?? nil {
            complain(recordFailure)
            status = .couldNotRun
        } else if let path = record {
            verdicts = diagnose(path)
        }
        if let reason = tally.complaint { complain(reason) }
        if let callback = tally.callback, !match(callback), status == .confirmed { status = .failed }
        if writesJSON {
            write(
                EventDocument.last(
                    tally.outcomes, reason: tally.shortfall, verdicts: verdicts, lateness: tally.lateness)
            )
        }
        return status
    }

    /// The pages that came back against those sent; `true`: all of them did, and well.
    private func match(_ callback: CallbackWait) -> Bool {
        do {
            let matching = try callback.matching()
            write(writesJSON ? CallbackReport.document(matching, callback) : CallbackReport.text(matching))
            return matching?.verdict == .matched
        } catch {
            complain("\(error)")
            return false
        }
    }

    /// What `analyze` says of the record.
    func diagnose(_ path: String) -> [String] {
        var report = AnalyzeRun(write: writesJSON ? { _ in } : write, complain: complain)
        report.report.usesColour = usesColour
        let verdicts = VerdictCollector()
        report.analysis.decoder.keepsAudio = true
        report.exports = [verdicts]
        _ = report.run([path])
        return verdicts.summaries
    }
}

/// What came of the calls of a run.
struct Tally {
    let wanted: Int?
    private(set) var outcomes = RunOutcomes()
    /// Something that no call can begin without was missing.
    private(set) var isHopeless = false
    /// Why the run ended before all had come.
    var stopped: String?
    var endsWhenRegistered = false
    /// What answers calls goes on, whatever befalls one of them.
    var endsOnTrouble = true
    var lateness: DurationMeter?
    var callback: CallbackWait?
    /// A reception that is echoed counts when the echo is through.
    var countsReceptions = true
    /// `nil`: no registration was tried.
    private var isRegistered: Bool?

    init(wanted: Int?) { self.wanted = wanted }

    var isComplete: Bool {
        if endsWhenRegistered, isRegistered != nil { return true }
        if let callback { return callback.isOver }
        return wanted.map { outcomes.calls >= $0 } ?? false
    }

    mutating func take(_ event: EndpointEvent) {
        switch event.kind {
        case .result(let result):
            callback?.take(result)
            if countsReceptions || result.isSender || !result.isSuccess || result.pagesReturned != nil {
                outcomes.add(result)
            }
        case .notReturned(let result): outcomes.add(result)
        case .gatewayResult(let result): outcomes.add(result)
        case .trouble: if event.call == nil, endsOnTrouble { isHopeless = true }
        case .listening, .warning, .refused, .began, .call, .negotiated, .page, .progress, .loss, .gateway, .modem,
            .iax2:
            break
        case .registration(.registered): isRegistered = true
        case .registration(.failed): isRegistered = false
        case .registration(.unregistered): break
        }
    }

    /// `nil`: what was wanted has come.
    var shortfall: String? {
        guard let wanted, outcomes.calls < wanted else { return nil }
        return "\(outcomes.calls) of \(wanted) calls ended: \(stopped ?? "the others could not begin")"
    }

    /// What a person has to be told beside the results.
    var complaint: String? {
        shortfall ?? stopped.flatMap { outcomes.areSuccesses ? nil : $0 }
    }

    var status: EndpointRun.Status {
        if isHopeless { return .couldNotRun }
        if let callback { return callback.returned?.isSuccess == true ? .confirmed : .failed }
        return outcomes.areSuccesses && shortfall == nil && isRegistered != false ? .confirmed : .failed
    }
}
