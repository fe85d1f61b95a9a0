import FaxCore
import Foundation
import Testing

@testable import Simulator

@Suite struct G1050PathTests {
    private func passages(_ text: String, seed: UInt64 = 31, count: Int = 180_000) throws -> [Passage] {
        var path = NetworkPath(try NetworkSpec(text), seed: seed)
        return path.carry(count)
    }

    /// Figures of the public code (spandsp 0.0.6, 20 hours each of 200 octets every 20 ms): loss in per cent; mean, median
    /// and 99 % of the delays in milliseconds.
    static let witness: [(pattern: Int, severity: String, loss: Double, mean: Double, median: Double, high: Double)] = [
        (159, "A", 0.0074, 10.35, 10.35, 13.47), (26, "E", 0.5131, 122.30, 122.26, 165.72),
        (1, "F", 1.3759, 239.91, 237.05, 348.04), (159, "H", 10.6872, 985.75, 986.30, 1154.45),
    ]

    /// With the constants of the public code the path is that of the public code.
    @Test(arguments: witness)
    func theCodesConstantsGiveTheCodesFigures(
        _ row: (pattern: Int, severity: String, loss: Double, mean: Double, median: Double, high: Double)
    ) throws {
        // Eight runs, for the sake of what comes at random times but seldom.
        var lost = 0
        var delays: [Double] = []
        for seed in 1...8 {
            let passages = try passages(
                "profile=G.1050-code:\(row.severity):\(row.pattern)", seed: UInt64(seed), count: 30_000)
            lost += passages.lostCount
            delays += passages.delays()
        }
        delays.sort()
        func near(_ share: Double, _ expected: Double, _ tolerance: Double) -> Bool {
            abs(delays[Int(share * Double(delays.count))] - expected) <= tolerance * expected
        }
        let loss = 100 * Double(lost) / 240_000
        #expect(abs(loss - row.loss) <= 0.15 * row.loss + 0.004, "\(loss)")
        let mean = delays.reduce(0, +) / Double(delays.count)
        #expect(abs(mean - row.mean) <= 0.015 * row.mean, "\(mean)")
        #expect(near(0.5, row.median, 0.015))
        #expect(near(0.99, row.high, 0.015))
    }

    /// Core loss by the table comes on top where the public code has none.
    @Test func coreLossFollowsTheTable() throws {
        let losses = try passages("profile=G.1050:E:159").filter { $0 == .lost(.profile(.core)) }.count
        let without = try passages("profile=G.1050-code:E:159").filter { $0 == .lost(.profile(.core)) }.count
        #expect(ModelStatistics.agrees(losses - without, of: 180_000, with: 0.001))
    }

    @Test func orderHoldsButForTheCoresExceptions() throws {
        for severity in ["D", "G"] {
            let times = try passages("profile=G.1050:\(severity):1", count: 20_000).compactMap(\.delivery?.time)
            #expect(times == times.sorted())
        }
        let times = try passages("profile=G.1050:H:159").compactMap(\.delivery?.time)
        let early = zip(times, times.dropFirst()).count { $0.1 < $0.0 }
        // 1 % of the packets that would overtake: nearly all behind a peak jitter of 500 ms.
        #expect(ModelStatistics.agrees(early, of: times.count, with: 0.0085, inflation: 4))
    }

    /// What happens to the path does not hang on who sends when: two packet rates meet the same losses in the same slices.
    @Test func callsOfOtherPacketRatesMeetTheSameTrace() throws {
        let spec = try NetworkSpec("profile=G.1050:F:159")
        var audio = NetworkPath(spec, seed: 2)
        var fax = NetworkPath(spec, seed: 2)
        let slow = audio.carry(30_000, every: .milliseconds(40))
        let fast = fax.carry(60_000, every: .milliseconds(20))
        let lost = slow.indices.filter { slow[$0].delivery == nil && fast[2 * $0].delivery == nil }.count
        // The packets between shift a few by keeping order, so that they meet another slice behind the core.
        #expect(Double(lost) > 0.8 * Double(slow.lostCount))
        let other = NetworkPath(spec, seed: 3)
        #expect(other.scenario == audio.scenario)
    }

