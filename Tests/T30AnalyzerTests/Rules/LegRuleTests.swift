import FaxCore
import PcapDecode
import TestSupport
import Testing

@testable import T30Analyzer

/// What entered a box on one leg and left it on the other, or did not.
@Suite struct LegRuleTests {
    @Test(arguments: cases) func rows(_ row: RuleCase) throws { try row.check() }

    private static let relay = "16c-b2bua-t38-passthrough"
    private static let gateway = "16-gateway-t38-to-g711"

    /// Two legs with changes to the incoming and the outgoing one.
    private static func row(
        _ id: String, _ capture: String, _ shows: String, fires: Bool, party: Party? = nil,
        certainty: Finding.Certainty? = nil, because: String? = nil,
        _ change: @escaping @Sendable (inout AnalyzedCall, inout AnalyzedCall) -> Void
    ) -> RuleCase {
        RuleCase(
            id: id, kind: .made, captures: [capture], shows: shows, fires: fires, certainty: certainty, party: party,
            because: because
        ) {
            var calls = try CorpusCalls.of(capture)
            #expect(calls.count == 2)
            var (incoming, outgoing) = (calls[0], calls[1])
            change(&incoming, &outgoing)
            calls = [incoming, outgoing]
            return calls
        }
    }

    static let cases: [RuleCase] = media + messages + signalling

    private static let box = "10.77.0.3"

    private static let media = [
        RuleCase(
            id: "udptl-not-bridged", kind: .made, captures: [relay], shows: "nothing leaves the box", fires: true,
            severity: .error, certainty: .proof, because: "none went out"
        ) {
            var calls = try CorpusCalls.of(relay) { editor in
                editor.dropMedia(.udptl) { $0.source.address.description == box }
            }
            for place in calls.indices { calls[place].fax.outcome = .failed }
            return calls
        },
        RuleCase(
            id: "udptl-not-bridged", kind: .made, captures: [relay], shows: "half of it leaves the box", fires: false
        ) {
            var calls = try CorpusCalls.of(relay) { editor in
                editor.dropMedia(.udptl) { $0.source.address.description == box && $0.place % 2 == 0 }
            }
            for place in calls.indices { calls[place].fax.outcome = .failed }
            return calls
        },
        RuleCase(id: "udptl-not-bridged", kind: .real, captures: [relay], shows: "bridged", fires: false) {
            try CorpusCalls.of(relay)
        },
        row("page-truncated", relay, "100 rows fewer", fires: true, party: .caller, because: "rows") { _, outgoing in
            for place in outgoing.fax.pages.indices { outgoing.fax.pages[place].rows? -= 100 }
        },
        row("page-truncated", relay, "3 rows fewer", fires: false) { _, outgoing in
            for place in outgoing.fax.pages.indices { outgoing.fax.pages[place].rows? -= 3 }
        },
    ]

    /// Clears or sets a bit of the first octets of an information field, counted as Table 2 does.
    private static func setBit(_ bit: Int, _ isOn: Bool, in call: inout AnalyzedCall, _ name: String) {
        for place in call.fax.messages.indices where call.fax.messages[place].name == name {
            let octet = 3 + (bit - 1) / 8
            let mask = UInt8(1 << ((bit - 1) % 8))
            guard call.fax.messages[place].octets.count > octet else { continue }
            if isOn {
                call.fax.messages[place].octets[octet] |= mask
            } else {
                call.fax.messages[place].octets[octet] &= ~mask
            }
        }
    }

    private static let messages = [
        row("ifp-ecm-bit-cleared", relay, "the DIS lost ECM in the box", fires: true, party: .callee, certainty: .proof)
        {
            incoming, _ in setBit(27, false, in: &incoming, "DIS")
        },
        row("ifp-ecm-bit-cleared", relay, "the DIS came without ECM", fires: false) { incoming, outgoing in
            setBit(27, false, in: &incoming, "DIS")
            setBit(27, false, in: &outgoing, "DIS")
        },
        row("ifp-ecm-bit-cleared", relay, "the box adds ECM", fires: false) { _, outgoing in
            setBit(27, false, in: &outgoing, "DIS")
        },
        row("t38-bitrate-not-reached", relay, "the box takes V.17 out of the DIS", fires: true, party: .callee) {
            incoming, _ in setBit(14, false, in: &incoming, "DIS")
        },
        row("t38-bitrate-not-reached", relay, "V.17 was not offered", fires: false) { incoming, outgoing in
            setBit(14, false, in: &incoming, "DIS")
            setBit(14, false, in: &outgoing, "DIS")
        },
        row("mps-lost", relay, "the command never left the box", fires: true, party: .caller, certainty: .proof) {
            incoming, outgoing in
            outgoing.fax.messages.removeAll { $0.isPostMessageCommand }
            incoming.fax.outcome = .failed
            outgoing.fax.outcome = .failed
        },
        row("mps-lost", relay, "a fax that failed for another reason", fires: false) { incoming, outgoing in
            incoming.fax.outcome = .failed
            outgoing.fax.outcome = .failed
        },
    ]

