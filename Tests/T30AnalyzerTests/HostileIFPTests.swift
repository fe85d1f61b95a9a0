import FaxCore
import FaxWire
import PcapDecode
import T30Analyzer
import Testing

/// Octets from outside never trap, and what they build stays bounded.
@Suite struct HostileIFPTests {
    /// One call of many packets, so that rounds go on from whatever state the last one left.
    @Test(arguments: [UInt64(1), 2, 3, 4])
    func randomOctets(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var script = FaxScript()
        for round in 0..<5_000 {
            let party: Party = random.next() & 1 == 0 ? .caller : .callee
            var octets = (0..<Int(random.next() % 24)).map { _ in UInt8(truncatingIfNeeded: random.next()) }
            // Half of them begin as real packets do.
            if round & 1 == 0, !octets.isEmpty {
                octets[0] = [0x00, 0x06, 0xC0, 0xC8, 0xD0, 0xE0][Int(random.next() % 6)]
            }
            script.wait(0.01)
            script.send(party, octets: octets)
        }
        let fax = FaxAnalyzer().analyze(script.call())
        #expect(fax.pages.count <= 5_000)
        #expect(fax.remarks.allSatisfy { $0.frames.count <= 32 })
        _ = Diagnosis(script.call(), fax)
    }

    @Test func frameWithoutEndStaysBounded() {
        var script = FaxScript()
        script.indicator(.caller, .v21Preamble, lasting: 1)
        for _ in 0..<2_000 {
            script.send(.caller, .data(.v21, [.init(.hdlcData, [UInt8](repeating: 0x5A, count: 64))]))
        }
        let fax = FaxAnalyzer().analyze(script.call())
        #expect(fax.messages.map(\.octets.count) == [4_096])
        #expect(fax.messages.map(\.crcOK) == [nil])
        #expect(fax.remarks.contains { $0.name == "ifp-frame-too-long" })
    }
}
