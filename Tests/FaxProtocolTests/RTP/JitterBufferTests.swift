import FaxCore
import FaxProtocol
import Testing

@Suite struct JitterBufferTests {
    /// Jitter below the depth is not to be seen behind the buffer: each packet once, in order, the same delay.
    @Test(arguments: [0.0, 10, 35]) func fixedBufferKeepsTheDelay(jitterMs: Double) {
        var harness = BufferHarness(.fixed(.milliseconds(60)))
        var random = SeededRandom(seed: 5)
        harness.run(seconds: 20) { [Double($0) * 20 + 40 + ($0 == 0 ? 0 : random.unit() * jitterMs)] }
        let packets = harness.packets
        // 40 ms on the way and 60 ms in the buffer.
        #expect(packets.prefix(5).allSatisfy { $0 == nil })
        #expect(packets.dropFirst(5).enumerated().allSatisfy { $0.element == $0.offset % 125 })
        let statistics = harness.buffer.statistics
        #expect(statistics.slips.isEmpty)
        #expect(statistics.late == 0 && statistics.concealed == 0 && statistics.lost == 0)
        #expect((statistics.reordered > 0) == (jitterMs > 20))
    }

    /// One packet later than the depth is given up, and the delay stays.
    @Test(arguments: [(59.0, 0), (61, 1), (500, 1)]) func packetBehindItsTime(extraMs: Double, late: Int) {
        var harness = BufferHarness(.fixed(.milliseconds(60)))
        harness.run(seconds: 10) { [Double($0) * 20 + ($0 == 100 ? extraMs : 0)] }
        let statistics = harness.buffer.statistics
        #expect(statistics.late == late)
        #expect(statistics.concealed == 160 * late)
        #expect(statistics.lost == 0)
        #expect(statistics.slips.isEmpty)
        // Repeated where it is missing.
        #expect(harness.packets[103] == (late == 0 ? 100 : 99))
        #expect(harness.packets[104] == 101)
    }

