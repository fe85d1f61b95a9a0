import FaxCore
import FaxDSP

/// The bits of a burst with ECM: frames between flags (T.30 5.3, A.3), of which the content can be exchanged while
/// everything else stays where it was, but for the zeros that the content needs.
struct BurstBits {
    struct Frame {
        /// Between the flags, in the bits as sent.
        var bits: Range<Int>
        /// Without the check sequence; of a damaged frame as far as it reads.
        var octets: [UInt8]
        var isGood: Bool
    }

    private let bits: [UInt8]
    let frames: [Frame]

    /// Fewer bits between flags are no frame, not even a broken one.
    private static let frameMinimum = 32

    init(octets: [UInt8], count: Int) {
        var bits: [UInt8] = []
        bits.reserveCapacity(count)
        for index in 0..<min(count, octets.count * 8) { bits.append(octets[index >> 3] >> UInt8(7 - index & 7) & 1) }
        self.bits = bits
        frames = Self.frames(bits)
    }

    private static func frames(_ bits: [UInt8]) -> [Frame] {
        var frames: [Frame] = []
        var ones = 0
        var start: Int?
        for index in bits.indices {
            if bits[index] == 1 {
                ones += 1
                continue
            }
            if ones == 6 {
                if let start, index - 7 - start >= frameMinimum { frames.append(frame(bits, start..<index - 7)) }
                start = index + 1
            } else if ones > 6 {
                start = nil
            }
            ones = 0
        }
        return frames
    }

    private static func frame(_ bits: [UInt8], _ range: Range<Int>) -> Frame {
        var octets: [UInt8] = []
        var (octet, count, ones): (UInt8, Int, Int) = (0, 0, 0)
        for bit in bits[range] {
            if bit == 0, ones == 5 {
                ones = 0
                continue
            }
            ones = bit == 1 ? ones + 1 : 0
            octet = octet >> 1 | bit << 7
            count += 1
            if count & 7 == 0 { octets.append(octet) }
        }
        let isGood = count & 7 == 0 && octets.count >= 5 && FrameCheck.isRight(octets)
        return Frame(bits: range, octets: isGood ? octets.dropLast(2) : octets, isGood: isGood)
    }

    /// The bits with other frames in the place of those that came whole (`nil`: it stays), and damaged ones made noise.
    ///
    /// Frames stay where they were: one with fewer zeros in it gets flags in front of the next; for those with more the
    /// preamble is shorter by some flags.
    func replaced(_ new: [[UInt8]?], _ noise: BurstNoise) -> [UInt8] {
        let contents = frames.indices.map { index in
            var random = noise.random(index)
            return content(frames[index], index < new.count ? new[index] : nil, &random)
        }
        let early = 8 * flagsToCut(contents)
        var result: [UInt8] = []
        result.reserveCapacity(bits.count + 1_000)
        var place = 0
        for (index, (frame, content)) in zip(frames, contents).enumerated() {
            // Behind the frame's own numbers there is room for those of what stands before it.
            var random = noise.random(frames.count + index)
            let gap = between(place..<frame.bits.lowerBound, &random)
            result += index == 0 ? gap.dropFirst(early) : gap[...]
            while index > 0, result.count + early + Self.flag.count <= frame.bits.lowerBound { result += Self.flag }
            result += content
            place = frame.bits.upperBound
        }
        var random = noise.random(2 * frames.count)
        result += between(place..<min(bits.count, lastFlagEnd), &random)
        while result.count + Self.flag.count <= lastFlagEnd { result += Self.flag }
        if noise.attempt != nil { replaceFirstFlag(&result, &random) }
        return result
    }

    /// Other bits in front, where a receiver waits for flags: everything behind is scrambled otherwise.
    private func replaceFirstFlag(_ result: inout [UInt8], _ random: inout SeededRandom) {
        let preamble = frames.first?.bits.lowerBound ?? 0
        guard preamble >= 10 * Self.flag.count, result.count >= Self.flag.count else { return }
        result.replaceSubrange(0..<Self.flag.count, with: self.noise(0..<Self.flag.count, &random))
    }

    private static let flag: [UInt8] = [0, 1, 1, 1, 1, 1, 1, 0]

