import FaxCore
import FaxDSP
import FaxProtocol
import FaxStation
import FaxWire
import Simulator
import Testing

/// What one side says is brought to the other: provisional responses, early media, refusals, CANCEL, hostile packets.
@Suite struct GatewaySignallingTests {
    /// A user agent whose answers a test writes.
    private final class Peer: NetworkNode {
        var sip: SIPCall
        let endpoints: [Endpoint]
        private let endpoint: Endpoint
        private(set) var events: [SIPCall.Event] = []
        /// Told of every event; gives commands.
        var react: (SIPCall.Event) -> [SIPCall.Command] = { _ in [] }
        /// Commands at their times.
        var plan: [(at: Instant, command: SIPCall.Command)] = []
        private var waiting: [SIPCall.Input] = []

        init(_ address: IPAddress, seed: UInt64, _ change: (inout SIPAgent) -> Void = { _ in }) {
            endpoint = Endpoint(address, 5_060)
            endpoints = [endpoint]
            var agent = SIPAgent(path: SIPPath(.udp, endpoint), user: "1000")
            change(&agent)
            sip = SIPCall(agent: agent, random: SeededRandom(seed: seed))
        }

        var deadline: Instant? { [sip.deadline, plan.first?.at].compactMap { $0 }.min() }
        var isFinished: Bool { plan.isEmpty && (sip.isFinished || sip.callID == nil) }
        func start(at now: Instant, _ send: (SimulatedDatagram) -> Void) {}

        func receive(_ datagram: SimulatedDatagram, at now: Instant, _ send: (SimulatedDatagram) -> Void) {
            guard datagram.destination == endpoint, let message = try? SIPMessage.lax(datagram.octets.span.bytes).value
            else { return }
            handle(.message(message, from: SIPPath(.udp, datagram.source)), at: now, send)
        }

        func wake(at now: Instant, _ send: (SimulatedDatagram) -> Void) {
            while let first = plan.first, first.at <= now {
                plan.removeFirst()
                handle(.command(first.command), at: now, send)
            }
            handle(.deadline, at: now, send)
        }

        private func handle(_ input: SIPCall.Input, at now: Instant, _ send: (SimulatedDatagram) -> Void) {
            waiting.append(input)
            while !waiting.isEmpty {
                for output in sip.handle(waiting.removeFirst(), at: now) {
                    switch output {
                    case .send(let octets, to: let path):
                        send(SimulatedDatagram(from: endpoint, to: path.endpoint, octets))
                    case .event(let event):
                        events.append(event)
                        waiting += react(event).map { .command($0) }
                    }
                }
            }
        }

        var statuses: [Int] {
            events.compactMap { if case .progress(let status, _) = $0 { status } else { nil } }
        }

        var ending: SIPEnding? {
            for event in events { if case .ended(let ending) = event { return ending } }
            return nil
        }
    }

    /// A caller and an answerer with the gateway between them.
    private struct Trio {
        let caller: Peer
        let answerer: Peer
        let node: GatewayNode
        let offer: SessionDescription
        var session: MediaSession

        init(
            reliable: SIPAgent.ReliableProvisionals = .supported, _ change: (inout GatewaySettings) -> Void = { _ in }
        ) {
            caller = Peer(FaxThroughGateway.callerAddress, seed: 1) { $0.reliableProvisionals = reliable }
            answerer = Peer(FaxThroughGateway.answererAddress, seed: 2) { $0.reliableProvisionals = reliable }
            var settings = FaxThroughGateway.gatewaySettings()
            change(&settings)
            node = GatewayNode(GatewayCall(settings, random: SeededRandom(seed: 3)))
            func session(_ address: IPAddress) -> MediaSession {
                MediaSession(
                    address: address, identifier: 7,
                    capabilities: MediaCapabilities(audio: AudioCapabilities(port: 9_000)))
            }
            var first = session(FaxThroughGateway.callerAddress)
            offer = first.offer([.audio])
            self.session = session(FaxThroughGateway.answererAddress)
            let target = Endpoint(FaxThroughGateway.gatewayAddress, 5_060)
            let destination = SIPDestination(uri: "sip:2000@\(target.address)", path: SIPPath(.udp, target))
            caller.plan = [(.zero, .invite(destination, offer: offer))]
        }

        func answer(_ offer: SessionDescription?) -> SessionDescription? {
            var session = session
            guard let offer, case .accepted(let answer, _) = session.answer(offer, preferring: [.audio]) else {
                return nil
            }
            return answer
        }

        @discardableResult
        func run(_ watch: ((World.Transit) -> Void)? = nil) -> Bool {
            let world = World([caller, answerer, node])
            world.onSend = watch
            return world.run(until: .zero + .seconds(300))
        }
    }

