import CSpanDSP

/// How well a burst was received.
public struct SignalQuality: Sendable, Hashable {
    /// Root mean square distance of the symbols from their points of the constellation, relative to the points' own
    /// root mean square, over the symbols since the training. `nil` before the first symbol.
    public var errorVectorRatio: Double?
    public var symbolCount: Int
    public var levelDBm0: Float?
    public var carrierHz: Float?
    /// As libspandsp counts its moves of the symbol clock.
    public var symbolTimingCorrection: Float?
}

/// What a ``HighSpeedReceiver`` hears. Samples are counted from the first one it was given, at 8,000 a second.
public enum HighSpeedEvent: Sendable, Hashable {
    case carrierUp(sample: Int)
    case trainingStarted(sample: Int)
    case trained(sample: Int, SignalQuality)
    case trainingFailed(sample: Int)
    /// Bits of a burst, the first as the most significant of an octet; `firstSample`: where the first of them ended.
    case octets([UInt8], firstSample: Int)
    /// What HDLC found in the same bits (ECM).
    case hdlc(HDLCEvent)
    /// The carrier is gone, after `bitCount` bits since the training. The bits after the last whole octet of a burst
    /// are in `lastBits`, left-aligned.
    case carrierDown(sample: Int, bitCount: Int, lastBits: UInt8, SignalQuality)
}

/// A receiver of the T.30 message channel: V.27ter, V.29 or V.17, as the DCS chose. Gives the bits both bare (TCF, pages
/// without ECM) and as HDLC frames (ECM): which of them count, their content tells. One owner of libspandsp's states,
/// which are no other thread's business.
public struct HighSpeedReceiver: ~Copyable {
    /// Carriers below are not heard, unless told otherwise. The modems' own limits lie 2.5 dB to either side.
    public static let cutoffDBm0: Float = -45

    private let box: ModemBox
    private var modem: HighSpeedModem
    private var deframer = HDLCDeframer()
    /// Since the training succeeded.
    private var bitCount = 0
    private var octet: UInt8 = 0
    private var octetFirstSample = 0
    private var octets: [UInt8] = []
    private var octetsFirstSample = 0
    /// The constellation of a burst that has ended, until the next one has trained.
    private var endedPoints: [SIMD2<Float>]?
    /// Samples taken so far: the virtual time.
    public private(set) var sampleCount = 0

    /// `nil` when libspandsp gives no state.
    public init?(_ modulation: HighSpeedModulation, cutoffDBm0: Float = Self.cutoffDBm0) {
        let box = ModemBox()
        guard let modem = HighSpeedModem(modulation, cutoffDBm0: cutoffDBm0, box: box) else { return nil }
        self.box = box
        self.modem = modem
    }

    public var modulation: HighSpeedModulation { modem.modulation }

    /// Waits for a new training, perhaps of another modulation; the count of samples goes on. `false` when libspandsp
    /// gives no state.
    public mutating func select(_ modulation: HighSpeedModulation, cutoffDBm0: Float = Self.cutoffDBm0) -> Bool {
        box.signals.removeAll(keepingCapacity: true)
        endedPoints = nil
        startBurst()
        return modem.select(modulation, cutoffDBm0: cutoffDBm0)
    }

    /// Counts samples that this receiver need not hear.
    public mutating func skip(sampleCount count: Int) { sampleCount += max(count, 0) }

    /// Goes on counting from another place: what is received next is heard there.
    mutating func seek(sample: Int) { sampleCount = sample }

    /// The constellation of the burst, also after its end, as received since its training: at most
    /// ``ModemBox/pointLimit`` symbols, spread over them all.
    public var points: [SIMD2<Float>] { endedPoints ?? box.points }

    /// Sums over the symbols since the last call of this, and the state of the clocks now.
    public mutating func takeWindow() -> QualityWindow {
        let window = QualityWindow(
            sample: sampleCount, symbolCount: box.windowCount,
            errorVectorRatio: box.windowTarget > 0 ? (box.windowError / box.windowTarget).squareRoot() : nil,
            symbolTimingCorrection: modem.symbolTimingCorrection, carrierHz: modem.carrierHz)
        box.forgetWindow()
        return window
    }

    /// Takes the next samples; gives what became known with them, in order.
    public mutating func receive(_ samples: Span<Int16>) -> [HighSpeedEvent] {
        var events: [HighSpeedEvent] = []
        var start = 0
        while start < samples.count {
            let count = min(modemStepSamples, samples.count - start)
            samples.extracting(start..<start + count).withUnsafeBufferPointer { modem.receive($0) }
            start += count
            sampleCount += count
            if !box.signals.isEmpty { takeSignals(&events) }
        }
        giveOctets(&events)
        return events
    }

    private mutating func takeSignals(_ events: inout [HighSpeedEvent]) {
        for value in box.signals {
            switch ModemSignal(value) {
            case .bit(let bit): take(bit, &events)
            case .carrierUp: events.append(.carrierUp(sample: sampleCount))
            case .training: events.append(.trainingStarted(sample: sampleCount))
            case .trained:
                events.append(.trained(sample: sampleCount, quality))
                endedPoints = nil
                startBurst()
            case .trainingFailed: events.append(.trainingFailed(sample: sampleCount))
            case .carrierDown:
                giveOctets(&events)
                let padding = (8 - bitCount & 7) & 7
                let lastBits = padding == 0 ? 0 : octet << UInt8(padding)
                events.append(
                    .carrierDown(sample: sampleCount, bitCount: bitCount, lastBits: lastBits, quality))
                endedPoints = box.points
                startBurst()
            case .other: break
            }
        }
        box.signals.removeAll(keepingCapacity: true)
    }

    private mutating func take(_ bit: Bool, _ events: inout [HighSpeedEvent]) {
        bitCount += 1
        if let event = deframer.receive(bit, sample: sampleCount) { events.append(.hdlc(event)) }
        if bitCount & 7 == 1 { octetFirstSample = sampleCount }
        octet = octet << 1 | (bit ? 1 : 0)
        guard bitCount & 7 == 0 else { return }
        if octets.isEmpty { octetsFirstSample = octetFirstSample }
        octets.append(octet)
    }

    private mutating func giveOctets(_ events: inout [HighSpeedEvent]) {
        guard !octets.isEmpty else { return }
        events.append(.octets(octets, firstSample: octetsFirstSample))
        octets.removeAll(keepingCapacity: true)
    }

    private mutating func startBurst() {
        bitCount = 0
        octet = 0
        octets.removeAll(keepingCapacity: true)
        deframer.reset()
        box.forgetSymbols()
    }

    /// Of the burst so far.
    var quality: SignalQuality {
        SignalQuality(
            errorVectorRatio: box.targetPower > 0 ? (box.errorPower / box.targetPower).squareRoot() : nil,
            symbolCount: box.symbolCount, levelDBm0: modem.levelDBm0, carrierHz: modem.carrierHz,
            symbolTimingCorrection: modem.symbolTimingCorrection)
    }
}
