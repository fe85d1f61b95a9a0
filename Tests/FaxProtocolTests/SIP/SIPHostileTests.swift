import FaxCore
import FaxProtocol
import FaxWire
import Testing

@Suite("What hostile and broken peers send to a SIP call")
struct SIPHostileTests {
    /// The messages of whole calls, as material.
    private static let material: [[UInt8]] = {
        var messages: [[UInt8]] = []
        for form in SIPLossTests.Form.allCases {
            var pair = SIPLossTests.pair(form)
            pair.run()
            messages += pair.sent.map(\.octets)
        }
        return messages
    }()

    static func mutate(_ octets: [UInt8], _ random: inout SeededRandom) -> [UInt8] {
        var octets = octets
        func place() -> Int { Int(random.next() % UInt64(max(octets.count, 1))) }
        for _ in 0...(random.next() % 4) where !octets.isEmpty {
            switch random.next() % 6 {
            case 0: octets[place()] = UInt8(truncatingIfNeeded: random.next())
            case 1: octets.removeSubrange(place()..<octets.count)
            case 2:
                let start = place()
                octets.removeSubrange(start..<min(octets.count, start + Int(random.next() % 20)))
            case 3:
                let start = place()
                let piece = octets[start..<min(octets.count, start + Int(random.next() % 80))]
                octets.insert(contentsOf: piece, at: place())
            case 4: octets.insert(contentsOf: Array("4294967295".utf8), at: place())
            default:
                // A digit, of a number that means something, becomes another one.
                let digits = octets.indices.filter { octets[$0] >= 0x30 && octets[$0] <= 0x39 }
                guard !digits.isEmpty else { break }
                octets[digits[Int(random.next() % UInt64(digits.count))]] = 0x30 + UInt8(random.next() % 10)
            }
        }
        return octets
    }

    @Test("10,000 mutated messages in all states: no trap, and few messages in return")
    func mutated() {
        var random = SeededRandom(seed: 4)
        var mostSent = 0
        var taken = 0
        for round in 0..<250 {
            let form = SIPLossTests.Form.allCases[round % 3]
            var pair = SIPLossTests.pair(form, seed: 1)
            pair.run(until: Instant(seconds: Double(round % 24)))
            for _ in 0..<40 {
                let octets = Self.mutate(Self.material[Int(random.next() % UInt64(Self.material.count))], &random)
                let before = pair.sent.count
                pair.deliver(octets, to: Int(random.next() & 1))
                mostSent = max(mostSent, pair.sent.count - before)
                taken += 1
                if random.chance(0.1) { pair.run(until: pair.now + .seconds(Int(random.next() % 5))) }
            }
            pair.run(steps: 20_000)
            #expect(pair.isSettled, "round \(round)")
        }
        #expect(taken == 10_000)
        // The most: ACK and BYE for a fork, or 200 to a BYE and 487 to an INVITE.
        #expect(mostSent <= 3)
    }

    @Test(
        "A flood of requests: transactions have a limit, and old ones give way",
        arguments: ["OPTIONS", "INFO", "INVITE"])
    func flood(method: String) throws {
        var pair = SIPLossTests.pair(.plain)
        pair.run(until: Instant(seconds: 15))
        let model = try #require(pair.sent.last { $0.name == "ACK" && $0.side == 1 }?.message)
        for number in 0..<1_000 {
            var draft = SIPMessageDraft(model)
            draft.startLine = .request(SIPMethod(method), uri: model.requestURI ?? "")
            for index in draft.headers.indices {
                switch draft.headers[index].name {
                case "CSeq": draft.headers[index].value = "\(50_000 + number) \(method)"
                case "Via": draft.headers[index].value = "SIP/2.0/UDP 10.0.0.2:5060;branch=z9hG4bKx\(number);rport"
                default: break
                }
            }
            let before = pair.sent.count
            pair.deliver(draft.octets, to: 0)
            #expect(pair.sent.count - before <= 1)
        }
        // All of theirs, and one of ours at most.
        #expect(pair.calls[0].transactionCount <= SIPCall.Limit.transactions + 1)
        pair.run(steps: 20_000)
        #expect(pair.isSettled)
        #expect(pair.calls[0].isFinished)
    }

    @Test("A thousand branches answer one INVITE: a few are ended, the others left alone")
    func manyForks() throws {
        var pair = SIPLossTests.pair(.plain)
        pair.run(until: Instant(seconds: 3))
        let answer = try #require(pair.sent.first { $0.name == "200 INVITE" }?.message)
        let before = pair.sent.count
        for number in 0..<1_000 {
            var draft = SIPMessageDraft(answer)
            for index in draft.headers.indices where draft.headers[index].name == "To" {
                draft.headers[index].value = "<sip:2000@10.0.0.2>;tag=fork\(number)"
            }
            pair.deliver(draft.octets, to: 0)
        }
        #expect(pair.sent.count - before == 2 * SIPCall.Limit.dialogs)
    }

    @Test("Messages of another call are not ours", arguments: [0, 1])
    func strangers(side: Int) {
        var pair = SIPLossTests.pair(.plain)
        pair.run(until: Instant(seconds: 3))
        let before = pair.sent.count
        for octets in Self.material {
            let text = String(decoding: octets, as: UTF8.self).replacing("Call-ID: ", with: "Call-ID: other")
            pair.deliver(Array(text.utf8), to: side)
        }
        #expect(pair.sent.count == before)
    }
}
