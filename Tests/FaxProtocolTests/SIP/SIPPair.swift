import FaxCore
import FaxProtocol
import FaxWire

/// Two calls that talk to each other in virtual time over a network that may lose, delay, repeat and reorder.
struct SIPPair {
    typealias Reaction = (SIPCall.Event) -> [SIPCall.Command]

    /// One message as it left a side.
    struct Sent {
        var at: Instant
        var side: Int
        var octets: [UInt8]
        var path: SIPPath

        var message: SIPMessage? { try? SIPMessage.lax(octets.span.bytes).value }

        /// `INVITE`, `200 INVITE` …
        var name: String {
            guard let message else { return "?" }
            return message.method?.name ?? "\(message.status ?? 0) \(message.cseq?.method.name ?? "?")"
        }
    }

    private struct Arrival {
        var at: Instant
        var order: Int
        var side: Int
        var octets: [UInt8]
    }

    static let callerEnd = Endpoint(IPAddress(v4: 0x0A00_0001), 5_060)
    static let calleeEnd = Endpoint(IPAddress(v4: 0x0A00_0002), 5_060)

    var calls: [SIPCall]
    var events: [[SIPCall.Event]] = [[], []]
    var sent: [Sent] = []
    var now = Instant.zero
    var reactions: [Reaction] = [{ _ in [] }, { _ in [] }]
    /// The delays of all copies that arrive of the message with that number; none: it is lost.
    var fate: (Int, Sent) -> [Duration] = { _, _ in [.milliseconds(20)] }
    /// Somebody between the two, who may answer in their place; `nil`: the message passes, empty: it is swallowed.
    var middle: (Sent) -> [[UInt8]]? = { _ in nil }
    private(set) var isSettled = false
    private let transport: SIPTransport
    private var arrivals: [Arrival] = []
    private var plans: [(at: Instant, side: Int, command: SIPCall.Command)] = []
    private var order = 0

    init(transport: SIPTransport = .udp, seed: UInt64 = 1, _ change: (Int, inout SIPAgent) -> Void = { _, _ in }) {
        self.transport = transport
        calls = [Self.callerEnd, Self.calleeEnd].enumerated().map { side, end in
            var agent = SIPAgent(path: SIPPath(transport, end), user: side == 0 ? "1000" : "2000")
            change(side, &agent)
            return SIPCall(agent: agent, random: SeededRandom(seed: seed &+ UInt64(side) &* 1_000))
        }
    }

    var destination: SIPDestination {
        SIPDestination(uri: "sip:2000@\(Self.calleeEnd)", path: SIPPath(transport, Self.calleeEnd))
    }

    mutating func plan(_ seconds: Double, _ side: Int, _ command: SIPCall.Command) {
        plans.append((Instant(seconds: seconds), side, command))
    }

    mutating func cancelPlans() { plans.removeAll() }

    /// Goes from one thing that happens to the next until nothing more is to happen; false in ``isSettled`` when that takes
    /// too many steps.
    mutating func run(until end: Instant = Instant(seconds: 10_000), steps: Int = 5_000) {
        isSettled = false
        for _ in 0..<steps {
            let times = arrivals.map(\.at) + plans.map(\.at) + calls.compactMap(\.deadline)
            guard let next = times.min(), next <= end else {
                isSettled = true
                return
            }
            now = max(now, next)
            if let index = plans.firstIndex(where: { $0.at <= now }) {
                let plan = plans.remove(at: index)
                handle(.command(plan.command), plan.side)
            } else if let index = firstArrival {
                let arrival = arrivals.remove(at: index)
                deliver(arrival.octets, to: arrival.side)
            } else if let side = calls.firstIndex(where: { $0.deadline.map { $0 <= now } ?? false }) {
                handle(.deadline, side)
            }
        }
    }

    private var firstArrival: Int? {
        arrivals.indices.filter { arrivals[$0].at <= now }.min {
            (arrivals[$0].at, arrivals[$0].order) < (arrivals[$1].at, arrivals[$1].order)
        }
    }

