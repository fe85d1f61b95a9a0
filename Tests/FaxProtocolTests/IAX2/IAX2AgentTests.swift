import FaxCore
import FaxProtocol
import FaxWire
import TestSupport
import Testing

/// Registrations (RFC 5456 §6.1), what belongs to no call, and what somebody hostile may try.
@Suite struct IAX2AgentTests {
    /// The exchange, whose answers reach nobody: tests say what the other side says.
    private static func exchange(_ change: (Int, inout IAX2Settings) -> Void = { _, _ in }) -> IAX2Pair {
        var pair = IAX2Pair(change)
        pair.fate = { _, _ in [] }
        return pair
    }

    /// As IAXmodem 1.2.0 sends it: name and refresh.
    private static func request(
        _ number: UInt16 = 0x7474, name: String = "fax0", again: Bool = false, releases: Bool = false,
        extra: [UInt8] = []
    ) -> [UInt8] {
        IAX2Maker.full(
            number, 0, time: 3, type: 6, subclass: releases ? 17 : 13, again: again,
            IAX2Maker.element(6, name) + IAX2Maker.element(19, [0, 60]) + extra)
    }

    /// The answer to the last challenge that went out.
    private static func proof(_ pair: IAX2Pair, _ number: UInt16 = 0x7474, secret: String, releases: Bool = false)
        -> [UInt8]
    {
        let question = pair.sent.last { $0.full?.command == .registrationAuthentication }
        let text = (question?.elements.challenge ?? "") + secret
        let digest = SIPTestHash.plain.md5(Array(text.utf8))
        let hex = digest.map { (($0 < 16 ? "0" : "") + String($0, radix: 16)) }.joined()
        return IAX2Maker.full(
            number, question?.full?.source ?? 0, time: 40, outbound: 1, inbound: 1, type: 6,
            subclass: releases ? 17 : 13,
            IAX2Maker.element(6, "fax0") + IAX2Maker.element(16, hex) + IAX2Maker.element(19, [0, 60]))
    }

    private static func acknowledgement(_ pair: IAX2Pair, _ number: UInt16 = 0x7474) -> [UInt8] {
        let last = pair.sent.last?.full
        return IAX2Maker.full(
            number, last?.source ?? 0, time: last?.timestamp ?? 0, outbound: 2, inbound: 2, type: 6, subclass: 4)
    }

    @Test func aPeerRegistersRefreshesAndLeaves() throws {
        var pair = Self.exchange()
        for round in 0..<2 {
            pair.inject(Self.request(), at: 0)
            #expect(pair.sent.last?.full?.command == .registrationAuthentication)
            #expect(pair.sent.last?.elements.authenticationMethods == 2)
            pair.inject(Self.proof(pair, secret: "secret"), at: 0)
            let answer = try #require(pair.sent.last)
            #expect(answer.full?.command == .registrationAcknowledgement && answer.elements.refresh == 60)
            pair.inject(Self.acknowledgement(pair), at: 0)
            let registration = try #require(pair.agents[0].registration(of: "fax0"))
            #expect(registration.peer == IAX2Pair.ends[1] && registration.seconds == 60)
            #expect(pair.events[0].count == round + 1)
            pair.run(for: .seconds(40))
        }
        pair.inject(Self.request(releases: true), at: 0)
        pair.inject(Self.proof(pair, secret: "secret", releases: true), at: 0)
        #expect(pair.sent.last?.full?.command == .registrationAcknowledgement)
        #expect(pair.events[0].last == .unregistered(name: "fax0", IAX2Pair.ends[1]))
        #expect(pair.agents[0].registration(of: "fax0") == nil)
    }

    @Test func aRegistrationThatIsNotRefreshedExpires() {
        var pair = Self.exchange()
        pair.inject(Self.request(), at: 0)
        pair.inject(Self.proof(pair, secret: "secret"), at: 0)
        pair.run(for: .seconds(69))
        #expect(pair.agents[0].registration(of: "fax0") != nil)
        pair.run(for: .seconds(2))
        #expect(pair.agents[0].registration(of: "fax0") == nil)
        #expect(pair.events[0].last == .registrationExpired(name: "fax0", IAX2Pair.ends[1]))
    }

    @Test func aWrongSecretIsRefusedAndNeverSaid() {
        var pair = Self.exchange()
        pair.inject(Self.request(), at: 0)
        pair.inject(Self.proof(pair, secret: "wrong"), at: 0)
        #expect(pair.sent.last?.full?.command == .registrationReject && pair.sent.last?.elements.causeCode == 29)
        #expect(pair.events[0] == [.registrationRefused(name: "fax0", IAX2Pair.ends[1], reason: "wrong secret")])
        #expect(pair.agents[0].registration(of: "fax0") == nil)
        // Whoever is not known is asked like everyone else.
        pair.inject(Self.request(9, name: "nobody"), at: 0)
        #expect(pair.sent.last?.full?.command == .registrationAuthentication)
    }

