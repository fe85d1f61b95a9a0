import FaxCore
import FaxDSP
import FaxProtocol
import FaxStation
import FaxWire
import Simulator

/// A caller, a gateway and an answerer in the simulated network.
final class FaxThroughGateway {
    let caller: FaxCall
    let answerer: FaxCall
    let node: GatewayNode
    var gateway: GatewayCall { node.call }
    /// Every datagram as it left its sender.
    private(set) var sent: [(time: Instant, datagram: SimulatedDatagram)] = []
    private(set) var world: World?
    private let document: MemoryFile
    private let reception: MemoryFile
    let pages: [PageBitmap]

    static let callerAddress = IPAddress(v4: 0x0A00_0001)
    static let answererAddress = IPAddress(v4: 0x0A00_0002)
    static let gatewayAddress = IPAddress(v4: 0x0A00_0003)

    struct Settings {
        var caller: FaxCallSettings
        var answerer: FaxCallSettings
        var gateway: GatewaySettings
    }

    /// By default both stations speak G.711 only, which a test changes for the side that it means.
    init(
        seed: UInt64 = 1, pages: [PageBitmap] = [TextLikePage(heightPx: 150, seed: 3).bitmap()],
        _ change: (inout Settings) -> Void = { _ in }
    ) throws {
        self.pages = pages
        let document = try MemoryFile(try TIFFDocument.write(pages))
        let reception = try MemoryFile()
        var calling = FaxStation(.caller)
        calling.documentPath = document.path
        calling.identification = "+1 555 0100"
        var answering = FaxStation(.answerer)
        answering.receptionPath = reception.path
        answering.identification = "+1 555 0200"
        self.document = document
        self.reception = reception
        var settings = Settings(
            caller: Self.settings(calling, Self.callerAddress),
            answerer: Self.settings(answering, Self.answererAddress), gateway: Self.gatewaySettings())
        let target = Endpoint(Self.gatewayAddress, 5_060)
        settings.caller.destination = SIPDestination(uri: "sip:2000@\(target.address)", path: SIPPath(.udp, target))
        settings.caller.transport = .audioOnly
        settings.answerer.transport = .audioOnly
        change(&settings)
        caller = FaxCall(settings.caller, random: SeededRandom(seed: seed))
        answerer = FaxCall(settings.answerer, random: SeededRandom(seed: seed &+ 1_000))
        node = GatewayNode(GatewayCall(settings.gateway, random: SeededRandom(seed: seed &+ 2_000)))
    }

    private static func settings(_ station: FaxStation, _ address: IPAddress) -> FaxCallSettings {
        FaxCallSettings(
            station: station, agent: SIPAgent(path: SIPPath(.udp, Endpoint(address, 5_060)), user: "1000"),
            mediaAddress: address, audioPort: 10_000, t38Port: 10_002)
    }

    static func gatewaySettings() -> GatewaySettings {
        let agent = SIPAgent(path: SIPPath(.udp, Endpoint(gatewayAddress, 5_060)), user: "gateway")
        let target = Endpoint(answererAddress, 5_060)
        return GatewaySettings(
            near: .init(agent: agent, mediaAddress: gatewayAddress, audioPort: 20_000, t38Port: 20_002),
            far: .init(agent: agent, mediaAddress: gatewayAddress, audioPort: 20_010, t38Port: 20_012),
            destination: SIPDestination(uri: "sip:\(target.address)", path: SIPPath(.udp, target)))
    }

    /// - Parameter network: on either side of the gateway, both ways.
    /// - Returns: whether every call came to its end.
    @discardableResult
    func run(_ network: String = "delay=30ms", limit: Int64 = 600) throws -> Bool {
        let world = World([StationNode(caller), StationNode(answerer), node])
        for (station, party) in [(0, Party.caller), (1, Party.callee)] {
            world.connect(station, 2, NetworkPath(try NetworkSpec(network), seed: 1, sender: party))
            world.connect(2, station, NetworkPath(try NetworkSpec(network), seed: 2, sender: party))
        }
        world.onSend = { [self] in sent.append(($0.time, $0.datagram)) }
        self.world = world
        return world.run(until: .zero + .seconds(limit))
    }

    /// Datagrams of that host that begin so, repetitions too.
    func messages(_ start: String, from address: IPAddress) -> Int {
        sent.count { $0.datagram.source.address == address && $0.datagram.octets.starts(with: start.utf8) }
    }

    var events: [GatewayCall.Event] { node.events.map(\.event) }

    var story: String {
        node.events.map { "\($0.time.nanoseconds / 1_000_000) ms: \($0.event)" }.joined(separator: "\n")
            + "\ncaller \(caller.report.completionText ?? "?"), answerer \(answerer.report.completionText ?? "?")"
    }

    var isDelivered: Bool {
        caller.report.completion == 0 && answerer.report.completion == 0
            && answerer.report.pagesReceived == pages.count
    }

    /// The pages received are those sent, pixel by pixel.
    var arePagesEqual: Bool {
        get throws { try TIFFDocument.read(try reception.octets()).map(\.octets) == pages.map(\.octets) }
    }
}
