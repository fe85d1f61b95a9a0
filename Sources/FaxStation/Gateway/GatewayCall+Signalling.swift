import FaxCore
import FaxProtocol
import FaxWire

// What becomes of one side is brought about on the other.
extension GatewayCall {
    func handle(_ input: SIPCall.Input, _ side: Side) {
        guard let leg = leg(side) else { return }
        // A provisional response and its description are one event on the other side.
        var progress: Int?
        for output in leg.sip.handle(input, at: now) {
            switch output {
            case .send(let octets, to: let path): outputs.append(.signal(octets, to: path, of: side))
            case .event(.progress(let status, _)):
                if let progress { ring(progress, early: nil) }
                progress = status
            case .event(.earlyMedia(let description)):
                ring(progress ?? 183, early: description)
                progress = nil
            case .event(let event): follow(event, side)
            }
        }
        if let progress { ring(progress, early: nil) }
    }

    private func command(_ command: SIPCall.Command, _ side: Side) { handle(.command(command), side) }

    private func follow(_ event: SIPCall.Event, _ side: Side) {
        switch event {
        case .incoming(let call): receiveCall(call)
        case .answered(let answer): callAnswered(answer)
        case .offered(let offer, _): receiveOffer(offer, side)
        case .negotiated(let answer): offerAnswered(answer, side)
        case .offerRefused(let refusal): offerRefused(refusal.status, side)
        case .offerDropped: leg(side)?.wish = .idle
        case .info(let content):
            if leg(side.other)?.sip.isEstablished == true { command(.info(content), side.other) }
        case .ended(let ending): end(ending, side)
        case .progress, .earlyMedia, .confirmed, .offerDelayed, .offerWithdrawn, .redirected, .sessionRefreshed,
            .optionsAnswered, .commandRefused:
            break
        }
    }

    // MARK: - The call

    private func receiveCall(_ call: SIPIncomingCall) {
        note(.incoming(from: call.from.uri, to: call.requestURI))
        // A gateway that calls itself in the end, by whatever way, stops there.
        guard hops > 0 else { return command(.reject(status: 483), .near) }
        guard let opening = opening(call.offer) else { return command(.reject(status: 488), .near) }
        self.opening = opening
        var agent = settings.far.agent
        if let user = Self.user(of: call.from.uri) { agent.user = user }
        agent.displayName = call.from.displayName
        agent.followsRedirections = false
        agent.hops = hops - 1
        farAgent = agent
        if SIPURI(destination.uri).user == nil, let user = Self.user(of: call.requestURI) {
            destination.uri = Self.uri(destination.uri, with: user)
        }
        note(.calling(destination.uri))
        callFar(settings.offer == .invite && settings.mayBeT38(.far) && !opening.isT38 ? .t38 : .audio)
    }

    private func callFar(_ kind: MediaSession.Kind) {
        guard let farAgent else { return }
        let leg = GatewayLeg(.far, settings, agent: farAgent, random: &random)
        far = leg
        if kind == .t38 { leg.wish = .asked }
        command(.invite(destination, offer: leg.session.offer([kind])), .far)
    }

    /// Its INVITE offered T.38, and that is why it was refused: it is called again, with audio.
    private func callsAgain(_ leg: GatewayLeg, _ ending: SIPEnding) -> Bool {
        guard leg.side == .far, leg.wish == .asked, case .refused(let refusal) = ending.cause, ending.side == .them,
            [415, 488, 606].contains(refusal.status), near.ending == nil
        else { return false }
        note(.t38Refused(.far, status: refusal.status))
        refusedFar = leg
        callFar(.audio)
        far?.wish = .refused
        return true
    }

    /// Messages and times of a leg that is over.
    func clear(_ leg: GatewayLeg, _ input: SIPCall.Input) {
        for output in leg.sip.handle(input, at: now) {
            if case .send(let octets, to: let path) = output { outputs.append(.signal(octets, to: path, of: .far)) }
        }
    }

    /// `nil`: nothing of the offer can be taken.
    private func opening(_ offer: SessionDescription?) -> Opening? {
        guard let offer else { return .offer(near.session.offer([.audio])) }
        switch near.session.answer(offer, preferring: settings.mayBeT38(.near) ? [.t38, .audio] : [.audio]) {
        case .refused: return nil
        case .accepted(let answer, let agreed): return .answer(answer, agreed)
        }
    }

    /// A user part that may stand in a URI of ours: short, and nothing in it that would end it.
    private static func user(of uri: String) -> String? {
        guard let user = SIPURI(uri).user, !user.isEmpty, user.utf8.count <= userLimit,
            user.utf8.allSatisfy(Self.isPlain)
        else { return nil }
        return user
    }

    private static let userLimit = 64

    private static func isPlain(_ octet: UInt8) -> Bool {
        switch octet {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        default: "+-_.!~*'()&=$#%".utf8.contains(octet)
        }
    }

