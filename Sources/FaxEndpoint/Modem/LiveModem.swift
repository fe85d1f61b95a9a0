import FaxCore
import FaxDSP
import FaxProtocol
import FaxStation
import FaxWire
import NIOCore

/// A ``ModemLine`` between a terminal and the calls of an endpoint. Belongs to the event loop of its endpoint.
final class LiveModem {
    let index: Int
    /// Its own number; `nil`: it has none.
    let number: String?
    private(set) var line: ModemLine
    private let terminal: PseudoTerminal
    private let bank: ModemBank
    /// The call that it rings for or is in.
    private(set) var call: LiveCall?
    /// Fax software has the terminal open.
    private(set) var isOpen = false
    /// Said, and not yet taken by the terminal.
    private var backlog: ArraySlice<UInt8> = []
    private var isPaused = false
    private var timer: Scheduled<Void>?

    /// Octets that software may leave unread; it is gone, or hangs, when there are more.
    static let backlogLimit = 65_536

    init(index: Int, number: String?, line: ModemLine, terminal: PseudoTerminal, bank: ModemBank) {
        self.index = index
        self.number = number
        self.line = line
        self.terminal = terminal
        self.bank = bank
    }

    /// Can be given a call.
    var isFree: Bool { isOpen && call == nil && line.isIdle }

    // MARK: - The software

    func take(_ event: TerminalWatch.Event) {
        switch event {
        case .opened:
            isOpen = true
            bank.tell(self, .opened)
        case .closed: close("the fax software closed the modem")
        case .octets(let octets):
            isOpen = true
            line.receive(octets, at: LiveClock.now)
            settle()
        }
    }

    /// Nobody is there any more: the line is released, and whoever opens the terminal next finds a fresh modem.
    private func close(_ reason: String) {
        isOpen = false
        backlog = []
        let left = call
        call = nil
        if let left {
            bank.tell(self, .gaveUp(reason), call: left.number)
            left.hangUp()
        }
        if let fresh = ModemLine(line.settings) { line = fresh }
        pause(false)
        bank.tell(self, .closed)
    }

    // MARK: - The line

    /// Rings for a call.
    func ring(_ call: LiveCall, information: [(name: String, value: String)]) {
        self.call = call
        bank.tell(self, .ringing, call: call.number)
        line.ring(information: information, at: LiveClock.now)
        settle()
    }

    func follow(_ event: FaxCall.Event, of call: LiveCall, at now: Instant) {
        guard call === self.call else { return }
        line.follow(event, at: now)
        if case .ended = event { self.call = nil }
    }

    /// Passes on what the modem has said and wants, after anything that may have changed that.
    func settle() {
        flush(line.takeOutput())
        for request in line.takeRequests() { perform(request) }
        pause(!line.takesOctets)
        arm()
    }

    private func perform(_ request: ModemLine.Request) {
        switch request {
        case .dial(let dialled):
            bank.tell(self, .dialled(dialled.number))
            call = bank.dial(dialled, self)
            if let call { bank.begin(call) } else { line.callFailed(at: LiveClock.now) }
            flush(line.takeOutput())
        case .answer: call?.answer()
        case .refuse(let status): call?.reject(status: status)
        case .hangUp(let reason):
            let left = call
            call = nil
            if let reason { bank.tell(self, .gaveUp(reason), call: left?.number) }
            left?.hangUp()
        }
    }

    private func pause(_ isPaused: Bool) {
        guard isPaused != self.isPaused else { return }
        self.isPaused = isPaused
        bank.watch.pause(terminal.descriptor, isPaused)
    }

    /// What nobody is there to read is dropped.
    private func flush(_ octets: [UInt8]) {
        guard isOpen else { return backlog = [] }
        backlog += octets
        guard !backlog.isEmpty else { return }
        let count = terminal.write(backlog) ?? 0
        backlog = backlog.dropFirst(count)
        if backlog.isEmpty { backlog = [] }
        if backlog.count > Self.backlogLimit { close("the fax software does not read what the modem says") }
    }

    private static let retry = Duration.milliseconds(20)

    private func arm() {
        timer?.cancel()
        timer = nil
        var due = line.deadline
        if !backlog.isEmpty { due = min(due ?? .distantFuture, LiveClock.now + Self.retry) }
        guard let due else { return }
        let bound = NIOLoopBound(self, eventLoop: bank.loop)
        timer = bank.loop.scheduleTask(deadline: NIODeadline(due)) { bound.value.wake() }
    }

    private func wake() {
        line.wake(at: LiveClock.now)
        settle()
    }

    /// The endpoint closes.
    func remove() {
        timer?.cancel()
        timer = nil
        isOpen = false
        terminal.removeLink()
    }
}
