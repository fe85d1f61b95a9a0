import FaxCore
import FaxDSP
import FaxProtocol
import FaxStation

/// Runs a ``CallScenario`` with a seed: the same scenario, seed and version give the same datagrams at the same times.
public struct CallTrial: Sendable {
    public let scenario: CallScenario
    public let seed: UInt64
    /// Where to capture; `nil`: not at all.
    public var tap: WorldCapture.Tap?

    public init(_ scenario: CallScenario, seed: UInt64, tap: WorldCapture.Tap? = nil) {
        self.scenario = scenario
        self.seed = seed
        self.tap = tap
    }

    static let callerAddress = IPAddress(v4: 0x0A00_0001)
    static let answererAddress = IPAddress(v4: 0x0A00_0002)
    static let middleAddress = IPAddress(v4: 0x0A00_0003)
    static let audioPort: UInt16 = 10_000
    static let t38Port: UInt16 = 10_002

    /// Throws when the system gives no memory files.
    public func run() throws(MemoryFile.Failure) -> TrialResult {
        let document = try MemoryFile(scenario.document.octets)
        let reception = try MemoryFile()
        var random = SeededRandom(seed: seed)
        let caller = FaxCall(callerSettings(document.path), random: SeededRandom(seed: random.next()))
        let answerer = FaxCall(answererSettings(reception.path), random: SeededRandom(seed: random.next()))
        let middle = middle(&random)
        var result = run(caller, answerer, middle)
        result.pages = pages(reception)
        return result
    }

    private func run(_ caller: FaxCall, _ answerer: FaxCall, _ middle: B2BUANode?) -> TrialResult {
        let nodes = [StationNode(caller), StationNode(answerer)]
        var all: [any NetworkNode] = nodes
        if let middle { all.append(middle) }
        let world = World(all)
        connect(world, middle)
        let recorder = TrialRecorder(tap: tap)
        recorder.watch(world)
        let events = CallEventFinder(caller, answerer)
        if scenario.aimsAtEvents { events.watch(nodes, world) }
        // A station that no INVITE ever reached has no call that could end.
        let hasEnded = world.run(until: .zero + scenario.limit) || (caller.isFinished && answerer.events.isEmpty)
        if !hasEnded {
            // Receptions are written to the end, so that what came can be looked at.
            _ = caller.hangUp(at: world.now)
            _ = answerer.hangUp(at: world.now)
        }
        return TrialResult(
            seed: seed, hasEnded: hasEnded, duration: Self.end(of: [caller, answerer], world) - .zero,
            caller: StationResult(caller), answerer: StationResult(answerer),
            forth: world.figures(0, 1) + world.figures(0, 2), back: world.figures(1, 0) + world.figures(2, 0),
            capture: recorder.capture, tapLoss: recorder.tapLoss)
    }

    /// Numbers of the nodes: 0 caller, 1 answerer, 2 B2BUA.
    private func connect(_ world: World, _ middle: B2BUANode?) {
        func path(_ spec: NetworkSpec, _ sender: Party) -> NetworkPath {
            NetworkPath(spec, seed: seed, sender: sender)
        }
        let (forth, back) = (path(scenario.forth, .caller), path(scenario.back, .callee))
        // What does not go through the B2BUA takes the same network.
        world.connect(0, 1, forth)
        world.connect(1, 0, back)
        guard middle != nil else { return }
        world.connect(0, 2, forth)
        world.connect(2, 0, back)
        var short = NetworkSpec()
        short.delay = .milliseconds(5)
        world.connect(2, 1, path(short, .caller))
        world.connect(1, 2, path(short, .callee))
    }

    private func middle(_ random: inout SeededRandom) -> B2BUANode? {
        guard scenario.b2bua != .none else { return nil }
        let target = Endpoint(Self.answererAddress, 5_060)
        var settings = B2BUANode.Settings(
            address: Self.middleAddress,
            destination: SIPDestination(uri: "sip:5550200@\(target.address)", path: SIPPath(.udp, target)))
        settings.anchorsMedia = scenario.b2bua == .anchoring
        return B2BUANode(settings, random: SeededRandom(seed: random.next()))
    }

