import FaxCore
import FaxWire
import Testing

@testable import Sanitizer

/// What a conversion between laws left out stays left out.
@Suite struct LeftOutValuesTests {
    private static func noise(_ law: G711) -> [UInt8] {
        var random = SeededRandom(seed: 8)
        return (0..<60_000).map { _ in law.octet(Int16.random(in: -8_000...8_000, using: &random)) }
    }

    @Test(arguments: [(G711.muLaw, G711.aLaw), (.aLaw, .muLaw)])
    func convertedValuesStayLeftOut(from first: G711, to second: G711) {
        let converted = second.octets(first.samples(Self.noise(first)))
        let values = LeftOutValues(converted, second)
        let used = Set(converted)
        let plain = Self.noise(second)
        let missing = Set(plain).subtracting(used)
        #expect(missing.count >= 4)
        for octet in plain {
            let new = values.octet(octet)
            #expect(new == octet || missing.contains(octet))
            // The smallest value is silence, which any stream may hold; above the loudest nothing is left out.
            let level = abs(Int(second.sample(octet)))
            #expect(used.contains(new) || level <= 8 || level > 7_000)
            #expect(
                abs(Int(second.sample(new)) - Int(second.sample(octet))) <= max(16, abs(Int(second.sample(octet))) / 8))
        }
    }

    /// A stream that uses all values of its law keeps all; one that is only quiet, or short, is not made quieter.
    @Test(arguments: G711.allCases) func aStreamOfOneLawIsLeftAlone(law: G711) {
        for octets in [
            Self.noise(law), Array(Self.noise(law).prefix(50)), [UInt8](repeating: law.idleOctet, count: 9_000), [],
        ] {
            let values = LeftOutValues(octets, law)
            #expect((0...255).allSatisfy { values.octet(UInt8($0)) == UInt8($0) })
        }
    }
}
