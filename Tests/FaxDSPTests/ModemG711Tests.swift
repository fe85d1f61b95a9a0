import CSpanDSP
import FaxDSP
import FaxWire
import Testing

@Suite struct ModemG711Tests {
    @Test func everyOctetDecodesAsInSpanDSP() {
        for octet in UInt8.min...UInt8.max {
            #expect(G711.muLaw.sample(octet) == ulaw_to_linear(octet))
            #expect(G711.aLaw.sample(octet) == alaw_to_linear(octet))
        }
    }

    @Test func everySampleEncodesAsInSpanDSP() {
        for sample in Int16.min...Int16.max {
            let (mu, a) = (G711.muLaw.octet(sample), G711.aLaw.octet(sample))
            if mu != linear_to_ulaw(Int32(sample)) || a != linear_to_alaw(Int32(sample)) {
                Issue.record("\(sample): \(mu) \(a)")
                return
            }
        }
    }

    @Test(arguments: G711.allCases) func everyOctetSurvives(_ law: G711) {
        // µ-law has two zeros; the negative one comes back as the positive one.
        for octet in UInt8.min...UInt8.max where !(law == .muLaw && octet == 0x7F) {
            #expect(law.octet(law.sample(octet)) == octet)
        }
        #expect(abs(law.sample(law.idleOctet)) <= 8)
        #expect(law.samples(law.octets([1000, -1000])).map { ($0 + 50) / 100 } == [10, -9])
    }
}
