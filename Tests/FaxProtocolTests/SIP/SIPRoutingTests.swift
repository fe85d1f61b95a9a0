import FaxCore
import FaxProtocol
import FaxWire
import Testing

@Suite("Where SIP messages of a call go")
struct SIPRoutingTests {
    /// A call whose INVITE went through a proxy that stays in the path.
    private static func pair(recordRoute: String) -> SIPPair {
        var pair = SIPPair { side, agent in
            agent.reliableProvisionals = .never
            if side == 0 { agent.inviteHeaders = [.init("Record-Route", recordRoute)] }
        }
        pair.planFaxCall()
        pair.run()
        return pair
    }

    private static func inside(_ pair: SIPPair, side: Int) -> [(SIPMessage, SIPPath)] {
        pair.sent.filter { $0.side == side }.compactMap { sent in
            sent.message.flatMap { $0.method != nil && $0.toTag != nil ? ($0, sent.path) : nil }
        }
    }

    @Test("A loose router: the target in the request line, the route in Route", arguments: [0, 1])
    func loose(side: Int) {
        let pair = Self.pair(recordRoute: "<sip:10.0.0.9:5070;lr>, <sip:10.0.0.8;lr>")
        let requests = Self.inside(pair, side: side)
        #expect(requests.count >= 2)
        for (message, path) in requests {
            #expect(message.requestURI == (side == 0 ? "sip:2000@10.0.0.2:5060" : "sip:1000@10.0.0.1:5060"))
            let routes = message.routes.map(\.uri)
            // The caller sees them from its own end.
            let order = ["sip:10.0.0.9:5070;lr", "sip:10.0.0.8;lr"]
            #expect(routes == (side == 0 ? order.reversed() : order))
            let next =
                side == 0 ? Endpoint(IPAddress(v4: 0x0A00_0008), 5_060) : Endpoint(IPAddress(v4: 0x0A00_0009), 5_070)
            #expect(path == SIPPath(.udp, next))
        }
        #expect(pair.endings(0) == [SIPEnding(side: .us, cause: .bye)])
    }

