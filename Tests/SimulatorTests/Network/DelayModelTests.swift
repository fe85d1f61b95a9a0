import FaxCore
import Foundation
import Testing

@testable import Simulator

@Suite struct DelayModelTests {
    private func delays(_ text: String, count: Int = 100_000) throws -> [Double] {
        var path = NetworkPath(try NetworkSpec(text), seed: 4)
        return path.carry(count).delays()
    }

    @Test func constantDelayIsConstant() throws {
        #expect(try delays("delay=60ms", count: 1000).allSatisfy { $0 == 60 })
        #expect(try delays("ideal", count: 1000).allSatisfy { $0 == 0 })
    }

    @Test func uniformJitterFillsItsSpread() throws {
        let delays = try delays("delay=60ms jitter=30ms order=free")
        #expect(ModelStatistics.agrees(delays) { 60 + 30 * $0 })
        #expect(!ModelStatistics.agrees(delays) { 60 + 31 * $0 })
        #expect(delays.allSatisfy { $0 >= 60 && $0 < 90 })
    }

    @Test func normalJitterHasItsDeviation() throws {
        let delays = try delays("delay=200ms jitter=30ms:normal order=free")
        #expect(ModelStatistics.agrees(delays) { 200 + 30 * Self.normalQuantile($0) })
        #expect(!ModelStatistics.agrees(delays) { 200 + 31 * Self.normalQuantile($0) })
        #expect(!ModelStatistics.agrees(delays) { 201 + 30 * Self.normalQuantile($0) })
    }

    /// Quantiles of the standard normal law for the shares that are tested.
    private static func normalQuantile(_ share: Double) -> Double {
        let table = [0.5: 0, 0.75: 0.674490, 0.9: 1.281552, 0.99: 2.326348, 0.999: 3.090232]
        return table[share] ?? -(table[1 - share] ?? table[((1 - share) * 1000).rounded() / 1000] ?? .nan)
    }

    @Test func normalJitterNeverMakesUpForTheDelay() throws {
        let delays = try delays("delay=10ms jitter=30ms:normal order=free")
        #expect(delays.allSatisfy { $0 >= 0 })
        // All that would be negative is 0: Φ(-1/3).
        #expect(ModelStatistics.agrees(delays.count { $0 == 0 }, of: delays.count, with: 0.369441))
    }

    /// The spread is the mean; beyond x the tail has (1 + x/s)^-α with s = mean·(α - 1).
    @Test(arguments: [1.5, 2.5, 3])
    func paretoJitterHasItsTail(shape: Double) throws {
        let delays = try delays("jitter=20ms:pareto:\(shape) order=free", count: 200_000)
        func quantile(_ share: Double, _ shape: Double) -> Double {
            20 * (shape - 1) * (pow(1 - share, -1 / shape) - 1)
        }
        #expect(ModelStatistics.agrees(delays) { quantile($0, shape) })
        #expect(!ModelStatistics.agrees(delays) { quantile($0, shape * 1.1) })
        #expect(!ModelStatistics.agrees(delays) { 1.05 * quantile($0, shape) })
        let mean = delays.reduce(0, +) / Double(delays.count)
        if shape == 3 { #expect(abs(mean - 20) < 0.4) }
    }

    @Test func jitterKeepsTheOrderUnlessTold() throws {
        var kept = NetworkPath(try NetworkSpec("jitter=100ms"), seed: 2)
        var free = NetworkPath(try NetworkSpec("jitter=100ms order=free"), seed: 2)
        let keptTimes = kept.carry(5000).compactMap(\.delivery?.time)
        let freeTimes = free.carry(5000).compactMap(\.delivery?.time)
        #expect(keptTimes == keptTimes.sorted())
        #expect(freeTimes != freeTimes.sorted())
        // Waiting for those before is all that the order costs: the latest of all so far.
        var latest = Instant.zero
        for (keptTime, freeTime) in zip(keptTimes, freeTimes) {
            latest = max(latest, freeTime)
            #expect(keptTime == latest)
        }
    }

    @Test func reorderedPacketsAreOvertaken() throws {
        var path = NetworkPath(try NetworkSpec("delay=50ms reorder=2%"), seed: 5)
        let times = path.carry(100_000).compactMap(\.delivery?.time)
        let overtaken = zip(times, times.dropFirst()).count { $0.0 > $0.1 }
        // Held back 30 ms at an interval of 20: overtaken by the next one unless that is held back too.
        #expect(ModelStatistics.agrees(overtaken, of: times.count, with: 0.02 * 0.98))
        #expect(!ModelStatistics.agrees(overtaken, of: times.count, with: 0.018))
        var near = NetworkPath(try NetworkSpec("delay=50ms reorder=2%:19ms"), seed: 5)
        let inOrder = near.carry(1000).compactMap(\.delivery?.time)
        #expect(inOrder == inOrder.sorted())
    }

    /// Mean distance between spikes, and what one looks like: everything sent meanwhile arrives at its end.
    @Test func spikesComeAtRandomAndDecay() throws {
        var path = NetworkPath(try NetworkSpec("spikes=100ms/10s"), seed: 6)
        let delays = path.carry(400_000, every: .milliseconds(5)).delays(every: .milliseconds(5))
        let starts = zip(delays, delays.dropFirst()).count { $0.1 > $0.0 + 1 }
        // A spike within the last one lengthens it: some 1 % fewer starts of height.
        #expect(ModelStatistics.agrees(starts, of: 400_000, with: 5.0 / 10_000))
        #expect(!ModelStatistics.agrees(starts, of: 400_000, with: 7.0 / 10_000))
        #expect((delays.max() ?? 0) > 95 && (delays.max() ?? 0) <= 100)
        for (before, after) in zip(delays, delays.dropFirst()) where before > 5 && after < before {
            #expect(abs(before - after - 5) < 0.001)
        }
    }

    @Test func routesChangeToAndFro() throws {
        var path = NetworkPath(try NetworkSpec("delay=10ms route=8ms/60s route=40ms@300s"), seed: 7)
        let delays = path.carry(30_000).delays()
        #expect(Set(delays) == [10, 18, 50, 58])
        let changes = delays.indices.dropFirst().filter { delays[$0] != delays[$0 - 1] }
        let periodic = changes.filter { $0 != 15_000 }
        #expect(changes.contains(15_000))
        #expect(zip(periodic, periodic.dropFirst()).allSatisfy { $0.1 - $0.0 == 3000 })
        #expect(delays.first == 10)
    }
}
