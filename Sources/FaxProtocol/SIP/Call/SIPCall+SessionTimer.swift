import FaxCore
import FaxWire

// RFC 4028: the session ends when nobody says any more that it goes on.
extension SIPCall {
    /// Session-Expires and Min-SE of our INVITE or UPDATE (§7.1, §7.4).
    func addSessionTimer(to draft: inout SIPMessageDraft, _ purpose: SIPClientRequest.Purpose) {
        if let timer {
            let refresher = timer.refresher == .us ? "uac" : "uas"
            let seconds = max(timer.seconds, wish?.minimum ?? 0)
            draft.add(.sessionExpires, "\(seconds);refresher=\(refresher)")
        } else if let wish, purpose == .initial {
            let refresher =
                switch wish.refresher {
                case .us?: ";refresher=uac"
                case .them?: ";refresher=uas"
                case nil: ""
                }
            draft.add(.sessionExpires, "\(wish.interval)\(refresher)")
        }
        if let wish { draft.add(.minSE, "\(wish.minimum)") }
    }

    /// The shortest interval that we take, when theirs is shorter.
    func tooShort(_ request: SIPMessage) -> Int? {
        guard let asked = request.sessionExpires else { return nil }
        let minimum = max(agent.sessionTimer?.minimum ?? Self.smallestInterval, Self.smallestInterval)
        return asked.seconds < minimum ? minimum : nil
    }

    /// RFC 4028 §5.
    static let smallestInterval = 90

    /// 422: Min-SE says what the other side takes (§7.3).
    mutating func raiseInterval(_ response: SIPMessage) -> Bool {
        guard var raised = wish, let text = response.value(.minSE),
            let minimum = Int(text.prefix { $0.isNumber }), minimum > raised.minimum,
            minimum <= SIPSessionTimer.longest
        else { return false }
        raised.minimum = minimum
        raised.interval = max(raised.interval, minimum)
        wish = raised
        return true
    }

    /// A 2xx of the other side starts the timer, or starts it anew (§7.2).
    mutating func startTimer(by response: SIPMessage, at now: Instant) {
        guard let agreed = response.sessionExpires, agreed.seconds > 0 else {
            timer = nil
            return
        }
        timer = SIPSessionTimer(seconds: agreed.seconds, refresher: agreed.refresher == .uas ? .them : .us, at: now)
    }

    /// Our 2xx to an INVITE or UPDATE starts the timer (§9).
    /// - Returns: what the response says about it.
    mutating func agreeTimer(for request: SIPMessage, at now: Instant) -> [SIPMessageDraft.Header] {
        let asked = request.sessionExpires
        guard asked != nil || wish != nil else {
            timer = nil
            return []
        }
        let knows = request.lists("timer")
        let seconds = agreedInterval(asked: asked?.seconds, request)
        let refresher: SIPSessionTimer.Refresher =
            switch (knows, asked?.refresher) {
            case (false, _): .us
            case (true, .uac?): .them
            case (true, .uas?): .us
            case (true, nil): agent.sessionTimer?.refresher ?? .them
            }
        timer = SIPSessionTimer(seconds: seconds, refresher: refresher, at: now)
        var headers: [SIPMessageDraft.Header] = []
        if refresher == .them { headers.append(.init(SIPHeader.require.name, "timer")) }
        let side = refresher == .us ? "uas" : "uac"
        headers.append(.init(SIPHeader.sessionExpires.name, "\(seconds);refresher=\(side)"))
        return headers
    }

    /// Not longer than asked for, not shorter than their Min-SE (§9).
    private func agreedInterval(asked: Int?, _ request: SIPMessage) -> Int {
        let theirs = request.value(.minSE).flatMap { Int($0.prefix { $0.isNumber }) } ?? Self.smallestInterval
        let ours = wish?.interval ?? asked ?? SIPSessionTimer.longest
        let wanted = min(asked ?? ours, max(ours, Self.smallestInterval))
        return min(max(wanted, min(theirs, asked ?? theirs)), SIPSessionTimer.longest)
    }

    mutating func wakeTimer(at now: Instant) {
        guard isEstablished, let running = timer, now >= running.deadline else { return }
        if now >= running.endAt {
            sendBye([SIPReason(protocol: "SIP", cause: 408, text: "Session expired")], at: now)
            return end(.us, .sessionExpired, at: now)
        }
        guard session.isStable, session.retry == nil, unacknowledged.isEmpty,
            !clients.contains(where: \.isOpenModification)
        else {
            timer?.postpone(to: now + .seconds(1))
            return
        }
        timer?.beginRefresh()
        refresh(at: now)
    }

    /// UPDATE without a description where the other side knows it, else a re-INVITE with the one that holds.
    private mutating func refresh(at now: Instant) {
        guard let dialog else { return }
        if peerMethods != nil, peerAllows(.update), agent.allowsUpdate {
            start(plan(.update, .refresh, in: dialog), at: now)
        } else {
            start(plan(.invite, .refresh, in: dialog, content: SIPContent(description: session.local)), at: now)
        }
    }
}
