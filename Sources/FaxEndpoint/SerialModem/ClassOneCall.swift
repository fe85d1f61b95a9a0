import FaxCore
import FaxDSP

/// One fax through a Class 1 modem (T.31): the T.30 of ``T30Session`` on one side, AT commands on the other. Octets from the
/// modem and the time come in; octets for the modem come out of ``takeOutput(room:)``. It holds no port and no clock.
public final class ClassOneCall: ModemCall {
    public typealias Start = ModemCallStart
    public typealias Ending = ModemCallEnding

    enum Operation: Equatable {
        case pause
        /// Silence between two carriers.
        case turn
        case send(T30Session.Carrier)
        case hear(T30Session.Carrier)
    }

    enum State: Equatable {
        case settingUp
        case waitingForRing
        case connecting
        case ready
        /// The modem is not bothered until then.
        case resting(Instant)
        case commanded(Operation)
        /// V.21 is on the line, and a frame can be given.
        case sendingFrames
        case frameGiven(isFinal: Bool)
        /// The modem has ended V.21 behind the final frame.
        case framesSent
        case sendingOctets(from: Instant)
        case octetsGiven
        case hearing(T30Session.Carrier)
        /// All octets have come, and the result is due.
        case heard(T30Session.Carrier)
        case aborting
        case hangingUp
    }

    enum Intent: Equatable {
        case nothing, done
        case pause(Int)
        case send(T30Session.Carrier)
        case hear(T30Session.Carrier)
    }

    let session: T30Session
    let settings: SerialModemSettings
    private let start: Start
    private var setUp: ModemSetUp
    var state = State.settingUp { didSet { limit = patience.map { now + $0 } } }
    var intent = Intent.nothing
    var frames: [[UInt8]] = []
    var framesEnd = false
    /// A carrier of the other side is there.
    var hasCarrier = false
    /// The modem's last carrier was our own.
    var spokeLast = false
    /// Between the last carrier and the next one there was silence.
    var hasTurned = true
    /// V.21 came in the place of the fast carrier that was waited for.
    var hearsFramesInstead = false
    var output: [UInt8] = []
    var line: [UInt8] = []
    var dropsLineFeed = false
    var opener = DataLink.Opener()
    /// Of the frame that is being heard.
    var frame: [UInt8] = []
    var lastCommand = ""
    var now = Instant.zero
    /// Up to which T.30 knows of time; `nil`: there is no call yet.
    private var clock: Instant?
    private var limit: Instant?
    public private(set) var ending: Ending?

    static let lineLimit = 256
    static let frameLimit = 1_024

    /// `nil` when libspandsp gives no T.30.
    public init?(_ station: FaxStation, _ start: Start, _ settings: SerialModemSettings, at now: Instant) {
        guard let session = T30Session(station) else { return nil }
        self.session = session
        self.settings = settings
        self.start = start
        self.now = now
        setUp = ModemSetUp(settings.setUp)
        follow()
        follow(setUp.next)
    }

    public var report: FaxStationReport { session.report }
    var terms: FaxTerms? { report.terms }
    public var progress: FaxProgress { session.progress }
    /// There is a call, or the modem is at one.
    public var isOnLine: Bool { clock != nil }

    var isSendingOctets: Bool {
        switch state {
        case .sendingOctets, .octetsGiven: true
        default: false
        }
    }

    // MARK: - The modem

    public func receive(_ octets: some Sequence<UInt8>, at now: Instant) {
        pass(to: now)
        for octet in octets where ending == nil {
            if case .hearing(let carrier) = state { hear(octet, carrier) } else { read(octet) }
        }
        advance()
    }

    /// Octets for the modem, about so many at most. Those of a page are made as there is room for them.
    public func takeOutput(room: Int) -> [UInt8] {
        if case .sendingOctets(let begin) = state, now >= begin { fill(room) }
        defer { output = [] }
        return output
    }

    private func fill(_ room: Int) {
        while output.count < room {
            let octets = session.octetsToSend(Self.portion)
            DataLink.shield(octets, into: &output)
            guard octets.count < Self.portion else { continue }
            output += DataLink.end
            state = .octetsGiven
            return
        }
    }

