import FaxCore
import FaxDSP
import Simulator
import Testing

/// Calls whose every octet and time is known. A change that is meant to make calls faster or clearer leaves these alone; a
/// change of what stations or networks do changes them, and then says so where it is told what changed.
@Suite struct GoldenCallTests {
    struct Row: Sendable, CustomTestStringConvertible {
        var transport: CallScenario.Transport
        var network: String
        /// FNV-1a of the capture at the answerer.
        var hash: UInt64
        var testDescription: String { "\(transport.rawValue), \(network)" }
    }

    private static let clean = "delay=60ms"
    private static let faulty = "loss=2% burst=2 delay=60ms jitter=20ms duplicate=1%"

    private static let rows = [
        Row(transport: .t38, network: clean, hash: 0x8FF6_7C3D_1FFC_AB44),
        Row(transport: .t38, network: faulty, hash: 0xB530_37F7_88F1_7347),
        Row(transport: .g711, network: clean, hash: 0xE774_C76D_6B20_10C0),
        Row(transport: .g711, network: faulty, hash: 0x56C8_551A_598C_CCF6),
        Row(transport: .gateway, network: clean, hash: 0xC435_D43D_7822_20DE),
        Row(transport: .gateway, network: faulty, hash: 0xBC7A_6A54_E6F0_9280),
        Row(transport: .gatewayTerminal, network: clean, hash: 0x4F85_483F_AC7A_5A9A),
        Row(transport: .gatewayTerminal, network: faulty, hash: 0x71B4_3764_5090_07E1),
    ]

    private static let document = Result { try SimulatedDocument([TextLikePage(heightPx: 60, seed: 3).bitmap()]) }

    #if arch(x86_64)
        private static let isKnownHere = true
    #else
        private static let isKnownHere = false
    #endif

    /// Modems calculate in floating point: another architecture or version of libspandsp has octets of its own.
    @Test(.enabled(if: isKnownHere, "the hashes are those of x86-64"), arguments: rows)
    func `A call is the same to the octet as it was before`(_ row: Row) throws {
        var scenario = CallScenario(document: try Self.document.get())
        scenario.transport = row.transport
        scenario.forth = try NetworkSpec(row.network)
        scenario.back = scenario.forth
        let result = try CallTrial(scenario, seed: 5, tap: .answerer).run()
        let octets = try #require(result.capture).pcapng(comment: "")
        #expect(Self.hash(octets) == row.hash)
    }

    private static func hash(_ octets: [UInt8]) -> UInt64 {
        octets.withUnsafeBufferPointer { octets in
            var hash: UInt64 = 0xCBF2_9CE4_8422_2325
            for octet in octets { hash = (hash ^ UInt64(octet)) &* 0x0000_0100_0000_01B3 }
            return hash
        }
    }
}
