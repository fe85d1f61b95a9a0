import FaxCore
import FaxWire

/// What calls to the outside may come to: what a mistake in a script or a program may cost.
public struct CostLimits: Sendable, Hashable {
    /// Calls in all.
    public var calls = 20
    /// Of all calls together, from INVITE to end.
    public var time = Duration.seconds(3_600)
    /// Different destinations in all.
    public var destinations = 1
    /// Different destinations that are called at one time.
    public var parallelDestinations = 1
    /// Calls there are not counted.
    public var inside = InsidePlaces()

    public init() {}
}

/// Stands before every call that goes outside. A value without a clock: it is told when calls begin and end.
public struct CostGuard: Sendable {
    public enum Refusal: Error, Sendable, Hashable, CustomStringConvertible {
        case calls(Int), time(Duration), destinations(Int)
        /// It may go later, when the other call has ended.
        case parallelDestinations(Int)

        public var description: String {
            switch self {
            case .calls(let most): "\(most) calls outside are allowed; --max-calls allows more"
            case .time(let most):
                "\(Int(most.inSeconds / 60)) minutes of calls outside are allowed; --max-minutes allows more"
            case .destinations(let most):
                "\(most) destination\(most == 1 ? "" : "s") outside allowed; --max-destinations allows more"
            case .parallelDestinations(let most):
                "\(most) destination\(most == 1 ? "" : "s") outside at one time; --parallel-destinations allows more"
            }
        }

        /// The same call may be let through when one that runs has ended.
        public var isPassing: Bool { if case .parallelDestinations = self { true } else { false } }
    }

    private struct Running {
        let call: Int
        let destination: String
        let began: Instant
    }

    public let limits: CostLimits
    public private(set) var calls = 0
    private var spent = Duration.zero
    private var destinations: [String] = []
    private var running: [Running] = []

    public init(_ limits: CostLimits = CostLimits()) { self.limits = limits }

    /// A destination is a user (a number) at an address: behind one proxy every number is a destination of its own.
    private static func name(_ uri: String, _ peer: Endpoint) -> String { "\(SIPURI(uri).user ?? "")@\(peer.address)" }

    public func isInside(_ uri: String, at peer: Endpoint) -> Bool {
        limits.inside.contains(peer.address, host: SIPURI(uri).host)
    }

    /// A call is about to begin; what is let through is counted.
    /// - Parameter call: its number, for ``ended(call:at:)``.
    public mutating func admit(call: Int, to uri: String, at peer: Endpoint, now: Instant) throws(Refusal) {
        guard !isInside(uri, at: peer) else { return }
        let name = Self.name(uri, peer)
        if calls >= limits.calls { throw .calls(limits.calls) }
        if spent(at: now) >= limits.time { throw .time(limits.time) }
        if !destinations.contains(name), destinations.count >= limits.destinations {
            throw .destinations(limits.destinations)
        }
        let others = Set(running.map(\.destination)).subtracting([name])
        if others.count >= limits.parallelDestinations { throw .parallelDestinations(limits.parallelDestinations) }
        calls += 1
        if !destinations.contains(name) { destinations.append(name) }
        running.append(Running(call: call, destination: name, began: now))
    }

    public mutating func ended(call: Int, at now: Instant) {
        guard let place = running.firstIndex(where: { $0.call == call }) else { return }
        spent += now - running.remove(at: place).began
    }

    /// All calls outside so far, those that run included.
    public func spent(at now: Instant) -> Duration { running.reduce(spent) { $0 + (now - $1.began) } }

    /// When the minutes are used up, if no call begins or ends before; `nil`: none runs.
    public func deadline(at now: Instant) -> Instant? {
        running.isEmpty ? nil : now + max(.zero, limits.time - spent(at: now)) / running.count
    }

    /// Calls that run outside.
    public var runningCalls: [Int] { running.map(\.call) }
}