    private static func uri(_ uri: String, with user: String) -> String {
        guard let colon = uri.firstIndex(of: ":") else { return uri }
        return "\(uri[...colon])\(user)@\(uri[uri.index(after: colon)...])"
    }

    /// The far side rings, perhaps with media before its answer.
    private func ring(_ status: Int, early: SessionDescription?) {
        guard status > 100, far?.sip.isEstablished == false else { return }
        note(.ringing(status: status))
        guard let early, let agreed = far?.session.agree(to: early), case .answer(let answer, let ours) = opening else {
            return command(.ring(status: status, nil), .near)
        }
        command(.ring(status: status, answer), .near)
        use(agreed, .far)
        use(ours, .near)
    }

    private func callAnswered(_ answer: SessionDescription?) {
        guard let answer, let agreed = far?.session.agree(to: answer), let opening else {
            note(.trouble("the far side's answer takes nothing of the offer"))
            command(.reject(status: 488), .near)
            return command(.hangUp(nil), .far)
        }
        note(.answered)
        switch opening {
        case .offer(let offer): command(.accept(offer), .near)
        case .answer(let answer, let ours):
            command(.accept(answer), .near)
            use(ours, .near)
        }
        use(agreed, .far)
    }

    // MARK: - Offers of either side

    private func receiveOffer(_ offer: SessionDescription?, _ side: Side) {
        guard let leg = leg(side) else { return }
        guard let offer else {
            return command(.answer(leg.session.offer(leg.media == .t38 ? [.t38] : [.audio])), side)
        }
        // T.38 on both sides is no gateway's business: the one that has it keeps it.
        let mayBeT38 = settings.mayBeT38(side) && self.leg(side.other)?.media != .t38
        switch leg.session.answer(offer, preferring: mayBeT38 ? [.t38, .audio] : [.audio]) {
        case .refused: command(.refuse(status: 488), side)
        case .accepted(let answer, let agreed):
            command(.answer(answer), side)
            use(agreed, side)
        }
    }

    /// Asks for T.38 where it may be and was not refused, the far side first.
    func wishForT38() {
        let sides = [Side.far, .near].filter(settings.mayBeT38)
        let legs = sides.compactMap(leg)
        guard !legs.contains(where: { $0.wish == .wanted || $0.wish == .asked }) else { return }
        legs.first { $0.wish == .idle }?.wish = .wanted
    }

    /// Makes the offer that is wanted, when both sides stand and no other is open.
    func offerT38() {
        guard let leg = [far, near].compactMap({ $0 }).first(where: { $0.wish == .wanted }), near.sip.isEstablished,
            far?.sip.isEstablished == true, leg.sip.mayOffer
        else { return }
        leg.wish = .asked
        note(.offeredT38(leg.side))
        command(.offer(leg.session.offer([.t38]), .invite), leg.side)
    }

    private func offerAnswered(_ answer: SessionDescription, _ side: Side) {
        guard let leg = leg(side) else { return }
        if let agreed = leg.session.agree(to: answer) { return use(agreed, side) }
        guard leg.wish == .asked else {
            note(.trouble("the answer of the \(side.rawValue) side takes nothing of the offer"))
            return hangUpBoth()
        }
        // A 200 that takes no T.38 leaves no media at all: audio has to be offered anew.
        offerRefused(488, side)
        command(.offer(leg.session.offer([.audio]), .invite), side)
    }

    /// The session stays as it was; the other side is asked where it may have T.38, too.
    private func offerRefused(_ status: Int, _ side: Side) {
        guard let leg = leg(side), leg.wish == .asked else { return }
        leg.wish = .refused
        note(.t38Refused(side, status: status))
        wishForT38()
    }

    // MARK: - The end

    private func end(_ ending: SIPEnding, _ side: Side) {
        guard let leg = leg(side), leg.ending == nil, !callsAgain(leg, ending) else { return }
        leg.end(ending)
        gateway = nil
        note(.ended(side, ending))
        if let other = self.leg(side.other), other.ending == nil, other.sip.callID != nil {
            if side == .far, !near.sip.isEstablished {
                command(.reject(status: ending.cause.statusForCaller), .near)
            } else {
                command(.hangUp(ending.reasons.first), side.other)
            }
        }
        noteEnd()
    }
}

extension GatewayCall.Opening {
    fileprivate var isT38: Bool {
        if case .answer(_, let agreed) = self { agreed.t38 != nil } else { false }
    }
}

extension SIPEnding.Cause {
    /// What a caller is told of a call that never stood.
    fileprivate var statusForCaller: Int {
        switch self {
        case .refused(let refusal):
            switch refusal.status {
            // Challenges are the gateway's own to answer, and it goes where it was told to, not further.
            case 401, 407: 403
            case 300...399: 502
            default: refusal.status
            }
        case .bye, .cancelled: 480
        case .noResponse: 408
        case .transportFailed: 503
        case .notAcknowledged, .sessionExpired, .unknownToPeer: 500
        case .redirectedTooOften: 483
        }
    }
}
