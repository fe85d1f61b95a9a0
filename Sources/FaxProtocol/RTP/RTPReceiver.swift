import FaxCore
import FaxWire

/// The receiving end of an RTP stream of G.711 (RFC 3550, RFC 3551): packets in, samples out through a ``JitterBuffer``.
public struct RTPReceiver: Sendable {
    public enum Outcome: Sendable, Hashable {
        case taken
        /// Comfort noise (RFC 3389): the other side is silent.
        case comfortNoise
        /// A telephone event or another type that is not played.
        case otherPayload(UInt8)
        case malformed
    }

    /// Longer payloads are cut: half a second of sound in one packet is no telephony.
    public static let payloadLimit = 4_000

    public private(set) var buffer: JitterBuffer
    /// Payload types of the two laws (RFC 3551 table 4 unless said otherwise); packets of others are not played.
    public var muLawType: UInt8 = 0
    public var aLawType: UInt8 = 8
    public private(set) var malformed = 0
    /// The source that is played.
    public private(set) var ssrc: UInt32?
    /// RFC 3550 A.8, in sixteenths of a tick.
    private var jitterSixteenths: UInt32 = 0
    private var previousTransit: UInt32?
    /// At the last report block: expected and received.
    private var reported = (expected: 0, received: 0)
    /// The middle of the NTP time of the last sender report, and when it came.
    private var senderReport: (middle: UInt32, time: Instant)?
    private var scratch = [Int16](repeating: 0, count: Self.payloadLimit)

    public init(_ settings: JitterBuffer.Settings) { buffer = JitterBuffer(settings) }

    /// Interarrival jitter in ticks of 125 µs.
    public var jitterTicks: UInt32 { jitterSixteenths >> 4 }

    /// Takes a datagram.
    @discardableResult
    public mutating func handle(_ datagram: RawSpan, at now: Instant) -> Outcome {
        guard let header = RTPHeader(datagram) else {
            malformed += 1
            return .malformed
        }
        if ssrc != header.ssrc {
            if ssrc != nil { buffer.restart(at: now) }
            ssrc = header.ssrc
            previousTransit = nil
        }
        if header.payloadType == RTPSender.comfortNoiseType {
            buffer.pushSilence(sequence: header.sequence, timestamp: header.timestamp, at: now)
            return .comfortNoise
        }
        guard let law = law(header.payloadType) else { return .otherPayload(header.payloadType) }
        noteJitter(header.timestamp, now)
        let payload = datagram.extracting(header.payload)
        let count = min(payload.byteCount, Self.payloadLimit)
        scratch.withUnsafeMutableBufferPointer { scratch in
            law.decode(payload.extracting(first: count), into: scratch)
            buffer.push(
                UnsafeBufferPointer(rebasing: scratch.prefix(count)), sequence: header.sequence,
                timestamp: header.timestamp, at: now)
        }
        return .taken
    }

    /// Fills `samples` with what is played next.
    public mutating func pull(into samples: inout [Int16], at now: Instant) { buffer.pull(into: &samples, at: now) }

    /// See ``JitterBuffer/freeze()``.
    public mutating func freeze() { buffer.freeze() }

    /// Takes what RTCP says of the source.
    public mutating func handle(_ report: RTCPPacket.SenderReport, at now: Instant) {
        guard report.ssrc == ssrc else { return }
        senderReport = (UInt32(truncatingIfNeeded: report.ntpTime >> 16), now)
    }

    /// What a report says of the source since the one before (RFC 3550 §6.4.1, A.3); `nil`: there is no source.
    public mutating func reportBlock(at now: Instant) -> RTCPPacket.ReportBlock? {
        guard let ssrc else { return nil }
        let counts = buffer.counts
        let expected = counts.expected - reported.expected
        let lost = max(0, expected - (counts.received - reported.received))
        reported = (counts.expected, counts.received)
        let delay = senderReport.map { min(max((now - $0.time).wholeNanoseconds, 0), 60_000_000_000) } ?? 0
        return RTCPPacket.ReportBlock(
            ssrc: ssrc, fractionLost: expected > 0 ? UInt8(clamping: lost * 256 / expected) : 0,
            cumulativeLost: Int32(clamping: counts.expected - counts.received),
            highestSequence: UInt32(truncatingIfNeeded: counts.highest), jitter: jitterTicks,
            lastSenderReport: senderReport?.middle ?? 0,
            delaySinceSenderReport: UInt32(clamping: delay * 65_536 / 1_000_000_000))
    }

    private func law(_ payloadType: UInt8) -> G711? {
        if payloadType == muLawType { return .muLaw }
        return payloadType == aLawType ? .aLaw : nil
    }

    private mutating func noteJitter(_ timestamp: UInt32, _ now: Instant) {
        let arrival = UInt32(truncatingIfNeeded: now.nanoseconds / SampleClock.nanosecondsPerSample)
        let transit = arrival &- timestamp
        defer { previousTransit = transit }
        guard let previousTransit else { return }
        let difference = Int32(bitPattern: transit &- previousTransit).magnitude
        jitterSixteenths = jitterSixteenths &+ difference &- (jitterSixteenths &+ 8) >> 4
    }
}
