import FaxCore
import FaxDSP
import FaxProtocol
import FaxStation
import FaxWire
import Simulator
import Testing

/// One page of few rows, so that a call is short.
private func smallDocument() throws -> SimulatedDocument {
    try SimulatedDocument([TextLikePage(heightPx: 200, seed: 3).bitmap()])
}

private func scenario(
    _ transport: CallScenario.Transport, network: String = "delay=60ms",
    _ change: (inout CallScenario) -> Void = { _ in }
) throws -> CallScenario {
    var scenario = CallScenario(document: try smallDocument())
    scenario.transport = transport
    scenario.forth = try NetworkSpec(network)
    scenario.back = try NetworkSpec(network)
    change(&scenario)
    return scenario
}

/// What matters of a result, short enough to be printed.
private struct Summary: Equatable {
    var isSuccess: Bool
    var hasEnded: Bool
    var carriedBy: FaxCall.Media?
    var pagesEqual: Bool?
    var violations: [String]

    init(_ result: TrialResult) {
        isSuccess = result.isSuccess
        hasEnded = result.hasEnded
        carriedBy = result.caller.carriedBy == result.answerer.carriedBy ? result.caller.carriedBy : nil
        pagesEqual = result.pages.areEqual
        violations = result.violations
    }

    static func delivered(over media: FaxCall.Media) -> Summary {
        var summary = Summary()
        summary.carriedBy = media
        return summary
    }

    private init() { (isSuccess, hasEnded, pagesEqual, violations) = (true, true, true, []) }
}

@Suite struct CallTrialTests {
    @Test(arguments: CallScenario.Transport.allCases)
    func `A call over a clean path delivers its page`(_ transport: CallScenario.Transport) throws {
        let result = try CallTrial(try scenario(transport), seed: 1).run()
        let summary = Summary(result)
        #expect(summary == .delivered(over: transport == .g711 ? .audio : .t38))
        let lost = result.forth.lost + result.back.lost
        #expect(lost == 0)
    }

    @Test(arguments: CallScenario.Transport.allCases)
    func `The same seed gives the same datagrams at the same times, another one other datagrams`(
        _ transport: CallScenario.Transport
    ) throws {
        let scenario = try scenario(transport, network: "loss=2% delay=60ms jitter=10ms")
        func capture(_ seed: UInt64) throws -> [UInt8] {
            try #require(CallTrial(scenario, seed: seed, tap: .answerer).run().capture).pcapng(comment: "")
        }
        let first = try capture(5)
        #expect(try capture(5) == first)
        #expect(try capture(6) != first)
    }

    @Test func `A refused switch leaves the fax on audio`() throws {
        let scenario = try scenario(.t38) { $0.caller.acceptsT38 = false }
        let result = try CallTrial(scenario, seed: 1).run()
        let summary = Summary(result)
        #expect(summary == .delivered(over: .audio))
        let refusals = result.answerer.events.compactMap { event -> Int? in
            if case .t38Refused(let status) = event.event { status } else { nil }
        }
        #expect(refusals == [488])
    }

    @Test func `A late answer to the switch is waited for`() throws {
        let result = try CallTrial(try scenario(.t38) { $0.caller.responseDelay = .seconds(2) }, seed: 1).run()
        let summary = Summary(result)
        #expect(summary == .delivered(over: .t38))
    }

    @Test func `A path that is cut for good ends the call at both ends, without the page`() throws {
        let scenario = try scenario(.t38, network: "delay=60ms block=@page") { $0.limit = .seconds(300) }
        let result = try CallTrial(scenario, seed: 1).run()
        let summary = Summary(result)
        #expect(!summary.isSuccess && summary.hasEnded)
        #expect(summary.violations == [])
        let pages = result.pages.received
        #expect(pages == 0)
    }

    @Test func `A call that never reaches the answerer ends when the caller gives up`() throws {
        let result = try CallTrial(try scenario(.t38, network: "delay=60ms loss=100%"), seed: 1).run()
        let summary = Summary(result)
        #expect(summary.hasEnded && !summary.isSuccess)
        #expect(summary.violations == [])
        let (duration, lost) = (result.duration, result.forth.lost)
        // RFC 3261 17.1.1.2: Timer B after 32 s, seven INVITEs in all.
        #expect(duration == .seconds(32))
        #expect(lost == 7)
    }

    /// Secondaries repair what single losses take; without them the same losses reach the engine.
    @Test func `Redundancy carries a page over loss that primaries alone do not bear`() throws {
        func delivered(_ correction: UDPTLSender.Correction) throws -> Int {
            let scenario = try scenario(.t38, network: "loss=4% delay=60ms") {
                $0.caller.t38.errorCorrections = [correction]
                $0.answerer.t38.errorCorrections = [correction]
                $0.caller.hasECM = false
                $0.answerer.hasECM = false
            }
            return try (0..<6).count { try CallTrial(scenario, seed: UInt64($0)).run().pages.areEqual == true }
        }
        let (with, without) = (try delivered(.redundancy(.init(all: 3))), try delivered(.none))
        #expect(with == 6)
        #expect(without < 6)
    }

