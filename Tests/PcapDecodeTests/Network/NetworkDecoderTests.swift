import FaxCore
import FaxWire
import PcapDecode
import Testing

func decode(_ frames: [[UInt8]], as linkType: LinkType, interface: UInt32 = 0) -> RecordingSink {
    var decoder = NetworkDecoder()
    var sink = RecordingSink()
    for (index, frame) in frames.enumerated() {
        let header = FrameHeader(
            ref: FrameRef(number: UInt32(index + 1)), time: Instant(nanoseconds: Int64(index) * 1_000_000),
            linkType: linkType, interface: interface, capturedLength: frame.count, originalLength: frame.count)
        decoder.decode(header, frame.span.bytes, to: &sink)
    }
    return sink
}

@Suite("Link layers, IP and transport")
struct NetworkDecoderTests {
    @Test("a UDP datagram over IPv4 over Ethernet, padding trimmed")
    func fastPath() throws {
        let sink = decode([Build.ethernet(Build.ipv4(Build.udp([1, 2, 3])), padding: 15)], as: .ethernet)
        let packet = try #require(sink.packets.first)
        #expect(packet.payload == [1, 2, 3])
        #expect(packet.info.source.description == "10.0.0.1:5060")
        #expect(packet.info.destination.description == "10.0.0.2:5062")
        #expect(packet.info.payloadLengthOnWire == 3)
        #expect(!packet.info.isTruncated)
        #expect(packet.info.ipID == 7)
        #expect(packet.info.checksum == 0xBEEF)
        #expect(packet.info.fragments == 0)
    }
}
