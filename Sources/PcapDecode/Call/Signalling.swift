import FaxCore
import FaxWire

/// What signalling said of a call.
public struct Signalling: Sendable {
    public enum Carrier: String, Sendable { case sip, iax2, none }
    public enum Transport: String, Sendable { case udp, tcp, tls, ws, wss }
    public enum Outcome: String, Sendable {
        case answered, rejected, busy, cancelled
        case noAnswer = "no-answer"
        case unknown
    }
    public enum EndedBy: String, Sendable { case caller, callee, network }

    public var carrier: Carrier
    public var callIDs: [String] = []
    /// URIs without display name and parameters, such as `sip:5551234@pbx.example`.
    public var caller: String?
    public var callee: String?
    /// User-Agent or Server header of each party.
    public var callerAgent: String?
    public var calleeAgent: String?
    public var transport: Transport?
    /// Signalling addresses of the first INVITE (source and destination).
    public var callerAddress: Endpoint?
    public var calleeAddress: Endpoint?
    public var inviteFrame: FrameRef?
    public var inviteTime: Instant?
    public var answerFrame: FrameRef?
    public var answerTime: Instant?
    /// The BYE, CANCEL or final refusal.
    public var endFrame: FrameRef?
    public var endTime: Instant?
    public var outcome: Outcome = .unknown
    /// Final status of the first INVITE (its last retry: authentication and redirects belong to it).
    public var finalStatus: Int?
    public var finalReason: String?
    public var endedBy: EndedBy?
    public var authenticated = false
    public var registered = false
    /// The accepted switch, else the last refused one.
    public var t38Switch: T38Switch?
    public var mediaChanges: [MediaChange] = []
    /// Every SIP message of the dialog, in order of capture, for the ladder.
    public var steps: [SIPStep] = []
    /// What offers and answers agreed, in order of time: the binding of media flows to this call.
    public var sessions: [NegotiatedMedia] = []
    /// The first message seen is not the INVITE.
    public var startsMidCall = false
    /// Which party called is not known for certain, because the INVITE was not seen.
    public var rolesAreGuessed = false
    /// SDES keys, Session-Expires and the like by header name, for diagnosis.
    public var notes: [String] = []

    public init(_ carrier: Carrier) {
        self.carrier = carrier
    }
}

/// One SIP message as the ladder shows it.
public struct SIPStep: Sendable {
    public var time: Instant
    public var frame: FrameRef
    /// `nil`: sent by neither party as far as addresses tell.
    public var from: Party?
    public var source: Endpoint
    public var destination: Endpoint
    /// Request method, or of a response the method of its CSeq.
    public var method: String
    /// `nil` for a request.
    public var status: Int?
    /// `INVITE`, `200 OK` … with the media of its SDP in brackets: `INVITE (audio PCMU 10412; image 4450 udptl)`.
    public var summary: String
    public var cseq: UInt32
    public var isRetransmission: Bool
    /// The same message was seen before between two other places: a proxy stands between.
    public var isFurtherHop = false
    /// Reason, Warning, Retry-After … headers worth telling, as `Name: value`.
    public var remarks: [String]
    public var sdp: StepSDP?
    /// Host of the first Contact, where it is an address.
    public var contact: IPAddress?
    public var timer: StepTimer?
    /// Octets of the body beyond (negative: short of) what Content-Length says.
    public var surplus = 0

    public init(
        time: Instant, frame: FrameRef, from: Party?, source: Endpoint, destination: Endpoint, method: String,
        status: Int?, summary: String, cseq: UInt32, isRetransmission: Bool, remarks: [String] = []
    ) {
        self.time = time
        self.frame = frame
        self.from = from
        self.source = source
        self.destination = destination
        self.method = method
        self.status = status
        self.summary = summary
        self.cseq = cseq
        self.isRetransmission = isRetransmission
        self.remarks = remarks
    }
}

/// A switch to T.38 that was asked for in the dialog (or in its first INVITE).
public struct T38Switch: Sendable {
    public var offeredBy: Party
    public var offerFrame: FrameRef
    public var offerTime: Instant
    public var answerFrame: FrameRef?
    public var answerTime: Instant?
    public var status: Int?
    /// From the answer to the call (the 2xx of the first INVITE) to this offer; `nil` when the offer was the first INVITE.
    public var afterAnswer: Duration?
    /// Where the capture does not hold the offer: what the answer took of it, and `offerFrame` is the answer's.
    public var offer: T38Parameters
    public var isOfferSeen = true
    public var answer: T38Parameters?
    /// The answer left T.38 switched on: a 2xx whose image line has a port.
    public var isAccepted = false

    public init(offeredBy: Party, offerFrame: FrameRef, offerTime: Instant, offer: T38Parameters) {
        self.offeredBy = offeredBy
        self.offerFrame = offerFrame
        self.offerTime = offerTime
        self.offer = offer
    }
}

/// Every offer that changed what kind of media the dialog has.
public struct MediaChange: Sendable {
    public enum Target: String, Sendable { case audio, t38, both, hold }

    public var time: Instant
    public var frame: FrameRef
    public var offeredBy: Party
    public var to: Target
    /// Status of the answer; `nil`: none was seen.
    public var status: Int?
    public var answerFrame: FrameRef?
    /// What the dialog had after a 2xx: less than asked for when the answer refused a line.
    public var agreed: Target?

    public init(time: Instant, frame: FrameRef, offeredBy: Party, to: Target) {
        self.time = time
        self.frame = frame
        self.offeredBy = offeredBy
        self.to = to
    }
}

/// One media line of one party, as an SDP of the dialog announced it: where that party wants to receive.
public struct NegotiatedMedia: Sendable {
    public enum Kind: Sendable, Hashable { case audio, image, other(String) }

    /// The party that wrote the SDP: it receives at `endpoint` (and is expected to send from it).
    public var party: Party
    public var kind: Kind
    /// Upper case as in SDP: `RTP/AVP`, `RTP/SAVP`, `UDPTL`, `TCP`, `TCP/TLS`, `UDP/TLS/UDPTL` …
    public var transport: String
    public var endpoint: Endpoint
    /// RTCP port when announced (`a=rtcp`), else `nil` (then port + 1).
    public var rtcpPort: UInt16?
    /// The frame with the SDP, and the time from which it counts.
    public var frame: FrameRef
    public var time: Instant
    /// Payload type → encoding (`PCMU/8000`, `telephone-event/8000` …) as static table and rtpmap give it.
    public var codecs: [UInt8: PayloadFormat]
    /// Order of the payload types on the m-line.
    public var preference: [UInt8]
    public var t38: T38Parameters?
    /// `a=ptime`: how much sound this party wants in a packet.
    public var packetTimeMs: Double?
    /// Payload types that this party takes for voice-band data (V.152, `a=gpmd:… vbd=yes`).
    public var voiceBandDataTypes: [UInt8] = []
    /// SDES `a=crypto` lines of this party.
    public var crypto: [String]
    /// `true`: an answer, or an offer that was answered with 2xx. `false`: an offer still open or refused.
    public var accepted: Bool

    public init(party: Party, kind: Kind, transport: String, endpoint: Endpoint, frame: FrameRef, time: Instant) {
        self.party = party
        self.kind = kind
        self.transport = transport
        self.endpoint = endpoint
        self.frame = frame
        self.time = time
        codecs = [:]
        preference = []
        crypto = []
        accepted = false
    }
}
