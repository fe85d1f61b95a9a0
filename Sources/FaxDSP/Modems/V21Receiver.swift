import CSpanDSP

/// What a ``V21Receiver`` hears. Samples are counted from the first one it was given, at 8,000 a second.
public enum V21Event: Sendable, Hashable {
    case carrierUp(sample: Int)
    /// Flags began (T.30 5.3.1); `sample`: the end of the first flag.
    case preamble(sample: Int)
    /// `levelDBm0`: of the signal as the frame ended.
    case frame(HDLCFrame, levelDBm0: Float)
    case abort(sample: Int)
    case carrierDown(sample: Int)
}

/// One bit of the control channel.
public struct HeardBit: Sendable, Hashable {
    /// 0 or 1.
    public var value: UInt8
    /// At which it ended.
    public var sample: Int
}

/// A receiver of the T.30 control channel: V.21 channel 2 at 300 bit/s, HDLC frames. One owner of one libspandsp
/// state, which is no other thread's business.
public struct V21Receiver: ~Copyable {
    /// Carriers below are not heard. The modem's own limits lie 2.5 dB to either side.
    public static let cutoffDBm0: Float = -49

    private let state: OpaquePointer
    private let box = ModemBox()
    private var deframer = HDLCDeframer()
    /// Samples taken so far: the virtual time.
    public private(set) var sampleCount = 0
    /// The last bits, whatever they belong to; see ``forgetBits(upTo:)``.
    private(set) var bits: [HeardBit] = []

    /// Bits kept unless they are wanted for longer: a few flags, by which a turn is noticed. At most an hour.
    private static let bitMemory = 256
    private static let bitLimit = 300 * 3_600

    /// `nil` when libspandsp gives no state.
    public init?() {
        guard
            let created = fsk_rx_init(
                nil, faxprobe_v21_channel_2(), Int32(FSK_FRAME_MODE_SYNC), putModemBit, box.context)
        else { return nil }
        state = created
        fsk_rx_signal_cutoff(created, Self.cutoffDBm0)
    }

    deinit { fsk_rx_free(state) }

    /// Carriers below are not heard from now on: what is this much weaker than the signal itself is no part of it.
    public mutating func setCutoff(_ cutoffDBm0: Float) { fsk_rx_signal_cutoff(state, cutoffDBm0) }

    /// Counts samples that this receiver need not hear; what it was in the middle of is forgotten.
    public mutating func skip(sampleCount count: Int) {
        sampleCount += max(count, 0)
        deframer.reset()
    }

    /// Bits that ended up to this sample are not wanted any more, but for a few.
    mutating func forgetBits(upTo sample: Int) {
        let kept = bits.firstIndex { $0.sample > sample } ?? bits.count
        bits.removeFirst(min(kept, max(0, bits.count - Self.bitMemory)))
    }

    /// Takes the next samples; gives what became known with them, in order.
    public mutating func receive(_ samples: Span<Int16>) -> [V21Event] {
        var events: [V21Event] = []
        var start = 0
        while start < samples.count {
            let count = min(modemStepSamples, samples.count - start)
            samples.extracting(start..<start + count).withUnsafeBufferPointer { step in
                _ = fsk_rx(state, step.baseAddress, Int32(count))
            }
            start += count
            sampleCount += count
            if !box.signals.isEmpty { takeSignals(&events) }
        }
        return events
    }

    private mutating func takeSignals(_ events: inout [V21Event]) {
        for value in box.signals {
            switch ModemSignal(value) {
            case .bit(let bit):
                if bits.count < Self.bitLimit { bits.append(HeardBit(value: bit ? 1 : 0, sample: sampleCount)) }
                switch deframer.receive(bit, sample: sampleCount) {
                case nil: break
                case .preamble(let sample): events.append(.preamble(sample: sample))
                case .frame(let frame): events.append(.frame(frame, levelDBm0: fsk_rx_signal_power(state)))
                case .abort(let sample): events.append(.abort(sample: sample))
                }
            case .carrierUp:
                deframer.reset()
                events.append(.carrierUp(sample: sampleCount))
            case .carrierDown:
                deframer.reset()
                events.append(.carrierDown(sample: sampleCount))
            case .training, .trained, .trainingFailed, .other: break
            }
        }
        box.signals.removeAll(keepingCapacity: true)
    }
}
