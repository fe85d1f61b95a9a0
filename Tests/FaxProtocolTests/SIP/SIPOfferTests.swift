import FaxCore
import FaxProtocol
import FaxWire
import Testing

@Suite("Offers inside a SIP call")
struct SIPOfferTests {
    /// An audio call that stands after a second; later offers are answered with T.38 unless told otherwise.
    private static func pair(
        seed: UInt64 = 1, answers: SIPCall.Command? = nil, _ change: (Int, inout SIPAgent) -> Void = { _, _ in }
    ) -> SIPPair {
        var pair = SIPPair(seed: seed) { side, agent in
            agent.reliableProvisionals = .never
            change(side, &agent)
        }
        pair.reactions = [0, 1].map { side in
            { event in
                switch event {
                case .incoming: [.accept(SIPTestSession.audio(side))]
                case .offered: [answers ?? .answer(SIPTestSession.t38(side))]
                default: []
                }
            }
        }
        pair.plan(0, 0, .invite(pair.destination, offer: SIPTestSession.audio(0)))
        pair.plan(60, 0, .hangUp(nil))
        return pair
    }

    @Test(
        "Glare: both get 491, wait as RFC 3261 §14.1 says, and one offer stands",
        arguments: 1...20 as ClosedRange<UInt64>)
    func glare(seed: UInt64) throws {
        var pair = Self.pair(seed: seed)
        pair.plan(2, 0, .offer(SIPTestSession.t38(0), .invite))
        pair.plan(2, 1, .offer(SIPTestSession.t38(1), .invite))
        pair.run()
        #expect(pair.count("<491 INVITE") == 1)
        #expect(pair.count(">491 INVITE") == 1)
        let waits: [Duration] = try (0...1).map { side in
            let delayed = pair.events[side].lazy.compactMap { event -> Instant? in
                if case .offerDelayed(let until, status: 491) = event { return until }
                return nil
            }
            return try #require(delayed.first) - Instant(seconds: 2.04)
        }
        #expect((Duration.milliseconds(2_099)...(.milliseconds(4_001))).contains(waits[0]))
        #expect((Duration.zero...(.milliseconds(2_001))).contains(waits[1]))
        #expect(pair.events[1].contains(.negotiated(SIPTestSession.t38(0))))
        #expect(pair.events[0].contains(.offerDropped))
        #expect(pair.endings(1) == [SIPEnding(side: .them, cause: .bye)])
    }

    @Test("491 for ever: the offer is sent again four times, then given up")
    func alwaysPending() {
        var pair = Self.pair()
        pair.middle = { sent in
            guard sent.side == 1, let message = sent.message, let method = message.method else { return nil }
            guard method == .invite else { return method == .ack ? [] : nil }
            return SIPTestServer.response(to: message, 491).map { [$0.octets] }
        }
        pair.plan(2, 1, .offer(SIPTestSession.t38(1), .invite))
        pair.run()
        #expect(pair.count("<INVITE") == 1 + SIPCall.Limit.offerRetries)
        let refusals = pair.events[1].filter { event in
            if case .offerRefused(let refusal) = event { return refusal.status == 491 }
            return false
        }
        #expect(refusals.count == 1)
        #expect(pair.endings(1) == [SIPEnding(side: .them, cause: .bye)])
    }

    @Test(
        "500 with Retry-After: again after that time, if it is short", arguments: [(3, true), (10, true), (11, false)])
    func busy(row: (seconds: Int, isRepeated: Bool)) {
        var pair = Self.pair()
        var isFirst = true
        pair.middle = { sent in
            guard isFirst, sent.side == 1, let message = sent.message, message.method == .invite else { return nil }
            isFirst = false
            let header = SIPMessageDraft.Header("Retry-After", "\(row.seconds)")
            return SIPTestServer.response(to: message, 500, headers: [header]).map { [$0.octets] }
        }
        pair.plan(2, 1, .offer(SIPTestSession.t38(1), .invite))
        pair.run()
        let times = pair.sent.filter { $0.side == 1 && $0.name == "INVITE" }.map(\.at)
        #expect(times.count == (row.isRepeated ? 2 : 1))
        if row.isRepeated { #expect(times.last == Instant(seconds: 2.02 + Double(row.seconds))) }
        #expect(pair.events[1].contains(.negotiated(SIPTestSession.t38(0))) == row.isRepeated)
    }

    @Test("UPDATE changes the session before the call is answered (RFC 3311 §5.1)")
    func earlyUpdate() {
        var pair = SIPPair { _, agent in
            agent.reliableProvisionals = .supported
            agent.sessionTimer = .init(interval: 90)
        }
        pair.reactions = [
            { _ in [] },
            { event in
                switch event {
                case .incoming: [.ring(status: 183, SIPTestSession.audio(1))]
                case .offered: [.answer(SIPTestSession.t38(1))]
                default: []
                }
            },
        ]
        pair.plan(0, 0, .invite(pair.destination, offer: SIPTestSession.audio(0)))
        pair.plan(2, 0, .offer(SIPTestSession.t38(0), .update))
        // Later than the session timer of the UPDATE, which only a call that stands has.
        pair.plan(120, 1, .accept(nil))
        pair.plan(130, 1, .hangUp(nil))
        pair.run()
        #expect(pair.isSettled)
        #expect(pair.events[0].contains(.negotiated(SIPTestSession.t38(1))))
        #expect(pair.calls[1].remoteDescription == SIPTestSession.t38(0))
        #expect(pair.endings(0) == [SIPEnding(side: .them, cause: .bye)])
    }

    @Test("An offer right behind our 2xx waits for its ACK (RFC 3261 §14.1)")
    func offerBeforeACK() throws {
        var pair = Self.pair()
        pair.reactions[1] = { event in
            if case .incoming = event {
                return [.accept(SIPTestSession.audio(1)), .offer(SIPTestSession.t38(1), .invite)]
            }
            return []
        }
        // The first ACK is lost.
        pair.fate = { number, sent in sent.name == "ACK" && number < 5 ? [] : [.milliseconds(20)] }
        pair.run()
        #expect(
            pair.ladder.prefix(7) == [
                ">INVITE", "<100 INVITE", "<200 INVITE", ">ACK", "<200 INVITE", ">ACK", "<INVITE",
            ])
        #expect(pair.events[1].contains(.negotiated(SIPTestSession.t38(0))))
    }

