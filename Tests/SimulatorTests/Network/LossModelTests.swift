import FaxCore
import Testing

@testable import Simulator

@Suite struct LossModelTests {
    private func passages(_ text: String, seed: UInt64 = 1, count: Int = 200_000) throws -> [Passage] {
        var path = NetworkPath(try NetworkSpec(text), seed: seed)
        return path.carry(count)
    }

    @Test(arguments: [
        ("0%", 0.001), ("0.02%", 2.2), ("0.1%", 1.5), ("1%", 1.15), ("3%", 1.1), ("10%", 1.05), ("100%", 0.99),
    ])
    func randomLossIsWhatWasAsked(loss: String, wrongFactor: Double) throws {
        let share = try Percentage(loss).fraction
        let passages = try passages("loss=\(loss)")
        #expect(ModelStatistics.agrees(passages.lostCount, of: passages.count, with: share))
        let wrong = share == 0 ? wrongFactor : share * wrongFactor
        #expect(!ModelStatistics.agrees(passages.lostCount, of: passages.count, with: wrong))
    }

    @Test func randomLossKnowsNoBursts() throws {
        let passages = try passages("loss=10%")
        let bursts = passages.bursts
        let mean = 1 / 0.9
        #expect(ModelStatistics.agrees(mean: bursts.map(Double.init), with: mean, deviation: (0.1).squareRoot() / 0.9))
        #expect(!ModelStatistics.agrees(mean: bursts.map(Double.init), with: mean * 1.03, deviation: 0.36))
    }

    /// The mean run B of losses and its geometric law: r = 1/B.
    @Test(arguments: [(1.0, 1.5), (1.0, 2), (3, 2), (3, 5), (10, 10)])
    func burstsHaveTheirMeanAndTheirLaw(loss: Double, burst: Double) throws {
        let passages = try passages("loss=\(loss)% burst=\(burst)")
        let (share, r) = (loss / 100, 1 / burst)
        let p = share * r / (1 - share)
        // Losses hang together: neighbours correlate by 1 - p - r.
        let inflation = (2 - p - r) / (p + r)
        #expect(ModelStatistics.agrees(passages.lostCount, of: passages.count, with: share, inflation: inflation))
        #expect(
            !ModelStatistics.agrees(passages.lostCount, of: passages.count, with: share * 1.4, inflation: inflation))

        let bursts = passages.bursts
        let deviation = (1 - r).squareRoot() / r
        #expect(ModelStatistics.agrees(mean: bursts.map(Double.init), with: burst, deviation: deviation))
        #expect(!ModelStatistics.agrees(mean: bursts.map(Double.init), with: burst * 1.2, deviation: deviation * 1.2))
        #expect(ModelStatistics.agrees(counts: classes(bursts), with: geometric(r)))
        #expect(!ModelStatistics.agrees(counts: classes(bursts), with: geometric(min(1, r * 1.2))))
    }

    /// Runs of 1, 2 … 7 and more.
    private func classes(_ bursts: [Int]) -> [Int] {
        (1...7).map { length in bursts.count { $0 == length || (length == 7 && $0 > 7) } }
    }

    private func geometric(_ r: Double) -> [Double] {
        var left = 1.0
        return (1...7).map { length in
            defer { left *= 1 - r }
            return length == 7 ? max(left, 1e-9) : left * r
        }
    }

    @Test func aBurstOfOneIsIndependentLoss() throws {
        let passages = try passages("loss=5% burst=1")
        let bursts = passages.bursts
        #expect(ModelStatistics.agrees(bursts.count { $0 == 1 }, of: bursts.count, with: 0.95))
        #expect(ModelStatistics.agrees(passages.lostCount, of: passages.count, with: 0.05))
    }

    /// Losses in both states: loss = h'·p/(p + r) + k'·r/(p + r).
    @Test func gilbertElliottLosesInBothStates() throws {
        let passages = try passages("gilbert-elliott=1%:10%:50%:0.2%")
        let bad = 0.01 / 0.11
        let loss = bad * 0.5 + (1 - bad) * 0.002
        // The state's share of the variance: Var[loss | state] summed over neighbours that correlate by 0.89.
        let between = bad * (1 - bad) * (0.5 - 0.002) * (0.5 - 0.002)
        let inflation = 1 + 2 * between * 0.89 / 0.11 / (loss * (1 - loss))
        #expect(ModelStatistics.agrees(passages.lostCount, of: passages.count, with: loss, inflation: inflation))
        #expect(!ModelStatistics.agrees(passages.lostCount, of: passages.count, with: bad, inflation: inflation))
        #expect(abs(try #require(try NetworkSpec("gilbert-elliott=1%:10%:50%:0.2%").loss).meanLoss - loss) < 1e-12)
    }

    /// Lost packets alone in a gap beside bursts with holes.
    @Test func fourStatesHaveTheirShares() throws {
        let passages = try passages("four-state=1%:20%:10%:40%:0.5%", count: 1_000_000)
        let model = try #require(try NetworkSpec("four-state=1%:20%:10%:40%:0.5%").loss)
        // π3 = π1·0.01/0.2, π2 = π3·0.1/0.4, π4 = π1·0.005.
        let total = 1 + 0.05 + 0.0125 + 0.005
        let expected = (0.05 + 0.005) / total
        #expect(abs(model.meanLoss - expected) < 1e-12)
        #expect(ModelStatistics.agrees(passages.lostCount, of: passages.count, with: expected, inflation: 10))
        #expect(!ModelStatistics.agrees(passages.lostCount, of: passages.count, with: expected * 1.1, inflation: 10))
        // A run ends by 3→1, 3→2 (together 30 %) or is a loss alone (then 4→1).
        let alone = 0.005 / (0.005 + 0.05 * 0.3)
        let oneLong = alone + (1 - alone) * 0.3
        let bursts = passages.bursts
        #expect(ModelStatistics.agrees(bursts.count { $0 == 1 }, of: bursts.count, with: oneLong))
        #expect(!ModelStatistics.agrees(bursts.count { $0 == 1 }, of: bursts.count, with: 0.3))
    }

    /// A chain starts in its long run: the first packet of many calls is lost as often as any.
    @Test func theFirstPacketIsLikeAnyOther() throws {
        let spec = try NetworkSpec("loss=10% burst=20")
        let lost = (0..<20_000).count { seed in
            var path = NetworkPath(spec, seed: UInt64(seed))
            return path.carry(1).lostCount == 1
        }
        #expect(ModelStatistics.agrees(lost, of: 20_000, with: 0.1))
        #expect(!ModelStatistics.agrees(lost, of: 20_000, with: 0.08))
    }

    /// With slots, calls of other packet rates lose what they send in the same slots.
    @Test func slotsAreTheSameForAnyPacketRate() throws {
        let spec = try NetworkSpec("loss=5% burst=3 loss-slot=20ms")
        var audio = NetworkPath(spec, seed: 9)
        var fast = NetworkPath(spec, seed: 9)
        let slots = audio.carry(20_000).isLost
        let halves = fast.carry(40_000, every: .milliseconds(10)).isLost
        for slot in slots.indices { #expect(halves[2 * slot] == slots[slot] && halves[2 * slot + 1] == slots[slot]) }
        #expect(slots.contains(true))
        var byPacket = NetworkPath(try NetworkSpec("loss=5% burst=3"), seed: 9)
        #expect(byPacket.carry(40_000, every: .milliseconds(10)).isLost != halves)
    }
}
