import FaxCore
import FaxDSP
import FaxProtocol
import FaxStation
import Simulator
import Testing

@Suite struct FaxCallTests {
    @Test func `Both ask for T.38 at the same time, and one of them later again`() throws {
        let pair = try FaxCallPair { caller, answerer in
            // The ACK takes 60 ms: both re-INVITEs leave at one time.
            caller.transport.offersT38 = .reinvite(after: .milliseconds(560))
            answerer.transport.offersT38 = .reinvite(after: .milliseconds(500))
        }
        #expect(try pair.run())
        #expect(pair.messages("SIP/2.0 491") == 2)
        #expect(pair.caller.lastMedia == .t38)
        #expect(pair.answerer.lastMedia == .t38)
        #expect(pair.isDelivered)
    }

    @Test func `One side that asks alone meets no 491`() throws {
        let pair = try FaxCallPair { $1.transport.offersT38 = .reinvite(after: .milliseconds(500)) }
        #expect(try pair.run())
        #expect(pair.messages("SIP/2.0 491") == 0)
        #expect(pair.caller.lastMedia == .t38)
        #expect(pair.isDelivered)
    }

    @Test(arguments: [403, 415, 488, 606])
    func `T.38 that is refused leaves the fax on audio`(_ status: Int) throws {
        let pair = try FaxCallPair { caller, answerer in
            caller.transport.acceptsT38 = false
            caller.transport.refusal = status
            answerer.transport.offersT38 = .reinvite(after: .milliseconds(500))
        }
        #expect(try pair.run())
        #expect(pair.caller.events.contains { $0.event == .refusedT38(status: status) })
        #expect(pair.answerer.events.contains { $0.event == .t38Refused(status: status) })
        #expect(pair.messages("SIP/2.0 \(status)") == 1)
        #expect(pair.answerer.lastMedia == .audio)
        #expect(pair.isDelivered)
    }

    @Test(arguments: [0, 3, 12])
    func `A switch that is answered late begins late`(_ seconds: Int64) throws {
        let pair = try FaxCallPair { caller, answerer in
            caller.transport.responseDelay = .seconds(seconds)
            answerer.transport.offersT38 = .reinvite(after: .milliseconds(500))
        }
        #expect(try pair.run())
        let offered = try #require(pair.answerer.time { $0 == .offeredT38 })
        let begun = try #require(pair.answerer.time { $0 == .mediaBegan(.t38) })
        // And the round trip.
        #expect(begun - offered == .seconds(seconds) + .milliseconds(120))
        #expect(pair.isDelivered)
    }

    @Test func `A call that is answered late rings until then`() throws {
        let pair = try FaxCallPair { $1.answerDelay = .seconds(9) }
        #expect(try pair.run())
        #expect(pair.caller.time { $0 == .ringing } == Instant(seconds: 0.12))
        #expect(pair.caller.time { $0 == .answered } == Instant(seconds: 9.12))
        #expect(pair.isDelivered)
    }

    @Test func `INVITE offers T.38 at once`() throws {
        let pair = try FaxCallPair { caller, _ in caller.transport.offersT38 = .inInvite }
        #expect(try pair.run())
        #expect(pair.messages("INVITE") == 1)
        #expect(pair.answerer.lastMedia == .t38)
        #expect(pair.isDelivered)
    }

    @Test func `Nobody answers: the caller gives up after Timer B and no media ever flows`() throws {
        let pair = try FaxCallPair()
        #expect(try !pair.run("delay=60ms loss=100%", limit: 100))
        // RFC 3261 17.1.1.2: 64 × T1.
        #expect(pair.caller.endTime == Instant(seconds: 32))
        #expect(pair.caller.lastMedia == nil)
        #expect(pair.caller.report.completion == nil)
        #expect(pair.answerer.events.isEmpty)
    }

    @Test func `A peer that falls silent ends the call after the idle time`() throws {
        let pair = try FaxCallPair { caller, answerer in
            caller.idleTimeout = .seconds(8)
            answerer.idleTimeout = .seconds(8)
        }
        // T.30 itself waits longer: T1 is 35 s.
        #expect(try pair.run("delay=60ms block=@3s", limit: 200))
        for call in [pair.caller, pair.answerer] {
            let noticed = try #require(call.time { $0 == .trouble("no media for 8 s") })
            #expect((Instant(seconds: 10.9)...Instant(seconds: 11.1)).contains(noticed))
            // BYE is repeated for 32 s at most.
            #expect(try #require(call.endTime) <= noticed + .seconds(33))
            #expect(call.isFinished)
        }
        #expect(!pair.isDelivered)
    }

    @Test func `A pause shorter than the idle time does not end the call`() throws {
        let pair = try FaxCallPair { caller, answerer in
            caller.idleTimeout = .seconds(8)
            answerer.idleTimeout = .seconds(8)
        }
        #expect(try pair.run("delay=60ms outage=1s@1s", limit: 300))
        #expect(pair.caller.time { if case .trouble = $0 { true } else { false } } == nil)
    }

    @Test func `Hanging up ends the call at both ends`() throws {
        let pair = try FaxCallPair()
        let (caller, answerer) = (pair.caller, pair.answerer)
        let nodes: [any NetworkNode] = [
            HangingUp(StationNode(caller), at: Instant(seconds: 5)), StationNode(answerer),
        ]
        #expect(try pair.run(nodes))
        #expect(pair.messages("BYE") == 1)
        #expect(caller.hasEnded && answerer.hasEnded)
        #expect(try #require(answerer.endTime) == Instant(seconds: 5.06))
        #expect(!pair.isDelivered)
    }
}

/// Hangs up at a given time.
private final class HangingUp: NetworkNode {
    private let station: StationNode
    private let time: Instant
    private var isOver = false
    var endpoints: [Endpoint] { station.endpoints }
    var isFinished: Bool { station.isFinished }
    var deadline: Instant? { isOver ? station.deadline : min(station.deadline ?? time, time) }

    init(_ station: StationNode, at time: Instant) {
        self.station = station
        self.time = time
    }

    func start(at now: Instant, _ send: (SimulatedDatagram) -> Void) { station.start(at: now, send) }

    func receive(_ datagram: SimulatedDatagram, at now: Instant, _ send: (SimulatedDatagram) -> Void) {
        station.receive(datagram, at: now, send)
    }

    func wake(at now: Instant, _ send: (SimulatedDatagram) -> Void) {
        guard !isOver, now >= time else { return station.wake(at: now, send) }
        isOver = true
        let own = station.call.settings.agent.path.endpoint
        for output in station.call.hangUp(at: now) {
            if case .signal(let octets, to: let path) = output {
                send(SimulatedDatagram(from: own, to: path.endpoint, octets))
            }
        }
    }
}
