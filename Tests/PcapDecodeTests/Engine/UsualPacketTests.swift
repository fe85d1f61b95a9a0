import FaxCore
import FaxWire
import Testing

@testable import PcapDecode

/// What takes the short way through a stream of RTP counts as if it took the long one.
@Suite struct UsualPacketTests {
    /// A sender that goes on as it should most of the time, and does everything odd now and then.
    private struct Sender {
        var random: SeededRandom
        private var sequence: UInt16 = 65_400
        private var timestamp: UInt32 = 0xFFFF_E000
        private var time: Int64 = 0
        private var frame: UInt32 = 0
        private var type: UInt8 = 0

        init(seed: UInt64) { random = SeededRandom(seed: seed) }

        private mutating func happens(oneIn count: Int) -> Bool { Int.random(in: 0..<count, using: &random) == 0 }

        mutating func next() -> (packet: MediaPacket, octets: [UInt8]) {
            sequence &+= 1
            timestamp &+= 160
            time += 20_000_000 + Int64.random(in: -3_000_000...3_000_000, using: &random)
            frame += 1
            disturb()
            let first: UInt8 = [0x80, 0x80, 0x80, 0xA0, 0x90, 0x81][
                happens(oneIn: 40) ? Int.random(in: 0...5, using: &random) : 0]
            let marker: UInt8 = happens(oneIn: 60) ? 0x80 : 0
            var octets = RTPHeader(payloadType: type, sequence: sequence, timestamp: timestamp, ssrc: 7)
                .packet(payload: (0..<160).map { _ in UInt8.random(in: 0...3, using: &random) })
            (octets[0], octets[1]) = (first, octets[1] | marker)
            if happens(oneIn: 200) { octets.removeLast(Int.random(in: 0...170, using: &random)) }
            return (
                MediaPacket(
                    frame: FrameRef(number: frame), time: Instant(nanoseconds: time), isTruncated: happens(oneIn: 90)),
                octets
            )
        }

        private mutating func disturb() {
            if happens(oneIn: 30) { sequence &+= UInt16.random(in: 0...4, using: &random) }
            if happens(oneIn: 30) { sequence &-= UInt16.random(in: 0...4, using: &random) }
            if happens(oneIn: 300) { sequence = UInt16.random(in: 0...(.max), using: &random) }
            if happens(oneIn: 50) { timestamp &+= UInt32.random(in: 0...2_000, using: &random) }
            if happens(oneIn: 400) { timestamp = UInt32.random(in: 0...(.max), using: &random) }
            if happens(oneIn: 100) { time += Int64.random(in: -40_000_000...9_000_000_000, using: &random) }
            if happens(oneIn: 50) { type = [0, 0, 8, 13, 96, 100, 101][Int.random(in: 0...6, using: &random)] }
        }
    }

    private static func stream(_ packet: MediaPacket, clockRate: Int?) -> AudioStream {
        let end = Endpoint(IPAddress(v4: 0x0A4D_0001), 4000)
        return AudioStream(
            key: FlowKey(source: end, destination: end), ssrc: 7, packet: packet, roles: PayloadRoles(),
            clockRate: clockRate, keepsAudio: false)
    }

    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func countsTheSame(seed: UInt64) {
        var sender = Sender(seed: seed)
        let first = sender.next()
        let clockRate = seed % 5 == 0 ? nil : 8_000
        let usual = Self.stream(first.packet, clockRate: clockRate)
        let plain = Self.stream(first.packet, clockRate: clockRate)
        var short = 0
        for number in 0..<3_000 {
            let (packet, octets) = sender.next()
            let payload = octets.span.bytes
            let isCopy = number % 70 == 0
            plain.receive(packet, payload, isCopy: isCopy)
            if !isCopy, usual.goesOn(packet, payload) {
                short += 1
            } else {
                usual.receive(packet, payload, isCopy: isCopy)
            }
            if number == 2_500 {
                usual.announce(PayloadRoles())
                plain.announce(PayloadRoles())
            }
        }
        let (found, wanted) = (usual.stream(MediaSecurity()), plain.stream(MediaSecurity()))
        #expect(found.statistics == wanted.statistics)
        #expect(found.packets == wanted.packets && found.codec == wanted.codec && found.quirks == wanted.quirks)
        #expect(found.lastFrame == wanted.lastFrame && found.lastTime == wanted.lastTime)
        #expect(found.events.map(\.frame) == wanted.events.map(\.frame))
        #expect(clockRate == nil ? short == 0 : short > 1_000)
    }

    /// Two octets that are no head of RTP are none that goes on, before any packet as after one.
    @Test func takesNothingElse() {
        var sender = Sender(seed: 1)
        let (packet, octets) = sender.next()
        let stream = Self.stream(packet, clockRate: 8_000)
        func goesOn(_ octets: [UInt8]) -> Bool { stream.goesOn(packet, octets.span.bytes) }
        var other = octets
        (other[0], other[1]) = (0, 0)
        #expect(!goesOn(other))
        stream.receive(packet, octets.span.bytes, isCopy: false)
        other[3] &+= 1
        #expect(!goesOn(other))
        (other[0], other[1]) = (octets[0], octets[1])
        #expect(goesOn(other))
        other[3] &+= 1
        #expect(!goesOn(Array(other.prefix(11))))
        other[11] ^= 1
        #expect(!goesOn(other))
        other[11] ^= 1
        #expect(goesOn(other))
    }
}
