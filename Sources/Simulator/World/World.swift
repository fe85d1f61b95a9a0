import FaxCore

/// Something with an address in the simulated network: a station, a B2BUA. Driven as a live one would be.
public protocol NetworkNode: AnyObject {
    /// The endpoints that are its own.
    var endpoints: [Endpoint] { get }
    /// When it wants to be woken if nothing comes.
    var deadline: Instant? { get }
    func start(at now: Instant, _ send: (SimulatedDatagram) -> Void)
    func receive(_ datagram: SimulatedDatagram, at now: Instant, _ send: (SimulatedDatagram) -> Void)
    func wake(at now: Instant, _ send: (SimulatedDatagram) -> Void)
    /// Nothing is left to do for it.
    var isFinished: Bool { get }
}

/// A UDP datagram between two endpoints.
public struct SimulatedDatagram: Sendable, Hashable {
    public var source: Endpoint
    public var destination: Endpoint
    public var octets: [UInt8]

    public init(from source: Endpoint, to destination: Endpoint, _ octets: [UInt8]) {
        self.source = source
        self.destination = destination
        self.octets = octets
    }
}

/// Nodes and the paths between them in virtual time. What happens next is what is due first; of things due at the same
/// time deliveries come before wakings, and both in the order in which they were decided: the same run each time.
public final class World {
    /// One direction between two nodes. A class, because every packet changes it and it is large.
    private final class Link {
        var path: NetworkPath
        var figures = LinkFigures()

        init(_ path: NetworkPath) { self.path = path }
    }

    private let nodes: [any NetworkNode]
    /// Of a handful of nodes: looked through faster than hashed.
    private let owners: [(endpoint: Endpoint, node: Int)]
    /// By ``key(_:_:)``.
    private var links: [Link?]
    private var queue = DeliveryQueue()
    /// Events of the call that are known ahead.
    private var planned: [(at: Instant, event: CallEvent)] = []
    public private(set) var now = Instant.zero
    /// What each node said when it was driven last; nothing else changes it.
    private var states: [NodeState]
    /// Told of every datagram when it leaves its sender, with what becomes of it.
    public var onSend: ((Transit) -> Void)?
    /// Told of every datagram when it arrives.
    public var onArrival: ((_ datagram: SimulatedDatagram, _ from: Int, _ to: Int, _ at: Instant) -> Void)?
    /// Datagrams to hosts that are not there.
    public private(set) var undeliverable = 0

    private struct NodeState {
        var deadline: Instant?
        var isFinished = false
    }

    /// A datagram on its way.
    public struct Transit {
        public var datagram: SimulatedDatagram
        public var sender: Int
        public var receiver: Int
        public var time: Instant
        public var passage: Passage
    }

    /// Datagrams on their way at one time; a node that sends without end ends its own run only.
    public static let queueLimit = 1_000_000

    public init(_ nodes: [any NetworkNode]) {
        self.nodes = nodes
        states = nodes.map { _ in NodeState() }
        owners = nodes.enumerated().flatMap { index, node in node.endpoints.map { ($0, index) } }
        links = Array(repeating: nil, count: nodes.count * nodes.count)
    }

    /// What lies between two nodes in one direction; without it datagrams arrive at once.
    public func connect(_ sender: Int, _ receiver: Int, _ path: NetworkPath) {
        guard nodes.indices.contains(sender), nodes.indices.contains(receiver) else { return }
        links[key(sender, receiver)] = Link(path)
    }

    public func figures(_ sender: Int, _ receiver: Int) -> LinkFigures {
        guard nodes.indices.contains(sender), nodes.indices.contains(receiver) else { return LinkFigures() }
        return links[key(sender, receiver)]?.figures ?? LinkFigures()
    }

    /// An event of the call, now or at a later time: outages that were aimed at it begin, on every path.
    public func note(_ event: CallEvent, after delay: Duration = .zero) {
        guard delay > .zero else { return tell(event) }
        let due = now + delay
        let place = planned.firstIndex { $0.at > due } ?? planned.count
        planned.insert((due, event), at: place)
    }

