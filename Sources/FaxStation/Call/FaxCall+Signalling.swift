import FaxCore
import FaxProtocol
import FaxWire

// What the other side signals, and what this side decides about the carrier of the fax.
extension FaxCall {
    func follow(_ event: SIPCall.Event) {
        switch event {
        case .incoming(let call): receiveCall(call)
        case .progress(let status, _): if status >= 180 { note(.ringing) }
        case .answered(let answer): callAnswered(answer)
        case .confirmed: planSwitch()
        case .offered(let offer, _): receiveOffer(offer)
        case .negotiated(let answer): offerAnswered(answer)
        case .offerRefused(let refusal): offerRefused(refusal)
        case .offerWithdrawn: withdraw()
        case .ended(let ending): end(ending)
        case .earlyMedia, .offerDelayed, .offerDropped, .redirected, .info, .sessionRefreshed, .optionsAnswered,
            .commandRefused:
            break
        }
    }

    /// Performs what was put off.
    func perform(_ task: FaxCallSchedule.Task) {
        switch task {
        case .answer: answerCall()
        case .offerT38: offerT38()
        case .respondToT38: respondToOffer()
        case .offerAgain: if sip.isEstablished, media == .t38 { command(.offer(session.offer([.t38]), .invite)) }
        case .giveUpOnT38: giveUpSilentT38()
        case .giveUpOnAudio: if media != .t38 { endWithoutT38("no T.38 was agreed on") }
        case .hangUp: endCall(nil)
        case .breakOff: endCall(settings.faults.signalling.reason)
        }
    }

    private func endWithoutT38(_ text: String) {
        note(.trouble("\(text), and audio is not allowed"))
        endCall(nil)
    }

    private func endCall(_ reason: SIPReason?) {
        note(.hungUp)
        command(.hangUp(reason))
    }

    // MARK: - The call

    private func receiveCall(_ call: SIPIncomingCall) {
        note(.incoming(from: call.from.uri))
        pendingOffer = call.offer
        rings = true
        if settings.rings { command(.ring(status: 180, nil)) }
        if settings.answersItself { schedule.add(.answer, at: now + settings.answerDelay) }
    }

    func answerCall() {
        rings = false
        guard let offer = pendingOffer else {
            // The INVITE had none: the answer comes with the ACK.
            let kinds: Set<MediaSession.Kind> = settings.transport.offersT38 == .inInvite ? [.t38] : [.audio]
            return command(.accept(session.offer(kinds)))
        }
        pendingOffer = nil
        switch session.answer(offer, preferring: preference) {
        case .refused: command(.reject(status: 488))
        case .accepted(let answer, let agreed):
            command(.accept(answer))
            note(.answered)
            planBreak()
            use(agreed)
        }
    }

    private var preference: [MediaSession.Kind] { takesT38 ? [.t38, .audio] : [.audio] }
    private var takesT38: Bool { settings.transport.acceptsT38 && !hasGivenUpT38 }

    private func callAnswered(_ answer: SessionDescription?) {
        note(.answered)
        planBreak()
        if let answer { agree(to: answer) }
        planSwitch()
    }

    private func agree(to answer: SessionDescription) {
        guard let agreed = session.agree(to: answer) else {
            note(.trouble("the answer takes nothing of the offer"))
            return command(.hangUp(nil))
        }
        use(agreed)
    }

    private func planBreak() {
        if let delay = settings.faults.signalling.hangsUp { schedule.add(.breakOff, at: now + delay) }
        if let patience = settings.transport.t38Patience { schedule.add(.giveUpOnAudio, at: now + patience) }
    }

    // MARK: - The switch

    /// From here on this side may ask for T.38.
    private func planSwitch() {
        guard case .reinvite(let delay) = settings.transport.offersT38, media != .t38 else { return }
        schedule.add(.offerT38, at: now + delay)
    }

    private func offerT38() {
        guard sip.isEstablished, media != .t38, pendingOffer == nil, !hasGivenUpT38 else { return }
        note(.offeredT38)
        command(.offer(session.offer([.t38]), .invite))
    }

    /// Nothing comes: a gateway or a firewall between the two lets none through, or each waits for the other's first packet.
    private func giveUpSilentT38() {
        guard sip.isEstablished, case .t38(let leg) = leg, !leg.hasHeard, pendingOffer == nil else { return }
        let silence = settings.transport.t38Silence ?? .zero
        let text = "no T.38 packet came in \(Int(silence.inSeconds)) s"
        guard settings.transport.t38Patience == nil else { return endWithoutT38(text) }
        hasGivenUpT38 = true
        note(.offeredAudio)
        command(.offer(session.offer([.audio]), .invite))
    }

    private func offerAnswered(_ answer: SessionDescription) { agree(to: answer) }

    /// The session stays as it was.
    private func offerRefused(_ refusal: SIPRefusal) {
        guard media != .t38 else { return note(.audioRefused(status: refusal.status)) }
        note(.t38Refused(status: refusal.status))
        if settings.transport.t38Patience != nil { endWithoutT38("T.38 was refused with \(refusal.status)") }
    }

    private func receiveOffer(_ offer: SessionDescription?) {
        guard let offer else { return command(.answer(session.offer(media == .t38 ? [.t38] : [.audio]))) }
        pendingOffer = offer
        let asksT38 = offer.media.contains { $0.isT38 && $0.port != 0 }
        if asksT38, media != .t38, answersBadly(offer) { return }
        if asksT38, media != .t38, settings.transport.responseDelay > .zero {
            schedule.add(.respondToT38, at: now + settings.transport.responseDelay)
        } else {
            respondToOffer()
        }
    }

    private func respondToOffer() {
        guard let offer = pendingOffer else { return }
        pendingOffer = nil
        let isOnlyT38 = offer.media.allSatisfy { $0.port == 0 || $0.isT38 }
        if isOnlyT38, !takesT38 {
            note(.refusedT38(status: settings.transport.refusal))
            return command(.refuse(status: settings.transport.refusal))
        }
        switch session.answer(offer, preferring: preference) {
        case .refused: command(.refuse(status: 488))
        case .accepted(let answer, let agreed):
            command(.answer(answer))
            schedule.cancel(.offerT38)
            use(agreed)
        }
    }

    /// An answer that is a fault; `false`: it is given as it should be.
    private func answersBadly(_ offer: SessionDescription) -> Bool {
        switch settings.faults.signalling.t38Answer {
        case .proper: return false
        case .none: return true
        case .bye: endCall(settings.faults.signalling.reason)
        case .portZero, .audio:
            guard case .accepted(var answer, _) = session.answer(offer, preferring: [.t38]),
                let place = answer.media.firstIndex(where: \.isT38)
            else { return false }
            pendingOffer = nil
            answer.media[place] = badLine(answer.media[place])
            command(.answer(answer))
        }
        return true
    }

    private func badLine(_ line: MediaDescription) -> MediaDescription {
        guard settings.faults.signalling.t38Answer == .audio else {
            return MediaDescription(kind: line.kind, port: 0, transport: line.transport, formats: line.formats)
        }
        return MediaDescription(kind: "audio", port: settings.audioPort, transport: "RTP/AVP", formats: ["0"])
    }

    private func withdraw() {
        pendingOffer = nil
        schedule.cancel(.respondToT38)
    }
}
