import FaxCore
import FaxDSP
import Foundation

/// One turn of V.21 made anew: the same frames at the same times with other content.
struct CommandSignal {
    struct Frame {
        var octets: [UInt8]
        /// A damaged frame stays damaged.
        var isGood: Bool
        /// Where its opening flag was heard to end.
        var firstSample: Int
    }

    private static let bit = 8_000.0 / 300
    private static let flag: [UInt8] = [0, 1, 1, 1, 1, 1, 1, 0]
    /// How much later a receiver hears a flag end than it was sent, in samples.
    private static let delay: Int = measuredDelay()

    /// Samples and where the first of them stands. `turn`: where the original was heard, `meanSquare`: its power.
    /// `attempt`: the same with other phases.
    static func samples(
        _ frames: [Frame], turn: Range<Int>, meanSquare: Double, attempt: Int
    ) -> (start: Int, samples: [Int16])? {
        guard let first = frames.first else { return nil }
        let begin = Double(first.firstSample - delay)
        let preamble = max(2, Int(((begin - Double(turn.lowerBound)) / (8 * bit)).rounded()))
        var bits = [[UInt8]](repeating: flag, count: preamble).flatMap(\.self)
        let start = begin - Double(bits.count) * bit
        for (index, frame) in frames.enumerated() {
            let check = FrameCheck.octets(frame.octets)
            bits += BurstBits.stuffed(frame.octets + (frame.isGood ? check : check.map { $0 ^ 0x55 }))
            let next =
                index + 1 < frames.count ? Double(frames[index + 1].firstSample - delay) : Double(turn.upperBound)
            let room = (next - start) / bit - Double(bits.count)
            let flags = max(1, Int((room / 8).rounded(index + 1 < frames.count ? .toNearestOrEven : .down)))
            // Hours of flags follow no frame; a stray one far behind does not make them.
            bits += [[UInt8]](repeating: flag, count: min(flags, 4_000)).flatMap(\.self)
        }
        // A quarter of a bit is as much as the place of a flag can be told.
        let shift = [0, 2, -2, 4, -4, 6, -6][attempt % 7]
        return (Int(start.rounded()) + shift, wave(bits, meanSquare, phase: Double(attempt)))
    }

    /// Channel 2 of V.21: 1650 Hz for a one, 1850 Hz for a zero.
    private static func wave(_ bits: [UInt8], _ meanSquare: Double, phase first: Double = 0) -> [Int16] {
        let peak = min(32_000, (2 * meanSquare).squareRoot())
        var phase = first
        return (0..<Int(Double(bits.count) * bit)).map { index in
            let bit = bits[min(bits.count - 1, Int(Double(index) / Self.bit))]
            defer { phase += 2 * .pi * (bit == 1 ? 1650 : 1850) / 8_000 }
            return Int16((peak * sin(phase)).rounded())
        }
    }

    /// One frame between flags, about −13 dBm0, for measuring.
    static func turn(_ frame: [UInt8]) -> (samples: [Int16], opening: Int) {
        let flags = [[UInt8]](repeating: flag, count: 20).flatMap(\.self)
        let bits = flags + BurstBits.stuffed(frame + FrameCheck.octets(frame)) + flags
        return (wave(bits, 1e6), Int(Double(flags.count) * bit))
    }

    private static func measuredDelay() -> Int {
        let frame: [UInt8] = [0xFF, 0x13, 0x84]
        let (samples, opening) = turn(frame)
        let line = samples + [Int16](repeating: 0, count: 1_600)
        guard var receiver = LineReceiver(envelope: Envelope(line.span)) else { return 0 }
        let heard = receiver.read(line.span).commands.flatMap(\.frames).first { $0.octets == frame }
        return heard.map { $0.firstSample - opening } ?? 0
    }
}
