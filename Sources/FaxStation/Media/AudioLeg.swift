import FaxCore
import FaxDSP
import FaxProtocol
import FaxWire

/// Sound over RTP: what the engine plays goes out as packets, what comes is played to the engine. A class, so that no
/// packet costs a copy of its buffers' book-keeping.
final class AudioLeg {
    private var target: MediaTarget
    private(set) var sender: RTPSender
    private(set) var receiver: RTPReceiver
    private var datagrams: [[UInt8]] = []
    /// Payload type of telephone events to the other side; `nil`: it takes none.
    private let telephoneEvent: UInt8?
    private let payloadType: UInt8
    /// Packets that came.
    private(set) var received = 0

    init(
        _ agreed: AgreedAudio, remote: Endpoint, settings: AudioSettings, latches: Bool, random: inout SeededRandom
    ) {
        target = MediaTarget(remote, latches: latches)
        telephoneEvent = agreed.telephoneEvent
        payloadType = agreed.payloadType
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
        target.hear(from: source)
        received += 1
        receiver.handle(datagram, at: now)
    }

    /// Samples of the next step as they are heard.
    func pull(into samples: inout [Int16], at now: Instant) { receiver.pull(into: &samples, at: now) }

    /// Sends samples; every packet that is full goes out.
    func send(_ samples: [Int16], _ emit: ([UInt8], Endpoint) -> Void) {
        sender.send(samples, into: &datagrams)
        flush(emit)
    }

    private func flush(_ emit: ([UInt8], Endpoint) -> Void) {
        for datagram in datagrams { emit(datagram, target.remote) }
        datagrams.removeAll(keepingCapacity: true)
    }

    /// Passes on a packet that came on another leg; what this side does not take is left out.
    func pass(_ datagram: RawSpan, from other: AudioLeg, _ emit: ([UInt8], Endpoint) -> Void) {
        guard let header = RTPHeader(datagram) else { return }
        if let law = other.law(of: header.payloadType) {
            sender.pass(datagram, header, law: law, payloadType: payloadType, into: &datagrams)
        } else if header.payloadType == RTPSender.comfortNoiseType {
            sender.pass(datagram, header, law: nil, payloadType: header.payloadType, into: &datagrams)
        } else if header.payloadType == other.telephoneEvent, let telephoneEvent {
            sender.pass(datagram, header, law: nil, payloadType: telephoneEvent, into: &datagrams)
        }
        flush(emit)
    }

    private func law(of type: UInt8) -> G711? {
        if type == receiver.muLawType { return .muLaw }
        return type == receiver.aLawType ? .aLaw : nil
    }

    /// The other side wants its packets elsewhere.
    func move(to remote: Endpoint) { target.move(to: remote) }
}
