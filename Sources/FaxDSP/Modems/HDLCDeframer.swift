/// One HDLC frame found in a stream of bits, with the place in the audio it came from.
public struct HDLCFrame: Sendable, Hashable {
    /// Address, control, facsimile control field, information; without the check sequence. First bit sent = bit 0.
    public var octets: [UInt8]
    public var crcOK: Bool
    /// Bits between the flags, inserted zeros left out, check sequence included.
    public var bitCount: Int
    /// Sample at which the opening flag ended.
    public var firstSample: Int
    /// Sample at which the closing flag ended.
    public var lastSample: Int
}

/// What an ``HDLCDeframer`` finds.
public enum HDLCEvent: Sendable, Hashable {
    /// A run of flags began; `sample`: the end of its first flag.
    case preamble(sample: Int)
    case frame(HDLCFrame)
    /// Seven ones, or more octets than a frame may hold, inside a frame.
    case abort(sample: Int)
}

/// Finds HDLC frames in bits (ISO/IEC 13239; T.30 5.3): flags, zero insertion, frame check sequence.
///
/// A frame with a wrong check sequence is told only after a run of flags, as noise is full of them; a frame with the
/// right one always.
public struct HDLCDeframer: Sendable {
    /// Flags in a row that count as a preamble.
    private static let preambleFlagCount = 3
    /// More octets than any frame of T.30 has (ECM: 3 + 256 + 2).
    private static let frameLimit = 512
    /// Fewest octets with the check sequence: a whole T.30 frame, or enough of a broken one to be worth telling.
    private static let wholeFrameMinimum = 5
    private static let brokenFrameMinimum = 4
    /// What the check sequence register holds after a frame and its own check sequence.
    private static let goodResidue: UInt16 = 0xF0B8

    private var octets: [UInt8] = []
    private var bitCount = 0
    private var octet: UInt8 = 0
    private var onesCount = 0
    /// A flag was seen and nothing broke since.
    private var inFrame = false
    private var flagCount = 0
    private var firstFlagSample = 0
    private var openingSample = 0
    /// A preamble was seen since the carrier came.
    private var sawPreamble = false

    public init() {}

    /// Forgets everything: the carrier is gone.
    public mutating func reset() { self = HDLCDeframer() }

    /// Takes one bit, which ended at `sample`.
    @inline(__always)
    public mutating func receive(_ bit: Bool, sample: Int) -> HDLCEvent? {
        guard bit else {
            let ones = onesCount
            onesCount = 0
            if ones == 6 { return flag(sample) }
            if ones < 5 { append(false) }
            return inFrame && octets.count > Self.frameLimit ? broken(sample) : nil
        }
        onesCount += 1
        if onesCount < 7 {
            append(true)
            return nil
        }
        onesCount = 7
        return inFrame ? broken(sample) : nil
    }

    @inline(__always)
    private mutating func append(_ bit: Bool) {
        guard inFrame else { return }
        octet = octet >> 1 | (bit ? 0x80 : 0)
        bitCount += 1
        if bitCount & 7 == 0 { octets.append(octet) }
    }

    private mutating func broken(_ sample: Int) -> HDLCEvent? {
        let tells = sawPreamble && !octets.isEmpty
        inFrame = false
        flagCount = 0
        octets.removeAll(keepingCapacity: true)
        return tells ? .abort(sample: sample) : nil
    }

    /// A flag ended: it closes a frame, or follows another flag. Its own first seven bits were taken for content.
    private mutating func flag(_ sample: Int) -> HDLCEvent? {
        let contentBits = inFrame ? bitCount - 7 : 0
        defer {
            inFrame = true
            bitCount = 0
            octets.removeAll(keepingCapacity: true)
            openingSample = sample
        }
        if contentBits > 0 {
            flagCount = 1
            firstFlagSample = sample
            return frame(contentBits, sample)
        }
        if flagCount == 0 { firstFlagSample = sample }
        flagCount += 1
        guard flagCount == Self.preambleFlagCount else { return nil }
        sawPreamble = true
        return .preamble(sample: firstFlagSample)
    }

    private func frame(_ contentBits: Int, _ sample: Int) -> HDLCEvent? {
        let whole = contentBits & 7 == 0
        let content = octets.prefix(contentBits >> 3)
        let crcOK = whole && content.count >= Self.wholeFrameMinimum && Self.residue(content) == Self.goodResidue
        guard crcOK || sawPreamble && content.count >= Self.brokenFrameMinimum else { return nil }
        return .frame(
            HDLCFrame(
                octets: Array(content.dropLast(2)), crcOK: crcOK, bitCount: contentBits, firstSample: openingSample,
                lastSample: sample))
    }

    /// CRC-16 of ITU-T (x¹⁶ + x¹² + x⁵ + 1), least significant bit first.
    private static func residue(_ octets: ArraySlice<UInt8>) -> UInt16 {
        octets.reduce(0xFFFF) { (register, octet) in
            (0..<8).reduce(register ^ UInt16(octet)) { value, _ in
                value & 1 == 0 ? value >> 1 : value >> 1 ^ 0x8408
            }
        }
    }
}
