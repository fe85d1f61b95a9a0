import FaxCore
import FaxWire

/// A request of ours whose transaction is alive.
struct SIPClientRequest: Sendable {
    enum Purpose: Sendable, Hashable {
        /// The INVITE that makes the call.
        case initial
        /// A re-INVITE or UPDATE with an offer, or asking for one.
        case offer
        /// A re-INVITE or UPDATE for the session timer.
        case refresh
        case bye, cancel, prack, info, options
    }

    enum Cancelling: Sendable, Hashable {
        case no
        /// As soon as a provisional response has come (RFC 3261 §9.1).
        case wanted
        case sent
    }

    var plan: SIPRequestPlan
    var draft: SIPMessageDraft
    var octets: [UInt8]
    var branch: String
    var sequence: UInt32
    var machine: SIPClientTransaction
    /// The ACK of a refused INVITE.
    var ack: [UInt8]?
    var cancelling = Cancelling.no

    var method: SIPMethod { plan.method }
    /// A re-INVITE or UPDATE that has no final response.
    var isOpenModification: Bool {
        guard machine.isOpen else { return false }
        switch plan.purpose {
        case .offer, .refresh: return true
        case .initial, .bye, .cancel, .prack, .info, .options: return false
        }
    }
}

/// What a request is made of, so that it can be made again after a challenge.
struct SIPRequestPlan: Sendable {
    var method: SIPMethod
    var purpose: SIPClientRequest.Purpose
    var routing: SIPRouting
    var path: SIPPath
    var to: SIPNameAddress
    /// Remote tag of the dialog; `nil` outside.
    var tag: String?
    var headers: [SIPMessageDraft.Header] = []
    var content: SIPContent?
    var attempts = 0
    /// Where it goes when TCP, which it is on for its size, fails.
    var datagramPath: SIPPath?
    /// Its connection failed before.
    var isSecondTry = false
}

/// A request of the other side whose transaction is alive.
struct SIPServerRequest: Sendable {
    var key: SIPTransactionKey
    var message: SIPMessage
    var method: SIPMethod
    var sequence: UInt32
    /// Where responses go.
    var path: SIPPath
    /// The source, as the Via tells it back.
    var source: Endpoint
    var machine: SIPServerTransaction
}

/// A 2xx of ours to an INVITE, repeated until its ACK comes (RFC 3261 §13.3.1.4), over any transport.
struct SIPAwaitedACK: Sendable {
    var sequence: UInt32
    /// Of the INVITE that made the call.
    var isInitial: Bool
    var octets: [UInt8]
    var path: SIPPath
    var repetition: SIPRepetition
    var until: Instant

    var deadline: Instant { min(repetition.next, until) }
}

/// An ACK of ours, sent again with every repetition of the 2xx (RFC 3261 §13.2.2.4).
struct SIPSentACK: Sendable {
    var sequence: UInt32
    var tag: String
    var octets: [UInt8]
    var path: SIPPath
}

/// A reliable provisional response of ours that waits for its PRACK (RFC 3262 §3).
struct SIPReliableProvisional: Sendable {
    var rSeq: UInt32
    var octets: [UInt8]
    var path: SIPPath
    var repetition: SIPRepetition
    var until: Instant
    var hasDescription: Bool
    /// Provisional responses that wait behind it.
    var waiting: [Waiting] = []

    struct Waiting: Sendable {
        var status: Int
        var description: [UInt8]?
    }

    static let maximumWaiting = 4
    var deadline: Instant { min(repetition.next, until) }
}

/// Offers and answers of one call (RFC 3264): one exchange at a time.
struct SIPSessionState: Sendable {
    /// An ACK or PRACK that waits for our answer.
    struct Owed: Sendable {
        var sequence: UInt32
        var tag: String
        var rSeq: Int?
    }

    enum Exchange: Sendable {
        case none
        /// Our offer is out.
        case ours(SIPOfferCarrier, [UInt8])
        /// Their offer came in a request that has no answer yet.
        case theirs(SIPOfferCarrier, SIPTransactionKey, [UInt8])
        /// Their offer came in a response; our answer goes into the ACK or PRACK.
        case theirsInResponse(SIPOfferCarrier, Owed, [UInt8])
        /// Their INVITE asks for our offer.
        case asked(SIPTransactionKey)
        /// Our re-INVITE asks for theirs.
        case asking
    }

    /// An offer that is sent again after 491 or 500, or that waits for the end of another exchange.
    struct Retry: Sendable {
        /// `nil`: as soon as the other exchange is over.
        var at: Instant?
        var description: [UInt8]?
        var carrier: SIPOfferCarrier
        var tries: Int
    }

    var exchange = Exchange.none
    var retry: Retry?
    /// Tries of the offer that is out.
    var tries = 0
    var local: [UInt8]?
    var remote: [UInt8]?

    var isStable: Bool {
        switch exchange {
        case .none: true
        case .ours, .theirs, .theirsInResponse, .asked, .asking: false
        }
    }

    /// Whether an offer of ours waits for its answer.
    var isOurs: Bool {
        switch exchange {
        case .ours: true
        case .none, .theirs, .theirsInResponse, .asked, .asking: false
        }
    }

    mutating func close() {
        exchange = .none
        retry = nil
    }

    static func description(_ octets: [UInt8]) -> SessionDescription { SessionDescription.lax(octets[...]).value }
}
