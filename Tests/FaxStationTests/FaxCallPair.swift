import FaxCore
import FaxDSP
import FaxProtocol
import FaxStation
import Simulator

/// Two calls in the simulated network, with settings of their own each.
final class FaxCallPair {
    let caller: FaxCall
    let answerer: FaxCall
    /// Every datagram as it left its sender.
    private(set) var sent: [(time: Instant, datagram: SimulatedDatagram)] = []
    private let document: MemoryFile
    private let reception: MemoryFile

    static let callerAddress = IPAddress(v4: 0x0A00_0001)
    static let answererAddress = IPAddress(v4: 0x0A00_0002)

    /// - Parameter change: of both settings, the caller's first.
    init(
        seed: UInt64 = 1, pages: [PageBitmap] = FaxCallPair.pages,
        _ change: (inout FaxCallSettings, inout FaxCallSettings) -> Void = { _, _ in }
    ) throws {
        let document = try MemoryFile(try TIFFDocument.write(pages))
        let reception = try MemoryFile()
        var calling = FaxStation(.caller)
        calling.documentPath = document.path
        var answering = FaxStation(.answerer)
        answering.receptionPath = reception.path
        self.document = document
        self.reception = reception
        var (first, second) = (
            Self.settings(calling, Self.callerAddress), Self.settings(answering, Self.answererAddress)
        )
        let target = Endpoint(Self.answererAddress, 5_060)
        first.destination = SIPDestination(uri: "sip:2000@\(target.address)", path: SIPPath(.udp, target))
        change(&first, &second)
        caller = FaxCall(first, random: SeededRandom(seed: seed))
        answerer = FaxCall(second, random: SeededRandom(seed: seed &+ 1_000))
    }

    static let pages = [TextLikePage(heightPx: 100, seed: 3).bitmap()]

    /// What the answerer wrote.
    func received() throws -> [PageBitmap] { try TIFFDocument.read(reception.octets()) }

    private static func settings(_ station: FaxStation, _ address: IPAddress) -> FaxCallSettings {
        FaxCallSettings(
            station: station, agent: SIPAgent(path: SIPPath(.udp, Endpoint(address, 5_060)), user: "1000"),
            mediaAddress: address, audioPort: 10_000, t38Port: 10_002)
    }

    /// - Returns: whether both calls came to their end.
    @discardableResult
    func run(_ network: String = "delay=60ms", limit: Int64 = 600) throws -> Bool {
        try run([StationNode(caller), StationNode(answerer)], network, limit: limit)
    }

    /// With something around the stations.
    func run(_ nodes: [any NetworkNode], _ network: String = "delay=60ms", limit: Int64 = 600) throws -> Bool {
        let world = World(nodes)
        world.connect(0, 1, NetworkPath(try NetworkSpec(network), seed: 1, sender: .caller))
        world.connect(1, 0, NetworkPath(try NetworkSpec(network), seed: 1, sender: .callee))
        world.onSend = { [self] in sent.append(($0.time, $0.datagram)) }
        return world.run(until: .zero + .seconds(limit))
    }

    /// SIP messages that begin so, retransmissions too.
    func messages(_ start: String) -> Int {
        sent.count { $0.datagram.octets.starts(with: start.utf8) }
    }

    var isDelivered: Bool {
        caller.report.completion == 0 && answerer.report.completion == 0 && answerer.report.pagesReceived == 1
    }
}

extension FaxCall {
    /// When something of that kind happened first.
    func time(of isMeant: (Event) -> Bool) -> Instant? { events.first { isMeant($0.event) }?.time }
}
