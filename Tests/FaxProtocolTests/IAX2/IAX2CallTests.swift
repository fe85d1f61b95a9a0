import FaxCore
import FaxProtocol
import FaxWire
import TestSupport
import Testing

/// Calls of IAX2 (RFC 5456 §6.2 to §6.7), between two of our own.
@Suite struct IAX2AgentCallTests {
    @Test func aCallFromNewToHangup() throws {
        var pair = IAX2Pair()
        let called = pair.call(from: 0)
        let number = try #require(called)
        pair.run(for: .seconds(2))
        #expect(pair.isAnswered(0) && pair.isAnswered(1) && pair.agents.map(\.calls) == [1, 1])
        guard case .incoming(let incoming)? = pair.callEvents(1).first else {
            Issue.record("no call came")
            return
        }
        #expect(
            incoming.calledNumber == "555" && incoming.callingNumber == "1000" && incoming.format == IAX2Format.muLaw)
        pair.perform(0) { $0.hangUp(number, at: $1) }
        pair.run()
        #expect(pair.ending(0) == IAX2Ending(.us, .hungUp("Normal Clearing", code: 16)))
        #expect(pair.ending(1) == IAX2Ending(.them, .hungUp("Normal Clearing", code: 16)))
        #expect(pair.agents.map(\.calls) == [0, 0] && pair.agents.allSatisfy { $0.deadline == nil })
    }

    /// Every full frame is lost once, each in a run of its own; the call stands all the same.
    @Test(arguments: 0..<12) func anyOneFrameMayBeLost(place: Int) throws {
        var pair = IAX2Pair()
        pair.fate = { number, _ in number == place ? [] : [.milliseconds(20)] }
        let called = pair.call(from: 0)
        let number = try #require(called)
        pair.run(for: .seconds(5))
        #expect(pair.isAnswered(0) && pair.isAnswered(1))
        pair.perform(0) { $0.hangUp(number, at: $1) }
        let isSettled = pair.run()
        #expect(isSettled)
        #expect(pair.ending(0)?.side == .us && pair.ending(1)?.side == .them)
        #expect(pair.agents.allSatisfy { $0.isIdle })
    }

    @Test func everyFrameTwiceIsOneCall() throws {
        var pair = IAX2Pair()
        pair.fate = { _, _ in [.milliseconds(20), .milliseconds(25)] }
        let called = pair.call(from: 0)
        let number = try #require(called)
        pair.run(for: .seconds(2))
        pair.perform(0) { $0.hangUp(number, at: $1) }
        let isSettled = pair.run()
        #expect(isSettled)
        for side in 0..<2 {
            let events = pair.callEvents(side)
            #expect(events.count { if case .answered = $0 { true } else { false } } == 1)
            #expect(events.count { if case .ended = $0 { true } else { false } } == 1)
        }
    }

    @Test func nobodyAnswers() {
        var pair = IAX2Pair()
        pair.fate = { _, _ in [] }
        pair.call(from: 0)
        let isSettled = pair.run()
        #expect(isSettled)
        #expect(pair.ending(0) == IAX2Ending(.neither, .silence))
        // The NEW and four repetitions of it, each after twice the time.
        let times = pair.sent.map(\.at.seconds)
        #expect(times == [0, 0.5, 1.5, 3.5, 7.5] && pair.commands(0) == [.new, .new, .new, .new, .new])
        #expect(pair.sent.dropFirst().allSatisfy { $0.full?.isRetransmission == true })
    }

    @Test func aCallThatRingsForEverIsGivenUp() throws {
        var pair = IAX2Pair()
        pair.react = { agent, _, event, now in
            guard case .call(let number, .incoming) = event else { return [] }
            return agent.ring(number, at: now)
        }
        pair.call(from: 0)
        let isSettled = pair.run(for: .seconds(200))
        #expect(isSettled)
        #expect(pair.callEvents(0).contains(.ringing) && pair.ending(0) == IAX2Ending(.us, .notAnswered))
        #expect(pair.ending(1) == IAX2Ending(.them, .hungUp("No answer", code: 19)))
    }

    @Test func aBusyPeerRejects() {
        var pair = IAX2Pair()
        pair.react = { agent, _, event, now in
            guard case .call(let number, .incoming) = event else { return [] }
            return agent.hangUp(number, "Busy", code: IAX2Ending.Code.busy, at: now)
        }
        pair.call(from: 0)
        let isSettled = pair.run()
        #expect(isSettled)
        #expect(pair.ending(0) == IAX2Ending(.them, .rejected("Busy", code: 17)) && pair.commands(1).contains(.reject))
    }

    @Test func aPeerThatVanishesIsNoticedByPing() {
        var pair = IAX2Pair()
        pair.call(from: 0)
        pair.run(for: .seconds(25))
        #expect(pair.isAnswered(0) && pair.commands(0).contains(.ping) && pair.commands(1).contains(.pong))
        pair.fate = { _, _ in [] }
        let isSettled = pair.run(for: .seconds(60))
        #expect(isSettled)
        #expect(pair.ending(0) == IAX2Ending(.neither, .silence) && pair.ending(1) == IAX2Ending(.neither, .silence))
    }

    @Test func formats() throws {
        struct Row {
            let caller: [UInt64]
            let callee: [UInt64]
            let format: UInt64?
        }
        let (mu, a, linear) = (IAX2Format.muLaw, IAX2Format.aLaw, IAX2Format.linear)
        for row in [
            Row(caller: [mu, a], callee: [a, mu], format: mu), Row(caller: [linear, a], callee: [a], format: a),
            Row(caller: [linear], callee: [linear, mu], format: linear), Row(caller: [mu], callee: [a], format: nil),
        ] {
            var pair = IAX2Pair { $1.formats = $0 == 0 ? row.caller : row.callee }
            pair.call(from: 0)
            pair.run(for: .seconds(3))
            let answered = pair.callEvents(0).compactMap { if case .answered(let format) = $0 { format } else { nil } }
            #expect(answered.first == row.format)
            if row.format == nil {
                #expect(pair.ending(0) == IAX2Ending(.them, .rejected("No common format", code: 88)))
            }
        }
    }

    // MARK: - Who calls

    @Test(arguments: [
        ("the right secret", "fax0", "secret", true), ("a wrong one", "fax0", "Secret", false),
        ("nobody's name", "fax9", "secret", false),
    ]) func aCallerProvesItself(row: (name: String, user: String, secret: String, isIn: Bool)) {
        var pair = IAX2Pair()
        pair.call(from: 1, account: IAX2Account(name: row.user, secret: row.secret))
        let isSettled = pair.run(for: .seconds(15))
        #expect(isSettled)
        #expect(pair.isAnswered(1) == row.isIn)
        if !row.isIn {
            let cause = IAX2Ending.Cause.rejected("No authority found", code: 29)
            #expect(pair.ending(1) == IAX2Ending(.them, cause))
            // What is not proven does not reach the side above.
            #expect(pair.events[0] == [.callRefused(IAX2Pair.ends[1], reason: cause.text)])
        }
        #expect(pair.commands(0).contains(.authenticationRequest) && pair.commands(1).contains(.authenticationReply))
        let said = String(decoding: pair.sent.flatMap(\.octets), as: UTF8.self)
        #expect(!said.contains(row.secret))
    }

    @Test func aCallerWithoutASecretSaysSo() {
        var pair = IAX2Pair()
        pair.call(from: 1)
        let isSettled = pair.run(for: .seconds(15))
        #expect(isSettled)
        #expect(pair.ending(1) == IAX2Ending(.us, .cannotAuthenticate))
    }

    /// The MD5 of 1234567secret, as the command md5sum has it.
    @Test func theProofIsMD5OfChallengeAndSecret() throws {
        var pair = IAX2Pair { $1.hash = SIPAuthenticationTests.systemHash }
        pair.call(from: 1, account: IAX2Pair.account)
        let number = try #require(pair.sent.first?.full?.source)
        pair.inject(
            IAX2Maker.full(
                77, number, time: 9, outbound: 0, inbound: 1, type: 6, subclass: 8,
                IAX2Maker.element(14, [0, 2]) + IAX2Maker.element(15, "1234567")), at: 1)
        let proof = try #require(pair.sent.last)
        #expect(proof.full?.command == .authenticationReply && proof.full?.destination == 77)
        #expect(proof.elements.md5Result == "3839629c5faf5c0f9797cd6bacdb1f7c" && proof.elements.password == nil)
    }

    @Test func plaintextOnlyWhereItIsAllowed() throws {
        for isAllowed in [false, true] {
            var pair = IAX2Pair { $1.takesPlaintext = isAllowed }
            pair.call(from: 1, account: IAX2Pair.account)
            let number = try #require(pair.sent.first?.full?.source)
            pair.inject(
                IAX2Maker.full(
                    77, number, time: 9, outbound: 0, inbound: 1, type: 6, subclass: 8, IAX2Maker.element(14, [0, 1])),
                at: 1)
            #expect(pair.sent.contains { $0.elements.password == "secret" } == isAllowed)
            #expect((pair.ending(1) == IAX2Ending(.us, .cannotAuthenticate)) != isAllowed)
        }
    }
}
