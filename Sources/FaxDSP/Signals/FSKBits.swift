import Foundation

/// The two channels of V.21, which V.8 uses, too.
public enum V21Channel: Int, Sendable, Hashable, CaseIterable {
    /// 980 and 1180 Hz, sent by the caller.
    case one = 1
    /// 1650 and 1850 Hz, sent by the called side, and by both in T.30.
    case two = 2

    /// The frequency of a one.
    public var markHz: Double { self == .one ? 980 : 1650 }
    public var spaceHz: Double { markHz + 200 }
}

/// V.21 brought down from the line: at each sample, how much more mark than space the bit about it holds.
struct FSKBits {
    static let bitSamples = 8000.0 / 300
    private static let window = 26

    let channel: V21Channel
    /// The sample in the middle of the bit that the first value is about.
    let start: Int
    /// −1 space … +1 mark; 0 where there is nothing.
    let balance: [Float]
    /// Mean square of the channel's signal in the bit.
    let power: [Float]

    init(_ samples: UnsafeBufferPointer<Int16>, _ range: Range<Int>, channel: V21Channel) {
        self.channel = channel
        let range = range.clamped(to: 0..<samples.count)
        start = range.lowerBound + Self.window / 2
        let mark = Self.energies(samples, range, hz: channel.markHz)
        let space = Self.energies(samples, range, hz: channel.spaceHz)
        balance = mark.indices.map { index in
            let sum = mark[index] + space[index]
            return sum > 0 ? (mark[index] - space[index]) / sum : 0
        }
        let scale = 2 / Float(Self.window * Self.window)
        power = mark.indices.map { max(mark[$0], space[$0]) * scale }
    }

    /// The squared sum over each bit's length of the samples times the turning phasor.
    private static func energies(_ samples: UnsafeBufferPointer<Int16>, _ range: Range<Int>, hz: Double) -> [Float] {
        guard range.count > window else { return [] }
        let turnReal = cos(2 * Double.pi * hz / 8000)
        let turnImaginary = -sin(2 * Double.pi * hz / 8000)
        var real = [Double](repeating: 0, count: range.count + 1)
        var imaginary = real
        var phase = (1.0, 0.0)
        for index in 0..<range.count {
            let value = Double(samples[range.lowerBound + index])
            real[index + 1] = real[index] + value * phase.0
            imaginary[index + 1] = imaginary[index] + value * phase.1
            phase = (phase.0 * turnReal - phase.1 * turnImaginary, phase.0 * turnImaginary + phase.1 * turnReal)
        }
        return (0..<range.count - window + 1).map { index in
            let sumReal = real[index + window] - real[index]
            let sumImaginary = imaginary[index + window] - imaginary[index]
            return Float(sumReal * sumReal + sumImaginary * sumImaginary)
        }
    }

    /// An octet with its start and stop bit.
    struct Character {
        var octet: UInt8
        /// From the start bit to the end of the stop bit, in samples.
        var samples: Range<Int>
        /// Bits of mark that came right before.
        var idleBits: Double
    }

    /// Start and stop characters of 300 bit/s where there is signal above `leastPower`.
    func characters(leastPower: Float) -> (characters: [Character], errors: Int) {
        var found: [Character] = []
        var errors = 0
        var index = 0
        var idleFrom: Int?
        while index < balance.count {
            if power[index] < leastPower {
                idleFrom = nil
            } else if balance[index] >= 0 {
                if idleFrom == nil { idleFrom = index }
            } else if let from = idleFrom {
                guard let octet = octet(index) else {
                    errors += 1
                    idleFrom = nil
                    index += 1
                    continue
                }
                let idle = Double(index - from) / Self.bitSamples
                let end = index + Int(10 * Self.bitSamples)
                found.append(Character(octet: octet, samples: edge(index)..<edge(end), idleBits: idle))
                // The stop bit is idle, too: go on in its middle.
                index += Int(9.5 * Self.bitSamples)
                idleFrom = index
                continue
            }
            index += 1
        }
        return (found, errors)
    }

    /// The first bit to turn to space began where the balance passed 0.
    private func edge(_ index: Int) -> Int { start + index }

    private func octet(_ first: Int) -> UInt8? {
        func bit(_ number: Int) -> Bool? {
            let index = first + Int((Double(number) + 0.5) * Self.bitSamples)
            return index < balance.count ? balance[index] >= 0 : nil
        }
        guard bit(0) == false, bit(9) == true else { return nil }
        var octet: UInt8 = 0
        for number in 1...8 {
            guard let value = bit(number) else { return nil }
            octet = octet >> 1 | (value ? 0x80 : 0)
        }
        return octet
    }
}