    @Test("Refreshes that are never acknowledged: a bounded number of 2xx is repeated")
    func neverAcknowledged() throws {
        var pair = Self.pair()
        pair.run(until: Instant(seconds: 2))
        let model = try #require(pair.sent.first { $0.name == "ACK" }?.message)
        for number in 0..<40 {
            var draft = SIPMessageDraft(model)
            draft.startLine = .request(.invite, uri: "sip:2000@10.0.0.2:5060")
            for index in draft.headers.indices {
                switch draft.headers[index].name {
                case "CSeq": draft.headers[index].value = "\(50_000 + number) INVITE"
                case "Via": draft.headers[index].value = "SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bKx\(number);rport"
                default: break
                }
            }
            draft.add(.contentType, "application/sdp")
            draft.body = SIPTestSession.audio(0).octets
            pair.deliver(draft.octets, to: 1)
        }
        #expect(pair.count("<200 INVITE") == 41)
        pair.run(until: pair.now + .milliseconds(600))
        #expect(pair.count("<200 INVITE") == 41 + SIPCall.Limit.acknowledgements)
        pair.run()
        #expect(pair.isFinished)
        #expect(pair.endings(1).count == 1)
    }

    @Test("A refused offer leaves the session as it was", arguments: [488, 415, 606, 404, 603])
    func refused(status: Int) {
        var pair = Self.pair(answers: .refuse(status: status))
        pair.plan(2, 1, .offer(SIPTestSession.t38(1), .invite))
        pair.run()
        let refusals = pair.events[1].compactMap { event -> Int? in
            if case .offerRefused(let refusal) = event { return refusal.status }
            return nil
        }
        #expect(refusals == [status])
        #expect(pair.calls[1].localDescription == SIPTestSession.audio(1))
        #expect(pair.calls[0].remoteDescription == SIPTestSession.audio(1))
        #expect(pair.endings(1) == [SIPEnding(side: .them, cause: .bye)])
    }

    @Test("481 and 408 to a re-INVITE end the call (RFC 3261 §12.2.1.2)", arguments: [481, 408])
    func gone(status: Int) {
        var pair = Self.pair(answers: .refuse(status: status))
        pair.plan(2, 1, .offer(SIPTestSession.t38(1), .invite))
        pair.run()
        #expect(pair.endings(1).map(\.side) == [.them])
        #expect(pair.endings(0) == [SIPEnding(side: .them, cause: .bye)])
    }

    @Test("An offer while theirs is unanswered is refused to us; theirs while ours is open gets 500 with Retry-After")
    func overlapping() throws {
        var pair = Self.pair(answers: .options)
        pair.plan(2, 1, .offer(SIPTestSession.t38(1), .invite))
        pair.plan(3, 0, .offer(SIPTestSession.t38(0), .invite))
        pair.run(until: Instant(seconds: 4))
        #expect(pair.events[0].contains(.commandRefused(.offerOpen)))
        // A second re-INVITE of the same peer, as one sends that has forgotten the first.
        let first = try #require(pair.sent.last { $0.name == "INVITE" }?.message)
        var second = SIPMessageDraft(first)
        for index in second.headers.indices {
            switch second.headers[index].name {
            case "CSeq": second.headers[index].value = "\((first.cseq?.number ?? 0) + 7) INVITE"
            case "Via": second.headers[index].value = "SIP/2.0/UDP 10.0.0.2:5060;branch=z9hG4bKanother;rport"
            default: break
            }
        }
        pair.deliver(second.octets, to: 0)
        let refusal = try #require(pair.sent.last?.message)
        #expect(refusal.status == 500)
        #expect(refusal.retryAfter.map { (0...10).contains($0) } == true)
    }

