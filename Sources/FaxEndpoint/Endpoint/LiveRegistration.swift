import FaxCore
import FaxProtocol
import FaxWire
import NIOCore

/// A ``SIPRegistration`` on the SIP port of an endpoint. Belongs to its event loop.
final class LiveRegistration {
    private var registration: SIPRegistration
    private unowned let driver: EndpointDriver
    private let onEvent: (SIPRegistration.Event) -> Void
    private var timer: Scheduled<Void>?

    /// - Parameter agent: who registers.
    init(
        _ request: RegistrationRequest, agent: SIPAgent, driver: EndpointDriver,
        onEvent: @escaping (SIPRegistration.Event) -> Void
    ) {
        self.driver = driver
        self.onEvent = onEvent
        path = request.registrar.path
        own = agent.path.endpoint
        registration = SIPRegistration(
            agent: agent, registrar: request.registrar, expires: request.expires,
            random: SeededRandom(seed: driver.random.next()))
        driver.onResponse = { [weak self] in self?.receive($0, from: $1) }
        driver.onBroken = { [weak self] in self?.transportFailed($0, $1) }
    }

    /// Where the registrar is.
    let path: SIPPath
    private let own: Endpoint

    private func receive(_ message: SIPMessage, from path: SIPPath) {
        if message.cseq?.method == .register {
            driver.record(message.octets, from: path, to: own, at: LiveClock.now)
        }
        handle(.message(message, from: path))
    }

    private func transportFailed(_ broken: SIPPath, _ reason: String) {
        guard broken == path, !isOver else { return }
        driver.tell(nil, .warning("SIP over \(path.transport.rawValue) with \(path.endpoint): \(reason)"))
        handle(.transportFailed)
    }

    /// The binding is taken back, or there was none.
    private(set) var isOver = false

    func start() { handle(.start) }

    func stop() {
        isOver = registration.deadline == nil
        handle(.stop)
    }

    private func handle(_ input: SIPRegistration.Input) {
        let now = LiveClock.now
        for output in registration.handle(input, at: now) {
            switch output {
            case .send(let octets, to: let path):
                driver.sendSIP(octets, to: path)
                driver.record(octets, from: own, to: path, at: now)
            case .event(let event):
                if event == .unregistered { isOver = true }
                onEvent(event)
            }
        }
        timer?.cancel()
        guard let due = registration.deadline else { return }
        let bound = NIOLoopBound(self, eventLoop: driver.loop)
        timer = driver.loop.scheduleTask(deadline: NIODeadline(due)) { bound.value.handle(.deadline) }
    }
}

/// Where to register, and for how long.
public struct RegistrationRequest: Sendable {
    public var registrar: SIPDestination
    /// Seconds asked for.
    public var expires: Int

    public init(registrar: SIPDestination, expires: Int = 3_600) {
        self.registrar = registrar
        self.expires = expires
    }
}
