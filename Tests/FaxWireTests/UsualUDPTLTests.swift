import FaxCore
import FaxWire
import Testing

/// The short reading of usual packets tells what the whole one does, and of no others anything.
@Suite("Usual UDPTL packets")
struct UsualUDPTLTests {
    private static func packet(_ random: inout SeededRandom) -> [UInt8] {
        func octets(_ most: Int) -> [UInt8] {
            (0..<Int.random(in: 0...most, using: &random)).map { _ in UInt8.random(in: 0...(.max), using: &random) }
        }
        let most = Int.random(in: 0...9, using: &random) == 0 ? 200 : 20
        let entries = (0..<Int.random(in: 0...5, using: &random)).map { _ in octets(most) }
        let isFEC = Int.random(in: 0...5, using: &random) == 0
        var bytes = UDPTLPacket(
            sequence: UInt16.random(in: 0...(.max), using: &random), primary: octets(most),
            recovery: isFEC ? .fec(span: 3, parity: entries) : .redundancy(entries)
        ).octets
        switch Int.random(in: 0...7, using: &random) {
        case 0: bytes.append(contentsOf: octets(3))
        case 1: bytes.removeLast(Int.random(in: 0...bytes.count, using: &random))
        case 2: bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...(.max), using: &random)
        default: break
        }
        return bytes
    }

    /// Of the whole reading: nothing of the packet is unusual.
    private static func isUsual(_ layout: UDPTLLayout, _ bytes: RawSpan) -> Bool {
        guard layout.isComplete, layout.trailing == 0, layout.recovery == .redundancy, !layout.hasEmptyEntry,
            layout.primary.lowerBound == 3, !layout.primary.isEmpty
        else { return false }
        var place = 0
        var octets = layout.primary.count + 5
        while let entry = layout.nextEntry(bytes, after: &place) { octets += 1 + entry.count }
        // A length of two octets leaves some over.
        return octets == bytes.byteCount
    }

    @Test func agreeWithTheWholeReading() {
        var random = SeededRandom(seed: 38)
        var usual = 0
        for _ in 0..<20_000 {
            let octets = Self.packet(&random)
            let bytes = octets.span.bytes
            let layout = UDPTLLayout(bytes)
            let packet = UsualUDPTL(bytes)
            #expect((packet != nil) == Self.isUsual(layout, bytes), "\(octets)")
            guard let packet else { continue }
            usual += 1
            #expect(packet.sequence == layout.sequence && packet.primary == layout.primary, "\(octets)")
            #expect(packet.entries == layout.entries, "\(octets)")
        }
        #expect((4_000...16_000).contains(usual))
    }
}
