import FaxCore
import Testing

@testable import FaxStation

/// Symmetric media: who may move where packets go, and who may not.
@Suite struct MediaLatchTests {
    private static let described = Endpoint(IPAddress(v4: 0x0A00_0001), 4_000)
    private static let mapped = Endpoint(IPAddress(v4: 0xC000_0201), 50_000)
    private static let stranger = Endpoint(IPAddress(v4: 0xC633_6401), 6_000)

    /// Sources of packets in order, and after how many media go elsewhere.
    @Test(
        arguments: [
            ("behind a translator", [mapped, mapped, mapped], 3),
            ("as described", [described, mapped, mapped, mapped], nil),
            ("too few", [mapped, mapped], nil), ("not in a row", [mapped, mapped, stranger, mapped, mapped], nil),
            ("stray first", [stranger, mapped, mapped, mapped], 4),
        ] as [(String, [Endpoint], Int?)])
    func moves(name: String, sources: [Endpoint], after: Int?) {
        var latch = MediaLatch(isOn: true)
        let moved = sources.firstIndex { latch.take(from: $0, remote: Self.described) != nil }
        #expect(moved.map { $0 + 1 } == after, "\(name)")
    }

    @Test func onceSettledNobodyMovesIt() {
        var latch = MediaLatch(isOn: true)
        let first = (0..<3).map { _ in latch.take(from: Self.mapped, remote: Self.described) }
        #expect(first == [nil, nil, Self.mapped])
        let later = (0..<10).map { _ in latch.take(from: Self.stranger, remote: Self.mapped) }
        #expect(later.allSatisfy { $0 == nil })
        latch.reset()
        let anew = (0..<3).map { _ in latch.take(from: Self.stranger, remote: Self.described) }
        #expect(anew.last == Self.stranger)
    }

    @Test func offItStaysWhereItIs() {
        var latch = MediaLatch(isOn: false)
        let moved = (0..<10).compactMap { _ in latch.take(from: Self.mapped, remote: Self.described) }
        #expect(moved.isEmpty)
    }
}

/// A call that has to be T.38 ends when it does not get it.
@Suite struct T38OnlyTests {
    @Test func aRefusalEndsIt() throws {
        let pair = try FaxCallPair { caller, answerer in
            caller.transport = .audioOnly
            answerer.transport.offersT38 = .reinvite(after: .milliseconds(500))
            answerer.transport.t38Patience = .seconds(15)
        }
        let hasEnded = try pair.run()
        #expect(hasEnded && pair.messages("BYE ") >= 1)
        #expect(pair.answerer.time { $0 == .trouble("T.38 was refused with 488, and audio is not allowed") } != nil)
    }

    @Test func nobodyAsksAndTheTimeIsOver() throws {
        let pair = try FaxCallPair { caller, _ in caller.transport.t38Patience = .seconds(5) }
        let hasEnded = try pair.run()
        let ended = try #require(pair.caller.time { if case .hungUp = $0 { true } else { false } })
        let answered = try #require(pair.caller.time { $0 == .answered })
        #expect(hasEnded && ended - answered == .seconds(5))
    }

    @Test func withT38ItGoesOn() throws {
        let pair = try FaxCallPair { caller, answerer in
            caller.transport.t38Patience = .seconds(5)
            answerer.transport.offersT38 = .reinvite(after: .milliseconds(500))
        }
        let hasEnded = try pair.run()
        #expect(hasEnded && pair.isDelivered)
    }
}