    /// When both had hung up: what follows is the clearing away of SIP transactions.
    private static func end(of calls: [FaxCall], _ world: World) -> Instant {
        let ends = calls.compactMap(\.endTime)
        return ends.count == calls.count ? ends.max() ?? world.now : world.now
    }

    private func pages(_ reception: borrowing MemoryFile) -> TrialResult.Pages {
        var pages = TrialResult.Pages(sent: scenario.document.pages.count, received: 0, areEqual: nil)
        guard let octets = try? reception.octets(), !octets.isEmpty else { return pages }
        if scenario.comparesPages {
            guard let received = try? TIFFDocument.read(octets) else { return pages }
            pages.received = received.count
            pages.areEqual = received.map(\.octets) == scenario.document.pages.map(\.octets)
        } else {
            pages.received = (try? TIFFDocument.pageCount(octets)) ?? 0
        }
        return pages
    }

    // MARK: - Stations

    private func callerSettings(_ document: String) -> FaxCallSettings {
        var station = FaxStation(.caller)
        station.identification = "+1 555 0100"
        station.documentPath = document
        var settings = settings(station, scenario.caller, Self.callerAddress, user: "5550100")
        let target = Endpoint(scenario.b2bua == .none ? Self.answererAddress : Self.middleAddress, 5_060)
        settings.destination = SIPDestination(uri: "sip:5550200@\(target.address)", path: SIPPath(.udp, target))
        return settings
    }

    private func answererSettings(_ reception: String) -> FaxCallSettings {
        var station = FaxStation(.answerer)
        station.identification = "+1 555 0200"
        station.receptionPath = reception
        var settings = settings(station, scenario.answerer, Self.answererAddress, user: "5550200")
        switch scenario.transport {
        case .g711: break
        case .t38, .gateway, .gatewayTerminal:
            guard scenario.answerer.asksForT38 else { break }
            settings.transport.offersT38 = .reinvite(after: scenario.switchDelay)
        }
        return settings
    }

    private func settings(
        _ station: FaxStation, _ options: CallScenario.StationOptions, _ address: IPAddress, user: String
    ) -> FaxCallSettings {
        var station = station
        station.hasECM = options.hasECM
        station.modems = options.modems
        station.compressions = options.compressions
        station.abilities = options.abilities
        let agent = SIPAgent(path: SIPPath(.udp, Endpoint(address, 5_060)), user: user)
        var settings = FaxCallSettings(
            station: station, agent: agent, mediaAddress: address, audioPort: Self.audioPort,
            t38Port: Self.t38Port)
        settings.audio = options.audio
        settings.t38 = options.t38
        settings.clockPPM = options.clockPPM
        settings.sdpQuirks = options.sdpQuirks
        settings.faults = options.faults
        if let delay = options.offersT38 { settings.transport.offersT38 = .reinvite(after: delay) }
        settings.transport.refusal = options.refusal
        settings.transport.responseDelay = options.responseDelay
        switch scenario.transport {
        case .t38: settings.transport.acceptsT38 = options.acceptsT38
        case .gatewayTerminal where station.role == .answerer: settings.transport.acceptsT38 = options.acceptsT38
        case .gateway, .gatewayTerminal:
            settings.transport.acceptsT38 = options.acceptsT38
            settings.terminal = .behindGateway(T38Gateway.Configuration())
        case .g711: settings.transport.acceptsT38 = false
        }
        return settings
    }
}

extension CallScenario {
    /// Something in the network waits for an event of the call.
    var aimsAtEvents: Bool { forth.aimsAtEvents || back.aimsAtEvents }
}

extension NetworkSpec {
    fileprivate var aimsAtEvents: Bool {
        func isEvent(_ moment: Moment) -> Bool {
            switch moment {
            case .time: false
            case .event: true
            }
        }
        return outages.contains { isEvent($0.start) } || block.map(isEvent) ?? false
    }
}
