import FaxCore
import FaxWire
import PcapDecode
import Testing

@Suite("IP fragments")
struct NetworkFragmentTests {
    static let payload = (0..<100).map { UInt8($0) }
    static let datagram = Build.udp(payload)

    /// The octets of the datagram from `start` as a fragment.
    static func piece(_ range: Range<Int>, last: Bool? = nil, id: UInt16 = 7, v6: Bool = false) -> [UInt8] {
        let octets = [UInt8](datagram[range])
        let isLast = last ?? (range.upperBound == datagram.count)
        if v6 {
            let field = UInt16(range.lowerBound) | (isLast ? 0 : 1)
            return Build.ipv6([17, 0, UInt8(field >> 8), UInt8(field & 255), 0, 0, 0, UInt8(id)] + octets, next: 44)
        }
        return Build.ipv4(octets, id: id, fragment: UInt16(range.lowerBound / 8) | (isLast ? 0 : 0x2000))
    }

    static let ranges = [0..<40, 40..<72, 72..<108]
    static let orders = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]]

    @Test("in any order, IPv4 and IPv6", arguments: orders, [false, true])
    func anyOrder(_ order: [Int], _ v6: Bool) throws {
        let sink = decode(order.map { Self.piece(Self.ranges[$0], v6: v6) }, as: .rawIP)
        let packet = try #require(sink.packets.first)
        #expect(sink.packets.count == 1)
        #expect(packet.payload == Self.payload)
        #expect(packet.info.fragments == 3)
        #expect(packet.info.frame.number == 3)
        #expect(packet.info.ipID == 7)
        #expect(sink.warnings.isEmpty)
    }

    @Test("overlapping and repeated fragments")
    func overlap() {
        let pieces = [0..<48, 40..<80, 0..<48, 24..<56, 72..<108]
        #expect(decode(pieces.map { Self.piece($0) }, as: .rawIP).packets.map(\.payload) == [Self.payload])
    }

    @Test("packets in between do not mix")
    func interleaved() {
        let frames = Self.ranges.flatMap { [Self.piece($0, id: 1), Self.piece($0, id: 2)] }
        let sink = decode(frames, as: .rawIP)
        #expect(sink.packets.map(\.payload) == [Self.payload, Self.payload])
        #expect(sink.packets.map(\.info.ipID) == [1, 2])
    }

    @Test("a missing fragment: what came before it is handed out when its time is over, or at the end")
    func missing() throws {
        let frames = [Self.piece(0..<40), Self.piece(72..<108), Self.piece(0..<40, id: 8)]
        for (apart, finish) in [(Int64(0), true), (40, false)] {
            let sink = decode(frames, as: .rawIP, secondsApart: apart, finish: finish)
            let packet = try #require(sink.packets.first)
            #expect(packet.payload == [UInt8](Self.payload.prefix(32)))
            #expect(packet.info.isTruncated)
            #expect(packet.info.payloadLengthOnWire == 100)
            #expect(!sink.warnings.isEmpty)
        }
    }

    @Test("two different ends, and octets behind the end, are told")
    func lies() {
        let twoEnds = [Self.piece(72..<108), Self.piece(40..<72, last: true)]
        let behind = [Self.piece(40..<72), Self.piece(8..<40, last: true)]
        for frames in [twoEnds, behind] {
            let sink = decode(frames, as: .rawIP, finish: false)
            #expect(sink.warnings.map(\.field) == ["fragment offset"])
        }
        let tooFar = decode([Build.ipv4([UInt8](repeating: 0, count: 100), fragment: 0x1FFF)], as: .rawIP)
        #expect(tooFar.warnings.first?.field == "fragment offset")
    }

    @Test("waiting packets are bounded, the oldest makes room")
    func bounded() {
        let frames = (0..<2000).map { Self.piece(0..<40, id: UInt16($0)) }
        let sink = decode(frames, as: .rawIP, finish: false)
        #expect(sink.packets.count == 2000 - 256)
    }
}