    @Test func aNameWithoutASecretIsBelieved() {
        var pair = Self.exchange { $1.accounts = [IAX2Account(name: "fax0", secret: nil)] }
        pair.inject(Self.request(), at: 0)
        #expect(pair.sent.last?.full?.command == .registrationAcknowledgement)
        #expect(pair.agents[0].registration(of: "fax0") != nil)
    }

    /// A forged source must not get more from us than was sent in its name.
    @Test func whoHasNotProvenItsPlaceGetsOneAnswerForEachQuestion() {
        var pair = Self.exchange()
        pair.inject(Self.request(), at: 0)
        pair.run(for: .seconds(8))
        #expect(pair.sent.count == 1)
        pair.inject(Self.request(again: true), at: 0)
        #expect(pair.commands(0).filter { $0 == .registrationAuthentication }.count == 2)
        pair.run(for: .seconds(60))
        #expect(pair.commands(0).filter { $0 == .registrationAuthentication }.count == 2)
        #expect(pair.agents[0].deadline == nil)
    }

    // MARK: - Call tokens

    @Test func aTokenShowsWhereSomebodyIs() throws {
        var pair = Self.exchange { $1.callTokens = .required }
        pair.inject(Self.request(), at: 0)
        #expect(pair.sent.last?.full?.command == .registrationReject)
        pair.inject(Self.request(extra: [54, 0]), at: 0)
        let token = try #require(pair.sent.last?.elements.callToken)
        #expect(pair.sent.last?.full?.command == .callToken && !token.isEmpty)
        let whole = Self.request(extra: IAX2Maker.element(54, token))
        // From elsewhere, changed, and too late it is worth nothing.
        pair.inject(whole, at: 0, from: Endpoint(IPAddress(v4: 0x0A00_0009), 4_569))
        #expect(pair.sent.last?.full?.command == .registrationReject)
        pair.inject(Self.request(extra: IAX2Maker.element(54, Array(token.dropLast()) + [0x30])), at: 0)
        let isTheSame = token.last == 0x30
        #expect((pair.sent.last?.full?.command == .registrationReject) != isTheSame)
        pair.inject(whole, at: 0)
        #expect(pair.sent.last?.full?.command == .registrationAuthentication)
        pair.run(for: .seconds(30))
        pair.inject(whole, at: 0)
        #expect(pair.sent.last?.full?.command == .registrationReject)
    }

    @Test func ourCallsBringTheTokenThatTheyAreAskedFor() {
        var pair = IAX2Pair { $1.callTokens = .required }
        pair.call(from: 0)
        pair.run(for: .seconds(2))
        #expect(pair.isAnswered(0) && pair.isAnswered(1))
        #expect(pair.commands(0).prefix(2) == [.new, .new] && pair.commands(1).first == .callToken)
    }

    // MARK: - Outside of calls

    @Test func outsideOfCalls() {
        struct Row {
            let name: String
            let type: UInt8
            let subclass: UInt8
            let destination: UInt16
            let answer: IAX2Command?
        }
        for row in [
            Row(name: "POKE", type: 6, subclass: 30, destination: 0, answer: .pong),
            Row(name: "PING of no call", type: 6, subclass: 2, destination: 99, answer: .invalid),
            Row(name: "voice of no call", type: 2, subclass: 4, destination: 99, answer: .invalid),
            Row(name: "INVAL", type: 6, subclass: 10, destination: 99, answer: nil),
            Row(name: "ACK", type: 6, subclass: 4, destination: 99, answer: nil),
            Row(name: "HANGUP", type: 6, subclass: 5, destination: 99, answer: nil),
            Row(name: "a frame that opens nothing", type: 6, subclass: 2, destination: 0, answer: nil),
        ] {
            var pair = Self.exchange()
            let frame = IAX2Maker.full(5, row.destination, time: 77, type: row.type, subclass: row.subclass)
            pair.inject(frame, at: 0)
            #expect(pair.commands(0) == (row.answer.map { [$0] } ?? []), "\(row.name)")
            #expect(pair.sent.allSatisfy { $0.full?.timestamp == 77 && $0.full?.destination == 5 }, "\(row.name)")
            #expect(pair.sent.allSatisfy { $0.octets.count <= frame.count }, "\(row.name)")
            #expect(pair.events[0].isEmpty && pair.agents[0].deadline == nil, "\(row.name)")
        }
    }

    @Test func aCallThatTheOtherSideForgotEnds() {
        var pair = IAX2Pair()
        pair.call(from: 0)
        pair.run(for: .seconds(1))
        pair.agents[1] = IAX2Pair(seed: 5).agents[1]
        pair.run(for: .seconds(30))
        #expect(pair.ending(0) == IAX2Ending(.them, .unknownToPeer))
    }

