import FaxCore
import FaxProtocol
import FaxWire

/// Two peers that talk to each other in virtual time over a network that may lose, repeat and delay. Side 0 is the exchange
/// (whoever registers does it there), side 1 the modem.
struct IAX2Pair {
    /// One datagram as it left a side.
    struct Sent {
        var at: Instant
        var side: Int
        var octets: [UInt8]

        var full: IAX2FullFrame? {
            guard case .full(let frame)? = try? IAX2Frame(octets.span.bytes) else { return nil }
            return frame
        }

        var elements: IAX2Elements {
            full.map { IAX2Elements.read(octets.span.bytes.extracting($0.data)).value } ?? IAX2Elements()
        }
    }

    private struct Arrival {
        var at: Instant
        var order: Int
        var side: Int
        var octets: [UInt8]
    }

    static let ends = [Endpoint(IPAddress(v4: 0x0A00_0001), 4_569), Endpoint(IPAddress(v4: 0x0A00_0002), 4_570)]
    static let account = IAX2Account(name: "fax0", secret: "secret")

    var agents: [IAX2Agent]
    var events: [[IAX2Event]] = [[], []]
    var sent: [Sent] = []
    var now = Instant.zero
    /// What a side does about an event.
    var react: (inout IAX2Agent, Int, IAX2Event, Instant) -> [IAX2Output] = { _, _, _, _ in [] }
    /// The delays of all copies that arrive of the datagram with that number; none: it is lost.
    var fate: (Int, Sent) -> [Duration] = { _, _ in [.milliseconds(20)] }
    private var arrivals: [Arrival] = []
    private var order = 0

    init(seed: UInt64 = 1, _ change: (Int, inout IAX2Settings) -> Void = { _, _ in }) {
        agents = (0..<2).map { side in
            var settings = IAX2Settings(hash: SIPTestHash.plain)
            settings.accounts = side == 0 ? [Self.account] : []
            settings.callingNumber = "\(1_000 * (side + 1))"
            change(side, &settings)
            return IAX2Agent(settings, random: SeededRandom(seed: seed &+ UInt64(side) &* 1_000))
        }
        react = Self.answers
    }

    /// Answers every call at once.
    static func answers(_ agent: inout IAX2Agent, _: Int, _ event: IAX2Event, _ now: Instant) -> [IAX2Output] {
        guard case .call(let number, .incoming) = event else { return [] }
        return agent.answer(number, at: now)
    }

    // MARK: - Commands

    /// The first side calls the second, or the other way round.
    @discardableResult
    mutating func call(from side: Int = 0, account: IAX2Account? = nil) -> IAX2CallNumber? {
        let destination = IAX2Destination(peer: Self.ends[1 - side], calledNumber: "555", account: account)
        guard let (number, outputs) = agents[side].call(destination, at: now) else { return nil }
        carry(outputs, side)
        return number
    }

    mutating func perform(_ side: Int, _ body: (inout IAX2Agent, Instant) -> [IAX2Output]) {
        let now = now
        carry(body(&agents[side], now), side)
    }

    /// A datagram of nobody's making arrives at that side.
    mutating func inject(_ octets: [UInt8], at side: Int, from peer: Endpoint? = nil) {
        let now = now
        carry(agents[side].receive(octets, from: peer ?? Self.ends[1 - side], at: now), side)
    }

    // MARK: - Time

    /// Goes from one thing that happens to the next; `false`: it did not come to rest.
    @discardableResult
    mutating func run(for time: Duration = .seconds(100), steps: Int = 5_000) -> Bool {
        let end = now + time
        for _ in 0..<steps {
            let times = arrivals.map(\.at) + agents.compactMap(\.deadline)
            guard let next = times.min(), next <= end else {
                now = end
                return true
            }
            now = max(now, next)
            let now = now
            if let place = arrivals.indices.filter({ arrivals[$0].at <= now }).min(by: {
                arrivals[$0].order < arrivals[$1].order
            }) {
                let arrival = arrivals.remove(at: place)
                carry(
                    agents[arrival.side].receive(arrival.octets, from: Self.ends[1 - arrival.side], at: now),
                    arrival.side)
                continue
            }
            for side in 0..<2 { carry(agents[side].wake(at: now), side) }
        }
        return false
    }

    private mutating func carry(_ outputs: [IAX2Output], _ side: Int) {
        let now = now
        for output in outputs {
            switch output {
            case .send(let octets, to: let peer):
                let message = Sent(at: now, side: side, octets: octets)
                sent.append(message)
                guard peer == Self.ends[1 - side] else { continue }
                for delay in fate(sent.count - 1, message) {
                    order += 1
                    arrivals.append(Arrival(at: now + delay, order: order, side: 1 - side, octets: octets))
                }
            case .event(let event):
                events[side].append(event)
                carry(react(&agents[side], side, event, now), side)
            }
        }
    }

    // MARK: - Questions

    func callEvents(_ side: Int) -> [IAX2CallEvent] {
        events[side].compactMap { if case .call(_, let event) = $0 { event } else { nil } }
    }

    func ending(_ side: Int) -> IAX2Ending? {
        for event in callEvents(side) { if case .ended(let ending) = event { return ending } }
        return nil
    }

    func isAnswered(_ side: Int) -> Bool {
        callEvents(side).contains { if case .answered = $0 { true } else { false } }
    }

    func commands(_ side: Int) -> [IAX2Command] { sent.filter { $0.side == side }.compactMap { $0.full?.command } }
}
