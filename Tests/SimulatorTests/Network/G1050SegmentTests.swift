import FaxCore
import Foundation
import Testing

@testable import Simulator

/// The constants of the links and of the core, slice by slice.
@Suite struct G1050SegmentTests {
    private func link(_ severity: G1050.Severity, isAccess: Bool, rate: Int = 768_000) -> G1050.LinkProcess {
        let (conditions, constants) = (severity.conditions, G1050.Constants.usual)
        return G1050.LinkProcess(
            isAccess ? conditions.access : conditions.lan, isAccess ? constants.access : constants.lan, rate: rate,
            packetInterval: constants.packetInterval, seed: 21, isAccess ? .accessA : .lanA)
    }

    private func slices(_ link: G1050.LinkProcess, _ count: Int64) -> [G1050.LinkProcess.Slice] {
        var link = link
        return (0..<count).map { link.slice($0) }
    }

    /// From a packet interval of 20 ms to a slice of 1 ms: 1 - (1 - p)^(1/20).
    private func inSlice(_ probability: Double) -> Double { 1 - pow(1 - probability, 1.0 / 20) }

    /// Severity, access or LAN, P(LOW→HIGH) and P(HIGH→LOW) in 20 ms, loss in HIGH: from the table of constants.
    static let states: [(G1050.Severity, Bool, Double, Double, Double)] = [
        (.e, false, 0.004 * 8, 0.1, 0.008), (.h, false, 0.004 * 20, 0.1, 0.02),
        (.e, true, 0.0002 * 8, 0.2 / 9, 0.004), (.h, true, 0.0002 * 50, 0.2 / 51, 0.025),
    ]

    @Test(arguments: states)
    func statesChangeAndLose(_ row: (G1050.Severity, Bool, Double, Double, Double)) {
        let (severity, isAccess, up, down, loss) = row
        let slices = slices(link(severity, isAccess: isAccess), 1_000_000)
        let high = slices.count { $0.isHigh }
        var (rises, falls) = (0, 0)
        for (before, after) in zip(slices, slices.dropFirst()) where before.isHigh != after.isHigh {
            if after.isHigh { rises += 1 } else { falls += 1 }
        }
        #expect(ModelStatistics.agrees(rises, of: slices.count - high, with: inSlice(up)))
        #expect(!ModelStatistics.agrees(rises, of: slices.count - high, with: 2.5 * inSlice(up)))
        #expect(ModelStatistics.agrees(falls, of: high, with: inSlice(down)))
        #expect(!ModelStatistics.agrees(falls, of: high, with: 2.5 * inSlice(down)))
        #expect(!ModelStatistics.agrees(falls, of: high, with: down))
        let lost = slices.count { $0.isLost }
        #expect(ModelStatistics.agrees(lost, of: high, with: loss))
        #expect(!ModelStatistics.agrees(lost, of: high, with: 1.4 * loss))
        #expect(slices.allSatisfy { $0.isHigh || !$0.isLost })
    }

    /// LAN: in HIGH every other slice has an impulse of any height up to MTU·8/rate·(1 + occupancy); no filter.
    @Test func lanImpulsesLastOneSlice() {
        let slices = slices(link(.e, isAccess: false, rate: 4_000_000), 200_000)
        let high = slices.filter(\.isHigh)
        let impulses = high.filter { $0.congestion > 0 }
        #expect(ModelStatistics.agrees(impulses.count, of: high.count, with: 0.5))
        #expect(slices.allSatisfy { $0.isHigh || $0.congestion == 0 })
        let height = 1508 * 8 / 4_000_000.0 * 1e9 * (1 + 8)
        #expect(ModelStatistics.agrees(impulses.map(\.congestion)) { height * $0 })
        #expect(!ModelStatistics.agrees(impulses.map(\.congestion)) { 1.03 * height * $0 })
        #expect(ModelStatistics.agrees(slices.map(\.jitter)) { 1_500_000 * $0 })
        #expect(!ModelStatistics.agrees(slices.map(\.jitter)) { 1_530_000 * $0 })
    }

    /// Access: impulses through one pole: what is left a slice later is 0.75^(1/20); an impulse adds a quarter of
    /// MTU·8/rate·(1 + occupancy/40), in LOW of any height up to that.
    @Test(arguments: [(G1050.Severity.e, 8.0), (.h, 50)])
    func accessImpulsesDecay(severity: G1050.Severity, occupancy: Double) {
        let slices = slices(link(severity, isAccess: true), 1_000_000)
        let pole = pow(0.75, 1.0 / 20)
        let height = 0.25 * 1508 * 8 / 768_000.0 * 1e9 * (1 + occupancy / 40)
        var heights: (low: [Double], high: [Double]) = ([], [])
        var steps = (low: 0, high: 0)
        for (before, after) in zip(slices, slices.dropFirst()) {
            let added = after.congestion - before.congestion * pole
            if after.isHigh { steps.high += 1 } else { steps.low += 1 }
            guard added > 1 else {
                #expect(abs(added) < 1)
                continue
            }
            if after.isHigh { heights.high.append(added) } else { heights.low.append(added) }
        }
        #expect(heights.high.allSatisfy { abs($0 - height) < 2 })
        #expect(ModelStatistics.agrees(heights.low) { height * $0 })
        #expect(!ModelStatistics.agrees(heights.low) { 1.4 * height * $0 })
        let inLow = inSlice(0.001 + occupancy / 2000)
        let inHigh = inSlice(0.3 + 0.4 * occupancy / 100)
        #expect(ModelStatistics.agrees(heights.low.count, of: steps.low, with: inLow))
        #expect(!ModelStatistics.agrees(heights.low.count, of: steps.low, with: 2 * inLow))
        #expect(ModelStatistics.agrees(heights.high.count, of: steps.high, with: inHigh))
        #expect(!ModelStatistics.agrees(heights.high.count, of: steps.high, with: 1.2 * inHigh))
    }

