import FaxCore
import FaxWire

/// One request of a dialog with the messages seen of it: tells retransmissions and further hops from new messages.
struct Transaction: Sendable {
    enum Sighting: Sendable {
        /// Never seen before.
        case new
        /// The same message between the same two places (RFC 3261 §17).
        case retransmission
        /// The same message between two other places: a proxy stands between.
        case furtherHop
    }

    private struct Hop: Sendable {
        var branch: String?
        var source: Endpoint
        var destination: Endpoint

        func isBetween(_ context: SIPContext) -> Bool {
            source == context.source && destination == context.destination
        }
    }

    private struct Response: Sendable {
        var status: Int
        var toTag: String?
        var body: UInt64
        var source: Endpoint
        var destination: Endpoint
    }

    /// Sender of the request.
    let party: Party
    let number: UInt32
    let method: SIPMethod
    /// The INVITE that a call begins with, or one more attempt of it.
    var isInitial: Bool
    /// The request has not been seen, only answers to it.
    let isGuessed: Bool
    /// Last final status seen.
    var finalStatus: Int?
    private var hops: [Hop] = []
    private var responses: [Response] = []

    init(party: Party, _ head: MessageHead, isInitial: Bool) {
        self.party = party
        number = head.cseq.number
        method = head.cseq.method
        self.isInitial = isInitial
        isGuessed = !head.isRequest
    }

    /// The same CSeq with another branch between the same two places is a fork of the request, once a final response was
    /// seen another attempt that forgot to count on, and of an ACK a careless retransmission.
    mutating func see(request head: MessageHead, _ context: SIPContext) -> Sighting {
        var isBetweenKnownPlaces = false
        for hop in hops where hop.isBetween(context) {
            if hop.branch == head.branch { return .retransmission }
            isBetweenKnownPlaces = true
        }
        let isFirst = hops.isEmpty
        if hops.count < DialogTracker.Limit.sightings {
            hops.append(Hop(branch: head.branch, source: context.source, destination: context.destination))
        }
        if isFirst { return .new }
        if !isBetweenKnownPlaces { return .furtherHop }
        if method == .ack { return .retransmission }
        return finalStatus == nil ? .furtherHop : .new
    }

    mutating func see(response head: MessageHead, status: Int, body: UInt64, _ context: SIPContext) -> Sighting {
        var sighting = Sighting.new
        for seen in responses where seen.status == status && seen.toTag == head.toTag {
            let isSamePlace = seen.source == context.source && seen.destination == context.destination
            if isSamePlace, seen.body == body { return .retransmission }
            // Another body between the same places is another message (early media that changes).
            if isSamePlace {
                sighting = .new
                break
            }
            sighting = .furtherHop
        }
        if responses.count < DialogTracker.Limit.sightings {
            responses.append(
                Response(
                    status: status, toTag: head.toTag, body: body, source: context.source,
                    destination: context.destination))
        }
        return sighting
    }
}
