import FaxCore
import FaxWire

/// The sending end of an RTP stream of G.711 (RFC 3550, RFC 3551): samples in, packets out when they are full.
public struct RTPSender: Sendable {
    /// What a voice gateway does with silence, which is a fault in a fax call.
    public struct SilenceSuppression: Sendable, Hashable {
        /// Packets whose mean square is below this (in units of a sample) count as silent.
        public var meanSquareLimit: Int
        /// Silent packets that are still sent before the pause.
        public var hangoverPackets: Int
        /// A packet of RFC 3389 opens the pause.
        public var sendsComfortNoise: Bool

        /// About -50 dBm0, 200 ms at 20 ms a packet.
        public init(meanSquareLimit: Int = 3_600, hangoverPackets: Int = 10, sendsComfortNoise: Bool = true) {
            self.meanSquareLimit = meanSquareLimit
            self.hangoverPackets = hangoverPackets
            self.sendsComfortNoise = sendsComfortNoise
        }
    }

    public struct Configuration: Sendable, Hashable {
        public var law = G711.muLaw
        /// The static type of the law (RFC 3551 table 4), unless said otherwise.
        public var payloadType: UInt8
        public var ssrc: UInt32
        public var firstSequence: UInt16 = 0
        public var firstTimestamp: UInt32 = 0
        /// Samples of a packet: 80 (10 ms) to 480 (60 ms).
        public var packetSamples = 160
        public var silenceSuppression: SilenceSuppression?

        public init(law: G711 = .muLaw, ssrc: UInt32) {
            self.law = law
            self.ssrc = ssrc
            payloadType = law == .muLaw ? 0 : 8
        }
    }

    public static let packetSampleRange = 80...480
    /// RFC 3551 table 4.
    public static let comfortNoiseType: UInt8 = 13
    /// RFC 3389 §3: the level in -dBov.
    private static let comfortNoiseLevel: UInt8 = 70

    private static let secondsFrom1900To1970: UInt64 = 2_208_988_800

    public let configuration: Configuration
    public internal(set) var nextSequence: UInt16
    /// Of the first sample that was not sent yet.
    public internal(set) var nextTimestamp: UInt32
    /// As sender reports count them (RFC 3550 §6.4.1): packets, and octets of payload.
    public internal(set) var packetsSent: UInt32 = 0
    public internal(set) var octetsSent: UInt32 = 0
    /// Packets that silence suppression kept back.
    public private(set) var suppressed = 0
    private let packetSamples: Int
    var pending: [Int16] = []
    private var silentPackets = 0
    /// The first packet of a talkspurt (RFC 3551 §4.1).
    private var nextMarker = true
    /// How packets of another source are numbered; `nil`: what goes out is our own.
    var passage: Passage?

    public init(_ configuration: Configuration) {
        self.configuration = configuration
        packetSamples = min(
            max(configuration.packetSamples, Self.packetSampleRange.lowerBound), Self.packetSampleRange.upperBound)
        nextSequence = configuration.firstSequence
        nextTimestamp = configuration.firstTimestamp
        pending.reserveCapacity(2 * packetSamples)
    }

    /// Takes samples; packets that are full are appended.
    public mutating func send(_ samples: [Int16], into datagrams: inout [[UInt8]]) {
        passage = nil
        samples.withUnsafeBufferPointer { samples in
            var rest = samples[...]
            // The common case: a step is a packet.
            while pending.isEmpty, rest.count >= packetSamples {
                emit(UnsafeBufferPointer(rebasing: rest.prefix(packetSamples)), into: &datagrams)
                rest = rest.dropFirst(packetSamples)
            }
            guard !rest.isEmpty else { return }
            pending.append(contentsOf: rest)
            emitPending(into: &datagrams)
        }
    }

    private mutating func emitPending(into datagrams: inout [[UInt8]]) {
        while pending.count >= packetSamples {
            let held = pending
            held.withUnsafeBufferPointer {
                emit(UnsafeBufferPointer(rebasing: $0.prefix(packetSamples)), into: &datagrams)
            }
            pending.removeFirst(packetSamples)
        }
    }

    /// Skips time without sending: the timestamp goes on, samples that wait are dropped.
    public mutating func pause(samples: Int) {
        nextTimestamp &+= UInt32(truncatingIfNeeded: samples + pending.count)
        pending.removeAll(keepingCapacity: true)
        nextMarker = true
    }

    /// What RFC 3550 §6.4.1 says of the stream: `now` and the timestamp that belongs to it. Time 0 of this clock stands
    /// for 1970.
    public func senderReport(at now: Instant, blocks: [RTCPPacket.ReportBlock] = []) -> RTCPPacket.SenderReport {
        let nanoseconds = max(0, now.nanoseconds)
        let seconds = UInt64(nanoseconds / 1_000_000_000) &+ Self.secondsFrom1900To1970
        let fraction = UInt64(nanoseconds % 1_000_000_000) << 32 / 1_000_000_000
        return RTCPPacket.SenderReport(
            ssrc: configuration.ssrc, ntpTime: seconds << 32 | fraction,
            rtpTimestamp: nextTimestamp &+ UInt32(truncatingIfNeeded: pending.count), packets: packetsSent,
            octets: octetsSent, blocks: blocks)
    }

    private mutating func emit(_ samples: UnsafeBufferPointer<Int16>, into datagrams: inout [[UInt8]]) {
        defer { nextTimestamp &+= UInt32(truncatingIfNeeded: samples.count) }
        if let suppression = configuration.silenceSuppression, isSuppressed(samples, suppression, &datagrams) { return }
        let law = configuration.law
        datagrams.append(packet(configuration.payloadType, samples.count) { law.encode(samples, into: $0) })
    }

    private mutating func isSuppressed(
        _ samples: UnsafeBufferPointer<Int16>, _ suppression: SilenceSuppression, _ datagrams: inout [[UInt8]]
    ) -> Bool {
        let energy = samples.reduce(0) { $0 + Int($1) * Int($1) }
        guard energy < suppression.meanSquareLimit * samples.count else {
            if silentPackets > suppression.hangoverPackets { nextMarker = true }
            silentPackets = 0
            return false
        }
        silentPackets += 1
        guard silentPackets > suppression.hangoverPackets else { return false }
        suppressed += 1
        if silentPackets == suppression.hangoverPackets + 1, suppression.sendsComfortNoise {
            datagrams.append(packet(Self.comfortNoiseType, 1) { $0[0] = Self.comfortNoiseLevel })
        }
        return true
    }

    private mutating func packet(
        _ payloadType: UInt8, _ octets: Int, _ fill: (UnsafeMutableBufferPointer<UInt8>) -> Void
    ) -> [UInt8] {
        let header = RTPHeader(
            marker: nextMarker, payloadType: payloadType, sequence: nextSequence, timestamp: nextTimestamp,
            ssrc: configuration.ssrc)
        let length = RTPHeader.fixedLength + octets
        let datagram = [UInt8](unsafeUninitializedCapacity: length) { buffer, count in
            header.write(into: buffer)
            fill(UnsafeMutableBufferPointer(rebasing: buffer[RTPHeader.fixedLength..<length]))
            count = length
        }
        nextMarker = false
        nextSequence &+= 1
        packetsSent &+= 1
        octetsSent &+= UInt32(truncatingIfNeeded: octets)
        return datagram
    }
}
