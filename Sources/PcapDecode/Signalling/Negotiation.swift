import FaxCore
import FaxWire

/// Offers and answers of one dialog (RFC 3264; where they may stand: RFC 6337). Fills `sessions`, `mediaChanges` and
/// `t38Switch` of the dialog's ``Signalling``.
struct Negotiation: Sendable {
    private enum OfferState: Sendable {
        case open, answered
        /// Another fork may still answer it.
        case refused
    }

    /// An offer with what it added, until it is answered or refused.
    private struct Offer: Sendable {
        var party: Party
        var cseq: SIPCSeq
        var sdp: DialogSDP
        var isInitial: Bool
        /// `nil`: the offer stands in the request. Else in a response with this status, to be answered by ACK or PRACK.
        var offeredInStatus: Int?
        /// Sessions that this offer announced, by place.
        var sessions: [Int] = []
        /// Place in `mediaChanges`.
        var change: Int?
        var asked: T38Switch?
        var answer: DialogSDP?
        var state = OfferState.open
        /// Only the answer is in the capture, so far: `sdp` is what was taken of the offer.
        var isUnseen = false
    }

    /// What both parties agreed last; `nil`: nothing yet, or no medium.
    private(set) var agreed: MediaChange.Target?
    private var offers: [Offer] = []
    private var sessionsChanged = false
    private var hasAcceptedSwitch = false

    /// Offers remembered; more are open at one time only in hostile input.
    private static let limit = 8

    mutating func takeSessionsChanged() -> Bool {
        defer { sessionsChanged = false }
        return sessionsChanged
    }

    // MARK: Requests

    /// An INVITE; without a description its offer comes with the response.
    mutating func takeInvite(
        _ sdp: DialogSDP?, _ party: Party, _ cseq: SIPCSeq, isInitial: Bool, _ context: SIPContext,
        _ signalling: inout Signalling
    ) {
        guard let sdp else { return }
        offer(sdp, party, cseq, isInitial: isInitial, status: nil, context, &signalling)
    }

    /// UPDATE or PRACK with a description: the answer to an offer in a reliable response, else an offer.
    mutating func takeRequest(
        _ sdp: DialogSDP, _ party: Party, _ cseq: SIPCSeq, isInitial: Bool, _ context: SIPContext,
        _ signalling: inout Signalling
    ) {
        if cseq.method == .prack, let index = openResponseOffer(from: party.other) {
            settle(index, answer: sdp, status: offers[index].offeredInStatus ?? 200, context, &signalling)
            return
        }
        offer(sdp, party, cseq, isInitial: isInitial, status: nil, context, &signalling)
    }

    /// An ACK with a description answers the offer of a 2xx (RFC 3261 §13.2.2.4).
    mutating func takeAck(
        _ sdp: DialogSDP, _ party: Party, _ cseq: SIPCSeq, _ context: SIPContext, _ signalling: inout Signalling
    ) {
        if let index = openResponseOffer(from: party.other) {
            settle(index, answer: sdp, status: 200, context, &signalling)
        } else if offers.contains(where: { $0.isUnseen && $0.cseq.number == cseq.number && $0.party == party }) {
            // So it was the unseen request that had no offer.
            announce(sdp, party, accepted: true, context, &signalling)
        }
    }

    private func openResponseOffer(from party: Party) -> Int? {
        offers.lastIndex { $0.offeredInStatus != nil && $0.party == party && $0.state == .open }
    }

    private func requestOffer(_ cseq: SIPCSeq, from party: Party) -> Int? {
        offers.lastIndex { $0.offeredInStatus == nil && $0.cseq == cseq && $0.party == party }
    }

    // MARK: Responses