    private func content(_ frame: Frame, _ octets: [UInt8]?, _ random: inout SeededRandom) -> [UInt8] {
        if frame.isGood {
            return octets.map { Self.stuffed($0 + FrameCheck.octets($0)) } ?? Array(bits[frame.bits])
        }
        let kept = Self.headBits(frame.octets)
        return bits[frame.bits].prefix(kept) + noise(frame.bits.dropFirst(kept), &random)
    }

    /// Address, control, what it is and the number of an FCD (with two zeros inserted) stay in a damaged frame.
    private static func headBits(_ octets: [UInt8]) -> Int {
        guard octets.count > 3, octets[0] == 0xFF, octets[1] & 0xEF == 0x03 else { return 0 }
        return octets[2] == 0x06 ? 34 : octets[2] == 0x86 ? 26 : 0
    }

    /// So many that no frame comes later than it was, as far as the preamble has them.
    private func flagsToCut(_ contents: [[UInt8]]) -> Int {
        var (late, most) = (0, 0)
        for (frame, content) in zip(frames, contents) {
            late += content.count - frame.bits.count
            most = max(most, late)
            if late < 0 { late = late % Self.flag.count }
        }
        let preamble = (frames.first?.bits.lowerBound ?? 0) / Self.flag.count
        return max(0, min((most + Self.flag.count - 1) / Self.flag.count, preamble - 30))
    }

    /// Behind the last flag the signal dies away.
    private var lastFlagEnd: Int {
        var (end, ones) = (frames.last.map { $0.bits.upperBound + 8 } ?? bits.count, 0)
        for index in bits.indices.dropFirst(end) {
            if bits[index] == 1 {
                ones += 1
            } else {
                if ones == 6, index - end <= 16 { end = index + 1 }
                ones = 0
            }
        }
        return min(end, bits.count)
    }

    /// Flags stay; what is no flag may be a part of a frame.
    private func between(_ range: Range<Int>, _ random: inout SeededRandom) -> [UInt8] {
        let hasFlags = range.count <= 24 || longestWithoutFlag(range) < Self.frameMinimum
        return hasFlags ? Array(bits[range]) : noise(range, &random)
    }

    private func longestWithoutFlag(_ range: Range<Int>) -> Int {
        var (longest, last, ones) = (0, range.lowerBound, 0)
        for index in range {
            if bits[index] == 1 {
                ones += 1
                continue
            }
            if ones == 6 {
                longest = max(longest, index - last)
                last = index
            }
            ones = 0
        }
        return max(longest, range.upperBound - last)
    }

    /// Bits at random in which no flag, abort or inserted zero can be.
    private func noise(_ range: Range<Int>, _ random: inout SeededRandom) -> [UInt8] {
        var ones = 0
        return range.map { _ in
            let bit: UInt8 = ones < 4 && random.chance(0.5) ? 1 : 0
            ones = bit == 1 ? ones + 1 : 0
            return bit
        }
    }

    static func stuffed(_ octets: [UInt8]) -> [UInt8] {
        var bits: [UInt8] = []
        var ones = 0
        for octet in octets {
            for shift in 0..<UInt8(8) {
                let bit = octet >> shift & 1
                bits.append(bit)
                ones = bit == 1 ? ones + 1 : 0
                if ones == 5 {
                    bits.append(0)
                    ones = 0
                }
            }
        }
        return bits
    }
}

/// The frame check sequence of HDLC (ISO/IEC 13239; T.30 5.3.7): x¹⁶ + x¹² + x⁵ + 1, least significant bit first.
enum FrameCheck {
    private static func register(_ octets: [UInt8]) -> UInt16 {
        octets.reduce(0xFFFF) { register, octet in
            (0..<8).reduce(register ^ UInt16(octet)) { value, _ in
                value & 1 == 0 ? value >> 1 : value >> 1 ^ 0x8408
            }
        }
    }

    static func octets(_ octets: [UInt8]) -> [UInt8] {
        let value = ~register(octets)
        return [UInt8(value & 0xFF), UInt8(value >> 8)]
    }

    static func isRight(_ octetsWithCheck: [UInt8]) -> Bool { register(octetsWithCheck) == 0xF0B8 }
}
