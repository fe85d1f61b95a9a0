import FaxCore
import FaxDSP
import FaxProtocol
import FaxStation

/// The live part of a probe: what is asked and called, in which order, and when it is no use to go on.
struct ProbeSession {
    private let settings: ProbeRun
    private let endpoint: LiveEndpoint
    private let plan: ProbePlan
    private let destination: SIPDestination
    private(set) var evidence: ProbeEvidence
    private let limit: ContinuousClock.Instant?

    init(
        _ run: ProbeRun, _ endpoint: LiveEndpoint, _ plan: ProbePlan, _ destination: SIPDestination,
        _ evidence: ProbeEvidence
    ) {
        settings = run
        self.endpoint = endpoint
        self.plan = plan
        self.destination = destination
        self.evidence = evidence
        limit = run.timeout.map { ContinuousClock.now + $0 }
    }

    mutating func go() throws {
        try register()
        try ask()
        guard plan.checks.contains(where: \.needsCall) else { return }
        if case .refused(let reason) = evidence.knock, evidence.options == nil {
            evidence.stopped = "nothing answers there (\(reason))"
            return
        }
        try callAll()
    }

    // MARK: - Outside of calls

    private mutating func register() throws {
        guard let registrar = settings.registrar else { return }
        settings.progress("registering")
        let place: SIPDestination
        do {
            place = try SIPTarget.destination(registrar)
        } catch {
            evidence.registration = .unresolved(error.description)
            return
        }
        let before = try endpoint.recordedFrames
        let clock = ContinuousClock()
        let begin = clock.now
        endpoint.register(RegistrationRequest(registrar: place))
        evidence.registration = .silent(settings.patience.registration)
        while clock.now - begin < settings.patience.registration, !isStopped {
            guard case .registration(let event) = endpoint.events.next(within: .milliseconds(100))?.kind else {
                continue
            }
            switch event {
            case .registered(let seconds):
                evidence.registration = .registered(seconds: seconds, after: clock.now - begin)
            case .failed(let refusal, retryAt: _):
                evidence.registration = .failed(refusal, after: clock.now - begin)
            case .unregistered: continue
            }
            break
        }
        evidence.registrationFrames = Self.frames(after: before, to: try endpoint.recordedFrames)
    }

    private mutating func ask() throws {
        if plan.checks.isDisjoint(with: [.reach, .options, .nat]) { return }
        settings.progress("asking by OPTIONS")
        evidence.knock = PortKnock.knock(at: destination.path, patience: settings.patience.knock)
        let before = try endpoint.recordedFrames
        // A port that is closed for sure is asked once more, but not waited for long.
        let patience =
            evidence.knock == .silent ? settings.patience.options : min(.seconds(2), settings.patience.options)
        evidence.options = endpoint.ask(destination, within: patience)
        evidence.optionsPatience = patience
        evidence.optionsFrames = Self.frames(after: before, to: try endpoint.recordedFrames)
    }

    private static func frames(after before: Int, to last: Int) -> [FrameRef] {
        before < last ? (before + 1...last).map { FrameRef(number: UInt32(clamping: $0)) } : []
    }

    // MARK: - Calls

    private mutating func callAll() throws {
        let first = try make(plan.first)
        guard first.wasAnswered else {
            evidence.stopped = "the call was not answered"
            return
        }
        guard first.hasFax || plan.transport == .t38 else {
            evidence.stopped = "no fax answered"
            return
        }
        var carriesT38 = first.carriedBy == .t38
        if !carriesT38, let offer = plan.ourOffer, !first.refusedT38 { carriesT38 = try make(offer).carriedBy == .t38 }
        let carriesAudio = plan.transport != .t38
        if carriesT38 { try sample(.t38) }
        if carriesAudio { try sample(.g711) }
        if let long = plan.long(carriesT38 ? .t38 : .g711), carriesT38 || carriesAudio { _ = try make(long) }
        if carriesT38, let refresh = plan.refresh { _ = try make(refresh) }
    }

    /// Those of one transport that no call before was.
    private mutating func sample(_ transport: FaxTransport) throws {
        for call in plan.samples(transport) where !evidence.calls.contains(where: { $0.isSample(of: call) }) {
            _ = try make(call)
        }
    }

    /// What a call came to, as far as going on depends on it.
    struct Course {
        var wasAnswered = false
        /// A frame of T.30 came.
        var hasFax = false
        var carriedBy: FaxCall.Media?
        var refusedT38 = false
    }

    private mutating func make(_ call: ProbeCall) throws -> Course {
        var course = Course()
        guard evidence.stopped == nil else { return course }
        if !evidence.calls.isEmpty { pause() }
        settings.progress("call \(evidence.calls.count + 1): \(call.title)")
        var fax = OutgoingFax(try settings.pages.document(call.pages), to: destination)
        fax.manner = call.manner
        fax.manner.answerTimeout = settings.patience.answer
        endpoint.send(fax)
        evidence.calls.append(ProbeEvidence.Made(call: call))
        while true {
            if isStopped {
                evidence.stopped = "stopped"
                evidence.wasCut = true
                return course
            }
            guard let event = endpoint.events.next(within: .milliseconds(100)) else { continue }
            switch event.kind {
            case .call(.answered): course.wasAnswered = true
            case .call(.mediaBegan(let media)): course.carriedBy = media
            case .call(.t38Refused): course.refusedT38 = true
            case .result(let result):
                course.hasFax = result.report.frames.contains { !$0.isSent }
                evidence.calls[evidence.calls.count - 1].result = result
                return course
            case .trouble(let text) where event.call == nil:
                evidence.stopped = text
                return course
            case .listening, .warning, .refused, .began, .call, .negotiated, .page, .progress, .loss, .registration,
                .gateway, .gatewayResult, .notReturned, .modem, .iax2, .trouble:
                break
            }
        }
    }

    /// The result of a call that the end of the endpoint cut off.
    mutating func takeLeftovers() {
        while let event = endpoint.events.next(within: .zero) {
            guard case .result(let result) = event.kind, evidence.calls.last?.result == nil, !evidence.calls.isEmpty
            else {
                continue
            }
            evidence.calls[evidence.calls.count - 1].result = result
        }
    }

    private func pause() {
        let limit = ContinuousClock.now + settings.patience.pause
        while ContinuousClock.now < limit, !isStopped { _ = endpoint.events.next(within: .milliseconds(50)) }
    }

    private var isStopped: Bool { settings.shouldStop() || limit.map { ContinuousClock.now >= $0 } ?? false }
}

extension ProbeEvidence.Made {
    /// It was, as it went, what that sample is meant to be.
    func isSample(of call: ProbeCall) -> Bool {
        guard case .sample(let transport, let rate, let ecm) = call.purpose else { return false }
        switch self.call.purpose {
        case .sample: return self.call == call
        case .first, .ourOffer:
            guard let result, let carried = result.carriedBy, let fax = self.call.manner.fax else { return false }
            return fax.maxRate == rate && fax.hasECM == ecm && carried == (transport == .t38 ? .t38 : .audio)
        case .long, .refresh: return false
        }
    }
}
