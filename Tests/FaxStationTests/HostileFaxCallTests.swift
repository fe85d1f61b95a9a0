import FaxCore
import FaxStation
import Simulator
import Testing

/// A station on which damaged datagrams rain at one moment of its call.
private final class StormedNode: NetworkNode {
    private let station: StationNode
    private let time: Instant
    private let datagrams: [SimulatedDatagram]
    private let count: Int
    private var mutator: OctetMutator
    private var random: SeededRandom
    private var isOver = false
    private(set) var injected: [Endpoint: Int] = [:]
    /// Sent in answer to one of them.
    private(set) var mostAnswers = 0

    init(
        _ station: StationNode, at time: Instant, count: Int, of datagrams: [SimulatedDatagram], seed: UInt64
    ) {
        self.station = station
        self.time = time
        self.datagrams = datagrams
        self.count = count
        mutator = OctetMutator(seed: seed)
        random = SeededRandom(seed: seed)
    }

    var endpoints: [Endpoint] { station.endpoints }
    var isFinished: Bool { isOver && station.isFinished }
    var deadline: Instant? { isOver ? station.deadline : min(station.deadline ?? time, time) }

    func start(at now: Instant, _ send: (SimulatedDatagram) -> Void) { station.start(at: now, send) }

    func receive(_ datagram: SimulatedDatagram, at now: Instant, _ send: (SimulatedDatagram) -> Void) {
        station.receive(datagram, at: now, send)
    }

    func wake(at now: Instant, _ send: (SimulatedDatagram) -> Void) {
        if !isOver, now >= time {
            isOver = true
            for _ in 0..<count { inject(at: now, send) }
        }
        station.wake(at: now, send)
    }

    private func inject(at now: Instant, _ send: (SimulatedDatagram) -> Void) {
        // Mostly at the port that it was meant for.
        guard let genuine = datagrams.randomElement(using: &random),
            let other = datagrams.randomElement(using: &random),
            let port = random.chance(0.8) ? genuine.destination : station.endpoints.randomElement(using: &random)
        else { return }
        let mutant = mutator.mutate(genuine.octets, other: other.octets)
        injected[port, default: 0] += 1
        var answers = 0
        station.receive(SimulatedDatagram(from: genuine.source, to: port, mutant), at: now) {
            answers += 1
            send($0)
        }
        mostAnswers = max(mostAnswers, answers)
    }
}

@Suite struct HostileFaxCallTests {
    struct Storm: Sendable, CustomTestStringConvertible {
        var hitsCaller: Bool
        var isT38: Bool
        var testDescription: String { "\(hitsCaller ? "caller" : "answerer"), \(isT38 ? "T.38" : "audio")" }
    }

    private static func pair(_ storm: Storm, seed: UInt64) throws -> FaxCallPair {
        try FaxCallPair(seed: seed) { caller, answerer in
            caller.idleTimeout = .seconds(5)
            answerer.idleTimeout = .seconds(5)
            if storm.isT38 { answerer.transport.offersT38 = .reinvite(after: .milliseconds(500)) }
        }
    }

    /// One in so many, SIP all: media outnumber it a hundred times.
    private static func datagrams(of pair: FaxCallPair, to address: IPAddress) -> [SimulatedDatagram] {
        let received = pair.sent.map(\.datagram).filter { $0.destination.address == address }
        let sip = received.filter { $0.destination.port == 5_060 }
        let media = received.filter { $0.destination.port != 5_060 }
        let step = max(1, media.count / max(1, sip.count * 2))
        return sip + stride(from: 0, to: media.count, by: step).map { media[$0] }
    }

    /// Moments of a call, from before the answer to the page.
    private static let moments = [0.03, 0.1, 0.2, 0.4, 0.8, 1.5, 4, 9, 14, 18]
    private static let count = 50

    /// 2,000 mutants in all. They may end the call or spoil the fax; what they must not do is to trap, to hang a station or to
    /// make it send without end.
    @Test(arguments: [
        Storm(hitsCaller: true, isT38: true), Storm(hitsCaller: false, isT38: true),
        Storm(hitsCaller: true, isT38: false), Storm(hitsCaller: false, isT38: false),
    ])
    func `Damaged datagrams on every port never trap, and the call comes to an end`(_ storm: Storm) throws {
        var injected: [Endpoint: Int] = [:]
        for (number, moment) in Self.moments.enumerated() {
            let seed = UInt64(number) &+ 7
            // The same seed: the same Call-ID and tags, so that messages reach the dialog.
            let clean = try Self.pair(storm, seed: seed)
            try clean.run()
            let pair = try Self.pair(storm, seed: seed)
            let (caller, answerer) = (StationNode(pair.caller), StationNode(pair.answerer))
            let address = storm.hitsCaller ? FaxCallPair.callerAddress : FaxCallPair.answererAddress
            let node = StormedNode(
                storm.hitsCaller ? caller : answerer, at: Instant(seconds: moment), count: Self.count,
                of: Self.datagrams(of: clean, to: address), seed: seed)
            let nodes: [any NetworkNode] = storm.hitsCaller ? [node, answerer] : [caller, node]
            _ = try pair.run(nodes, limit: 600)
            #expect(pair.caller.hasEnded, "caller, storm at \(moment) s")
            #expect(node.mostAnswers <= 40)
            #expect(pair.sent.count < 80_000)
            injected.merge(node.injected) { $0 + $1 }
        }
        let total = injected.values.reduce(0, +)
        #expect(total == Self.moments.count * Self.count)
        #expect(injected.count == 3, "SIP, RTP and UDPTL each got some")
    }

    @Test func `Octets of no protocol are ignored`() throws {
        let pair = try FaxCallPair()
        var random = SeededRandom(seed: 4)
        let stranger = Endpoint(IPAddress(v4: 0xC0A8_0001), 9)
        for number in 0..<500 {
            let octets = (0..<(number % 200)).map { _ in UInt8(truncatingIfNeeded: random.next()) }
            for port in [FaxCall.Port.sip, .rtp, .rtcp, .udptl] {
                let outputs = pair.caller.receive(octets, on: port, from: stranger, at: .zero)
                #expect(outputs == [])
            }
        }
        #expect(try pair.run())
        #expect(pair.isDelivered)
    }
}
