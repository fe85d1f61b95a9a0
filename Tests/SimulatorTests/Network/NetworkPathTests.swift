import FaxCore
import Testing

@testable import Simulator

@Suite struct NetworkPathTests {
    static let everything =
        "max-datagram=400 outage=1s@3s rate=200kbps:80ms loss=3% burst=2 delay=60ms jitter=30ms:pareto spikes=100ms/5s "
        + "route=8ms/60s reorder=1% duplicate=1%:5ms corrupt=1%:3"

    @Test func sameSeedSameRun() throws {
        let spec = try NetworkSpec(Self.everything)
        var one = NetworkPath(spec, seed: 11)
        var two = NetworkPath(spec, seed: 11)
        var otherSeed = NetworkPath(spec, seed: 12)
        var otherWay = NetworkPath(spec, seed: 11, sender: .callee)
        let passages = one.carry(5000)
        #expect(passages == two.carry(5000))
        #expect(passages != otherSeed.carry(5000))
        #expect(passages != otherWay.carry(5000))
    }

    /// What one model draws does not change when another one is added.
    @Test(arguments: [
        "jitter=30ms", "duplicate=5%", "corrupt=5%", "reorder=5%", "spikes=50ms/1s", "route=8ms/10s", "delay=10ms",
    ])
    func lossesStayWhenAModelIsAdded(added: String) throws {
        var alone = NetworkPath(try NetworkSpec("loss=5% burst=3"), seed: 3)
        var both = NetworkPath(try NetworkSpec("loss=5% burst=3 \(added)"), seed: 3)
        #expect(alone.carry(5000).isLost == both.carry(5000).isLost)
    }

    @Test func delaysStayWhenLossesAreAdded() throws {
        var alone = NetworkPath(try NetworkSpec("jitter=30ms:normal delay=100ms order=free"), seed: 3)
        var both = NetworkPath(
            try NetworkSpec("jitter=30ms:normal delay=100ms order=free loss=20% outage=5s@10s"), seed: 3)
        for (without, with) in zip(alone.carry(5000), both.carry(5000)) where with.delivery != nil {
            #expect(without == with)
        }
    }

    /// An outage takes packets, not draws: what is lost after it stays lost.
    @Test func lossesGoOnAfterAnOutage() throws {
        var alone = NetworkPath(try NetworkSpec("loss=5% burst=3"), seed: 3)
        var both = NetworkPath(try NetworkSpec("loss=5% burst=3 outage=1s@2s"), seed: 3)
        let (without, with) = (alone.carry(5000), both.carry(5000))
        #expect(without[..<100] == with[..<100])
        #expect(with[100..<150].allSatisfy { $0 == .lost(.outage) })
        #expect(without[150...] == with[150...])
    }

    /// Two models that draw at the same places do not draw the same.
    @Test func streamsHaveNothingInCommon() throws {
        var path = NetworkPath(try NetworkSpec("duplicate=50% corrupt=50%"), seed: 8)
        let passages = path.carry(100_000)
        let both = passages.count { passage in
            if case .delivered(let delivery, let copy) = passage { return copy != nil && delivery.corruption != nil }
            return false
        }
        #expect(ModelStatistics.agrees(both, of: 100_000, with: 0.25))
        #expect(!ModelStatistics.agrees(both, of: 100_000, with: 0.26))
    }

    @Test func outagesBeginAndEndOnTime() throws {
        var path = NetworkPath(try NetworkSpec("outage=1s@2s"), seed: 1)
        func sent(_ nanoseconds: Int64) -> Passage { path.carry(octetCount: 1, at: Instant(nanoseconds: nanoseconds)) }
        #expect(sent(1_999_999_999).delivery != nil)
        #expect(sent(2_000_000_000) == .lost(.outage))
        #expect(sent(2_999_999_999) == .lost(.outage))
        #expect(sent(3_000_000_000).delivery != nil)
        path.outage(from: Instant(seconds: 5), duration: .milliseconds(500))
        #expect(sent(4_999_999_999).delivery != nil)
        #expect(sent(5_499_999_999) == .lost(.outage))
        #expect(sent(5_500_000_000).delivery != nil)
        path.block(from: Instant(seconds: 6))
        #expect(sent(6_000_000_000) == .lost(.blocked))
        #expect(sent(60_000_000_000) == .lost(.blocked))
    }

    @Test func outagesWaitForTheirEvent() throws {
        var path = NetworkPath(try NetworkSpec("outage=1s@TCF#2+75ms block=@page"), seed: 1)
        func arrives(_ seconds: Double) -> Bool {
            path.carry(octetCount: 1, at: Instant(seconds: seconds)).delivery != nil
        }
        path.note(.tcf, at: Instant(seconds: 10))
        #expect(arrives(10.5))
        path.note(.dcs, at: Instant(seconds: 12))
        #expect(arrives(12.5))
        path.note(.tcf, at: Instant(seconds: 20))
        #expect(arrives(20.074))
        #expect(!arrives(20.075))
        #expect(!arrives(21.074))
        #expect(arrives(21.075))
        path.note(.tcf, at: Instant(seconds: 30))
        #expect(arrives(30.5))
        path.note(.page, at: Instant(seconds: 31))
        #expect(!arrives(31))
        #expect(!arrives(100))
    }