    /// - Parameter answersUnseen: the request is not in the capture, or stands behind its response.
    mutating func takeResponse(
        _ sdp: DialogSDP?, from party: Party, _ cseq: SIPCSeq, isInitial: Bool, answersUnseen: Bool, status: Int,
        _ context: SIPContext, _ signalling: inout Signalling
    ) {
        if let index = requestOffer(cseq, from: party.other) {
            return answer(index, sdp, from: party, status: status, context, &signalling)
        }
        if answersUnseen, status < 300, let sdp, cseq.method == .invite || cseq.method == .update {
            let index = assumeOffer(from: party.other, cseq, taken: sdp, isInitial: isInitial, context, &signalling)
            return answer(index, sdp, from: party, status: status, context, &signalling)
        }
        if status >= 300 {
            // The offer stood in an earlier response of the same transaction.
            if let index = openResponseOffer(from: party), offers[index].cseq == cseq {
                refuse(index, status: status, context, &signalling)
            }
            return
        }
        guard let sdp, cseq.method == .invite else { return }
        if let index = offers.lastIndex(where: { $0.offeredInStatus != nil && $0.cseq == cseq && $0.party == party }) {
            // The 2xx repeats the offer of a provisional response.
            if offers[index].state == .open {
                offers[index].offeredInStatus = status
                offers[index].sdp = sdp
            }
            addHop(sdp, party, cseq, context, &signalling)
            return
        }
        offer(sdp, party, cseq, isInitial: isInitial, status: status, context, &signalling)
    }

    private mutating func answer(
        _ index: Int, _ sdp: DialogSDP?, from party: Party, status: Int, _ context: SIPContext,
        _ signalling: inout Signalling
    ) {
        guard offers[index].state != .answered else { return }
        switch status {
        case 100...199: if let sdp { provisional(index, sdp, from: party, context, &signalling) }
        case 200...299: settle(index, answer: sdp ?? offers[index].answer, status: status, context, &signalling)
        default: refuse(index, status: status, context, &signalling)
        }
    }

    // MARK: The steps

    /// An answer without its offer: nearly every request with a response that has a description had one too.
    private mutating func assumeOffer(
        from party: Party, _ cseq: SIPCSeq, taken answer: DialogSDP, isInitial: Bool, _ context: SIPContext,
        _ signalling: inout Signalling
    ) -> Int {
        var offer = Offer(party: party, cseq: cseq, sdp: answer, isInitial: isInitial, isUnseen: true)
        noteChange(of: &offer, context, &signalling)
        if offers.count >= Self.limit { offers.removeFirst() }
        offers.append(offer)
        return offers.count - 1
    }

    /// The request stands behind its response in the capture: two taps, or two queues of one card.
    private mutating func complete(
        _ index: Int, _ sdp: DialogSDP, _ context: SIPContext, _ signalling: inout Signalling
    ) {
        offers[index].isUnseen = false
        offers[index].sdp = sdp
        offers[index].sessions = announce(sdp, offers[index].party, accepted: false, context, &signalling)
        let offer = offers[index]
        if let answer = offer.answer {
            accept(offer, answered: answer, &signalling)
            if index == offers.count - 1 { agreed = Self.agreement(sdp, answer) }
        }
        if let change = offer.change, change < signalling.mediaChanges.count {
            signalling.mediaChanges[change].time = context.time
            signalling.mediaChanges[change].frame = context.frame
            signalling.mediaChanges[change].to = sdp.target ?? signalling.mediaChanges[change].to
        }
        guard offer.asked != nil, var asked = signalling.t38Switch, !asked.isOfferSeen else { return }
        asked.isOfferSeen = true
        asked.offerFrame = context.frame
        asked.offerTime = context.time
        asked.afterAnswer = Self.afterAnswer(offer, context, signalling)
        asked.offer = sdp.t38 ?? asked.offer
        signalling.t38Switch = asked
    }

    private mutating func offer(
        _ sdp: DialogSDP, _ party: Party, _ cseq: SIPCSeq, isInitial: Bool, status: Int?, _ context: SIPContext,
        _ signalling: inout Signalling
    ) {
        if let index = offers.lastIndex(where: { $0.isUnseen && $0.cseq == cseq && $0.party == party }) {
            return complete(index, sdp, context, &signalling)
        }
        var offer = Offer(party: party, cseq: cseq, sdp: sdp, isInitial: isInitial, offeredInStatus: status)
        offer.sessions = announce(sdp, party, accepted: false, context, &signalling)
        noteChange(of: &offer, context, &signalling)
        if offers.count >= Self.limit { offers.removeFirst() }
        offers.append(offer)
    }

