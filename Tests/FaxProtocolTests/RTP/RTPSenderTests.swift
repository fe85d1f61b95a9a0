import FaxCore
import FaxProtocol
import FaxWire
import Testing

@Suite struct RTPSenderTests {
    private func sent(_ configuration: RTPSender.Configuration, steps: [[Int16]]) -> [[UInt8]] {
        var sender = RTPSender(configuration)
        var datagrams: [[UInt8]] = []
        for step in steps { sender.send(step, into: &datagrams) }
        return datagrams
    }

    private func ramp(_ step: Int) -> [Int16] { (0..<160).map { Int16($0 * 50 + step % 100) } }

    /// RFC 3550 §5.1: numbers go up by one and timestamps by samples, over their wraps.
    @Test(arguments: [80, 160, 240, 320, 480]) func packetsOfEachLength(packetSamples: Int) throws {
        var configuration = RTPSender.Configuration(law: .aLaw, ssrc: 0xDEAD_BEEF)
        configuration.packetSamples = packetSamples
        configuration.firstSequence = 65_533
        configuration.firstTimestamp = 0xFFFF_FF00
        let steps = (0..<60).map { ramp($0) }
        let datagrams = sent(configuration, steps: steps)
        #expect(datagrams.count == 60 * 160 / packetSamples)
        var samples: [UInt8] = []
        for (number, datagram) in datagrams.enumerated() {
            let header = try RTPHeader.read(datagram.span.bytes)
            #expect(header.marker == (number == 0))
            #expect(header.payloadType == 8)
            #expect(header.ssrc == 0xDEAD_BEEF)
            #expect(header.sequence == 65_533 &+ UInt16(number))
            #expect(header.timestamp == 0xFFFF_FF00 &+ UInt32(number * packetSamples))
            samples += datagram[header.payload]
        }
        #expect(samples == G711.aLaw.octets(steps.flatMap(\.self)))
    }

    @Test func headerIsThatOfTheOtherWriter() {
        var configuration = RTPSender.Configuration(ssrc: 7)
        configuration.firstSequence = 0x1234
        configuration.firstTimestamp = 0x5678_9ABC
        let header = RTPHeader(marker: true, payloadType: 0, sequence: 0x1234, timestamp: 0x5678_9ABC, ssrc: 7)
        #expect(sent(configuration, steps: [ramp(0)]) == [header.packet(payload: G711.muLaw.octets(ramp(0)))])
    }

    /// Silence suppression: a pause after the hangover, comfort noise at its start, the marker at its end.
    @Test func silenceIsSuppressed() throws {
        var configuration = RTPSender.Configuration(ssrc: 7)
        configuration.silenceSuppression = RTPSender.SilenceSuppression(hangoverPackets: 3)
        let quiet = [Int16](repeating: 8, count: 160)
        let steps = [ramp(0)] + [[Int16]](repeating: quiet, count: 20) + [ramp(1)]
        let headers = try sent(configuration, steps: steps).map { try RTPHeader.read($0.span.bytes) }
        #expect(headers.map(\.payloadType) == [0, 0, 0, 0, 13, 0])
        #expect(headers.map(\.timestamp) == [0, 160, 320, 480, 640, 21 * 160])
        #expect(headers.map(\.sequence) == Array(0..<6))
        #expect(headers.map(\.marker) == [true, false, false, false, false, true])
        configuration.silenceSuppression = nil
        #expect(sent(configuration, steps: steps).count == 22)
    }

    /// A pause that was announced is no loss.
    @Test(arguments: [true, false]) func pauseAtTheReceiver(saysSo: Bool) {
        var configuration = RTPSender.Configuration(ssrc: 7)
        configuration.silenceSuppression = RTPSender.SilenceSuppression(
            hangoverPackets: 3, sendsComfortNoise: saysSo)
        var sender = RTPSender(configuration)
        var receiver = RTPReceiver(.fixed(.milliseconds(40)))
        var samples = [Int16](repeating: 0, count: 160)
        for step in 0..<100 {
            let now = SampleClock(start: .zero).instant(ofSample: step * 160)
            var datagrams: [[UInt8]] = []
            sender.send(step < 30 || step > 60 ? ramp(step) : [Int16](repeating: 0, count: 160), into: &datagrams)
            for datagram in datagrams { receiver.handle(datagram.span.bytes, at: now) }
            receiver.pull(into: &samples, at: now)
        }
        let statistics = receiver.buffer.statistics
        #expect(statistics.lost == 0)
        #expect(statistics.paused == (saysSo ? 28 * 160 : 0))
        #expect(statistics.concealed == (saysSo ? 0 : 28 * 160))
    }

    /// RFC 3550 §8.2: another source is another stream; other payload types are not played.
    @Test func sourcesAndTypes() {
        var receiver = RTPReceiver(.fixed(.milliseconds(20)))
        let packet = { (type: UInt8, ssrc: UInt32) in
            RTPHeader(payloadType: type, sequence: 1, timestamp: 0, ssrc: ssrc).packet(
                payload: [UInt8](repeating: 0, count: 160))
        }
        #expect(receiver.handle(packet(0, 1).span.bytes, at: .zero) == .taken)
        #expect(receiver.handle(packet(101, 1).span.bytes, at: .zero) == .otherPayload(101))
        #expect(receiver.handle(packet(8, 2).span.bytes, at: .zero) == .taken)
        #expect(receiver.buffer.statistics.slips.map(\.cause) == [.restart])
        #expect(receiver.handle(([0x80, 0] as [UInt8]).span.bytes, at: .zero) == .malformed)
        #expect(receiver.malformed == 1)
    }
}
