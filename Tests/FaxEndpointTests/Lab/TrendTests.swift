import FaxCore
import LiveLab
import Testing

@Suite struct TrendTests {
    private static func values(_ slope: Double, noise: Double) -> [Double] {
        var random = SeededRandom(seed: 5)
        return (0..<240).map { 100 + slope * Double($0) + noise * (Double(random.next() % 1_000) / 1_000 - 0.5) }
    }

    @Test func aLeakIsFound() throws {
        let trend = try #require(Trend(Self.values(0.05, noise: 4)))
        #expect(trend.p < 0.001 && abs(trend.growth - 0.09) < 0.02, "\(trend.p) \(trend.growth)")
        #expect(trend.rises(share: 0.05))
    }

    @Test func noiseIsNone() throws {
        let trend = try #require(Trend(Self.values(0, noise: 20)))
        #expect(trend.p > 0.01 && !trend.rises(share: 0.02), "\(trend.p) \(trend.growth)")
    }

    /// Sure, and too small to matter.
    @Test func aTrickleIsToldByItsShare() throws {
        let trend = try #require(Trend(Self.values(0.001, noise: 0)))
        #expect(trend.p < 0.001 && !trend.rises(share: 0.02) && trend.rises(share: 0.001))
    }

    @Test func fewValuesSayNothing() { #expect(Trend([1, 2, 3]) == nil) }
}
