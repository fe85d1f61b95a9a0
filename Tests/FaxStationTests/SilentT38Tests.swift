import FaxCore
import FaxProtocol
import FaxStation
import Simulator
import Testing

/// T.38 is agreed on, and its packets do not arrive: a gateway without a call behind it, a firewall.
@Suite struct SilentT38Tests {
    private static let silence = Duration.seconds(8)

    private func pair(_ change: (inout FaxCallSettings, inout FaxCallSettings) -> Void) throws -> FaxCallPair {
        try FaxCallPair { caller, answerer in
            answerer.transport.offersT38 = .reinvite(after: .milliseconds(500))
            // UDPTL goes to ports that nobody has.
            caller.faults.udptl.portOffset = 7
            answerer.faults.udptl.portOffset = 7
            change(&caller, &answerer)
        }
    }

    @Test(arguments: [(true, false), (false, true), (true, true)])
    func `Who notices asks for audio, and the fax goes over it`(callerNotices: Bool, answererNotices: Bool) throws {
        let pair = try pair { caller, answerer in
            if callerNotices { caller.transport.t38Silence = Self.silence }
            if answererNotices { answerer.transport.t38Silence = Self.silence }
        }
        #expect(try pair.run())
        #expect(pair.isDelivered)
        #expect(pair.caller.lastMedia == .audio && pair.answerer.lastMedia == .audio)
        let asked = [pair.caller, pair.answerer].map { $0.events.contains { $0.event == .offeredAudio } }
        #expect((!asked[0] || callerNotices) && (!asked[1] || answererNotices) && asked.contains(true))
        let first = callerNotices ? pair.caller : pair.answerer
        let agreed = try #require(first.time { $0 == .mediaBegan(.t38) })
        let given = try #require(first.time { $0 == .offeredAudio })
        #expect(given == agreed + Self.silence)
    }

    @Test func `Without it the fax fails as T.30 has it`() throws {
        let pair = try pair { _, _ in }
        try pair.run()
        #expect(!pair.isDelivered && pair.caller.lastMedia == .t38)
    }

    @Test func `Where only T.38 is allowed the call ends`() throws {
        let pair = try pair { caller, _ in
            caller.transport.t38Silence = Self.silence
            caller.transport.t38Patience = .seconds(15)
        }
        #expect(try pair.run())
        #expect(!pair.isDelivered)
        let told = "no T.38 packet came in 8 s, and audio is not allowed"
        #expect(pair.caller.events.contains { $0.event == .trouble(told) })
    }

    @Test func `What was given up is not taken again`() throws {
        let pair = try pair { caller, _ in caller.transport.t38Silence = Self.silence }
        try pair.run(limit: 20)
        #expect(pair.caller.media == .audio)
        // The answerer's offer of T.38 once more, as a new request.
        let offers = pair.sent.map { String(decoding: $0.datagram.octets, as: UTF8.self) }.filter {
            $0.hasPrefix("INVITE") && $0.contains("m=image")
        }
        let offer = try #require(offers.first)
        let again = offer.replacing("branch=z9hG4bK", with: "branch=z9hG4bKagain")
            .replacing(#/CSeq: (\d+)/#) { "CSeq: \((Int($0.1) ?? 0) + 10)" }
        let source = Endpoint(FaxCallPair.answererAddress, 5_060)
        let outputs = pair.caller.receive(Array(again.utf8), on: .sip, from: source, at: Instant(seconds: 20))
        let answers = outputs.compactMap { output -> String? in
            if case .signal(let octets, to: _) = output {
                String(decoding: octets.prefix(11), as: UTF8.self)
            } else {
                nil
            }
        }
        #expect(answers.contains("SIP/2.0 488"), "\(answers)")
        #expect(pair.caller.media == .audio)
    }

    @Test func `T.38 that speaks is left alone`() throws {
        let pair = try FaxCallPair { caller, answerer in
            answerer.transport.offersT38 = .reinvite(after: .milliseconds(500))
            caller.transport.t38Silence = .seconds(1)
            answerer.transport.t38Silence = .seconds(10)
        }
        #expect(try pair.run())
        #expect(pair.isDelivered && pair.caller.lastMedia == .t38)
        #expect(pair.messages("INVITE") == 2)
    }
}
