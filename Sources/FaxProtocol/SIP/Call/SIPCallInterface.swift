import FaxCore
import FaxWire

extension SIPCall {
    /// What comes in.
    public enum Input: Sendable {
        case message(SIPMessage, from: SIPPath)
        case command(Command)
        /// ``SIPCall/deadline`` has come, or may have.
        case deadline
        /// The driver could not send on that path: no connection, one that broke, or an ICMP error.
        case transportFailed(SIPPath)
    }

    /// What goes out, in this order.
    public enum Output: Sendable, Hashable {
        case send([UInt8], to: SIPPath)
        case event(Event)
    }

    /// What the side above wants. A command that does not fit the state gives ``Event/commandRefused(_:)``.
    public enum Command: Sendable, Hashable {
        /// Calls. Without an offer the other side makes one in its 2xx.
        case invite(SIPDestination, offer: SessionDescription?)
        /// A provisional response, 101…199, with an answer (or an offer) where media begin early.
        case ring(status: Int, SessionDescription?)
        /// 200 to the initial INVITE: the answer, or the offer when the INVITE had none.
        case accept(SessionDescription?)
        /// 3xx…6xx to the initial INVITE. `contacts`: URIs of a redirection.
        case reject(status: Int, contacts: [String] = [])
        /// Offers another session: re-INVITE or UPDATE. `nil`: a re-INVITE without offer, so that the other side makes one.
        case offer(SessionDescription?, SIPOfferCarrier)
        /// Answers the other side's open offer, or makes ours where it asked for one.
        case answer(SessionDescription)
        /// Refuses the other side's open offer: 488, 415, 606 …
        case refuse(status: Int)
        /// CANCEL of our re-INVITE that has no final answer; the event is then ``Event/offerRefused(_:)`` with 487, or an
        /// answer that was faster.
        case cancelOffer
        case info(SIPContent)
        /// Asks inside the dialog whether the other side is still there.
        case options
        /// Ends the call by whatever the state demands: CANCEL, BYE or a refusal (480).
        case hangUp(SIPReason?)
    }

    public enum Event: Sendable, Hashable {
        case incoming(SIPIncomingCall)
        /// 101…199 to our INVITE; 180 rings.
        case progress(status: Int, reason: String)
        /// A description in a provisional response. It is the answer already when the response was reliable.
        case earlyMedia(SessionDescription)
        /// 2xx to our INVITE: the answer; `nil` when there is none, or when ours had no offer (``offered(_:_:)`` follows).
        case answered(SessionDescription?)
        /// The ACK of our 2xx came; the call that came in stands.
        case confirmed
        /// The other side offers: answer with ``Command/answer(_:)`` or ``Command/refuse(status:)``. `nil`: it asks for ours.
        case offered(SessionDescription?, SIPOfferCarrier)
        /// Our offer was answered.
        case negotiated(SessionDescription)
        /// Our offer was refused; the session stays as it was.
        case offerRefused(SIPRefusal)
        /// 491 or 500: our offer is sent again then.
        case offerDelayed(until: Instant, status: Int)
        /// The other side took its open offer back (CANCEL).
        case offerWithdrawn
        /// Our INVITE goes to another URI.
        case redirected(to: String)
        /// The other side's offer was accepted meanwhile; our delayed one is given up.
        case offerDropped
        case info(SIPContent)
        /// A re-INVITE or UPDATE of either side kept the session as it is.
        case sessionRefreshed
        case optionsAnswered(status: Int)
        case commandRefused(SIPCommandRefusal)
        /// Comes once; what follows is the clearing away of transactions.
        case ended(SIPEnding)
    }
}

/// Whom to call.
public struct SIPDestination: Sendable, Hashable {
    /// Request-URI and To.
    public var uri: String
    /// Where the INVITE is sent: the outbound proxy, or what the URI resolves to.
    public var path: SIPPath
    /// Route set of the INVITE (RFC 3261 §8.1.2), each as `<uri>`.
    public var routes: [String]
    /// Where it is sent next when nobody answers there, the connection fails or a 503 comes (RFC 3263 §4.3).
    public var alternatives: [SIPPath] = []
    /// The name that the other side of TLS has to prove; `nil`: its address.
    public var host: String?

    public init(uri: String, path: SIPPath, routes: [String] = []) {
        self.uri = uri
        self.path = path
        self.routes = routes
    }
}

/// What carries an offer.
public enum SIPOfferCarrier: Sendable, Hashable {
    case invite, update
    /// The 2xx to an INVITE without offer; the answer goes into the ACK.
    case finalResponse
    /// A reliable provisional response to an INVITE without offer; the answer goes into the PRACK.
    case provisionalResponse
    case prack
}

public struct SIPIncomingCall: Sendable, Hashable {
    public var callID: String
    public var from: SIPNameAddress
    public var to: SIPNameAddress
    public var requestURI: String
    /// `nil`: the offer is to be made by us.
    public var offer: SessionDescription?
}

/// A body that is no session description.
public struct SIPContent: Sendable, Hashable {
    public var type: String
    public var octets: [UInt8]

    public init(type: String, octets: [UInt8]) {
        self.type = type
        self.octets = octets
    }
}

public struct SIPRefusal: Sendable, Hashable {
    /// 408 also when nothing came.
    public var status: Int
    public var reason: String
    /// Seconds.
    public var retryAfter: Int?
    public var warnings: [SIPWarning] = []
}

public enum SIPCommandRefusal: Sendable, Hashable {
    /// The command does not belong to what the call is doing.
    case wrongState
    /// Another offer is open, ours or the other side's.
    case offerOpen
    /// The other side does not allow it (UPDATE).
    case notAllowed
}

/// How a call ended.
public struct SIPEnding: Sendable, Hashable {
    public enum Side: Sendable, Hashable { case us, them, neither }

    public enum Cause: Sendable, Hashable {
        case bye
        case cancelled
        /// Our INVITE was refused, or we refused theirs.
        case refused(SIPRefusal)
        /// Neither answer nor refusal came to that request.
        case noResponse(to: SIPMethod)
        /// Our 2xx was never acknowledged, or our reliable provisional response.
        case notAcknowledged
        case sessionExpired
        /// The other side does not know the dialog any more (481).
        case unknownToPeer
        case transportFailed
        /// Redirections without end.
        case redirectedTooOften
    }

    public var side: Side
    public var cause: Cause
    /// Of the BYE or CANCEL.
    public var reasons: [SIPReason] = []

    public init(side: Side, cause: Cause, reasons: [SIPReason] = []) {
        self.side = side
        self.cause = cause
        self.reasons = reasons
    }
}
