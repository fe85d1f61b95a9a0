import FaxCore
import FaxProtocol

/// What became of the packets that came for one call, and what is done against losses. Of what goes out only the other
/// side knows.
public struct FaxCarriage: Sendable, Hashable {
    public struct T38: Sendable, Hashable {
        /// UDPTL packets that came; IFP packets that were missing among them, and of those the ones that could be repaired.
        public var received = 0
        public var lost = 0
        public var repaired = 0
        public var unrecovered: Int { max(0, lost - repaired) }
        /// Secondaries that most packets of the other side carry; `nil`: it sends parity, or nothing came.
        public var remoteDepth: Int?
        /// Packets of the other side with parity (FEC).
        public var withParity = 0
        /// What was agreed on for what this side sends.
        public var correction = UDPTLSender.Correction.none
        /// Datagrams of ours that carry less correction than wanted, because of the other side's T38FaxMaxDatagram, and
        /// those that are larger than it all the same.
        public var shortened = 0
        public var oversized = 0

        public init() {}
    }

    public struct Audio: Sendable, Hashable {
        /// RTP packets that came, never came, came too late to be played.
        public var received = 0
        public var lost = 0
        public var late = 0
        /// Times that there was nothing to play, and what was made up then.
        public var underruns = 0
        public var concealed = Duration.zero
        /// Times that the playout moved: the clocks drifted apart, or the stream began anew.
        public var slips = 0
        /// From a packet's arrival to its playing, at the moment; `nil`: nothing came yet.
        public var delay: Duration?
        /// RFC 3550 A.8.
        public var jitter = Duration.zero

        public init() {}
    }

    /// `nil`: the call had none so far.
    public var t38: T38?
    public var audio: Audio?

    public init() {}
}

extension T38Leg {
    var carriage: FaxCarriage.T38 {
        var carriage = FaxCarriage.T38()
        let statistics = receiver.statistics
        carriage.received = statistics.packets
        carriage.lost = receiver.tracker.lost
        carriage.repaired = receiver.recovered
        carriage.remoteDepth = statistics.withFEC > 0 ? nil : statistics.commonestDepth
        carriage.withParity = statistics.withFEC
        carriage.correction = sender.correction
        carriage.shortened = sender.shortened
        carriage.oversized = sender.oversized
        return carriage
    }
}

extension AudioLeg {
    private static let sample = Duration.microseconds(125)

    var carriage: FaxCarriage.Audio {
        var carriage = FaxCarriage.Audio()
        let statistics = receiver.buffer.statistics
        carriage.received = statistics.received
        carriage.lost = statistics.lost
        carriage.late = statistics.late
        carriage.underruns = statistics.holes
        carriage.concealed = Self.sample * statistics.concealed
        carriage.slips = statistics.slips.count + statistics.slipsNotKept
        carriage.delay = receiver.buffer.depthSamples.map { Self.sample * $0 }
        carriage.jitter = Self.sample * Int(receiver.jitterTicks)
        return carriage
    }
}
