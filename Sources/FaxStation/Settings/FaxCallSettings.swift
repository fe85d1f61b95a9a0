import FaxCore
import FaxDSP
import FaxProtocol

/// What one fax machine on the IP network is and does in one call.
public struct FaxCallSettings: Sendable {
    /// Its T.30: role, document, what it can.
    public var station: FaxStation
    public var agent: SIPAgent
    /// Whom it calls; `nil`: it waits to be called.
    public var destination: SIPDestination?
    /// Where it receives RTP and UDPTL.
    public var mediaAddress: IPAddress
    public var audioPort: UInt16
    public var t38Port: UInt16
    public var transport = TransportPolicy()
    public var audio = AudioSettings()
    public var t38 = T38Settings()
    /// What stands between the fax engine and the network.
    public var terminal = Terminal.onNetwork
    /// Millionths that its clock is fast (above 0) or slow.
    public var clockPPM = 0.0
    /// A call that comes in is answered after ``answerDelay``; otherwise when the driver says so.
    public var answersItself = true
    /// From the INVITE to its answer.
    public var answerDelay = Duration.milliseconds(100)
    /// A provisional 180 before the answer.
    public var rings = true
    /// A finished caller hangs up after this; a finished answerer waits ``answererPatience`` for the other's BYE.
    public var hangUpDelay = Duration.milliseconds(500)
    public var answererPatience = Duration.seconds(5)
    /// Audio of which nothing comes for so long, or T.38 on which neither side says anything, is a dead call: it is ended.
    public var idleTimeout = Duration.seconds(60)
    /// Media go to where the other side's come from, when its description names another place (behind address translation).
    public var latchesMedia = false
    public var sdpQuirks = SDPQuirks.none
    public var faults = PeerFaults.none
    public var layout = MediaSession.Layout.inPlace

    public init(
        station: FaxStation, agent: SIPAgent, destination: SIPDestination? = nil, mediaAddress: IPAddress,
        audioPort: UInt16, t38Port: UInt16
    ) {
        self.station = station
        self.agent = agent
        self.destination = destination
        self.mediaAddress = mediaAddress
        self.audioPort = audioPort
        self.t38Port = t38Port
    }

    public enum Terminal: Sendable {
        /// The engine speaks T.38 itself; on audio it has modems.
        case onNetwork
        /// The engine has modems only and hangs on the analogue port of a gateway (an ATA), which passes audio through or
        /// speaks T.38 for it.
        case behindGateway(T38Gateway.Configuration)
    }
}

/// Over what a call is meant to carry the fax, and who asks for it when.
public struct TransportPolicy: Sendable, Hashable {
    public enum Switch: Sendable, Hashable {
        /// Only audio is offered by this side.
        case none
        /// The INVITE offers T.38 at once.
        case inInvite
        /// So long after the call was answered, by re-INVITE.
        case reinvite(after: Duration)
    }

    public var offersT38 = Switch.none
    /// An offer of T.38 by the other side is taken; otherwise it is refused with ``refusal``.
    public var acceptsT38 = true
    /// 488, 415, 606 …
    public var refusal = 488
    /// Ends a call that has no T.38 within this time of its answer, or whose T.38 was refused; `nil`: audio will do.
    public var t38Patience: Duration?
    /// T.38 over which nothing came for so long after it was agreed on is given up: this side offers audio again, and
    /// takes no more T.38 in this call; with ``t38Patience`` it ends the call. `nil`: it waits as T.30 does.
    public var t38Silence: Duration?
    /// From the offer of T.38 to its answer or refusal: slow media servers.
    public var responseDelay = Duration.zero

    public init() {}

    public static let audioOnly: TransportPolicy = {
        var policy = TransportPolicy()
        policy.acceptsT38 = false
        return policy
    }()
}

/// G.711 as this side sends and plays it.
public struct AudioSettings: Sendable {
    public var codecs: [AudioCapabilities.Codec] = [.pcmu, .pcma]
    /// Of the packets that it sends and wants, in milliseconds: 10…60.
    public var packetTimeMs = 20
    public var jitterBuffer = JitterBuffer.Settings.fixed(.milliseconds(60))
    /// A fault: pauses instead of silence.
    public var silenceSuppression: RTPSender.SilenceSuppression?

    public init() {}
}

/// T.38 as this side offers and sends it.
public struct T38Settings: Sendable {
    /// What becomes of packets that the engine wants sent more than once: indicators and ends of signals, which nothing
    /// follows that could carry them again.
    public enum Repeats: String, Sendable, Hashable, CaseIterable {
        case none
        /// The same datagram again: a duplicate to the receiver.
        case sameNumber
        /// Under a number of its own each: to the receiver, a signal that is said or ended again.
        case newNumbers
    }

    public var version = 0
    public var maxBitRate = 14_400
    public var rateManagements: [T38Channel.RateManagement] = [.transferredTCF]
    public var fillBitRemoval = false
    public var maxDatagram: Int? = 400
    public var errorCorrections: [UDPTLSender.Correction] = [
        .redundancy(UDPTLSender.Depths(all: 3)), .fec(span: 3, entries: 3), .none,
    ]
    /// How long a packet waits for an earlier one.
    public var limits = UDPTLReceiver.Limits.live
    public var channel = T38Channel()
    public var repeats = Repeats.sameNumber

    public init() {}
}