    struct Fill: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var method: LossConcealment.Method
        var expected: @Sendable ([Int16]) -> Bool
    }

    static let fills = [
        Fill(testDescription: "silence", method: .silence) { $0.allSatisfy { $0 == 0 } },
        Fill(testDescription: "repetition", method: .repetition) {
            $0 == (0..<160).map { BufferHarness.sample(99 * 160 + $0) }
        },
        Fill(testDescription: "noise", method: .noise(gain: 1)) { samples in
            let power = samples.reduce(0.0) { $0 + Double($1) * Double($1) } / 160
            let level = power.squareRoot() / Double(BufferHarness.sample(99 * 160 + 80))
            return (0.7...1.3).contains(level) && Set(samples).count > 100
        },
    ]

    @Test(arguments: fills) func lostPacketIsConcealed(_ fill: Fill) {
        var settings = JitterBuffer.Settings.fixed(.milliseconds(40))
        settings.concealment = fill.method
        var harness = BufferHarness(settings)
        harness.run(seconds: 4) { $0 == 100 ? [] : [Double($0) * 20] }
        let start = harness.packets.firstIndex(of: 99).map { ($0 + 1) * 160 } ?? 0
        #expect(fill.expected(Array(harness.output[start..<start + 160])))
        #expect(harness.packets[start / 160 + 1] == 101)
        let statistics = harness.buffer.statistics
        #expect(statistics.lost == 1)
        #expect(statistics.concealed == 160)
        #expect(statistics.holes == 1)
    }

    /// What repeats does not repeat for ever.
    @Test func repetitionEnds() {
        var harness = BufferHarness(.fixed(.milliseconds(40)))
        harness.run(seconds: 4) { $0 > 99 ? [] : [Double($0) * 20] }
        let end = (harness.packets.firstIndex(of: 99) ?? 0) * 160 + 160
        let limit = end + LossConcealment.repetitionLimit
        #expect(harness.output[end..<limit].allSatisfy { $0 != 0 })
        #expect(harness.output[limit...].allSatisfy { $0 == 0 })
    }

    @Test func duplicatesAndReordering() {
        var harness = BufferHarness(.fixed(.milliseconds(60)))
        harness.run(seconds: 4) { number in
            let time = Double(number) * 20
            return number % 10 == 3 ? [time, time + 5] : number % 10 == 6 ? [time + 30] : [time]
        }
        let statistics = harness.buffer.statistics
        #expect(statistics.duplicates == 20)
        #expect(statistics.reordered == 20)
        #expect(statistics.late == 0 && statistics.concealed == 0)
        #expect(harness.packets.compactMap(\.self).count == 197)
    }

    /// A clock that is s millionths fast or slow moves the playout by 20 ms each 20,000 / s seconds.
    @Test(arguments: [200.0, -200, 400]) func skewSlipsAtItsPeriod(ppm: Double) {
        var harness = BufferHarness(.fixed(.milliseconds(60)))
        harness.ppm = ppm
        harness.run(seconds: 500) { [Double($0) * 20] }
        let statistics = harness.buffer.statistics
        let period = 20_000 / abs(ppm)
        #expect(statistics.slips.count == Int((500 / period + 0.5).rounded(.down)))
        #expect(statistics.slips.allSatisfy { $0.cause == .drift && $0.samples == (ppm > 0 ? 160 : -160) })
        for (earlier, later) in zip(statistics.slips, statistics.slips.dropFirst()) {
            // The drift is looked at each 64 packets.
            #expect(abs((later.time - earlier.time).inSeconds - period) < 1.5)
        }
        #expect(statistics.late == 0)
        #expect(statistics.concealed == (ppm > 0 ? 160 * statistics.slips.count : 0))
    }

    @Test func equalClocksDoNotSlip() {
        var harness = BufferHarness(.fixed(.milliseconds(60)))
        harness.run(seconds: 500) { [Double($0) * 20] }
        #expect(harness.buffer.statistics.slips.isEmpty)
    }

    /// A path that becomes longer for good: packets come too late until the buffer sees that it is so.
    @Test func longerPathMovesTheFixedBuffer() {
        var harness = BufferHarness(.fixed(.milliseconds(40)))
        harness.run(seconds: 20) { [Double($0) * 20 + ($0 >= 300 ? 100 : 0)] }
        let statistics = harness.buffer.statistics
        #expect(statistics.slips.reduce(0) { $0 + $1.samples } == 800)
        #expect(statistics.late > 60 && statistics.late < 200)
        #expect(harness.packets.suffix(100).allSatisfy { $0 != nil })
    }

    struct Unit: Sendable {
        var unit: JitterBuffer.Adaptive.Unit
        var slip: Int
    }

    /// Grows when packets are late, shrinks when the path is quiet again, and says each change.
    @Test(arguments: [Unit(unit: .packets, slip: 160), Unit(unit: .samples(8), slip: 8)])
    func adaptiveBufferFollowsTheJitter(_ unit: Unit) {
        var harness = BufferHarness(
            JitterBuffer.Settings(
                depth: .adaptive(
                    JitterBuffer.Adaptive(
                        minimum: .milliseconds(20), maximum: .milliseconds(200), initial: .milliseconds(40),
                        unit: unit.unit))))
        var random = SeededRandom(seed: 9)
        harness.run(seconds: 60) { number in
            let isRough = (500..<1_500).contains(number)
            return [Double(number) * 20 + (isRough ? random.unit() * 110 : random.unit() * 2)]
        }
        let slips = harness.buffer.statistics.slips
        #expect(slips.allSatisfy { $0.cause == .adaptation && abs($0.samples) % unit.slip == 0 })
        let grown = slips.filter { $0.samples > 0 }
        let shrunk = slips.filter { $0.samples < 0 }
        #expect(!grown.isEmpty && !shrunk.isEmpty)
        let depths = slips.reduce(into: [320]) { $0.append(($0.last ?? 0) + $1.samples) }
        #expect((depths.max() ?? 0) >= 640 && (depths.max() ?? 0) <= 1_600)
        #expect((depths.last ?? 0) <= 480)
        if let last = grown.last, let first = shrunk.first { #expect(last.time < Instant(seconds: 31)); _ = first }
        #expect(harness.packets.suffix(100).allSatisfy { $0 != nil } || unit.slip == 8)
    }

    /// Numbers far off are not believed at once, and three in a row begin a new stream.
    @Test(arguments: [(1, false), (2, false), (3, true)]) func farNumbers(count: Int, isNew: Bool) {
        var harness = BufferHarness(.fixed(.milliseconds(40)))
        harness.run(seconds: 2) { [Double($0) * 20] }
        for index in 0..<count { harness.push(1_000_000 + index, at: Instant(seconds: 2.0 + 0.02 * Double(index))) }
        let statistics = harness.buffer.statistics
        #expect(statistics.slips.map(\.cause) == (isNew ? [.restart] : []))
        #expect(statistics.stray == (isNew ? 2 : count))
    }

    /// Whatever comes, it neither traps nor grows.
    @Test func hostilePackets() {
        var random = SeededRandom(seed: 77)
        var buffer = JitterBuffer(.fixed(.milliseconds(100)))
        var output = [Int16](repeating: 0, count: 160)
        let samples = [Int16](repeating: .min, count: 5_000)
        for step in 0..<20_000 {
            let count = Int(random.next() % 5_000)
            let isWild = random.chance(0.5)
            samples.prefix(count).withUnsafeBufferPointer {
                buffer.push(
                    $0, sequence: UInt16(truncatingIfNeeded: isWild ? Int(random.next() >> 40) : step),
                    timestamp: UInt32(truncatingIfNeeded: isWild ? Int(random.next() >> 8) : step * 160),
                    at: Instant(nanoseconds: isWild ? Int64(bitPattern: random.next()) : Int64(step) * 20_000_000))
            }
            buffer.pull(into: &output, at: Instant(nanoseconds: Int64(step) * 20_000_000))
        }
        #expect(buffer.statistics.played == 3_200_000)
        #expect(buffer.statistics.slips.count <= JitterBuffer.slipLimit)
    }
}
