import FaxWire

/// Reads the samples of one direction of a call as fax terminals do: V.21 for commands, and, from a DCS on, the modem
/// that it named for what follows. One owner of the modems' states, which are no other thread's business.
///
/// V.21 is listened to whenever there is a signal; the modem of the message channel from the DCS that names it, beside
/// V.21 until it has trained and alone while its burst lasts. What has been heard is kept for the whole line.
public struct LineReceiver: ~Copyable {
    /// 20 ms: the step in which receivers are chosen.
    private static let step = 160
    /// Below this there is nothing that a receiver could hear (its own limit is −46 dBm0).
    private static let quietDBm0 = -54.0
    /// Receivers hear this much of the quiet after a signal, so that they notice its end: 100 ms.
    private static let hangover = 800
    /// What is this much weaker than the commands of a sender is not its signal: noise, echo.
    private static let marginDB: Float = 14
    /// The same for the message channel: with less than 17 dB between a burst and its cutoff libspandsp's V.17 notices
    /// the carrier too late for the short training.
    private static let burstMarginDB: Float = 18
    /// Symbols worse than this for ``poorSteps`` steps may be no symbols at all: then V.21 is listened to again.
    private static let poorErrorRatio = 0.5
    private static let poorSteps = 15
    /// A flag of V.21 lasts this many samples (8 bits at 300 bit/s).
    private static let flag = 213

    private var v21: V21Receiver
    private var fast: HighSpeedReceiver?
    private let envelope: Envelope
    private var line = HeardLine()

    private var commands: HeardCommands?
    private var burst: HeardBurst?
    private var poorCount = 0
    /// What the next training of the message channel is expected to be.
    private var expected: HighSpeedModulation?
    private var cutoffDBm0 = HighSpeedReceiver.cutoffDBm0
    private var carrierSample = 0
    private var quietCount = 0

    /// `nil` when libspandsp gives no state.
    public init?(envelope: Envelope) {
        guard let v21 = V21Receiver() else { return nil }
        self.v21 = v21
        self.envelope = envelope
    }

    /// Hears all samples of a line, those that `envelope` was made of.
    public mutating func read(_ samples: Span<Int16>) -> HeardLine {
        var start = 0
        while start < samples.count {
            let count = min(Self.step, samples.count - start)
            hear(samples.extracting(start..<start + count), start..<start + count)
            start += count
        }
        closeCommands(at: samples.count)
        closeBurst(at: samples.count, hasEnd: false)
        line.bursts.sort { $0.samples.lowerBound < $1.samples.lowerBound }
        return line
    }

    private mutating func hear(_ samples: Span<Int16>, _ range: Range<Int>) {
        let isQuiet = envelope.levelDBm0(range) < Self.quietDBm0
        quietCount = isQuiet ? quietCount + range.count : 0
        if quietCount > Self.hangover {
            v21.skip(sampleCount: range.count)
            fast?.skip(sampleCount: range.count)
            return
        }
        if burst == nil || poorCount >= Self.poorSteps {
            for event in v21.receive(samples) { take(event) }
        } else {
            v21.skip(sampleCount: range.count)
        }
        guard expected != nil, let events = fast?.receive(samples) else { return }
        for event in events { take(event) }
        if burst != nil { takeWindow() }
    }

    // MARK: - V.21

    private mutating func take(_ event: V21Event) {
        switch event {
        case .carrierUp: break
        case .preamble(let sample): openCommands(firstFlag: sample)
        case .frame(let frame, _): takeFrame(frame)
        case .abort(let sample): commands?.aborts.append(sample)
        case .carrierDown(let sample): closeCommands(at: sample)
        }
    }

    private mutating func openCommands(firstFlag: Int) {
        closeBurst(at: firstFlag, hasEnd: true)
        guard commands == nil else { return }
        let start = onset(before: max(0, firstFlag - Self.flag))
        let level = envelope.levelDBm0(start..<max(v21.sampleCount, start + 1))
        commands = HeardCommands(samples: start..<firstFlag, preamble: start..<firstFlag, levelDBm0: level)
        v21.setCutoff(max(V21Receiver.cutoffDBm0, Float(level) - Self.marginDB))
    }

    private mutating func takeFrame(_ frame: HDLCFrame) {
        if commands == nil { openCommands(firstFlag: frame.firstSample) }
        guard var turn = commands else { return }
        if turn.frames.isEmpty {
            turn.preamble = turn.samples.lowerBound..<max(frame.firstSample, turn.samples.lowerBound)
        }
        turn.frames.append(frame)
        commands = turn
        guard frame.crcOK, let modulation = HighSpeedModulation(orderedBy: frame) else { return }
        cutoffDBm0 = max(HighSpeedReceiver.cutoffDBm0, Float(turn.levelDBm0) - Self.burstMarginDB)
        expect(modulation)
    }