    /// What the far side says, and what the caller is told.
    @Test(
        arguments: [
            (486, 486), (404, 404), (503, 503), (603, 603), (488, 488), (302, 502), (401, 403), (407, 403),
        ])
    func aRefusalIsHandedThrough(said: Int, told: Int) {
        let trio = Trio()
        trio.answerer.react = { event in
            if case .incoming = event {
                [.ring(status: 180, nil), .reject(status: said, contacts: said == 302 ? ["sip:10.0.0.9"] : [])]
            } else {
                []
            }
        }
        var toStrangers = 0
        let hasEnded = trio.run {
            if $0.datagram.destination.address == IPAddress(v4: 0x0A00_0009) { toStrangers += 1 }
        }
        #expect(hasEnded)
        #expect(trio.caller.statuses.contains(180))
        guard case .refused(let refusal)? = trio.caller.ending?.cause else {
            Issue.record("\(trio.caller.events)")
            return
        }
        #expect(refusal.status == told)
        #expect(toStrangers == 0)
        #expect(trio.node.call.isFinished)
    }

    @Test func aFarSideThatIsNotThereIsATimeout() {
        let trio = Trio()
        trio.answerer.react = { _ in [] }
        var settings = FaxThroughGateway.gatewaySettings()
        settings.destination.path = SIPPath(.udp, Endpoint(IPAddress(v4: 0x0A00_0063), 5_060))
        let node = GatewayNode(GatewayCall(settings, random: SeededRandom(seed: 3)))
        let world = World([trio.caller, node])
        let hasEnded = world.run(until: .zero + .seconds(300))
        #expect(hasEnded)
        guard case .refused(let refusal)? = trio.caller.ending?.cause else {
            Issue.record("\(trio.caller.events)")
            return
        }
        #expect(refusal.status == 408)
    }

    @Test(arguments: [SIPAgent.ReliableProvisionals.never, .supported])
    func earlyMediaAreHandedThrough(reliable: SIPAgent.ReliableProvisionals) {
        let trio = Trio(reliable: reliable)
        trio.answerer.react = { event in
            if case .incoming(let call) = event { [.ring(status: 183, trio.answer(call.offer))] } else { [] }
        }
        trio.answerer.plan = [(.zero + .seconds(3), .accept(nil)), (.zero + .seconds(5), .hangUp(nil))]
        if reliable == .never {
            let offered = trio.answer(trio.offer)
            trio.answerer.plan[0].command = .accept(offered)
        }
        let hasEnded = trio.run()
        #expect(hasEnded)
        let early = trio.caller.events.compactMap { event -> SessionDescription? in
            if case .earlyMedia(let description) = event { description } else { nil }
        }
        #expect(trio.caller.statuses == [183], "\(trio.caller.events)")
        #expect(early.first?.media.first?.port == 20_000)
        let hasMedia = trio.node.events.first { $0.event == .mediaBegan(.near, .audio) }
        #expect(hasMedia.map { $0.time < .zero + .seconds(1) } == true)
        #expect(trio.caller.ending?.cause == .bye)
    }

    @Test func aCancelReachesTheFarSide() {
        let trio = Trio()
        trio.answerer.react = { if case .incoming = $0 { [.ring(status: 180, nil)] } else { [] } }
        trio.caller.plan.append((.zero + .seconds(4), .hangUp(nil)))
        let hasEnded = trio.run()
        #expect(hasEnded)
        #expect(trio.answerer.ending?.cause == .cancelled && trio.answerer.ending?.side == .them)
        #expect(trio.node.call.report(.near)?.ending?.cause == .cancelled)
    }

    /// The INVITE has no offer: the gateway makes one, and the answer comes with the ACK.
    @Test func anINVITEWithoutOffer() {
        let trio = Trio()
        trio.caller.plan[0].command = {
            guard case .invite(let destination, _) = trio.caller.plan[0].command else { return .hangUp(nil) }
            return .invite(destination, offer: nil)
        }()
        trio.answerer.react = { if case .incoming(let call) = $0 { [.accept(trio.answer(call.offer))] } else { [] } }
        trio.caller.react = { event in
            if case .offered(let offer?, _) = event {
                var session = MediaSession(
                    address: FaxThroughGateway.callerAddress, identifier: 1,
                    capabilities: MediaCapabilities(audio: AudioCapabilities(port: 9_000)))
                if case .accepted(let answer, _) = session.answer(offer, preferring: [.audio]) {
                    return [.answer(answer)]
                }
            }
            return []
        }
        trio.caller.plan.append((.zero + .seconds(4), .hangUp(nil)))
        let hasEnded = trio.run()
        #expect(hasEnded)
        let media = trio.node.events.compactMap { if case .mediaBegan(let side, _) = $0.event { side } else { nil } }
        #expect(Set(media) == [.near, .far], "\(trio.node.events)")
    }

