import FaxCore
import FaxDSP
import FaxProtocol
import FaxWire

/// Sound over RTP: what the engine plays goes out as packets, what comes is played to the engine. A class, so that no
/// packet costs a copy of its buffers' book-keeping.
final class AudioLeg {
    private(set) var remote: Endpoint
    /// As the other side's description says.
    private var described: Endpoint
    private(set) var sender: RTPSender
    private(set) var receiver: RTPReceiver
    private var datagrams: [[UInt8]] = []
    private var latch: MediaLatch

    init(
        _ agreed: AgreedAudio, remote: Endpoint, settings: AudioSettings, latches: Bool, random: inout SeededRandom
    ) {
        self.remote = remote
        described = remote
        latch = MediaLatch(isOn: latches)
        var sending = RTPSender.Configuration(
            law: agreed.codec == .pcmu ? .muLaw : .aLaw, ssrc: UInt32(truncatingIfNeeded: random.next()))
        sending.payloadType = agreed.payloadType
        sending.firstSequence = UInt16(truncatingIfNeeded: random.next() & 0x7FFF)
        sending.firstTimestamp = UInt32(truncatingIfNeeded: random.next())
        sending.packetSamples = agreed.packetTimeMs * 8
        sending.silenceSuppression = settings.silenceSuppression
        sender = RTPSender(sending)
        var buffer = settings.jitterBuffer
        buffer.packetSamples = settings.packetTimeMs * 8
        receiver = RTPReceiver(buffer)
    }

    func receive(_ datagram: RawSpan, from source: Endpoint, at now: Instant) {
        if let moved = latch.take(from: source, remote: remote) { remote = moved }
        receiver.handle(datagram, at: now)
    }

    /// Samples of the next step as they are heard.
    func pull(into samples: inout [Int16], at now: Instant) { receiver.pull(into: &samples, at: now) }

    /// Sends samples; every packet that is full goes out.
    func send(_ samples: [Int16], _ emit: ([UInt8], Endpoint) -> Void) {
        sender.send(samples, into: &datagrams)
        for datagram in datagrams { emit(datagram, remote) }
        datagrams.removeAll(keepingCapacity: true)
    }

    /// The other side wants its packets elsewhere.
    func move(to remote: Endpoint) {
        guard remote != described else { return }
        described = remote
        self.remote = remote
        latch.reset()
    }
}