    @Test func `One lost packet of silence kills a modem that a repeated packet does not`() throws {
        func succeeds(_ concealment: LossConcealment.Method) throws -> Int {
            let scenario = try scenario(.g711, network: "loss=0.4% delay=60ms") {
                $0.caller.audio.jitterBuffer.concealment = concealment
                $0.answerer.audio.jitterBuffer.concealment = concealment
            }
            return try (0..<8).reduce(0) { sum, seed in
                sum + (try CallTrial(scenario, seed: UInt64(seed)).run().caller.report.ecmRetries)
            }
        }
        #expect(try succeeds(.silence) > succeeds(.repetition))
    }

    @Test func `Clocks that differ slip in audio and not in T.38`() throws {
        let audio = try CallTrial(try scenario(.g711) { $0.answerer.clockPPM = 60 }, seed: 1).run()
        let ended = audio.hasEnded
        #expect(ended)
        let relay = try CallTrial(try scenario(.t38) { $0.answerer.clockPPM = 60 }, seed: 1).run()
        let summary = Summary(relay)
        #expect(summary == .delivered(over: .t38))
    }

    @Test func `A peer that sends every UDPTL packet twice is understood`() throws {
        func packets(_ duplicates: Int) throws -> (Summary, count: Int) {
            let scenario = try scenario(.t38) { $0.caller.faults.udptl.duplicates = duplicates }
            let result = try CallTrial(scenario, seed: 1, tap: .caller).run()
            let caller = IPAddress(v4: 0x0A00_0001)
            var count = 0
            try #require(result.capture).forEachFrame { _, octets in
                let span = octets.span.bytes
                if IPAddress(v4: span.be32(26)) == caller, span.be16(34) == 10_002 { count += 1 }
            }
            return (Summary(result), count)
        }
        let (one, two) = (try packets(0), try packets(1))
        #expect(two.0 == .delivered(over: .t38))
        #expect(two.count == 2 * one.count && one.count > 0)
    }

    @Test func `The simulator's loss is that of the capture at the receiver`() throws {
        let scenario = try scenario(.t38, network: "loss=5% delay=60ms")
        let result = try CallTrial(scenario, seed: 9, tap: .answerer).run()
        let capture = try #require(result.capture)
        // What it sends is seen before the network, what reaches it after.
        let answerer = Endpoint(IPAddress(v4: 0x0A00_0002), 0).address
        var (sent, received) = (0, 0)
        capture.forEachFrame { _, octets in
            let source = IPAddress(v4: octets.span.bytes.be32(26))
            if source == answerer { sent += 1 } else { received += 1 }
        }
        let (forth, back) = (result.forth, result.back)
        #expect(sent == back.sent)
        #expect(received == forth.sent - forth.lost + forth.duplicated)
        #expect(forth.lost > 0)
    }
}

@Suite struct WorldTests {
    /// Sends `count` datagrams at once and counts what comes back.
    final class Echo: NetworkNode {
        let endpoints: [Endpoint]
        let peer: Endpoint
        var toSend: Int
        var received: [(UInt8, Instant)] = []
        let answers: Bool
        var deadline: Instant? { nil }
        var isFinished: Bool { false }

        init(_ own: Endpoint, _ peer: Endpoint, toSend: Int, answers: Bool) {
            endpoints = [own]
            self.peer = peer
            self.toSend = toSend
            self.answers = answers
        }

        func start(at now: Instant, _ send: (SimulatedDatagram) -> Void) {
            for number in 0..<toSend { send(SimulatedDatagram(from: endpoints[0], to: peer, [UInt8(number)])) }
        }

        func receive(_ datagram: SimulatedDatagram, at now: Instant, _ send: (SimulatedDatagram) -> Void) {
            received.append((datagram.octets[0], now))
            if answers { send(SimulatedDatagram(from: endpoints[0], to: datagram.source, datagram.octets)) }
        }

        func wake(at now: Instant, _ send: (SimulatedDatagram) -> Void) {}
    }

    private let a = Endpoint(IPAddress(v4: 0x0A00_0001), 1)
    private let b = Endpoint(IPAddress(v4: 0x0A00_0002), 2)

    @Test func `Datagrams of one time arrive in the order in which they were sent, after the delay`() throws {
        let (left, right) = (Echo(a, b, toSend: 50, answers: false), Echo(b, a, toSend: 0, answers: true))
        let world = World([left, right])
        world.connect(0, 1, NetworkPath(try NetworkSpec("delay=30ms"), seed: 1))
        #expect(!world.run(until: Instant(seconds: 10)))
        #expect(right.received.map(\.0) == (0..<50).map { UInt8($0) })
        #expect(right.received.allSatisfy { $0.1 == Instant(seconds: 0.03) })
        #expect(left.received.count == 50)
        #expect(world.figures(0, 1).sent == 50)
    }

    @Test func `What is sent to nobody is counted`() {
        let left = Echo(a, b, toSend: 3, answers: false)
        let world = World([left])
        world.run(until: Instant(seconds: 1))
        #expect(world.undeliverable == 3)
    }
}