    /// It goes round no more often than its hops allow.
    @Test func hopsEnd() {
        let trio = Trio()
        trio.answerer.react = { if case .incoming = $0 { [.reject(status: 486)] } else { [] } }
        var hops: [String] = []
        trio.run { transit in
            let text = String(decoding: transit.datagram.octets, as: UTF8.self)
            guard text.hasPrefix("INVITE "),
                let line = text.split(separator: "\r\n").first(where: { $0.hasPrefix("Max-F") })
            else { return }
            hops.append(String(line))
        }
        #expect(Set(hops) == ["Max-Forwards: 70", "Max-Forwards: 69"])
    }

    /// A user part that would break a URI is left out.
    @Test(arguments: ["a b", "<x>", "a\u{0}b", String(repeating: "9", count: 65), "x?y", "ü"])
    func hostileNumbersGoNowhere(user: String) throws {
        let gateway = GatewayCall(FaxThroughGateway.gatewaySettings(), random: SeededRandom(seed: 1))
        let body = "v=0\r\no=- 1 1 IN IP4 10.0.0.1\r\ns=-\r\nc=IN IP4 10.0.0.1\r\nt=0 0\r\nm=audio 9000 RTP/AVP 0\r\n"
        let text = """
            INVITE sip:\(user)@10.0.0.3 SIP/2.0\r
            Via: SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bKx;rport\r
            Max-Forwards: 70\r
            From: <sip:\(user)@10.0.0.1>;tag=1\r
            To: <sip:\(user)@10.0.0.3>\r
            Call-ID: x\r
            CSeq: 1 INVITE\r
            Contact: <sip:1@10.0.0.1>\r
            Content-Type: application/sdp\r
            Content-Length: \(body.utf8.count)\r
            \r
            \(body)
            """
        let message = try SIPMessage.lax(Array(text.utf8).span.bytes).value
        let source = SIPPath(.udp, Endpoint(FaxThroughGateway.callerAddress, 5_060))
        let outputs = gateway.receive(message, from: source, at: .zero)
        let invites = outputs.compactMap { output -> String? in
            if case .signal(let octets, to: _, of: .far) = output {
                String(decoding: octets, as: UTF8.self)
            } else {
                nil
            }
        }
        for invite in invites {
            #expect(invite.hasPrefix("INVITE sip:10.0.0.2 SIP/2.0\r\n"), "\(invite.prefix(80))")
            #expect(invite.contains("From: <sip:gateway@"), "\(invite)")
        }
    }

    /// Noise on every port, at every state, ends nothing and breaks nothing.
    @Test func noiseOnMediaPorts() throws {
        var random = SeededRandom(seed: 9)
        let fax = try FaxThroughGateway {
            $0.gateway.t38Side = .far
            $0.gateway.latchesMedia = false
            $0.answerer.transport = TransportPolicy()
        }
        let stranger = Endpoint(IPAddress(v4: 0x0A00_0042), 6_000)
        let noise = NoiseNode(
            from: stranger,
            to: [20_000, 20_002, 20_010, 20_012].map {
                Endpoint(FaxThroughGateway.gatewayAddress, $0)
            }
        ) { (0..<Int(random.next() % 60)).map { _ in UInt8(truncatingIfNeeded: random.next()) } }
        let world = World([StationNode(fax.caller), StationNode(fax.answerer), fax.node, noise])
        world.run(until: .zero + .seconds(200))
        #expect(fax.gateway.hasEnded, "\(fax.story)")
        #expect(fax.gateway.fax.pagesConfirmed <= 1)
    }

    private final class NoiseNode: NetworkNode {
        let endpoints: [Endpoint]
        private let targets: [Endpoint]
        private let make: () -> [UInt8]
        private var due = Instant.zero
        private var left = 2_000

        init(from source: Endpoint, to targets: [Endpoint], _ make: @escaping () -> [UInt8]) {
            endpoints = [source]
            self.targets = targets
            self.make = make
        }

        var deadline: Instant? { left > 0 ? due : nil }
        var isFinished: Bool { true }
        func start(at now: Instant, _ send: (SimulatedDatagram) -> Void) {}
        func receive(_ datagram: SimulatedDatagram, at now: Instant, _ send: (SimulatedDatagram) -> Void) {}
        func wake(at now: Instant, _ send: (SimulatedDatagram) -> Void) {
            left -= 1
            due = now + .milliseconds(15)
            for target in targets { send(SimulatedDatagram(from: endpoints[0], to: target, make())) }
        }
    }
}
