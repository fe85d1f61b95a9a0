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

    init(
        _ request: RegistrationRequest, driver: EndpointDriver, onEvent: @escaping (SIPRegistration.Event) -> Void
    ) {
        self.driver = driver
        self.onEvent = onEvent
        registration = SIPRegistration(
            agent: driver.agent(towards: request.registrar.path.endpoint), registrar: request.registrar,
            expires: request.expires, random: SeededRandom(seed: driver.random.next()))
        driver.onResponse = { [weak self] in self?.handle(.message($0, from: $1)) }
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
            case .send(let octets, to: let path): driver.sendSIP(octets, to: path.endpoint)
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
