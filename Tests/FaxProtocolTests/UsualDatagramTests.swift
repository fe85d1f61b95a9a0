import FaxCore
import FaxProtocol
import FaxWire
import Testing

/// A receiver that has seen parity goes the long way with every datagram: what comes out is the same.
@Suite("Usual datagrams of UDPTL")
struct UsualDatagramTests {
    private static func datagrams(seed: UInt64) -> [[UInt8]] {
        var random = SeededRandom(seed: seed)
        func happens(oneIn count: Int) -> Bool { Int.random(in: 0..<count, using: &random) == 0 }
        var packets = samplePackets(3_000)
        for index in packets.indices where happens(oneIn: 5) { packets[index] = [UInt8(index & 0x3E)] }
        for index in packets.indices.dropFirst() where happens(oneIn: 5) { packets[index] = packets[index - 1] }
        var datagrams: [[UInt8]] = []
        var sequence = UInt16.random(in: 64_000...65_000, using: &random)
        for (index, primary) in packets.enumerated() {
            let depth = happens(oneIn: 50) ? 0 : min(index, 3)
            let secondaries = (0..<depth).map { packets[index - 1 - $0] }
            var octets = UDPTLPacket(sequence: sequence, primary: primary, recovery: .redundancy(secondaries)).octets
            if happens(oneIn: 200) { octets.removeLast(min(octets.count, 4)) }
            if happens(oneIn: 200) { octets.append(0) }
            sequence &+= 1
            if happens(oneIn: 500) { sequence = UInt16.random(in: 0...(.max), using: &random) }
            if happens(oneIn: 20) { continue }
            datagrams.append(octets)
            if happens(oneIn: 30) { datagrams.append(octets) }
            if happens(oneIn: 30), datagrams.count > 2 { datagrams.swapAt(datagrams.count - 1, datagrams.count - 2) }
        }
        return datagrams
    }

    @Test(arguments: 1...10 as ClosedRange<UInt64>)
    func comeOutTheSame(seed: UInt64) {
        let first = samplePackets(1)[0]
        let datagrams = Self.datagrams(seed: seed)
        var (short, long) = (ReceiverHarness(), ReceiverHarness())
        // One number before all others, alone in its block of parity.
        let number = (UInt16(datagrams[0][0]) << 8 | UInt16(datagrams[0][1])) &- 1
        short.take(UDPTLPacket(sequence: number, primary: first, recovery: .redundancy([first])).octets)
        long.take(UDPTLPacket(sequence: number, primary: first, recovery: .fec(span: 1, parity: [first])).octets)
        for datagram in datagrams {
            let outcomes = (short.take(datagram), long.take(datagram))
            #expect(outcomes.0 == outcomes.1)
        }
        short.finish()
        long.finish()
        #expect(short.delivered == long.delivered && short.octets == long.octets)
        #expect(short.delivered.count > 2_500)
        let (found, wanted) = (short.receiver, long.receiver)
        #expect(found.tracker.lost == wanted.tracker.lost && found.tracker.duplicates == wanted.tracker.duplicates)
        #expect(found.tracker.reordered == wanted.tracker.reordered && found.recovered == wanted.recovered)
        #expect(found.statistics.packets == wanted.statistics.packets)
        #expect(found.statistics.largestPacket == wanted.statistics.largestPacket)
        #expect(found.statistics.withRedundancy == wanted.statistics.withRedundancy + 1)
        #expect(found.statistics.withoutCorrection == wanted.statistics.withoutCorrection)
        #expect(found.statistics.commonestDepth == wanted.statistics.commonestDepth)
        let ofParity: [UDPTLStatistics.Quirk] = [.mixedErrorCorrection, .bogusEarlyFEC, .unusableFEC]
        #expect(found.statistics.quirks == wanted.statistics.quirks.filter { !ofParity.contains($0.quirk) })
        #expect(short.quirk(.repeatUnderNewSequence) > 0)
    }
}