    private static let portion = 64

    private func read(_ octet: UInt8) {
        guard octet == 0x0D || octet == 0x0A else {
            if line.count < Self.lineLimit { line.append(octet & 0x7F) }
            return
        }
        guard !line.isEmpty else { return }
        let text = String(decoding: line, as: UTF8.self)
        line = []
        if let result = ModemResult(text) { take(result, text) }
    }

    func command(_ text: String, then state: State) {
        lastCommand = text
        output += Array((text + "\r").utf8)
        self.state = state
    }

    // MARK: - Before the call

    func setUp(_ result: ModemResult) { follow(setUp.take(result)) }

    private func follow(_ next: ModemSetUp.Next) {
        switch next {
        case .command(let text): command(text, then: .settingUp)
        case .nothing: break
        case .done: begin()
        case .failed(let reason): fail(reason)
        }
    }

    private func begin() {
        switch start {
        case .dial(let number): command("ATDT\(number)", then: .connecting)
        case .answer: state = .waitingForRing
        }
    }

    func connect(_ result: ModemResult, _ text: String) {
        switch result {
        case .connect:
            clock = now
            if start == .answer {
                // CED has been sent, and V.21 is on the line.
                spokeLast = true
                state = .sendingFrames
                session.stepIsSent()
                follow()
                intent = .nothing
            } else if case .hear(let carrier) = intent {
                listen(to: carrier)
            }
        case .ring, .ok, .adapts, .otherCarrier: break
        case .noCarrier, .error, .noDialTone, .busy, .noAnswer: end(.noCall(text))
        }
    }

    // MARK: - Time

    public var deadline: Instant? {
        guard ending == nil else { return nil }
        var due = limit
        if clock != nil { due = min(due ?? .distantFuture, now + .milliseconds(20)) }
        return due
    }

    public func wake(at now: Instant) {
        pass(to: now)
        guard ending == nil else { return }
        if case .resting(let end) = state, now >= end { state = .ready }
        if let limit, now >= limit { expire() }
        advance()
    }

    private func pass(to now: Instant) {
        self.now = max(self.now, now)
        guard let clock else { return }
        let samples = Int((self.now - clock) / .microseconds(125))
        guard samples > 0 else { return }
        self.clock = clock + .microseconds(125 * samples)
        session.pass(samples: samples)
        follow()
    }

    /// How long the modem may take in a state; `nil`: T.30's own timers tell.
    private var patience: Duration? {
        switch state {
        case .settingUp: .seconds(3)
        case .connecting: .seconds(settings.patience + 30)
        case .waitingForRing, .ready, .resting, .sendingFrames, .sendingOctets, .framesSent: nil
        case .commanded(.hear), .hearing: nil
        case .commanded(.pause): .seconds(4)
        case .commanded: .seconds(10)
        case .frameGiven, .heard: .seconds(15)
        // The modem may hold some seconds of a page at its slowest.
        case .octetsGiven: .seconds(60)
        case .aborting, .hangingUp: .seconds(3)
        }
    }

    private func expire() {
        switch state {
        case .settingUp: follow(setUp.expire())
        case .aborting: state = .ready
        // A modem whose line is gone may not count the time.
        case .commanded(.pause): finishStep(.ready)
        // There is no silence to wait for.
        case .commanded(.turn):
            output.append(DataLink.cancel)
            state = .aborting
        case .hangingUp: end(.over)
        default: fail("the modem does not go on after \(lastCommand)")
        }
    }

    // MARK: - The end

    /// Gives the call up: the line is released.
    public func hangUp(_ ending: Ending) {
        guard self.ending == nil else { return }
        session.hangUp()
        output += [DataLink.cancel] + DataLink.end + Array("\rATH\r".utf8)
        self.ending = ending
    }

    /// The modem is not there any more.
    func vanish() { end(.failed("the modem's device has vanished")) }

    func fail(_ reason: String) { hangUp(.failed(reason)) }

    func end(_ ending: Ending) {
        guard self.ending == nil else { return }
        session.hangUp()
        self.ending = ending
    }
}
