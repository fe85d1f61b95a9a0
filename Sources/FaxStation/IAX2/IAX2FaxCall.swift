import FaxCore
import FaxDSP
import FaxProtocol
import FaxWire

/// One fax call of one station over IAX2: the same fax engine and jitter buffer as a ``FaxCall`` on G.711, between the
/// events and the commands of an ``IAX2Agent``. Sans-IO. A class because it owns engines that are handles to C.
public final class IAX2FaxCall {
    public enum Output: Sendable, Equatable {
        case ring
        case answer
        case hangUp(String, code: Int)
        case voice([UInt8], milliseconds: UInt32)
        case event(Event)
    }

    /// What happened, in the order in which it did.
    public enum Event: Sendable, Equatable {
        case ringing
        case answered
        /// Sound flows, in one format of ``IAX2Format``.
        case mediaBegan(format: UInt64)
        /// T.30 phase E, with the engine's completion code: 0 = success.
        case faxEnded(completion: Int)
        case hungUp
        case ended(IAX2Ending)
        /// Something that should not be.
        case trouble(String)
    }

    private enum Task: Hashable { case answer, hangUp }

    public let settings: IAX2FaxSettings
    private let machine: FaxMachine
    private var audio: IAX2Audio?
    private var clock = StepClock()
    private var due: [Task: Instant] = [:]
    private var lastActivity = Instant.zero
    private var outputs: [Output] = []
    private var isCompletionNoted = false
    public private(set) var ending: IAX2Ending?
    /// When the call ended for this side; `nil`: it has not.
    public private(set) var endTime: Instant?
    /// The last trouble, in words.
    public private(set) var trouble: String?
    /// Sound has flowed.
    public private(set) var hasMedia = false
    private var carriageBefore = FaxCarriage()

    public init(_ settings: IAX2FaxSettings) {
        self.settings = settings
        machine = FaxMachine(settings.station, .onNetwork, LineFaults(), outside: nil)
    }

    // MARK: - In

    public func handle(_ event: IAX2CallEvent, at now: Instant) -> [Output] {
        drive {
            switch event {
            case .incoming:
                outputs.append(.ring)
                due[.answer] = now + settings.answerDelay
            case .ringing: note(.ringing)
            case .answered(let format): begin(format, at: now)
            case .voice(let voice):
                lastActivity = now
                audio?.receive(voice, at: now)
            case .ended(let ending): end(ending, at: now)
            case .accepted, .proceeding, .digit: break
            }
        }
    }

    /// ``deadline`` has come, or may have.
    public func wake(at now: Instant) -> [Output] {
        drive {
            if let time = due[.answer], time <= now {
                due[.answer] = nil
                outputs.append(.answer)
            }
            for _ in 0..<StepClock.catchUpLimit {
                guard audio != nil, clock.take(until: now) else { break }
                step(at: now)
            }
            if let time = due[.hangUp], time <= now {
                due[.hangUp] = nil
                hangUp()
            }
            endIfDead(at: now)
        }
    }

    /// Ends the call.
    public func hangUp(at now: Instant) -> [Output] { drive { hangUp() } }

    private func drive(_ body: () -> Void) -> [Output] {
        body()
        guard !outputs.isEmpty else { return [] }
        defer { outputs = [] }
        return outputs
    }

    // MARK: - Out

    public var deadline: Instant? {
        var all = Array(due.values)
        if audio != nil { all += [clock.due, lastActivity + settings.idleTimeout] }
        return all.min()
    }

    public var hasEnded: Bool { endTime != nil }
    public var report: FaxStationReport { machine.report }
    public var progress: FaxProgress { machine.progress }

    /// What became of the frames of sound.
    public var carriage: FaxCarriage {
        guard let audio else { return carriageBefore }
        var carriage = FaxCarriage()
        carriage.audio = audio.carriage
        return carriage
    }

    private func note(_ event: Event) {
        if case .trouble(let text) = event { trouble = text }
        outputs.append(.event(event))
    }

    // MARK: - The call

    private func begin(_ format: UInt64, at now: Instant) {
        note(.answered)
        guard machine.useAudio() else {
            note(.trouble("libspandsp gives no fax engine"))
            return hangUp()
        }
        audio = IAX2Audio(format: format, settings.jitterBuffer)
        hasMedia = true
        lastActivity = now
        clock.begin(at: now)
        note(.mediaBegan(format: format))
    }

    /// The engine's next 20 ms.
    private func step(at now: Instant) {
        guard let audio else { return }
        machine.stepAudio {
            audio.pull(into: &$0, at: now)
        } say: { samples in
            outputs.append(.voice(audio.octets(samples), milliseconds: UInt32(samples.count / 8)))
        }
        if machine.isDone { finishFax(at: now) }
    }

    /// T.30 is over: the caller hangs up soon, the answerer when the caller does not.
    private func finishFax(at now: Instant) {
        noteCompletion()
        guard due[.hangUp] == nil else { return }
        let isCaller = settings.station.role == .caller
        due[.hangUp] = now + (isCaller ? settings.hangUpDelay : settings.answererPatience)
    }

    private func noteCompletion() {
        guard !isCompletionNoted, let completion = machine.completion else { return }
        isCompletionNoted = true
        note(.faxEnded(completion: completion))
    }

    private func hangUp() {
        guard !hasEnded else { return }
        note(.hungUp)
        outputs.append(.hangUp("Normal Clearing", code: IAX2Ending.Code.normal))
    }

    /// The other side is gone, and T.30 may wait for it for ever.
    private func endIfDead(at now: Instant) {
        guard audio != nil, now >= lastActivity + settings.idleTimeout else { return }
        lastActivity = now
        note(.trouble("no sound for \(Int(settings.idleTimeout.inSeconds)) s"))
        hangUp()
    }

    private func end(_ ending: IAX2Ending, at now: Instant) {
        guard !hasEnded else { return }
        carriageBefore = carriage
        machine.hangUp()
        noteCompletion()
        audio = nil
        due = [:]
        self.ending = ending
        endTime = now
        note(.ended(ending))
    }
}

/// What one fax machine does in one call over IAX2.
public struct IAX2FaxSettings: Sendable {
    /// Its T.30: role, document, what it can.
    public var station: FaxStation
    public var jitterBuffer = JitterBuffer.Settings.fixed(.milliseconds(60))
    /// From the NEW to ANSWER.
    public var answerDelay = Duration.milliseconds(500)
    /// A finished caller hangs up after this; a finished answerer waits ``answererPatience`` for the other's HANGUP.
    public var hangUpDelay = Duration.milliseconds(500)
    public var answererPatience = Duration.seconds(5)
    /// A call of which nothing is heard for so long is dead: it is ended.
    public var idleTimeout = Duration.seconds(60)

    public init(station: FaxStation) { self.station = station }
}
