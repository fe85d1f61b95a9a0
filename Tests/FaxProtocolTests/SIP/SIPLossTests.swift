import FaxCore
import FaxProtocol
import FaxWire
import Testing

@Suite("A fax call over a network that loses, repeats and reorders SIP messages")
struct SIPLossTests {
    enum Form: String, CaseIterable, CustomTestStringConvertible {
        case plain, reliableProvisionals, update

        var testDescription: String { rawValue }
    }

    static func pair(_ form: Form, seed: UInt64 = 1) -> SIPPair {
        var pair = SIPPair(seed: seed) { _, agent in
            agent.reliableProvisionals = form == .plain ? .never : .supported
        }
        pair.planFaxCall(carrier: form == .update ? .update : .invite)
        return pair
    }

    /// Both sides switched to T.38, the caller hung up, and nothing is left over.
    static func expectWhole(_ pair: SIPPair, _ what: String) {
        #expect(pair.isSettled, "\(what): \(pair.ladder)")
        #expect(pair.endings(0) == [SIPEnding(side: .us, cause: .bye)], "\(what): \(pair.ladder)")
        #expect(pair.endings(1) == [SIPEnding(side: .them, cause: .bye)], "\(what): \(pair.ladder)")
        #expect(pair.calls[0].remoteDescription == SIPTestSession.t38(1), "\(what): \(pair.ladder)")
        #expect(pair.calls[1].remoteDescription == SIPTestSession.t38(0), "\(what): \(pair.ladder)")
        #expect(pair.isFinished, "\(what)")
        #expect(pair.answers == 1, "\(what)")
    }

    @Test("Any one message lost: the call comes to the same end", arguments: Form.allCases)
    func oneLoss(form: Form) {
        var whole = Self.pair(form)
        whole.run()
        Self.expectWhole(whole, "nothing lost")
        for lost in whole.sent.indices {
            var pair = Self.pair(form)
            pair.fate = { number, _ in number == lost ? [] : [.milliseconds(20)] }
            pair.run()
            Self.expectWhole(pair, "message \(lost), \(whole.ladder[lost]), lost")
        }
    }

    @Test("Any two messages lost: the call comes to the same end", arguments: Form.allCases)
    func twoLosses(form: Form) {
        var whole = Self.pair(form)
        whole.run()
        for first in whole.sent.indices {
            for second in whole.sent.indices.dropFirst(first + 1) {
                var pair = Self.pair(form)
                pair.fate = { number, _ in number == first || number == second ? [] : [.milliseconds(20)] }
                pair.run()
                Self.expectWhole(pair, "messages \(first) and \(second) lost")
            }
        }
    }

    @Test("Every message comes twice", arguments: Form.allCases)
    func everythingTwice(form: Form) {
        var pair = Self.pair(form)
        pair.fate = { _, _ in [.milliseconds(20), .milliseconds(35)] }
        pair.run()
        Self.expectWhole(pair, "everything twice")
    }

    @Test("Messages overtake each other", arguments: Form.allCases)
    func reordered(form: Form) {
        for seed in 1...40 as ClosedRange<UInt64> {
            var random = SeededRandom(seed: seed)
            let delays = (0..<400).map { _ in Duration.milliseconds(Int(random.next() % 300) + 1) }
            var pair = Self.pair(form, seed: seed)
            pair.fate = { number, _ in [delays[number % delays.count]] }
            pair.run()
            Self.expectWhole(pair, "seed \(seed)")
        }
    }

    @Test("A quarter of all messages lost: a call ends at both sides, whatever became of it", arguments: Form.allCases)
    func heavyLoss(form: Form) {
        for seed in 1...60 as ClosedRange<UInt64> {
            var random = SeededRandom(seed: seed)
            let losses = (0..<2_000).map { _ in random.chance(0.25) }
            var pair = Self.pair(form, seed: seed)
            pair.fate = { number, _ in losses[number % losses.count] ? [] : [.milliseconds(20)] }
            pair.run()
            #expect(pair.isSettled, "seed \(seed)")
            for side in 0...1 where pair.calls[side].callID != nil {
                #expect(pair.endings(side).count == 1, "seed \(seed), side \(side): \(pair.ladder)")
                #expect(pair.calls[side].isFinished, "seed \(seed), side \(side): \(pair.ladder)")
            }
        }
    }

    @Test("Nobody there: an INVITE is sent seven times, then the call ends")
    func nobody() {
        var pair = Self.pair(.plain)
        pair.cancelPlans()
        pair.plan(0, 0, .invite(pair.destination, offer: SIPTestSession.audio(0)))
        pair.fate = { _, _ in [] }
        pair.run()
        // RFC 3261 §17.1.1.2: 0, 0.5, 1.5, 3.5, 7.5, 15.5 and 31.5 s.
        #expect(pair.count(">INVITE") == 7)
        #expect(pair.endings(0) == [SIPEnding(side: .neither, cause: .noResponse(to: .invite))])
    }

    @Test("A reliable transport repeats nothing but the 2xx")
    func reliableTransport() {
        var pair = SIPPair(transport: .tcp) { _, agent in agent.reliableProvisionals = .never }
        pair.planFaxCall()
        pair.fate = { _, sent in sent.name == "ACK" ? [] : [.milliseconds(20)] }
        pair.run(until: Instant(seconds: 3.9))
        #expect(pair.count(">INVITE") == 1)
        #expect(pair.count("<200 INVITE") == 3)
        #expect(pair.count(">ACK") == 3)
    }

    @Test("A 2xx without ACK: the called side gives up after 64·T1 and says BYE")
    func noACK() {
        var pair = SIPPair { _, agent in agent.reliableProvisionals = .never }
        pair.reactions[1] = { event in
            if case .incoming = event { return [.accept(SIPTestSession.audio(1))] }
            return []
        }
        pair.fate = { _, sent in sent.name == "ACK" ? [] : [.milliseconds(20)] }
        pair.plan(0, 0, .invite(pair.destination, offer: SIPTestSession.audio(0)))
        pair.run()
        #expect(pair.endings(1) == [SIPEnding(side: .neither, cause: .notAcknowledged)])
        #expect(pair.endings(0) == [SIPEnding(side: .them, cause: .bye)])
        #expect(pair.count("<200 INVITE") == 11)
    }
}