    /// Records what the offer would change: nothing for a refresh, and nothing for the audio that calls begin with.
    private func noteChange(of offer: inout Offer, _ context: SIPContext, _ signalling: inout Signalling) {
        guard let target = offer.sdp.target, target != agreed else { return }
        let asksT38 = (target == .t38 || target == .both) && agreed != .t38 && agreed != .both
        if agreed == nil, offer.isInitial, !asksT38 { return }
        if signalling.mediaChanges.count < DialogTracker.Limit.mediaChanges {
            signalling.mediaChanges.append(
                MediaChange(time: context.time, frame: context.frame, offeredBy: offer.party, to: target))
            offer.change = signalling.mediaChanges.count - 1
        }
        guard asksT38, let parameters = offer.sdp.t38 else { return }
        var asked = T38Switch(
            offeredBy: offer.party, offerFrame: context.frame, offerTime: context.time, offer: parameters)
        asked.isOfferSeen = !offer.isUnseen
        asked.afterAnswer = Self.afterAnswer(offer, context, signalling)
        offer.asked = asked
        if !hasAcceptedSwitch { signalling.t38Switch = asked }
    }

    /// When an offer that was not seen was made nobody knows.
    private static func afterAnswer(_ offer: Offer, _ context: SIPContext, _ signalling: Signalling) -> Duration? {
        if offer.isInitial || offer.isUnseen { return nil }
        return signalling.answerTime.map { context.time - $0 }
    }

    private mutating func provisional(
        _ index: Int, _ sdp: DialogSDP, from party: Party, _ context: SIPContext, _ signalling: inout Signalling
    ) {
        offers[index].answer = sdp
        announce(sdp, party, accepted: true, context, &signalling)
        accept(offers[index], answered: sdp, &signalling)
        if offers[index].isInitial { agreed = Self.agreement(offers[index].sdp, sdp) }
    }

    private mutating func settle(
        _ index: Int, answer: DialogSDP?, status: Int, _ context: SIPContext, _ signalling: inout Signalling
    ) {
        offers[index].state = .answered
        offers[index].answer = answer
        let offer = offers[index]
        if let answer {
            announce(answer, offer.party.other, accepted: true, context, &signalling)
            accept(offer, answered: answer, &signalling)
            agreed = Self.agreement(offer.sdp, answer)
        }
        closeChange(offer, status: status, agreed: answer == nil ? nil : agreed, context, &signalling)
        guard var asked = offer.asked else { return }
        asked.status = status
        asked.answerFrame = context.frame
        asked.answerTime = context.time
        asked.answer = answer.flatMap(\.t38)
        asked.isAccepted = agreed == .t38 || agreed == .both
        if !hasAcceptedSwitch { signalling.t38Switch = asked }
        if asked.isAccepted { hasAcceptedSwitch = true }
    }

    /// The state before the offer stands again (RFC 3261 §14.1).
    private mutating func refuse(_ index: Int, status: Int, _ context: SIPContext, _ signalling: inout Signalling) {
        offers[index].state = .refused
        let offer = offers[index]
        closeChange(offer, status: status, agreed: nil, context, &signalling)
        guard var asked = offer.asked else { return }
        asked.status = status
        asked.answerFrame = context.frame
        asked.answerTime = context.time
        if !hasAcceptedSwitch { signalling.t38Switch = asked }
    }

    private func closeChange(
        _ offer: Offer, status: Int, agreed: MediaChange.Target?, _ context: SIPContext, _ signalling: inout Signalling
    ) {
        guard let change = offer.change, change < signalling.mediaChanges.count else { return }
        signalling.mediaChanges[change].status = status
        signalling.mediaChanges[change].answerFrame = context.frame
        signalling.mediaChanges[change].agreed = agreed
    }

