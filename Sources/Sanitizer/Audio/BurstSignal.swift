import FaxCore
import FaxDSP
import FaxWire

/// One burst of the message channel made anew: the same modem and training, other bits in the same places.
struct BurstSignal {
    /// What a receiver makes of what is sent: measured once for each modulation.
    private struct Delay {
        /// From the first sample sent to the one at which the receiver has trained.
        var trained: Int
        /// Bits that it gives before the first one sent; below 0: that many are not heard.
        var before: Int
    }

    private var known: [HighSpeedModulation: Delay] = [:]

    /// Samples and where the first of them stands; `nil` where the modem cannot be made.
    ///
    /// - Parameter bits: what was heard since the training, exchanged.
    mutating func samples(
        _ bits: [UInt8], like burst: HeardBurst, meanSquare: Double
    ) -> (start: Int, samples: [Int16])? {
        guard let delay = delay(burst.modulation) else { return nil }
        let sent = [UInt8](repeating: 1, count: max(0, -delay.before)) + bits.dropFirst(max(0, delay.before))
        guard sent.count > 100, let samples = HighSpeedTransmitter.samples(burst.modulation, bits: sent) else {
            return nil
        }
        let power = Self.meanSquare(samples[min(delay.trained, samples.count)...])
        let scale = (meanSquare / max(power, 1)).squareRoot()
        return (
            burst.data.lowerBound - delay.trained,
            samples.map { Int16(max(-32_000, min(32_000, (Double($0) * scale).rounded()))) }
        )
    }

    static func meanSquare(_ samples: some Sequence<Int16>) -> Double {
        var (sum, count) = (0.0, 0)
        for sample in samples {
            sum += Double(sample) * Double(sample)
            count += 1
        }
        return sum / Double(max(1, count))
    }

    // MARK: Measuring

    private mutating func delay(_ modulation: HighSpeedModulation) -> Delay? {
        if let delay = known[modulation] { return delay }
        let delay = Self.measured(modulation)
        known[modulation] = delay
        return delay
    }

    /// As the analysis hears it: a DCS, a long training, and for a short one that as well.
    private static func measured(_ modulation: HighSpeedModulation) -> Delay? {
        var random = SeededRandom(seed: 1)
        let bits = (0..<4_000).map { _ in UInt8.random(in: 0...1, using: &random) }
        let quiet = [Int16](repeating: 0, count: 1_600)
        guard let command = command(modulation),
            let long = HighSpeedTransmitter.samples(modulation.beginning, bits: bits),
            let signal = HighSpeedTransmitter.samples(modulation, bits: bits)
        else { return nil }
        var line = quiet + CommandSignal.turn(command).samples + quiet
        if modulation != modulation.beginning { line += long + quiet }
        let start = line.count
        line += signal + quiet
        guard var receiver = LineReceiver(envelope: Envelope(line.span)) else { return nil }
        let heard = receiver.read(line.span).bursts.last { $0.modulation == modulation && $0.isTrained }
        return heard.flatMap { delay(of: $0, sent: bits, from: start) }
    }

    /// A DCS that orders the modulation, whatever bits say so (T.30 table 2, bits 11–14).
    private static func command(_ modulation: HighSpeedModulation) -> [UInt8]? {
        (UInt8(0)..<16).map { [0xFF, 0x13, 0x83, 0x00, $0 << 2, 0x00] }.first { frame in
            guard let order = DigitalCommand(information: Array(frame[3...])).modulation else { return false }
            return order.modem == modulation.modem && order.rateBps == modulation.rateBps
        }
    }

    private static func delay(of heard: HeardBurst, sent: [UInt8], from start: Int) -> Delay? {
        let bits = heard.octets.flatMap { octet in (0..<8).map { octet >> UInt8(7 - $0) & 1 } }.prefix(heard.bitCount)
        // Where bits 100 to 164 were heard tells where the first one was.
        let mark = sent[100..<164]
        guard let place = bits.indices.dropLast(64).first(where: { bits[$0..<$0 + 64].elementsEqual(mark) }) else {
            return nil
        }
        return Delay(trained: heard.data.lowerBound - start, before: place - 100)
    }
}

extension HighSpeedModulation {
    /// With the training that a modem begins with.
    fileprivate var beginning: HighSpeedModulation {
        switch self {
        case .v17(let rate, _): .v17(rate, .long)
        case .v27ter, .v29: self
        }
    }
}