    private mutating func closeCommands(at sample: Int) {
        v21.setCutoff(V21Receiver.cutoffDBm0)
        guard var turn = commands else { return }
        commands = nil
        turn.samples = turn.samples.lowerBound..<max(sample, turn.samples.lowerBound)
        if turn.frames.isEmpty { turn.preamble = turn.samples }
        turn.levelDBm0 = envelope.levelDBm0(turn.samples)
        line.commands.append(turn)
        // What the other modem made of this signal does not count.
        if let expected, burst == nil { expect(expected) }
    }

    /// Where the signal began that is there at `sample`.
    private func onset(before sample: Int) -> Int { envelope.onset(before: sample, thresholdDBm0: Self.quietDBm0) }

    // MARK: - Message channel

    private mutating func expect(_ modulation: HighSpeedModulation) {
        expected = modulation
        carrierSample = v21.sampleCount
        if fast?.select(modulation, cutoffDBm0: cutoffDBm0) != nil { return }
        fast = HighSpeedReceiver(modulation, cutoffDBm0: cutoffDBm0)
        fast?.skip(sampleCount: v21.sampleCount)
    }

    private mutating func take(_ event: HighSpeedEvent) {
        switch event {
        case .carrierUp(let sample): carrierSample = sample
        case .trainingStarted: break
        case .trained(let sample, _): openBurst(at: sample)
        case .trainingFailed(let sample): noteFailure(at: sample)
        case .octets(let octets, let firstSample): take(octets, from: firstSample)
        case .hdlc(.frame(let frame)): burst?.frames.append(frame)
        case .hdlc(.preamble), .hdlc(.abort): break
        case .carrierDown(let sample, let bitCount, let lastBits, let quality):
            if bitCount & 7 != 0 { burst?.octets.append(lastBits) }
            burst?.bitCount = bitCount
            burst?.quality = quality
            closeBurst(at: sample, hasEnd: true)
        }
    }

    private mutating func openBurst(at sample: Int) {
        // A turn of V.21 cannot be going on: its end was overlooked.
        closeCommands(at: carrierSample)
        guard let modulation = expected else { return }
        burst = HeardBurst(
            modulation: modulation, training: onset(before: carrierSample)..<sample, data: sample..<sample,
            isTrained: true, levelDBm0: 0)
        poorCount = 0
    }

    private mutating func take(_ octets: [UInt8], from firstSample: Int) {
        guard let held = burst?.octets.count else { return }
        burst?.marks.append(HeardBurst.Mark(octet: held, sample: firstSample))
        burst?.octets += octets
    }

    private mutating func takeWindow() {
        guard let window = fast?.takeWindow() else { return }
        burst?.windows.append(window)
        let isPoor = window.errorVectorRatio.map { $0 > Self.poorErrorRatio } ?? true
        poorCount = isPoor ? poorCount + 1 : 0
    }

    private mutating func closeBurst(at sample: Int, hasEnd: Bool) {
        guard var heard = burst else { return }
        burst = nil
        poorCount = 0
        heard.points = fast?.points ?? []
        if !hasEnd { heard.bitCount = max(heard.bitCount, heard.octets.count * 8) }
        heard.hasEnd = hasEnd
        heard.data = heard.data.lowerBound..<max(sample, heard.data.lowerBound)
        heard.levelDBm0 = envelope.levelDBm0(heard.data)
        line.bursts.append(heard)
        expect(heard.modulation.afterTraining)
    }

    private mutating func noteFailure(at sample: Int) {
        guard let modulation = expected, commands == nil else { return }
        let training = onset(before: carrierSample)..<sample
        line.bursts.append(
            HeardBurst(
                modulation: modulation, training: training, data: sample..<sample, isTrained: false,
                levelDBm0: envelope.levelDBm0(training)))
    }
}

extension HighSpeedModulation {
    /// What a DCS or CTC says comes next (T.30 table 2, bits 11–14; A.4.1): always with the long training.
    init?(orderedBy frame: HDLCFrame) {
        let command = T30Frame(lax: frame.octets)
        guard command.signal == .dcs || command.signal == .ctc,
            let modulation = InformationBits(command.information).commandedModulation
        else { return nil }
        self.init(modulation.modem, rateBps: modulation.rateBps)
    }

    public init?(_ modem: T38Modem, rateBps: Int) {
        switch modem {
        case .v27ter: self.init(V27terRate(rawValue: rateBps).map(HighSpeedModulation.v27ter))
        case .v29: self.init(V29Rate(rawValue: rateBps).map(HighSpeedModulation.v29))
        case .v17: self.init(V17Rate(rawValue: rateBps).map { .v17($0, .long) })
        case .v21, .v8, .v33, .v34: return nil
        }
    }

    private init?(_ modulation: HighSpeedModulation?) {
        guard let modulation else { return nil }
        self = modulation
    }

    /// Pages follow the TCF with the short training (T.30 5.3.6.1.3).
    var afterTraining: HighSpeedModulation {
        switch self {
        case .v17(let rate, _): .v17(rate, .short)
        case .v27ter, .v29: self
        }
    }

    public var modem: T38Modem {
        switch self {
        case .v27ter: .v27ter
        case .v29: .v29
        case .v17: .v17
        }
    }
}