    /// What offer and answer have in common, line by line (RFC 3264 §6).
    private static func agreement(_ offer: DialogSDP, _ answer: DialogSDP) -> MediaChange.Target? {
        var audio = false
        var t38 = false
        var isHeld = false
        for (index, asked) in offer.lines.enumerated() where asked.isActive && index < answer.lines.count {
            let given = answer.lines[index]
            guard given.isActive else { continue }
            if asked.isT38, given.isT38 { t38 = true }
            if asked.isAudio, given.isAudio {
                audio = true
                isHeld = [asked.direction, given.direction].contains { $0 == .sendonly || $0 == .inactive }
            }
        }
        return DialogSDP.target(audio: audio, t38: t38, isHeld: isHeld)
    }

    // MARK: Sessions

    /// The same description on a further hop, where a proxy may have put its own addresses in.
    mutating func addHop(
        _ sdp: DialogSDP, _ party: Party, _ cseq: SIPCSeq, _ context: SIPContext, _ signalling: inout Signalling
    ) {
        let index = offers.lastIndex { $0.cseq == cseq }
        let isOffer = index.map { offers[$0].party == party } ?? false
        let places = announce(sdp, party, accepted: !isOffer, context, &signalling)
        if isOffer, let index { offers[index].sessions += places }
    }

    /// Adds the media of a description that are not there yet.
    /// - Returns: places of those that are now in `sessions` and not accepted.
    @discardableResult
    private mutating func announce(
        _ sdp: DialogSDP, _ party: Party, accepted: Bool, _ context: SIPContext, _ signalling: inout Signalling
    ) -> [Int] {
        var places: [Int] = []
        for line in sdp.lines {
            guard let endpoint = line.endpoint else { continue }
            var media = NegotiatedMedia(
                party: party, kind: line.kind, transport: line.transport, endpoint: endpoint, frame: context.frame,
                time: context.time)
            media.rtcpPort = line.rtcpPort
            media.codecs = line.codecs
            media.preference = line.preference
            media.t38 = line.t38
            media.packetTimeMs = line.packetTimeMs
            media.voiceBandDataTypes = line.voiceBandDataTypes
            media.crypto = line.crypto
            media.accepted = accepted
            if let place = add(media, &signalling) { places.append(place) }
        }
        return places
    }

    /// The latest entry of the same party and place counts as the same when it says the same.
    private mutating func add(_ media: NegotiatedMedia, _ signalling: inout Signalling) -> Int? {
        // By places, as an entry would be copied to be looked at.
        let sessions = signalling.sessions
        let latest = sessions.indices.last {
            sessions[$0].party == media.party && sessions[$0].endpoint == media.endpoint
        }
        if let place = latest, sessions[place].saysTheSame(as: media) {
            if media.accepted, !signalling.sessions[place].accepted {
                signalling.sessions[place].accepted = true
                sessionsChanged = true
            }
            return signalling.sessions[place].accepted ? nil : place
        }
        guard signalling.sessions.count < DialogTracker.Limit.sessions else { return nil }
        signalling.sessions.append(media)
        sessionsChanged = true
        return media.accepted ? nil : signalling.sessions.count - 1
    }

    /// Marks the lines of the offer that the answer took.
    private mutating func accept(_ offer: Offer, answered: DialogSDP, _ signalling: inout Signalling) {
        let takes = (
            audio: answered.lines.contains { $0.isAudio && $0.isActive },
            t38: answered.lines.contains { $0.isT38 && $0.isActive }
        )
        for place in offer.sessions where place < signalling.sessions.count {
            let isTaken = signalling.sessions[place].t38 != nil ? takes.t38 : takes.audio
            if isTaken, !signalling.sessions[place].accepted {
                signalling.sessions[place].accepted = true
                sessionsChanged = true
            }
        }
    }
}

extension NegotiatedMedia {
    fileprivate func saysTheSame(as other: NegotiatedMedia) -> Bool {
        kind == other.kind && transport == other.transport && preference == other.preference && codecs == other.codecs
            && t38 == other.t38 && crypto == other.crypto && rtcpPort == other.rtcpPort
            && packetTimeMs == other.packetTimeMs && voiceBandDataTypes == other.voiceBandDataTypes
    }
}