    mutating func deliver(_ octets: [UInt8], to side: Int) {
        guard let message = try? SIPMessage.lax(octets.span.bytes).value else { return }
        let from = side == 0 ? Self.calleeEnd : Self.callerEnd
        handle(.message(message, from: SIPPath(transport, from)), side)
    }

    mutating func handle(_ input: SIPCall.Input, _ side: Int) {
        for output in calls[side].handle(input, at: now) {
            switch output {
            case .send(let octets, let path): send(Sent(at: now, side: side, octets: octets, path: path))
            case .event(let event):
                events[side].append(event)
                for command in reactions[side](event) { handle(.command(command), side) }
            }
        }
    }

    private mutating func send(_ message: Sent) {
        sent.append(message)
        if let answers = middle(message) {
            for octets in answers { arrive(octets, at: message.side, after: .milliseconds(20)) }
            return
        }
        for delay in fate(sent.count - 1, message) {
            arrive(message.octets, at: 1 - message.side, after: delay)
        }
    }

    private mutating func arrive(_ octets: [UInt8], at side: Int, after delay: Duration) {
        arrivals.append(Arrival(at: now + delay, order: order, side: side, octets: octets))
        order += 1
    }

    /// The start lines of all messages in brief, `>` from the caller and `<` from the called side.
    var ladder: [String] { sent.map { ($0.side == 0 ? ">" : "<") + $0.name } }

    func count(_ name: String) -> Int { ladder.count { $0 == name } }

    /// Nothing is left to be repeated at either side.
    var isFinished: Bool { calls.allSatisfy(\.isFinished) }

    /// How often the caller heard that its call was answered.
    var answers: Int {
        events[0].count { event in
            if case .answered = event { return true }
            return false
        }
    }

    /// Whether the side above was asked about an offer.
    func wasOffered(_ side: Int) -> Bool {
        events[side].contains { event in
            if case .offered = event { return true }
            return false
        }
    }

    func endings(_ side: Int) -> [SIPEnding] {
        events[side].compactMap { event in
            if case .ended(let ending) = event { return ending }
            return nil
        }
    }
}

/// Small descriptions that tell who wrote them, and for what.
enum SIPTestSession {
    static func audio(_ side: Int, version: Int = 1) -> SessionDescription {
        make(side, version, MediaDescription(kind: "audio", port: 10_000, transport: "RTP/AVP", formats: ["0"]))
    }

    static func t38(_ side: Int, version: Int = 2) -> SessionDescription {
        make(side, version, MediaDescription(kind: "image", port: 10_002, transport: "udptl", formats: ["t38"]))
    }

    private static func make(_ side: Int, _ version: Int, _ media: MediaDescription) -> SessionDescription {
        var description = SessionDescription()
        let address = "10.0.0.\(side + 1)"
        description.origin = .init(sessionID: "\(side + 1)", sessionVersion: "\(version)", address: address)
        description.connection = SDPConnection(family: "IP4", address: address)
        description.media = [media]
        // As it comes out of a reader.
        return SessionDescription.lax(description.octets[...]).value
    }
}

extension SIPPair {
    /// The usual fax call: ringing, an answer after two seconds, T.38 by a re-INVITE of the called side, BYE of the caller.
    mutating func planFaxCall(carrier: SIPOfferCarrier = .invite) {
        reactions[1] = { event in
            switch event {
            case .incoming: [.ring(status: 180, nil)]
            default: []
            }
        }
        reactions[0] = { event in
            switch event {
            case .offered: [.answer(SIPTestSession.t38(0))]
            default: []
            }
        }
        plan(0, 0, .invite(destination, offer: SIPTestSession.audio(0)))
        plan(2, 1, .accept(SIPTestSession.audio(1)))
        plan(4, 1, .offer(SIPTestSession.t38(1), carrier))
        plan(20, 0, .hangUp(nil))
    }
}