    @Test func outagesAreLimited() throws {
        var path = NetworkPath(.ideal, seed: 1)
        for number in 0..<OutageBook.limit + 1 {
            path.outage(from: Instant(seconds: Double(number + 1)), duration: .milliseconds(1))
        }
        #expect(path.carry(octetCount: 1, at: Instant(seconds: Double(OutageBook.limit))) == .lost(.outage))
        #expect(path.carry(octetCount: 1, at: Instant(seconds: Double(OutageBook.limit + 1))).delivery != nil)
    }

    @Test func largerDatagramsAreDropped() throws {
        var path = NetworkPath(try NetworkSpec("max-datagram=200"), seed: 1)
        #expect(path.carry(octetCount: 200, at: .zero).delivery != nil)
        #expect(path.carry(octetCount: 201, at: .zero) == .lost(.tooLarge))
    }

    /// 100 packets of 172 + 28 octets a second are 160 kbit/s; half the rate lets half of them through.
    @Test func theRateHoldsAndTheQueueIsBounded() throws {
        var path = NetworkPath(try NetworkSpec("rate=80kbps:100ms"), seed: 1)
        let passages = path.carry(10_000, every: .milliseconds(10))
        let arrived = passages.count - passages.lostCount
        #expect(abs(arrived - 5000) <= 6)
        let delays = passages.delays(every: .milliseconds(10))
        #expect((delays.max() ?? 0) > 110 && (delays.max() ?? 0) <= 120)
        #expect(passages.allSatisfy { $0.delivery != nil || $0 == .lost(.queueFull) })
        let times = passages.compactMap(\.delivery?.time)
        #expect(zip(times, times.dropFirst()).allSatisfy { $0.1 - $0.0 >= .milliseconds(20) })
    }

    @Test func enoughRateOnlyTakesTheTimeToSend() throws {
        var path = NetworkPath(try NetworkSpec("rate=160kbps:0"), seed: 1)
        let passages = path.carry(1000, every: .milliseconds(10))
        #expect(passages.delays(every: .milliseconds(10)).allSatisfy { $0 == 10 })
        #expect(passages.lostCount == 0)
    }

    @Test func copiesFollowTheirPackets() throws {
        var path = NetworkPath(try NetworkSpec("delay=20ms duplicate=5%:3ms"), seed: 1)
        var copies = 0
        for passage in path.carry(100_000) {
            guard case .delivered(let delivery, let copy?) = passage else { continue }
            copies += 1
            #expect(copy.time - delivery.time == .milliseconds(3) && copy.isDuplicate && !delivery.isDuplicate)
        }
        #expect(ModelStatistics.agrees(copies, of: 100_000, with: 0.05))
        #expect(!ModelStatistics.agrees(copies, of: 100_000, with: 0.055))
    }

    @Test func wrongBitsAreSpreadOverTheDatagram() throws {
        var path = NetworkPath(try NetworkSpec("corrupt=10%:2"), seed: 1)
        let corrupted = path.carry(200_000, octetCount: 8).compactMap(\.delivery?.corruption)
        #expect(ModelStatistics.agrees(corrupted.count, of: 200_000, with: 0.1))
        var counts = [Int](repeating: 0, count: 64)
        for corruption in corrupted {
            let bits = corruption.bits(octetCount: 8)
            #expect(Set(bits).count == 2 && bits == bits.sorted())
            for bit in bits { counts[bit] += 1 }
            var octets = [UInt8](repeating: 0, count: 8)
            corruption.apply(to: &octets)
            #expect(octets.reduce(0) { $0 + $1.nonzeroBitCount } == 2)
        }
        #expect(ModelStatistics.agrees(counts: counts, with: [Double](repeating: 1.0 / 64, count: 64)))
    }

    @Test(arguments: [0, 1])
    func smallDatagramsHaveFewBitsToTurn(octetCount: Int) throws {
        var path = NetworkPath(try NetworkSpec("corrupt=100%:64"), seed: 1)
        let corruption = try #require(path.carry(octetCount: octetCount, at: .zero).delivery?.corruption)
        #expect(corruption.bits(octetCount: octetCount) == Array(0..<octetCount * 8))
        var octets = [UInt8](repeating: 0, count: octetCount)
        corruption.apply(to: &octets)
        #expect(octets == [UInt8](repeating: 0xFF, count: octetCount))
    }

    @Test func timesThatGoBackAreTakenAsNow() throws {
        var path = NetworkPath(try NetworkSpec("delay=10ms"), seed: 1)
        _ = path.carry(octetCount: 1, at: Instant(seconds: 1))
        #expect(path.carry(octetCount: 1, at: .zero).delivery?.time == Instant(seconds: 1.01))
    }
}
