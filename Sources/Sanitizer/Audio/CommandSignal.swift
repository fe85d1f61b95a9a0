import FaxCore
import FaxDSP
import Foundation

/// One turn of V.21 made anew: bits in the places of those that were heard.
enum CommandSignal {
    static let bit = 8_000.0 / 300
    private static let flag = BurstBits.flag
    /// How much later a receiver hears a bit end than it was sent, in samples.
    private static let delay: Int = measuredDelay()

    /// Samples and where the first of them stands. `attempt`: the same with other phases.
    static func samples(
        _ bits: [UInt8], like turn: HeardCommands, meanSquare: Double, attempt: Int
    ) -> (start: Int, samples: [Int16])? {
        guard let first = firstBit(turn) else { return nil }
        let begin = first - bit - Double(delay)
        // Flags in front of the first one that was heard, as far as the signal reaches.
        let lead = max(0, Int(((begin - Double(turn.samples.lowerBound)) / bit).rounded()))
        let flags = (0..<lead).map { flag[(flag.count - 1 - (lead - 1 - $0) % flag.count)] }
        // A quarter of a bit is as much as the place of a flag can be told.
        let shift = [0, 2, -2, 4, -4, 6, -6][attempt % 7]
        return (
            Int((begin - Double(lead) * bit).rounded()) + shift, wave(flags + bits, meanSquare, phase: Double(attempt))
        )
    }

    /// Where the first bit was heard to end, by all of them; `nil`: none was.
    static func firstBit(_ turn: HeardCommands) -> Double? {
        let places = turn.bits.enumerated().map { Double($1.sample) - Double($0) * bit }.sorted()
        return places.isEmpty ? nil : places[places.count / 2]
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
