import FaxCore
import FaxWire
import Testing

@Suite("UDPTL packets")
struct UDPTLTests {
    static let packets: [UDPTLPacket] = [
        UDPTLPacket(sequence: 0, primary: [0x00]),
        UDPTLPacket(sequence: 65535, primary: [0xC0, 1, 0x80, 0, 0, 0xFF], recovery: .redundancy([[0x06], [0x00]])),
        UDPTLPacket(sequence: 7, primary: [0x06], recovery: .redundancy([[], [0x04]])),
        UDPTLPacket(sequence: 9, primary: [0x06], recovery: .fec(span: 3, parity: [[1, 2], [3], []])),
        UDPTLPacket(sequence: 9, primary: [0x06], recovery: .fec(span: 300, parity: [])),
        UDPTLPacket(
            sequence: 40000, primary: [UInt8](repeating: 7, count: 300),
            recovery: .redundancy([[UInt8](repeating: 8, count: 128)])),
    ]

    func strict(_ octets: [UInt8]) throws -> UDPTLPacket { try UDPTLPacket(octets.span.bytes) }
    func read(_ octets: [UInt8]) -> Decoded<UDPTLPacket> { UDPTLPacket.read(octets.span.bytes) }
    func looksLike(_ octets: [UInt8]) -> Bool { UDPTLPacket.looksLike(octets.span.bytes) }

    @Test(arguments: packets)
    func roundTrip(_ packet: UDPTLPacket) throws {
        #expect(try strict(packet.octets) == packet)
    }

    @Test func knownOctets() {
        #expect(
            UDPTLPacket(sequence: 0x1234, primary: [0x06], recovery: .redundancy([[0x00], [0x04]])).octets == [
                0x12, 0x34, 0x01, 0x06, 0x00, 0x02, 0x01, 0x00, 0x01, 0x04,
            ])
        #expect(
            UDPTLPacket(sequence: 2, primary: [0x06], recovery: .fec(span: 3, parity: [[0xAA]])).octets == [
                0x00, 0x02, 0x01, 0x06, 0x80, 0x01, 0x03, 0x01, 0x01, 0xAA,
            ])
    }

    @Test(arguments: packets)
    func everyCutIsReportedAndReadAsFarAsItGoes(_ packet: UDPTLPacket) {
        let octets = packet.octets
        for count in 0..<octets.count {
            let cut = Array(octets.prefix(count))
            let decoded = read(cut)
            #expect(decoded.stoppedBy?.layer == .udptl)
            #expect(throws: DecodeFailure.self) { try strict(cut) }
            if count >= 2 { #expect(decoded.value.sequence == packet.sequence) }
            #expect(!looksLike(cut))
        }
    }

    @Test func trailingOctetsAreReported() throws {
        let octets = Self.packets[1].octets + [0, 0, 0]
        let layout = UDPTLLayout(octets.span.bytes)
        #expect(layout.isComplete && layout.trailing == 3)
        #expect(read(octets).value == Self.packets[1])
        #expect(throws: DecodeFailure.self) { try strict(octets) }
    }

    @Test func fragmentedLengthsAreRefused() {
        let octets: [UInt8] = [0, 1, 0xC1, 0, 0, 0, 0]
        #expect(
            read(octets).stoppedBy
                == DecodeFailure(
                    layer: .udptl, field: "primary-ifp-packet length", offset: 2,
                    reason: .invalid("fragmented length form")))
    }

    @Test func mutationsNeverTrap() {
        var random = SeededRandom(seed: 38)
        for _ in 0..<20_000 {
            var octets = Self.packets[Int.random(in: 0..<Self.packets.count, using: &random)].octets
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let place = Int.random(in: 0..<octets.count, using: &random)
                octets[place] = UInt8.random(in: 0...255, using: &random)
            }
            octets = Array(octets.prefix(Int.random(in: 0...octets.count, using: &random)))
            let decoded = read(octets)
            #expect(decoded.value.primary.count <= octets.count)
            _ = looksLike(octets)
            for form in IFPForm.allCases { _ = IFPPacket.read(decoded.value.primary.span.bytes, form: form) }
        }
    }
}