    private func tell(_ event: CallEvent) {
        for link in links { link?.path.note(event, at: now) }
    }

    private func tellPlanned() {
        guard !planned.isEmpty else { return }
        while let first = planned.first, first.at <= now {
            planned.removeFirst()
            tell(first.event)
        }
    }

    private func key(_ sender: Int, _ receiver: Int) -> Int { sender * nodes.count + receiver }

    /// Runs until every node is finished, or the time is over.
    /// - Returns: whether all came to their end.
    @discardableResult
    public func run(until limit: Instant) -> Bool {
        for index in nodes.indices { drive(index) { $0.start(at: now, $1) } }
        while let next = nextInstant {
            guard next <= limit else {
                now = limit
                return false
            }
            now = max(now, next)
            tellPlanned()
            if let due = queue.next(until: now) { deliver(due) } else { wakeFirst() }
            if states.allSatisfy(\.isFinished) { return true }
        }
        return states.allSatisfy(\.isFinished)
    }

    private var nextInstant: Instant? {
        var next = queue.nextTime
        if let first = planned.first?.at { next = min(next ?? first, first) }
        for state in states {
            guard let deadline = state.deadline else { continue }
            next = min(next ?? deadline, deadline)
        }
        return next
    }

    private func deliver(_ due: DeliveryQueue.Entry) {
        onArrival?(due.datagram, due.sender, due.receiver, now)
        drive(due.receiver) { $0.receive(due.datagram, at: now, $1) }
    }

    private func wakeFirst() {
        guard let index = states.firstIndex(where: { $0.deadline.map { $0 <= now } ?? false }) else { return }
        drive(index) { $0.wake(at: now, $1) }
    }

    private func drive(_ index: Int, _ act: (any NetworkNode, (SimulatedDatagram) -> Void) -> Void) {
        let node = nodes[index]
        act(node) { send($0, from: index) }
        states[index] = NodeState(deadline: node.deadline, isFinished: node.isFinished)
    }

    private func send(_ datagram: SimulatedDatagram, from sender: Int) {
        guard let receiver = owner(of: datagram.destination) else {
            undeliverable += 1
            return
        }
        let link = links[key(sender, receiver)]
        let passage =
            link?.path.carry(octetCount: datagram.octets.count, at: now) ?? .delivered(Delivery(time: now), copy: nil)
        link?.figures.count(passage)
        onSend?(Transit(datagram: datagram, sender: sender, receiver: receiver, time: now, passage: passage))
        switch passage {
        case .lost: break
        case .delivered(let delivery, let copy):
            arrive(datagram, delivery, sender, receiver)
            if let copy { arrive(datagram, copy, sender, receiver) }
        }
    }

    /// A port that nobody listens on is still a place on a host: the packet travels, and a capture shows it.
    private func owner(of endpoint: Endpoint) -> Int? {
        if let owner = owners.last(where: { $0.endpoint == endpoint }) { return owner.node }
        return owners.last { $0.endpoint.address == endpoint.address }?.node
    }

    private func arrive(_ datagram: SimulatedDatagram, _ delivery: Delivery, _ sender: Int, _ receiver: Int) {
        guard queue.count < Self.queueLimit else { return }
        var datagram = datagram
        if let corruption = delivery.corruption { corruption.apply(to: &datagram.octets) }
        queue.add(datagram, sender: sender, receiver: receiver, at: max(delivery.time, now))
    }
}

/// What one direction carried.
public struct LinkFigures: Sendable, Hashable {
    public var sent = 0
    public var lost = 0
    public var duplicated = 0
    public var corrupted = 0

    public init() {}

    static func + (one: LinkFigures, other: LinkFigures) -> LinkFigures {
        var sum = one
        sum.sent += other.sent
        sum.lost += other.lost
        sum.duplicated += other.duplicated
        sum.corrupted += other.corrupted
        return sum
    }

    public mutating func count(_ passage: Passage) {
        sent += 1
        switch passage {
        case .lost: lost += 1
        case .delivered(let delivery, let copy):
            if copy != nil { duplicated += 1 }
            if delivery.corruption != nil { corrupted += 1 }
        }
    }
}
