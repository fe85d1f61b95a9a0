import FaxCore
import FaxDSP
import FaxProtocol
import FaxWire

/// Sound over RTP: what the engine plays goes out as packets, what comes is played to the engine.
struct AudioLeg {
    private(set) var remote: Endpoint
    private(set) var sender: RTPSender
    private(set) var receiver: RTPReceiver
    private var datagrams: [[UInt8]] = []

    init(_ agreed: AgreedAudio, remote: Endpoint, settings: AudioSettings, random: inout SeededRandom) {
        self.remote = remote
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

    mutating func receive(_ datagram: RawSpan, at now: Instant) { receiver.handle(datagram, at: now) }

    /// Samples of the next step as they are heard.
    mutating func pull(into samples: inout [Int16], at now: Instant) { receiver.pull(into: &samples, at: now) }

    /// Sends samples; every packet that is full goes out.
    mutating func send(_ samples: [Int16], _ emit: ([UInt8], Endpoint) -> Void) {
        sender.send(samples, into: &datagrams)
        for datagram in datagrams { emit(datagram, remote) }
        datagrams.removeAll(keepingCapacity: true)
    }

    /// The other side wants its packets elsewhere.
    mutating func move(to remote: Endpoint) { self.remote = remote }
}
