import FaxCore
import FaxProtocol

/// A buffer with a sender of 20 ms packets before it and a clock behind it. Sample n of the stream is
/// ``BufferHarness/sample(_:)`` of n, so that what comes out tells its place.
struct BufferHarness {
    var buffer: JitterBuffer
    /// Of the receiver.
    var ppm = 0.0
    var firstSequence: UInt16 = 65_530
    var firstTimestamp: UInt32 = 0xFFFF_F000
    /// What came out so far, and when each pull was.
    private(set) var output: [Int16] = []

    static let packet = 160

    init(_ settings: JitterBuffer.Settings) { buffer = JitterBuffer(settings) }

    /// 1 … 20,000, never silence.
    static func sample(_ place: Int) -> Int16 { Int16(truncatingIfNeeded: (place % 20_000 + 20_000) % 20_000 + 1) }

    /// Packets at these times in milliseconds (several for duplicates, none for losses), pulled until `seconds`.
    mutating func run(seconds: Double, arrivals: (Int) -> [Double]) {
        var queue: [(time: Double, number: Int)] = []
        for number in 0..<Int(seconds * 50) { for time in arrivals(number) { queue.append((time, number)) } }
        queue.sort { ($0.time, $0.number) < ($1.time, $1.number) }
        let clock = SampleClock(start: .zero, ppm: ppm)
        var next = 0
        var samples = [Int16](repeating: 0, count: Self.packet)
        var pulled = 0
        while true {
            let now = clock.instant(ofSample: pulled)
            guard now.seconds < seconds else { break }
            while next < queue.count, queue[next].time <= now.inMilliseconds {
                push(queue[next].number, at: Instant(nanoseconds: Int64(queue[next].time * 1e6)))
                next += 1
            }
            buffer.pull(into: &samples, at: now)
            output += samples
            pulled += Self.packet
        }
    }

    mutating func push(_ number: Int, at now: Instant) {
        let samples = (0..<Self.packet).map { Self.sample(number * Self.packet + $0) }
        samples.withUnsafeBufferPointer {
            buffer.push(
                $0, sequence: firstSequence &+ UInt16(truncatingIfNeeded: number),
                timestamp: firstTimestamp &+ UInt32(truncatingIfNeeded: number * Self.packet), at: now)
        }
    }

    /// Packets of the output: the number of the packet that stands there, `nil` where it is something else.
    var packets: [Int?] {
        stride(from: 0, to: output.count - Self.packet + 1, by: Self.packet).map { start in
            let first = Int(output[start]) - 1
            guard first >= 0, first % Self.packet == 0 else { return nil }
            let fits = (0..<Self.packet).allSatisfy { output[start + $0] == Self.sample(first + $0) }
            return fits ? first / Self.packet : nil
        }
    }
}

extension Instant {
    fileprivate var inMilliseconds: Double { Double(nanoseconds) / 1e6 }
}