    @Test func insideACall() throws {
        var pair = IAX2Pair()
        pair.call(from: 0)
        pair.run(for: .seconds(1))
        let ours = try #require(pair.sent.first { $0.side == 0 }?.full?.source)
        let theirs = try #require(pair.sent.last { $0.side == 1 }?.full?.source)
        let next = try #require(pair.sent.last { $0.side == 1 && $0.full?.command != .ack }?.full?.outbound) &+ 1
        func frame(_ number: UInt8, _ subclass: UInt8) -> [UInt8] {
            IAX2Maker.full(theirs, ours, time: 1_234, outbound: number, inbound: 1, type: 6, subclass: subclass)
        }
        let before = pair.sent.count
        pair.inject(frame(next, 2), at: 0)
        pair.inject(frame(next &+ 1, 11), at: 0)
        pair.inject(frame(next &+ 2, 111), at: 0)
        // One is missing: it is asked for, once.
        pair.inject(frame(next &+ 4, 2), at: 0)
        pair.inject(frame(next &+ 5, 2), at: 0)
        let answers = pair.sent.dropFirst(before)
        #expect(answers.map { $0.full?.command } == [.pong, .lagReply, .unsupported, .voiceNotAcknowledged])
        #expect(answers.prefix(2).allSatisfy { $0.full?.timestamp == 1_234 })
        #expect(answers.dropFirst(2).first?.octets.suffix(3) == [23, 1, 111])
        #expect(answers.last?.full?.inbound == next &+ 3)
    }

    // MARK: - Media

    @Test func mediaInFullAndMiniFrames() throws {
        var pair = IAX2Pair()
        let called = pair.call(from: 0)
        let number = try #require(called)
        pair.run(for: .seconds(1))
        let before = pair.sent.count
        // 66 seconds: the 16 bits of a mini frame wrap once.
        for index in 0..<3_300 {
            pair.perform(0) {
                $0.sendVoice(
                    [UInt8](repeating: UInt8(truncatingIfNeeded: index), count: 160), milliseconds: 20, on: number,
                    at: $1)
            }
            pair.run(for: .milliseconds(20))
        }
        let full = pair.sent.dropFirst(before).compactMap(\.full).filter { $0.kind == .voice && !$0.isRetransmission }
        #expect(full.count == 2 && full.allSatisfy { $0.subclass == IAX2Format.muLaw })
        #expect(full.last.map { $0.timestamp >> 16 } == 1)
        var order = IAX2FrameOrder<Int>(lookAhead: 2)
        var places: [IAX2Clock.Place] = []
        for case .voice(let voice) in pair.callEvents(1) {
            let time: Int
            switch voice.time {
            case .full(let milliseconds):
                order.set(milliseconds)
                time = Int(milliseconds)
            case .mini(let low): time = order.extended(low)
            }
            if let place = order.placeAtOnce(time, samples: voice.octets.count) { places.append(place) }
        }
        #expect(places.count >= 3_290 && places.dropFirst().allSatisfy { !$0.marker })
        #expect(zip(places, places.dropFirst()).allSatisfy { $1.timestamp == $0.timestamp &+ 160 })
    }

    // MARK: - Limits and hostility

    @Test func limits() {
        var pair = Self.exchange {
            $1.limits.callsPerSource = 2
            $1.limits.exchanges = 3
            $1.accounts = []
        }
        pair.react = { _, _, _, _ in [] }
        for number in UInt16(10)..<13 { pair.inject(IAX2Maker.new(number), at: 0) }
        #expect(pair.callEvents(0).count == 2)
        #expect(pair.events[0].last == .callRefused(IAX2Pair.ends[1], reason: "2 calls of one address at one time"))
        #expect(pair.commands(0).contains(.reject))
        for number in UInt16(20)..<25 { pair.inject(Self.request(number), at: 0) }
        #expect(pair.commands(0).filter { $0 == .registrationAuthentication }.count == 3)
        let before = pair.sent.count
        pair.inject(Self.request(30) + [UInt8](repeating: 0, count: 4_096), at: 0)
        #expect(pair.sent.count == before && pair.agents[0].dropped > 0)
        // All of it is forgotten in time.
        pair.run(for: .seconds(200))
        #expect(pair.agents[0].deadline == nil && pair.agents[0].isIdle)
    }

    @Test func anybodysOctets() {
        var random = SeededRandom(seed: 7)
        var pair = IAX2Pair()
        pair.call(from: 1, account: IAX2Pair.account)
        pair.run(for: .seconds(1))
        let known = pair.sent.map(\.octets) + [Self.request(), IAX2Maker.new(3)]
        for round in 0..<20_000 {
            var octets = known[Int(random.next() % UInt64(known.count))]
            for _ in 0..<(1 + random.next() % 4) where !octets.isEmpty {
                octets[Int(random.next() % UInt64(octets.count))] = UInt8(truncatingIfNeeded: random.next())
            }
            pair.inject(Array(octets.prefix(Int(random.next() % 64))), at: round % 2)
            if round % 50 == 0 { pair.run(for: .milliseconds(100)) }
        }
        // Whatever still stands notices that nobody is there.
        pair.fate = { _, _ in [] }
        let isSettled = pair.run(for: .seconds(400))
        #expect(isSettled)
        #expect(pair.agents.allSatisfy { $0.isIdle })
    }
}
