import FaxDSP
import FaxProtocol
import FaxWire

/// What a peer of the field does wrong, apart from what it writes into SDP (``SDPQuirks``). Any combination may be on; the
/// default is faultless.
public struct PeerFaults: Sendable, Hashable {
    public var signalling = SignallingFaults()
    public var ifp = IFPFaults()
    public var udptl = UDPTLFaults()
    public var line = LineFaults()

    public init() {}

    public static let none = PeerFaults()
}

/// What it does with offers of T.38 and with the call.
public struct SignallingFaults: Sendable, Hashable {
    public enum T38Answer: Sendable, Hashable {
        case proper
        /// 200, and the image line has port 0.
        case portZero
        /// 200, and what should be the image line is audio.
        case audio
        /// No answer ever.
        case none
        /// The call is ended instead.
        case bye
    }

    /// To the other side's offer of T.38.
    public var t38Answer = T38Answer.proper
    /// The same offer once more, so long after T.38 began.
    public var offersAgain: Duration?
    /// Ends the call so long after it was answered, whatever goes on.
    public var hangsUp: Duration?
    /// In the BYE of that.
    public var reason: SIPReason?

    public init() {}
}

/// What it does to the IFP packets that it sends.
public struct IFPFaults: Sendable, Hashable {
    public enum SignalEnd: Sendable, Hashable {
        case proper
        /// HDLC ends as if it were T.4 data, and the reverse.
        case ofOtherKind
        /// `hdlc-sig-end` once more behind what ended the signal already.
        case repeated
        case missing
    }

    public var signalEnd = SignalEnd.proper
    /// No `v21-preamble` before frames.
    public var omitsPreamble = false
    /// No training indicator before what goes at high speed.
    public var omitsTraining = false
    /// Every frame of V.21 is said to have come with a wrong check sequence.
    public var spoilsFCS = false
    /// Writes by the ASN.1 of this version, whatever was agreed on.
    public var version: Int?

    public init() {}
}

/// What it does to UDPTL.
public struct UDPTLFaults: Sendable, Hashable {
    /// Agrees to T.38 and sends none.
    public var isSilent = false
    /// Added to the port that the other side named.
    public var portOffset = 0
    /// Packets that leave from the agreed port; those after them leave from another one.
    public var movesAfter: Int?
    /// Packets after which numbers begin at 0 again.
    public var restartsAfter: Int?
    /// Redundancy was agreed on; none is sent.
    public var omitsCopies = false
    /// Each datagram goes out so many times more, under the same number; at most 10.
    public var duplicates = 0
    /// Copies have their place and no octets.
    public var emptiesCopies = false
    /// Takes T38FaxMaxDatagram for the size of an IFP packet.
    public var ignoresMaximum = false
    /// RTP goes on beside it.
    public var keepsRTP = false

    public init() {}
}

/// What stands between its modems and the network.
public struct LineFaults: Sendable, Hashable {
    /// Nothing of RTP is sent.
    public var isMute = false
    /// A codec on the way that is not transparent.
    public var codec: AudioCodec?
    /// Decibels that what it sends is louder.
    public var gain = 0.0
    /// White noise on what it sends, in dBm0.
    public var noise: Double?
    /// Its own signal comes back to it, so many decibels weaker, 20 ms later.
    public var echoLoss: Double?

    public init() {}

    var isIdle: Bool { codec == nil && gain == 0 && noise == nil && echoLoss == nil }
}
