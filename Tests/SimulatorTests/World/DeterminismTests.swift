import FaxCore
import FaxDSP
import Simulator
import Testing

@Suite struct DeterminismTests {
    struct Row: Sendable, CustomTestStringConvertible {
        var transport: CallScenario.Transport
        var network: String
        var testDescription: String { "\(transport.rawValue), \(network)" }
    }

    private static let networks = [
        "delay=60ms jitter=20ms", "delay=60ms jitter=20ms order=free", "delay=60ms reorder=5%",
        "delay=60ms duplicate=3%", "delay=60ms corrupt=1%", "loss=3% burst=3 delay=60ms",
        "profile=G.1050:E",
    ]

    private static let rows: [Row] = CallScenario.Transport.allCases.flatMap { transport in
        // Of audio, which takes longest, two.
        networks.suffix(transport == .g711 ? 2 : networks.count).map { Row(transport: transport, network: $0) }
    }

    private static let document = Result { try SimulatedDocument([TextLikePage(heightPx: 60, seed: 3).bitmap()]) }

    @Test(arguments: rows)
    func `The same seed gives the same octets of capture, whatever the network does`(_ row: Row) throws {
        var scenario = CallScenario(document: try Self.document.get())
        scenario.transport = row.transport
        scenario.forth = try NetworkSpec(row.network)
        scenario.back = scenario.forth
        scenario.limit = .seconds(120)
        func capture(_ seed: UInt64) throws -> [UInt8] {
            try #require(CallTrial(scenario, seed: seed, tap: .answerer).run().capture).pcapng(comment: "")
        }
        let first = try capture(11)
        let isSame = try capture(11) == first
        let isOther = try capture(12) != first
        #expect(isSame && isOther)
    }
}
