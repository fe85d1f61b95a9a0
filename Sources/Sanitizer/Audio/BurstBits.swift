import FaxCore
import FaxDSP

/// The bits of a turn of V.21 or of a burst with ECM: frames between flags (T.30 5.3, A.3), of which the content can be
/// exchanged while everything else stays where it was, but for the zeros that the content needs.
struct BurstBits {
    struct Frame {
        /// Between the flags, in the bits as sent.
        var bits: Range<Int>
        /// Without the check sequence; of a damaged frame as far as it reads.
        var octets: [UInt8]
        var isGood: Bool
    }

    let bits: [UInt8]
    let frames: [Frame]
    /// V.21, and not the message channel.
    var isControl = false

    /// Fewer bits between flags are no frame, not even a broken one.
    private static let frameMinimum = 32

    /// - Parameter bits: one an element.
    init(_ bits: [UInt8]) {
        self.bits = bits
        frames = Self.frames(bits)
    }

    init(octets: [UInt8], count: Int) {
        self.init((0..<min(count, octets.count * 8)).map { octets[$0 >> 3] >> UInt8(7 - $0 & 7) & 1 })
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

    /// The bits with other frames in the place of those that came whole, and damaged ones made noise (`nil`: a frame
    /// stays).
    ///
    /// Frames stay where they were: one with fewer zeros in it gets flags in front of the next. For those with more, what
    /// stands in front is shorter: the preamble by some flags, or a damaged frame, so that behind a hole every frame begins
    /// at its bit again.
    func replaced(_ new: [[UInt8]?], _ noise: BurstNoise) -> [UInt8] {
        let contents = frames.indices.map { index in
            frames[index].isGood ? new[index].map { Self.stuffed($0 + FrameCheck.octets($0)) } : nil
        }
        let early = bitsToCut(contents)
        var result: [UInt8] = []
        result.reserveCapacity(bits.count + 1_000)
        var place = 0
        for (index, frame) in frames.enumerated() {
            // Behind the frames' own numbers there is room for those of what stands before them.
            var random = noise.random(frames.count + index)
            let gap = between(place..<frame.bits.lowerBound, &random)
            result += index == 0 ? gap.dropFirst(early[0]) : gap[...]
            while index > 0, result.count + early[index] + Self.flag.count <= frame.bits.lowerBound {
                result += Self.flag
            }
            if frame.isGood || new[index] == nil {
                result += contents[index] ?? Array(bits[frame.bits])
            } else {
                let end = frame.bits.upperBound - (index + 1 < early.count ? early[index + 1] : 0)
                random = noise.random(index)
                result += damaged(frame, count: end - result.count, &random)
            }
            place = frame.bits.upperBound
        }
        var random = noise.random(2 * frames.count)
        result += between(place..<min(bits.count, lastFlagEnd), &random)
        while result.count + Self.flag.count <= lastFlagEnd { result += Self.flag }
        if noise.attempt != nil { replaceFirstFlag(&result, &random) }
        return result
    }

    /// Other bits in front, where a receiver waits for flags: everything behind is heard otherwise.
    private func replaceFirstFlag(_ result: inout [UInt8], _ random: inout SeededRandom) {
        let preamble = frames.first?.bits.lowerBound ?? 0
        guard preamble >= 10 * Self.flag.count, result.count >= Self.flag.count else { return }
        result.replaceSubrange(0..<Self.flag.count, with: noise(Self.flag.count, &random))
    }

    static let flag: [UInt8] = [0, 1, 1, 1, 1, 1, 1, 0]

    /// Its beginning, and noise up to as many bits as there is room for.
    private func damaged(_ frame: Frame, count: Int, _ random: inout SeededRandom) -> [UInt8] {
        let head = bits[frame.bits].prefix(headBits(frame))
        return head + noise(max(count, Self.frameMinimum) - head.count, &random)
    }

    /// What names a damaged frame stays: address, control, what it is, of an FCD its number, and of a PPS what follows.
    private func headBits(_ frame: Frame) -> Int {
        let octets = frame.octets
        guard octets.count > 3 else { return 0 }
        if isControl { return bitCount(octets[2] & 0x7F == 0x7D ? 4 : 3, frame) }
        guard octets[0] == 0xFF, octets[1] & 0xEF == 0x03 else { return 0 }
        return bitCount(octets[2] == 0x06 ? 4 : 3, frame)
    }

    /// How many bits the first octets of a frame take, with the zeros inserted into them.
    private func bitCount(_ octets: Int, _ frame: Frame) -> Int {
        var (count, ones) = (0, 0)
        for (index, bit) in bits[frame.bits].enumerated() {
            if count == octets * 8, ones < 5 { return index }
            if bit == 1 || ones < 5 { count += 1 }
            ones = bit == 1 ? ones + 1 : 0
        }
        return frame.bits.count
    }

    /// Of each frame, how many bits earlier than it was it has to begin so that none behind it comes later than it was, up
    /// to the next damaged one, which can be as long as it must.
    private func bitsToCut(_ contents: [[UInt8]?]) -> [Int] {
        var cut = [Int](repeating: 0, count: frames.count)
        var start = 0
        while start < frames.count {
            let end = frames[start...].firstIndex { !$0.isGood }.map { $0 + 1 } ?? frames.count
            var (late, most) = (0, 0)
            for index in start..<end {
                guard let content = contents[index] else { continue }
                late += content.count - frames[index].bits.count
                if late < 0 { late = late % Self.flag.count }
                if index + 1 < end { most = max(most, late) }
            }
            let room = start == 0 ? preambleRoom : frames[start - 1].bits.count / 2
            let whole = start == 0 ? (most + Self.flag.count - 1) / Self.flag.count * Self.flag.count : most
            for index in start..<end { cut[index] = max(0, min(whole, room)) }
            start = end
        }
        return cut
    }

    /// Bits of flags that can be left out in front of the first frame: some must be left.
    private var preambleRoom: Int {
        let flags = (frames.first?.bits.lowerBound ?? 0) / Self.flag.count - (isControl ? 8 : 30)
        return max(0, flags * Self.flag.count)
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

    /// Flags stay where they are; what is long enough between them to be a part of a frame becomes noise.
    private func between(_ range: Range<Int>, _ random: inout SeededRandom) -> [UInt8] {
        var result: [UInt8] = []
        var (ones, end) = (0, range.lowerBound)
        func stretch(_ to: Int) -> [UInt8] {
            to - end < Self.frameMinimum ? Array(bits[end..<max(end, to)]) : noise(to - end, &random)
        }
        for index in range {
            if bits[index] == 1 {
                ones += 1
                continue
            }
            if ones == 6, index - 7 >= end {
                result += stretch(index - 7) + Self.flag
                end = index + 1
            }
            ones = 0
        }
        return result + stretch(range.upperBound)
    }

    /// All that is no flag is together too short to be an ident or much of one: at most nine octets with their check
    /// sequence, as a DCN has that was damaged. A lost packet in a preamble breaks a flag or two; these do not count.
    var holdsNoIdent: Bool {
        var (ones, end, content) = (0, 0, 0)
        func stretch(_ count: Int) -> Int { count > 3 * Self.flag.count ? count : 0 }
        for (index, bit) in bits.enumerated() {
            if bit == 0, ones == 6 {
                content += stretch(index - 7 - end)
                end = index + 1
            }
            ones = bit == 1 ? ones + 1 : 0
        }
        return content + stretch(bits.count - end) < 100
    }

    /// Bits at random in which no flag, abort or inserted zero can be.
    private func noise(_ count: Int, _ random: inout SeededRandom) -> [UInt8] {
        var ones = 0
        return (0..<max(0, count)).map { _ in
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
