import FaxCore
import FaxWire
import PcapDecode

/// What is kept of one finished call to hold it against others: some hundred octets.
struct CallDigest: Sendable {
    /// One offer of T.38 and what became of it.
    struct Offer: Sendable {
        var by: Party
        var frame: FrameRef
        var answerFrame: FrameRef?
        var time: Instant
        var status: Int?
        var isAccepted: Bool
        /// Of the image line.
        var port: UInt16?
        /// T.38 attributes and transport, without addresses and ids.
        var text: String
        /// Address of the offerer's and the answerer's signalling.
        var offerer: IPAddress?
        var answerer: IPAddress?
        var answererAgent: String?
        /// Where the answerer's media comes from.
        var media: IPAddress?

        var isRefused: Bool { !isAccepted && (status.map(NegotiationRules.refusals.contains) ?? false) }
    }

    var id: Int
    var caller: String
    var callee: String
    var callerHost: IPAddress?
    var calleeHost: IPAddress?
    var callerAgent: String?
    var calleeAgent: String?
    var start: Instant
    var end: Instant
    var firstFrame: FrameRef
    var endFrame: FrameRef?
    var outcome: FaxSession.Outcome
    var carriedBy: String
    var rateBps: Int?
    var ecm: Bool?
    var modem: String?
    var rootCause: String?
    var offer: Offer?
    /// When T.38 began and ended, where it was agreed.
    var t38Span: ClosedRange<Instant>?
    /// ECM in the callee's DIS as it came, and its frame.
    var offersECM: Bool?
    var disFrame: FrameRef?
    /// The longest page that was not confirmed: how long its data ran, and where it ended.
    var brokenPage: (length: Duration, frame: FrameRef?)?
    /// The longest page that was confirmed.
    var longestPage: Duration?

    /// Characters of names and numbers that are kept.
    static let textLimit = 120

    var isFax: Bool { outcome == .success || outcome == .partial || outcome == .failed }
    var isFailed: Bool { outcome == .failed || outcome == .partial }

    init(_ analyzed: AnalyzedCall) {
        let (call, fax, signalling) = (analyzed.call, analyzed.fax, analyzed.call.signalling)
        id = call.id
        caller = Self.short(URIUser.of(signalling.caller))
        callee = Self.short(URIUser.of(signalling.callee))
        callerHost = Self.host(.caller, call)
        calleeHost = Self.host(.callee, call)
        callerAgent = signalling.callerAgent.map(Self.short)
        calleeAgent = signalling.calleeAgent.map(Self.short)
        (start, end) = (call.firstTime, call.lastTime)
        firstFrame = signalling.inviteFrame ?? call.firstFrame
        endFrame = signalling.endFrame
        (outcome, carriedBy) = (fax.outcome, Self.short(fax.carriedBy))
        (rateBps, ecm, modem) = (fax.rateBps ?? fax.trainings.last?.rateBps, fax.ecm, fax.modem)
        rootCause = analyzed.rootCause?.id
        offer = Self.offer(signalling)
        if let offer, offer.isAccepted { t38Span = offer.time...max(offer.time, call.lastTime) }
        if let dis = fax.messages.first(where: { $0.name == "DIS" && $0.direction == .callee && $0.crcOK != false }) {
            offersECM =
                dis.fields.isEmpty
                ? T30Frame(lax: dis.octets).fields.contains { $0.name == "ecm" && $0.value == .flag(true) }
                : dis.fields.contains { $0.name == "ecm" && $0.value == .flag(true) }
            disFrame = dis.frame
        }
        for page in fax.pages {
            guard let start = page.start, let end = page.end, end >= start else { continue }
            let length = end - start
            if page.confirmedBy != nil {
                longestPage = max(longestPage ?? .zero, length)
            } else if length > brokenPage?.length ?? .zero {
                brokenPage = (length, page.lastFrame)
            }
        }
    }

    /// Where a party's signalling comes from, else its media.
    static func host(_ party: Party, _ call: Call) -> IPAddress? {
        let signalling = party == .caller ? call.signalling.callerAddress : call.signalling.calleeAddress
        return signalling?.address ?? call.streams.first { $0.direction == party }?.from.address
    }

    static func short(_ text: String) -> String { String(text.prefix(textLimit)) }

    private static func offer(_ signalling: Signalling) -> Offer? {
        guard let change = signalling.t38Switch else { return nil }
        let image = signalling.sessions.first { $0.frame == change.offerFrame && $0.kind == .image }
        let answers = signalling.sessions.filter { $0.party == change.offeredBy.other }
        let isFromCaller = change.offeredBy == .caller
        let attributes = change.offer.attributes.map { $0.name + ($0.value.map { ":" + $0 } ?? "") }.sorted()
        return Offer(
            by: change.offeredBy, frame: change.offerFrame, answerFrame: change.answerFrame, time: change.offerTime,
            status: change.status, isAccepted: change.isAccepted, port: image?.endpoint.port,
            text: String(([image?.transport ?? ""] + attributes).joined(separator: " ").prefix(400)),
            offerer: (isFromCaller ? signalling.callerAddress : signalling.calleeAddress)?.address,
            answerer: (isFromCaller ? signalling.calleeAddress : signalling.callerAddress)?.address,
            answererAgent: (isFromCaller ? signalling.calleeAgent : signalling.callerAgent).map(short),
            media: (answers.first { $0.kind == .audio } ?? answers.first)?.endpoint.address)
    }
}

/// The user part of URIs.
enum URIUser {
    /// Of `sip:user@host`; empty where there is none.
    static func of(_ uri: String?) -> String {
        guard let uri, let at = uri.firstIndex(of: "@") else { return "" }
        let start = uri.firstIndex(of: ":").map { uri.index(after: $0) } ?? uri.startIndex
        return start <= at ? String(uri[start..<at]) : ""
    }
}
