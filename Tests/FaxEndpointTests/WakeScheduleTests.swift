import FaxCore
import NIOCore
import NIOEmbedded
import Testing

@testable import FaxEndpoint

/// On an event loop whose time stands until it is moved.
@Suite struct WakeScheduleTests {
    private final class Bench {
        let loop = EmbeddedEventLoop()
        let schedule: WakeSchedule
        private(set) var told: [String] = []

        init() { schedule = WakeSchedule(loop) }

        func timer(_ name: String, then act: @escaping (WakeTimer) -> Void = { _ in }) -> WakeTimer {
            let timer = WakeTimer(schedule)
            timer.onWake = { [weak self, weak timer] due in
                self?.told.append("\(name) \(due.nanoseconds / 1_000)")
                if let timer { act(timer) }
            }
            return timer
        }

        /// To so many milliseconds after the start.
        func move(to millisecond: Int64) { loop.advanceTime(to: .uptimeNanoseconds(UInt64(millisecond) * 1_000_000)) }
    }

    private static func instant(_ microseconds: Int64) -> Instant { Instant(nanoseconds: microseconds * 1_000) }

    @Test func theEarliestComesFirstAtWholeMilliseconds() {
        let bench = Bench()
        let (a, b, c) = (bench.timer("a"), bench.timer("b"), bench.timer("c"))
        a.arm(at: Self.instant(30_000))
        b.arm(at: Self.instant(10_200))
        c.arm(at: Self.instant(10_900))
        bench.move(to: 10)
        #expect(bench.told.isEmpty)
        bench.move(to: 11)
        #expect(bench.told == ["b 10200", "c 10900"])
        bench.move(to: 40)
        #expect(bench.told == ["b 10200", "c 10900", "a 30000"])
    }

    @Test func anEarlierTimeTakesThePlaceOfALaterOne() {
        let bench = Bench()
        let a = bench.timer("a")
        a.arm(at: Self.instant(30_000))
        a.arm(at: Self.instant(5_000))
        a.arm(at: Self.instant(20_000))
        bench.move(to: 100)
        #expect(bench.told == ["a 5000"])
    }

    @Test func whatIsTakenBackDoesNotCome() {
        let bench = Bench()
        let (a, b) = (bench.timer("a"), bench.timer("b"))
        a.arm(at: Self.instant(5_000))
        b.arm(at: Self.instant(5_000))
        a.cancel()
        bench.move(to: 5)
        #expect(bench.told == ["b 5000"])
        a.arm(at: Self.instant(9_000))
        bench.move(to: 9)
        #expect(bench.told == ["b 5000", "a 9000"])
    }

    /// Each wake arms the next: none is missed, and none comes twice.
    @Test func aThousandTimersForASecond() {
        let bench = Bench()
        var counts = [Int](repeating: 0, count: 1_000)
        let timers = (0..<1_000).map { place in
            let timer = WakeTimer(bench.schedule)
            timer.onWake = { [weak timer] due in
                counts[place] += 1
                timer?.arm(at: due + .milliseconds(20))
            }
            return timer
        }
        for (place, timer) in timers.enumerated() { timer.arm(at: Self.instant(Int64(place % 20) * 1_000 + 1)) }
        for millisecond in 1...1_000 { bench.move(to: Int64(millisecond)) }
        #expect(counts.allSatisfy { $0 == 50 })
        for timer in timers { timer.onWake = nil }
    }

    /// What is late is done in one turn, in the order of its time; what was armed in that turn comes after it.
    @Test func aLateTurnDoesItAll() {
        let bench = Bench()
        let (a, b) = (bench.timer("a"), bench.timer("b") { if bench.told.count < 4 { $0.arm(at: .zero) } })
        b.arm(at: Self.instant(3_000))
        a.arm(at: Self.instant(2_000))
        bench.move(to: 50)
        #expect(bench.told == ["a 2000", "b 3000", "b 0", "b 0"])
    }
}