    @Test func directionsTakeTheirLinks() throws {
        // Pattern 7: A 128 up, 1536 down; B 384 up, 768 down (kbit/s). Severity A, almost without congestion: own time only.
        let spec = try NetworkSpec("profile=G.1050:A:7")
        func fastest(_ sender: Party) -> Double {
            var path = NetworkPath(spec, seed: 1, sender: sender)
            return path.carry(50_000).delays().min() ?? 0
        }
        let lans = 2 * 1600 / 4_000.0
        #expect(abs(fastest(.caller) - (4 + lans + 1600 / 128.0 + 1600 / 768.0)) < 0.15)
        #expect(abs(fastest(.callee) - (4 + lans + 1600 / 384.0 + 1600 / 1536.0)) < 0.15)
    }

    // MARK: Choices

    @Test func theTableOfPatternsIsWhole() {
        let all = G1050.LinkPattern.all
        #expect(all.count == 168 && all.map(\.number) == Array(1...168))
        #expect(abs(all.reduce(0) { $0 + $1.likelihoodPercent } - 100.007) < 1e-9)
        let likeliest = all.max { $0.likelihoodPercent < $1.likelihoodPercent }
        #expect(
            likeliest
                == G1050.LinkPattern(
                    number: 159, lanA: 100_000_000, accessAUp: 768_000, accessADown: 7_000_000, lanB: 100_000_000,
                    accessBUp: 768_000, accessBDown: 7_000_000, likelihoodPercent: 3.24))
        #expect(all[25].likelihoodPercent == 3 && all[25].accessAUp == 384_000 && all[25].lanB == 20_000_000)
        #expect(all[167].accessBDown == 13_000_000 && all[167].likelihoodPercent == 0.04)
    }

    @Test func patternsAreDrawnByLikelihood() throws {
        let profile = G1050.Profile(.severity(.c))
        var counts = [Int](repeating: 0, count: 168)
        for seed in 0..<50_000 { counts[profile.scenario(seed: UInt64(seed)).pattern.number - 1] += 1 }
        for number in [1, 26, 84, 159] {
            let share = G1050.LinkPattern.all[number - 1].likelihoodPercent / 100.007
            #expect(ModelStatistics.agrees(counts[number - 1], of: 50_000, with: share))
        }
        #expect(!ModelStatistics.agrees(counts[158], of: 50_000, with: 1.0 / 168))
    }

    @Test func severitiesAreDrawnByNetworkClass() {
        var counts = [Int](repeating: 0, count: 8)
        for seed in 0..<20_000 {
            let scenario = G1050.Profile(.network(.partiallyManaged)).scenario(seed: UInt64(seed))
            let severity = G1050.Severity.allCases.firstIndex { $0.conditions == scenario.conditions }
            counts[severity ?? 0] += 1
        }
        #expect(ModelStatistics.agrees(counts: Array(counts[..<5]), with: [5, 25, 30, 25, 10].map { $0 / 95.0 }))
        #expect(counts[5...].allSatisfy { $0 == 0 })
    }

    @Test(arguments: [
        ("G.1050:E", "G.1050:E"), ("G.1050:e:159", "G.1050:E:159"), ("TIA-921:H:1", "G.1050:H:1"),
        ("G.1050-2007:unmanaged", "G.1050-2007:unmanaged"),
        ("G.1050-code:A:168:intercontinental", "G.1050-code:A:168:intercontinental"),
        ("G.1050-2005:well-managed:intercontinental", "G.1050-2005:well-managed:intercontinental"),
        ("G.1050:E:regional", "G.1050:E"),
    ])
    func profilesAreReadAndPrinted(written: String, canonical: String) throws {
        let spec = try NetworkSpec("profile=\(written)")
        #expect(spec.text == "profile=\(canonical)")
        #expect(try NetworkSpec(spec.text) == spec)
    }

    @Test(arguments: [
        ("G.1050", "wants G.1050[-code|-2005|-2007]:SEVERITY|NETWORK[:PATTERN][:intercontinental]"),
        ("G.1050:I", "is neither a severity from A to H nor a network (well-managed, partially-managed, unmanaged)"),
        ("G.1050:E:0", "wants a whole number from 1 to 168"), ("G.1050:E:169", "wants a whole number from 1 to 168"),
        ("G.1050-2011:E", "wants G.1050[-code|-2005|-2007]:SEVERITY|NETWORK[:PATTERN][:intercontinental]"),
        ("G.1050:E:1:far", "wants G.1050[-code|-2005|-2007]:SEVERITY|NETWORK[:PATTERN][:intercontinental]"),
    ])
    func otherProfilesAreRefused(text: String, problem: String) {
        #expect {
            try NetworkSpec("profile=\(text)")
        } throws: { error in
            (error as? NetworkSpecError)?.problem == problem
        }
    }
}
