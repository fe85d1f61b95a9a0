import FaxCore
import FaxDSP
import FaxProtocol

/// A Class 1 modem on a SIP line: commands of fax software on one side, a ``FaxCall`` on the other. Octets, the events of the
/// call and the time come in; octets for the software and wishes to the call come out of ``takeOutput()`` and
/// ``takeRequests()`` after every call of another function. Between the two it is the call's terminal. It belongs to one driver.
public final class ModemLine {
    /// What is to be done with the line.
    public enum Request: Sendable, Hashable {
        case dial(DialString)
        case answer
        /// A call that nobody takes.
        case refuse(status: Int)
        /// `because`: what the software did not want; `nil`: it did.
        case hangUp(because: String?)
    }

    enum State: Equatable {
        case onHook
        case ringing(Ringing)
        /// The software dialled, and there is no answer yet.
        case dialling(DialString, until: Instant)
        /// There is an answer, and digits are sent first.
        case sendingDigits
        /// It answers a call, and nothing carries it yet.
        case answering
        /// The modem is on the line.
        case connected
    }

    struct Ringing: Equatable {
        var next: Instant
        let end: Instant
    }

    public let settings: ModemLineSettings
    let modem: T31Modem
    var state = State.onHook
    var ear = CommandEar()
    /// From the software, waiting for room in the modem.
    private var waiting: ArraySlice<UInt8> = []
    private var isClear = true
    private var output: [UInt8] = []
    var requests: [Request] = []
    /// On the line: the modem has told the software something, so it has heard the other side.
    var hasSpoken = false
    var isCaller = false
    /// A caller who has heard no carrier hangs up then.
    var carrierBy: Instant?
    /// What the dial string wants sent after the answer.
    var digits: DTMFSender?
    /// When the digits of the dial string were dialled: what comes just after them does not break off.
    var dialledAt = Instant.zero
    var now = Instant.zero
    /// The software has the line without a call (`ATH1`).
    private var isOffHook = false

    /// Octets of the software that wait; a driver reads no more while there are so many.
    public static let waitingLimit = 4_096
    /// Octets that the modem is given at once: less than it has room for when it says stop.
    private static let portion = 512

    /// `nil` when libspandsp gives no modem.
    public init?(_ settings: ModemLineSettings) {
        guard let modem = T31Modem() else { return nil }
        self.modem = modem
        self.settings = settings
    }

    // MARK: - The software

    public var takesOctets: Bool { waiting.count < Self.waitingLimit }

    public func receive(_ octets: [UInt8], at now: Instant) {
        self.now = now
        if isDialling, breaksOff(octets) { return }
        waiting.append(contentsOf: octets)
        pump()
    }

    private var isDialling: Bool {
        switch state {
        case .dialling, .sendingDigits: true
        case .onHook, .ringing, .answering, .connected: false
        }
    }

    /// V.250 6.3.1: any character while it dials breaks off, but not within the first 125 ms.
    private func breaksOff(_ octets: [UInt8]) -> Bool {
        guard now >= dialledAt + .milliseconds(125), octets.contains(where: { $0 != 0x0A && $0 != 0 }) else {
            return true
        }
        leaveLine()
        requests.append(.hangUp(because: nil))
        modem.note(.hungUp)
        modem.sayNoCarrier()
        collect()
        return true
    }

    /// Hands on what the modem takes.
    func pump() {
        while isClear, !waiting.isEmpty {
            var portion = waiting.prefix(Self.portion)
            // On hook line by line, so that one command is done before the next is heard.
            if !isOnLine, let end = portion.firstIndex(of: UInt8(ascii: "\r")) { portion = portion[...end] }
            waiting = waiting.dropFirst(portion.count)
            if !isOnLine { ear.hear(portion) }
            modem.receive(portion)
            collect()
            if isDialling { waiting = [] }
        }
        if waiting.isEmpty { waiting = [] }
    }

    var isOnLine: Bool {
        switch state {
        case .onHook, .ringing: false
        case .dialling, .sendingDigits, .answering, .connected: true
        }
    }

    /// Takes what the modem says to either side.
    func collect() {
        let said = modem.takeOutput()
        if !said.isEmpty {
            output += said
            if state == .connected { hasSpoken = true }
        }
        for control in modem.takeControls() { perform(control) }
    }

    private func perform(_ control: T31Modem.Control) {
        switch control {
        case .call(let digits): dial(digits)
        case .answer: answer()
        case .offHook: isOffHook = true
        case .hangUp:
            isOffHook = false
            guard isOnLine else { return }
            leaveLine()
            requests.append(.hangUp(because: nil))
        case .clearToSend(let isClear): self.isClear = isClear
        }
    }

    public func takeOutput() -> [UInt8] {
        guard !output.isEmpty else { return [] }
        defer { output = [] }
        return output
    }

    public func takeRequests() -> [Request] {
        guard !requests.isEmpty else { return [] }
        defer { requests = [] }
        return requests
    }

    /// Nobody calls, and the software does not either.
    public var isIdle: Bool { state == .onHook && !isOffHook }

    func leaveLine() {
        state = .onHook
        carrierBy = nil
        digits = nil
        hasSpoken = false
        isClear = true
    }
}

/// How a modem behaves on its line.
public struct ModemLineSettings: Sendable, Hashable {
    /// From one RING to the next.
    public var ringInterval = Duration.seconds(6)
    /// A call that rings for so long is refused with 480.
    public var ringLimit = Duration.seconds(60)

    public init() {}
}