    @Test func severityAHasNoAccessCongestionButImpulses() {
        let slices = slices(link(.a, isAccess: true), 1_000_000)
        #expect(slices.allSatisfy { !$0.isHigh && !$0.isLost })
        #expect(slices.contains { $0.congestion > 0 })
    }

    @Test func priorityKnowsNoCongestion() {
        var conditions = G1050.Severity.h.conditions.lan
        conditions.hasPriority = true
        conditions.hasCollisions = true
        let link = G1050.LinkProcess(
            conditions, G1050.Constants.usual.lan, rate: 4_000_000, packetInterval: .milliseconds(20), seed: 1, .lanA)
        let slices = slices(link, 200_000)
        #expect(slices.allSatisfy { $0.congestion == 0 })
        // What is left are the collisions.
        #expect(ModelStatistics.agrees(slices.count { $0.isLost }, of: slices.count, with: 0.15))
        #expect(!ModelStatistics.agrees(slices.count { $0.isLost }, of: slices.count, with: 0.16))
    }

    /// Slices asked for out of order are the same.
    @Test func slicesMayBeAskedForOutOfOrder() {
        let inOrder = slices(link(.h, isAccess: true), 20_000)
        var link = link(.h, isAccess: true)
        var random = SeededRandom(seed: 1)
        for number in stride(from: Int64(600), to: 20_000, by: 7) {
            let earlier = number - Int64.random(in: 0..<600, using: &random)
            #expect(link.slice(number) == inOrder[Int(number)])
            #expect(link.slice(earlier) == inOrder[Int(earlier)])
        }
    }

    // MARK: Core

    private func core(_ severity: G1050.Severity, seed: UInt64 = 5) -> G1050.CoreProcess {
        G1050.CoreProcess(severity.conditions.core, .regional, .table, seed: seed)
    }

    @Test func coreJitterIsUniform() {
        let core = core(.e)
        let delays = (0..<200_000).compactMap { core.delay(at: 0, slice: $0) }
        #expect(ModelStatistics.agrees(delays) { 64e6 + 70e6 * $0 })
        #expect(!ModelStatistics.agrees(delays) { 64e6 + 72e6 * $0 })
        #expect(ModelStatistics.agrees(200_000 - delays.count, of: 200_000, with: 0.001))
        #expect(!ModelStatistics.agrees(200_000 - delays.count, of: 200_000, with: 0.0016))
        let code = G1050.CoreProcess(G1050.Severity.e.conditions.core, .regional, .severityHOnly, seed: 5)
        #expect(code.loss == 0)
        #expect(G1050.CoreProcess(G1050.Severity.h.conditions.core, .regional, .severityHOnly, seed: 5).loss == 0.01)
    }

    /// Severity, seconds between flaps and their step, seconds from failure to failure and their length.
    @Test(arguments: [(G1050.Severity.e, 480, 16, 480, 400), (.f, 240, 32, 240, 800), (.h, 60, 128, 60, 3000)])
    func routesFlapAndLinksFail(_ row: (G1050.Severity, Int, Int, Int, Int)) {
        let (severity, flapEvery, flapStep, failureEvery, failureLength) = row
        var conditions = severity.conditions.core
        conditions.peakJitter = .zero
        conditions.loss = .zero
        let core = G1050.CoreProcess(conditions, .regional, .table, seed: 3)
        // One value in 8 ms, for four intervals.
        let delays = (0..<Int64(flapEvery * 500)).map { core.delay(at: $0 * 8_000_000, slice: $0 * 8) }
        let base = conditions.regionalDelay.inMilliseconds * 1e6
        #expect(Set(delays.compactMap { $0 }) == [base, base + Double(flapStep) * 1e6])
        var flaps: [Int] = []
        var failures: [Int] = []
        var last = base
        for (time, delay) in delays.enumerated() {
            if delay == nil, time > 0, delays[time - 1] != nil { failures.append(8 * time) }
            guard let delay else { continue }
            if delay != last { flaps.append(8 * time) }
            last = delay
        }
        #expect(flaps.count >= 3)
        // A flap during a failure shows at its end.
        for (one, next) in zip(flaps, flaps.dropFirst()) {
            #expect(abs(next - one - flapEvery * 1000) <= failureLength + 8)
        }
        #expect(failures.count >= 3)
        for (one, next) in zip(failures, failures.dropFirst()) {
            #expect(abs(next - one - failureEvery * 1000 - failureLength) <= 8)
        }
        let out = 8 * delays.count { $0 == nil }
        #expect(abs(out - failures.count * failureLength) <= failureLength)
    }

    @Test func intercontinentalPathsAreLonger() {
        let far = G1050.CoreProcess(G1050.Severity.a.conditions.core, .intercontinental, .table, seed: 1)
        let delays = (0..<1000).compactMap { far.delay(at: 0, slice: $0) }
        #expect(delays.allSatisfy { $0 >= 16e6 && $0 < 21e6 })
    }
}
