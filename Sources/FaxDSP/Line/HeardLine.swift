import FaxWire

/// What a ``LineReceiver`` heard in the samples of one direction, in order. Samples count from 0 at 8,000 a second.
public struct HeardLine: Sendable {
    public var commands: [HeardCommands] = []
    public var bursts: [HeardBurst] = []
}

/// One turn of the control channel: V.21 channel 2 from its preamble to its end (T.30 5.3.1).
public struct HeardCommands: Sendable {
    public var samples: Range<Int>
    /// Up to the first frame.
    public var preamble: Range<Int>
    /// Where the first flag ended.
    public var firstFlag: Int
    public var frames: [HDLCFrame] = []
    public var aborts: [Int] = []
    /// All bits from the first flag on: that flag's are among them.
    public var bits: [HeardBit] = []
    public var levelDBm0: Double

    /// A frame came whole, with the address of T.30 (5.3.3).
    var hasT30Frame: Bool { frames.contains { $0.crcOK && $0.octets.first == 0xFF } }
}

/// One signal of the message channel: training, then data.
public struct HeardBurst: Sendable {
    /// From an octet of `octets` on, the bits ended at this sample.
    public struct Mark: Sendable, Hashable {
        public var octet: Int
        public var sample: Int
    }

    public var modulation: HighSpeedModulation
    public var training: Range<Int>
    /// Empty when the training failed.
    public var data: Range<Int>
    public var isTrained: Bool
    /// All bits since the training, first = most significant; the last octet is filled up with zeros.
    public var octets: [UInt8] = []
    public var bitCount = 0
    /// About every 20 ms, in order.
    public var marks: [Mark] = []
    /// What HDLC found in the same bits.
    public var frames: [HDLCFrame] = []
    /// The carrier went before the samples ended.
    public var hasEnd = false
    public var quality = SignalQuality(
        errorVectorRatio: nil, symbolCount: 0, levelDBm0: nil, carrierHz: nil, symbolTimingCorrection: nil)
    /// About every 20 ms, in order.
    public var windows: [QualityWindow] = []
    /// The constellation as received, at most ``ModemBox/pointLimit`` symbols of it.
    public var points: [SIMD2<Float>] = []
    public var levelDBm0: Double

    public var samples: Range<Int> { training.lowerBound..<max(training.upperBound, data.upperBound) }

    /// Frames of ECM that came whole: FCD and RCP (T.30 A.3).
    public var goodImageFrames: Int { frames.count { $0.crcOK && $0.isImageFrame } }

    /// Sample at which an octet's bits ended, between marks in proportion.
    public func sample(ofOctet octet: Int) -> Int {
        guard let first = marks.first, let last = marks.last else { return data.lowerBound }
        if octet <= first.octet { return first.sample }
        if octet >= last.octet { return last.sample }
        var (low, high) = (0, marks.count - 1)
        while high - low > 1 {
            let middle = (low + high) / 2
            if marks[middle].octet <= octet { low = middle } else { high = middle }
        }
        let (from, to) = (marks[low], marks[high])
        return from.sample + (octet - from.octet) * (to.sample - from.sample) / max(1, to.octet - from.octet)
    }

    /// The octet in which the bit of a sample lies.
    public func octet(ofSample sample: Int) -> Int {
        guard let first = marks.first, let last = marks.last, sample > first.sample else { return 0 }
        if sample >= last.sample { return max(0, octets.count - 1) }
        var (low, high) = (0, marks.count - 1)
        while high - low > 1 {
            let middle = (low + high) / 2
            if marks[middle].sample <= sample { low = middle } else { high = middle }
        }
        let (from, to) = (marks[low], marks[high])
        return from.octet + (sample - from.sample) * (to.octet - from.octet) / max(1, to.sample - from.sample)
    }
}

extension HDLCFrame {
    /// FCD or RCP: facsimile coded data, return to control for partial page (T.30 A.3).
    public var isImageFrame: Bool {
        octets.count >= 3 && octets[0] == 0xFF && octets[1] & 0xEF == 0x03
            && (octets[2] == FacsimileControl.fcd.rawValue || octets[2] == FacsimileControl.rcp.rawValue)
    }
}
