import FaxCore
import FaxProtocol
import FaxWire
import Testing

@Suite struct RTCPReportTests {
    private let block = RTCPPacket.ReportBlock(
        ssrc: 1, fractionLost: 25, cumulativeLost: -3, highestSequence: 0x1_0005, jitter: 17, lastSenderReport: 9,
        delaySinceSenderReport: 65_536)

    /// RFC 3550 §6: what is written reads as it was, alone and in a compound packet.
    @Test func packetsComeBack() {
        let packets: [RTCPPacket] = [
            .senderReport(
                RTCPPacket.SenderReport(
                    ssrc: 2, ntpTime: 0x0102_0304_0506_0708, rtpTimestamp: 3, packets: 4, octets: 5, blocks: [block])),
            .receiverReport(ssrc: 6, blocks: []),
            .receiverReport(ssrc: 6, blocks: [block, block]),
            .sourceDescription([
                RTCPPacket.SourceName(ssrc: 2, canonicalName: "fax@example"),
                RTCPPacket.SourceName(ssrc: 3, canonicalName: nil),
            ]),
            .bye(ssrcs: [2], reason: "done"), .bye(ssrcs: [2, 3], reason: nil),
        ]
        for packet in packets {
            let octets = packet.octets ?? []
            #expect(octets.count % 4 == 0)
            let read = RTCPPacket.read(octets.span.bytes).value
            #expect(read == [packet])
        }
        let compound = packets.compactMap(\.octets).flatMap(\.self)
        let read = RTCPPacket.read(compound.span.bytes).value
        #expect(read == packets)
        #expect(RTCPPacket.other(type: 204, octets: 8).octets == nil)
        #expect(RTCPPacket.bye(ssrcs: [UInt32](repeating: 0, count: 32), reason: nil).octets == nil)
        #expect(RTCPPacket.bye(ssrcs: [UInt32](repeating: 0, count: 31), reason: nil).octets != nil)
    }

    /// RFC 3550 §6.4.1: one packet in ten lost, and the delay since the sender's report.
    @Test func reportBlockTellsTheLoss() {
        var sender = RTPSender(RTPSender.Configuration(ssrc: 44))
        var receiver = RTPReceiver(.fixed(.milliseconds(40)))
        #expect(receiver.reportBlock(at: .zero) == nil)
        let samples = [Int16](repeating: 1_000, count: 160)
        var datagrams: [[UInt8]] = []
        var played = samples
        for number in 0..<200 {
            sender.send(samples, into: &datagrams)
            let now = SampleClock(start: .zero).instant(ofSample: number * 160)
            let datagram = datagrams[number]
            if number % 10 != 5 { receiver.handle(datagram.span.bytes, at: now) }
            receiver.pull(into: &played, at: now)
            if number == 99 { receiver.handle(sender.senderReport(at: now), at: now) }
            if number == 99 { #expect(receiver.reportBlock(at: now)?.cumulativeLost == 10) }
        }
        let block = receiver.reportBlock(at: SampleClock(start: .zero).instant(ofSample: 199 * 160))
        #expect(block?.ssrc == 44)
        #expect(block?.cumulativeLost == 20)
        #expect(block?.fractionLost == 25)
        #expect(block?.highestSequence == 199)
        #expect(block?.delaySinceSenderReport == 131_072)
        // 1.98 s after the start, which stands for 1970.
        let middle = UInt32(truncatingIfNeeded: (2_208_988_801 as UInt64) << 16) | UInt32(0.98 * 65_536)
        #expect(block?.lastSenderReport == middle)
        #expect(block?.jitter == 0)
    }
}