    @Test("Route entries past the limit are left out", arguments: [(32, 32), (33, 32)])
    func manyRoutes(row: (sent: Int, kept: Int)) {
        let routes = (1...row.sent).map { "<sip:10.0.1.\($0);lr>" }.joined(separator: ", ")
        let pair = Self.pair(recordRoute: routes)
        for (message, _) in Self.inside(pair, side: 1) { #expect(message.routes.count == row.kept) }
    }

    @Test("The INVITE on a second way, and our own INVITE come back: 482 (RFC 3261 §8.2.2.2)", arguments: [0, 1])
    func merged(side: Int) throws {
        var pair = SIPPair { _, agent in agent.reliableProvisionals = .never }
        pair.plan(0, 0, .invite(pair.destination, offer: SIPTestSession.audio(0)))
        pair.run(until: Instant(seconds: 1))
        let invite = try #require(pair.sent.first?.message)
        let text = String(decoding: invite.octets, as: UTF8.self).replacing("branch=z9hG4bK", with: "branch=z9hG4bKb")
        pair.deliver(Array(text.utf8), to: side)
        #expect(pair.sent.last?.message?.status == 482)
        #expect(pair.endings(side).isEmpty)
    }

    @Test("A strict router: its URI in the request line, the target last in Route")
    func strict() {
        let pair = Self.pair(recordRoute: "<sip:10.0.0.9:5070>")
        for (message, path) in Self.inside(pair, side: 0) {
            #expect(message.requestURI == "sip:10.0.0.9:5070")
            #expect(message.routes.map(\.uri) == ["sip:2000@10.0.0.2:5060"])
            #expect(path == SIPPath(.udp, Endpoint(IPAddress(v4: 0x0A00_0009), 5_070)))
        }
    }

    @Test(
        "Requests go to the Contact, or, behind address translation, to where messages come from",
        arguments: [true, false])
    func contact(isFollowed: Bool) {
        // The called side believes that its address is another one.
        var pair = SIPPair { side, agent in
            agent.reliableProvisionals = .never
            agent.followsContact = isFollowed
            if side == 1 { agent.path.endpoint = Endpoint(IPAddress(v4: 0xC0A8_0101), 5_080) }
        }
        pair.planFaxCall()
        pair.run()
        let expected = isFollowed ? Endpoint(IPAddress(v4: 0xC0A8_0101), 5_080) : SIPPair.calleeEnd
        let requests = Self.inside(pair, side: 0)
        #expect(!requests.isEmpty)
        for (_, path) in requests { #expect(path.endpoint == expected) }
    }

    @Test(
        "Responses over UDP go to the source address, and to its port where rport asks for it",
        arguments: [true, false])
    func responses(hasRport: Bool) throws {
        var pair = SIPPair { _, agent in agent.reliableProvisionals = .never }
        pair.plan(0, 0, .invite(pair.destination, offer: SIPTestSession.audio(0)))
        pair.run(until: .zero)
        let invite = try #require(pair.sent.first?.message)
        let text = String(decoding: invite.octets, as: UTF8.self)
            .replacing("10.0.0.1:5060;branch", with: "192.168.7.7:5099;branch")
            .replacing(";rport", with: hasRport ? ";rport" : "")
        let message = try SIPMessage.strict(Array(text.utf8).span.bytes)
        let source = SIPPath(.udp, Endpoint(IPAddress(v4: 0xCB00_7101), 40_000))
        let outputs = pair.calls[1].handle(.message(message, from: source), at: pair.now)
        guard case .send(let octets, let path)? = outputs.first else {
            Issue.record("\(outputs)")
            return
        }
        #expect(path.endpoint == Endpoint(source.endpoint.address, hasRport ? 40_000 : 5_099))
        let via = try #require(try SIPMessage.strict(octets.span.bytes).vias.first)
        #expect(via.received == "203.0.113.1")
        #expect(via.rport == (hasRport ? 40_000 : nil))
    }

    @Test("A peer of RFC 2543: no tags, no magic branch")
    func oldPeer() throws {
        var pair = SIPPair { _, agent in agent.reliableProvisionals = .never }
        pair.reactions[1] = { event in
            if case .incoming = event { return [.accept(SIPTestSession.audio(1))] }
            return []
        }
        func old(_ method: String, _ number: Int, to: String, body: Bool) -> [UInt8] {
            var draft = SIPMessageDraft(.request(SIPMethod(method), uri: "sip:2000@10.0.0.2"))
            draft.add(.via, "SIP/2.0/UDP 10.0.0.1:5060")
            draft.add(.from, "<sip:1000@10.0.0.1>")
            draft.add(.to, to)
            draft.add(.callID, "old@10.0.0.1")
            draft.add(.cseq, "\(number) \(method)")
            if body {
                draft.add(.contentType, "application/sdp")
                draft.body = SIPTestSession.audio(0).octets
            }
            return draft.octets
        }
        pair.deliver(old("INVITE", 1, to: "<sip:2000@10.0.0.2>", body: true), to: 1)
        pair.deliver(old("INVITE", 1, to: "<sip:2000@10.0.0.2>", body: true), to: 1)
        #expect(pair.ladder == ["<100 INVITE", "<200 INVITE"])
        let to = try #require(pair.sent.last?.message?.value(.to))
        pair.deliver(old("ACK", 1, to: to, body: false), to: 1)
        pair.deliver(old("BYE", 2, to: to, body: false), to: 1)
        #expect(pair.ladder == ["<100 INVITE", "<200 INVITE", "<200 BYE"])
        #expect(pair.events[1].contains(.confirmed))
        #expect(pair.endings(1) == [SIPEnding(side: .them, cause: .bye)])
    }

    @Test("The transport fails: the call ends at once")
    func transportFailure() {
        var pair = SIPPair(transport: .tcp)
        pair.plan(0, 0, .invite(pair.destination, offer: SIPTestSession.audio(0)))
        pair.run(until: .zero)
        pair.handle(.transportFailed(SIPPath(.tcp, Endpoint(IPAddress(v4: 1), 1))), 0)
        #expect(pair.endings(0).isEmpty)
        pair.handle(.transportFailed(pair.destination.path), 0)
        #expect(pair.endings(0) == [SIPEnding(side: .neither, cause: .transportFailed)])
    }

    @Test(
        "Outside of any call",
        arguments: [
            ("OPTIONS", 200), ("BYE", 481), ("INFO", 481), ("NOTIFY", 481), ("REGISTER", 405), ("SUBSCRIBE", 489),
            ("CANCEL", 481), ("FROB", 501),
        ])
    func outside(row: (method: String, status: Int)) {
        var pair = SIPPair()
        var draft = SIPMessageDraft(.request(SIPMethod(row.method), uri: "sip:2000@10.0.0.2"))
        draft.add(.via, "SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bKoutside;rport")
        draft.add(.maxForwards, "70")
        draft.add(.from, "<sip:1000@10.0.0.1>;tag=a")
        draft.add(.to, "<sip:2000@10.0.0.2>")
        draft.add(.callID, "outside@10.0.0.1")
        draft.add(.cseq, "1 \(row.method)")
        pair.deliver(draft.octets, to: 1)
        pair.deliver(draft.octets, to: 1)
        #expect(pair.ladder == ["<\(row.status) \(row.method)", "<\(row.status) \(row.method)"])
        pair.run()
        #expect(pair.calls[1].isFinished)
        // The same number under another method is nonsense.
        let wrong = String(decoding: draft.octets, as: UTF8.self).replacing("CSeq: 1 ", with: "CSeq: 1 X")
        pair.deliver(Array(wrong.utf8), to: 1)
        #expect(pair.sent.last?.message?.status == 400)
    }
}