    private static let signalling = [
        row("udptl-transport-rewritten", relay, "RTP on the second leg", fires: true, certainty: .proof) {
            _, outgoing in
            for place in outgoing.call.signalling.sessions.indices
            where outgoing.call.signalling.sessions[place].kind == .image {
                outgoing.call.signalling.sessions[place].transport = "RTP/AVP"
            }
        },
        row("udptl-transport-rewritten", relay, "spelled in another way", fires: false) { _, outgoing in
            for place in outgoing.call.signalling.sessions.indices
            where outgoing.call.signalling.sessions[place].kind == .image {
                outgoing.call.signalling.sessions[place].transport = "udptl"
            }
        },
        row("refused-leg-breaks-other-leg", relay, "the box clears the good leg", fires: true, certainty: .strong) {
            incoming, outgoing in
            outgoing.refuse()
            incoming.fax.outcome = .failed
            incoming.call.signalling.endedBy = .callee
            incoming.call.signalling.endTime = outgoing.call.signalling.t38Switch?.answerTime.map { $0 + .seconds(2) }
        },
        row("refused-leg-breaks-other-leg", relay, "cleared long after", fires: false) { incoming, outgoing in
            outgoing.refuse()
            incoming.fax.outcome = .failed
            incoming.call.signalling.endedBy = .callee
            incoming.call.signalling.endTime = outgoing.call.signalling.t38Switch?.answerTime.map { $0 + .seconds(20) }
        },
        row(
            "t38-firewall-deadlock", relay, "the callee behind NAT, and nobody sends", fires: true, party: .callee,
            certainty: .strong, because: "a private address"
        ) { incoming, outgoing in deadlock(&incoming, &outgoing) },
        row("t38-firewall-deadlock", relay, "nobody behind NAT", fires: false) { incoming, outgoing in
            deadlock(&incoming, &outgoing)
            outgoing.hide(.callee, false)
        },
        row("t38-firewall-deadlock", relay, "the caller sends its fax", fires: false) { incoming, outgoing in
            let sent = incoming.call.streams.filter { $0.direction == .caller && $0.kind == .udptl }
            deadlock(&incoming, &outgoing)
            incoming.call.streams += sent
        },
        row("t38-firewall-deadlock", relay, "over before anybody could send", fires: false) { incoming, outgoing in
            deadlock(&incoming, &outgoing)
            outgoing.call.lastTime = outgoing.call.signalling.t38Switch?.answerTime ?? outgoing.call.firstTime
        },
        row("wan-pbx-loop", gateway, "nothing passes the PBX", fires: true, certainty: .hint) { incoming, outgoing in
            outgoing.fax.messages = []
            incoming.fax.outcome = .failed
        },
        row("wan-pbx-loop", gateway, "a gateway that works", fires: false) { _, _ in },
        row("gateway-ignores-t38-flags", gateway, "another product between", fires: true, certainty: .hint) {
            incoming, outgoing in
            outgoing.fax.messages = []
            incoming.fax.outcome = .failed
            incoming.call.signalling.calleeAgent = "rtpengine"
        },
        row("gateway-ignores-t38-flags", gateway, "its frames pass", fires: false) { incoming, outgoing in
            incoming.call.signalling.calleeAgent = "rtpengine"
            outgoing.fax.messages = incoming.fax.messages
            incoming.fax.outcome = .failed
        },
    ]

    /// T.38 agreed on both legs, no packet of it, and the callee's media at a private address behind another.
    private static func deadlock(_ incoming: inout AnalyzedCall, _ outgoing: inout AnalyzedCall) {
        incoming.loseT38()
        outgoing.loseT38()
        outgoing.hide(.callee, true)
    }

    /// Where results may wait, the finding reaches both calls and their verdicts; streamed, it stands with the capture.
    @Test func findingsReachTheCallsThatWait() throws {
        var calls = try CorpusCalls.of(Self.relay)
        calls[1].fax.messages.removeAll { $0.isPostMessageCommand }
        for place in calls.indices { calls[place].fax.outcome = .failed }
        for waits in [true, false] {
            var out: [AnalyzedCall] = []
            let joiner = CallJoiner(waitsForLegs: waits) { out.append($0) }
            for call in calls { joiner.add(call) }
            joiner.finish()
            #expect(out.map(\.call.id) == [1, 2])
            #expect(out.allSatisfy { $0.findings.contains { $0.id == "mps-lost" } == waits })
            #expect(out.contains { $0.rootCause?.id == "mps-lost" } == waits)
            #expect(joiner.history.findings.contains { $0.finding.id == "mps-lost" && $0.calls == [1, 2] })
        }
    }

    /// A call whose other leg never comes does not wait for ever.
    @Test func legsThatNeverComeHoldNothingUp() throws {
        var call = try #require(try CorpusCalls.of(Self.relay).first)
        call.call.related = [RelatedCall(call: 999_999, reason: "never")]
        var out = 0
        let joiner = CallJoiner(waitsForLegs: true) { _ in out += 1 }
        for number in 1...100 {
            call.call.id = number
            joiner.add(call)
        }
        #expect(out == 100 - CallJoiner.Limit.waiting)
        joiner.finish()
        #expect(out == 100)
    }
}

extension AnalyzedCall {
    fileprivate mutating func loseT38() {
        call.streams.removeAll { $0.kind == .udptl }
        fax.messages = []
        fax.outcome = .failed
    }

    /// A party takes UDPTL at a private address, and signals from a public one.
    fileprivate mutating func hide(_ party: Party, _ isHidden: Bool) {
        let seen = Endpoint(IPAddress(v4: 0xCB00_7107), 5_060)
        let asked = Endpoint(isHidden ? IPAddress(v4: 0xC0A8_0105) : seen.address, 4_000)
        if party == .callee { call.signalling.calleeAddress = seen } else { call.signalling.callerAddress = seen }
        for place in call.signalling.sessions.indices
        where call.signalling.sessions[place].party == party && call.signalling.sessions[place].kind == .image {
            call.signalling.sessions[place].endpoint = asked
        }
    }
}