    @Test("A re-INVITE without an offer asks for ours; the answer comes in the ACK")
    func offerless() {
        var pair = Self.pair()
        pair.plan(2, 1, .offer(nil, .invite))
        pair.run()
        #expect(pair.events[0].contains(.offered(nil, .invite)))
        #expect(pair.events[1].contains(.offered(SIPTestSession.t38(0), .finalResponse)))
        #expect(pair.events[0].contains(.negotiated(SIPTestSession.t38(1))))
        #expect(pair.calls[0].remoteDescription == SIPTestSession.t38(1))
        #expect(pair.calls[1].remoteDescription == SIPTestSession.t38(0))
    }

    @Test("The same offer once more is a refresh and needs nobody above")
    func sameAgain() {
        var pair = Self.pair()
        pair.plan(2, 0, .offer(SIPTestSession.audio(0), .invite))
        pair.run()
        #expect(pair.events[1].contains(.sessionRefreshed))
        #expect(!pair.wasOffered(1))
        #expect(pair.events[0].contains(.negotiated(SIPTestSession.audio(1))))
    }

    @Test("UPDATE carries an offer where the other side allows it, and only there", arguments: [true, false])
    func update(isAllowed: Bool) {
        var pair = Self.pair { side, agent in if side == 0 { agent.allowsUpdate = isAllowed } }
        pair.plan(2, 1, .offer(SIPTestSession.t38(1), .update))
        pair.run()
        #expect(pair.events[1].contains(.negotiated(SIPTestSession.t38(0))) == isAllowed)
        #expect(pair.events[1].contains(.commandRefused(.notAllowed)) == !isAllowed)
        #expect(pair.count("<UPDATE") == (isAllowed ? 1 : 0))
    }

    @Test("BYE while a re-INVITE is open: it is answered with 487, and the call is over")
    func byeWhileOpen() {
        var pair = Self.pair(answers: .options)
        pair.plan(2, 1, .offer(SIPTestSession.t38(1), .invite))
        pair.plan(3, 0, .hangUp(nil))
        pair.run()
        #expect(pair.count(">487 INVITE") == 1)
        #expect(pair.endings(0) == [SIPEnding(side: .us, cause: .bye)])
        #expect(pair.endings(1) == [SIPEnding(side: .them, cause: .bye)])
        #expect(pair.isFinished)
    }

    @Test("A re-INVITE that is cancelled leaves the session as it was")
    func cancelledOffer() {
        var pair = Self.pair(answers: .options)
        pair.plan(2, 1, .offer(SIPTestSession.t38(1), .invite))
        pair.plan(3, 1, .cancelOffer)
        pair.run()
        #expect(pair.events[0].contains(.offerWithdrawn))
        #expect(pair.count(">487 INVITE") == 1)
        #expect(pair.calls[1].remoteDescription == SIPTestSession.audio(0))
        #expect(pair.endings(1) == [SIPEnding(side: .them, cause: .bye)])
    }

    @Test("Both say BYE at once")
    func bothHangUp() {
        var pair = Self.pair()
        pair.plan(5, 0, .hangUp(nil))
        pair.plan(5, 1, .hangUp(nil))
        pair.run()
        #expect(pair.endings(0) == [SIPEnding(side: .us, cause: .bye)])
        #expect(pair.endings(1) == [SIPEnding(side: .us, cause: .bye)])
        #expect(pair.count(">200 BYE") == 1)
        #expect(pair.count("<200 BYE") == 1)
    }

    @Test("INFO, OPTIONS and what we do not know, inside a call")
    func otherRequests() throws {
        var pair = Self.pair()
        let content = SIPContent(type: "application/dtmf-relay", octets: Array("Signal=5\r\n".utf8))
        pair.plan(2, 0, .info(content))
        pair.plan(3, 0, .options)
        pair.run(until: Instant(seconds: 4))
        #expect(pair.events[1].contains(.info(content)))
        #expect(pair.events[0].contains(.optionsAnswered(status: 200)))
        let model = try #require(pair.sent.last { $0.name == "OPTIONS" }?.message)
        let rows = [
            ("REFER", 603), ("NOTIFY", 481), ("SUBSCRIBE", 489), ("MESSAGE", 405), ("PUBLISH", 405), ("FROB", 501),
        ]
        for (number, row) in rows.enumerated() {
            var draft = SIPMessageDraft(model)
            draft.startLine = .request(SIPMethod(row.0), uri: model.requestURI ?? "")
            for index in draft.headers.indices {
                switch draft.headers[index].name {
                case "CSeq": draft.headers[index].value = "\(60_000 + number) \(row.0)"
                case "Via": draft.headers[index].value = "SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bKx\(number);rport"
                default: break
                }
            }
            pair.deliver(draft.octets, to: 1)
            #expect(pair.sent.last?.message?.status == row.1, "\(row.0)")
        }
    }
}
