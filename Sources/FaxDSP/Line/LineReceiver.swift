import FaxWire

/// Reads the samples of one direction of a call as fax terminals do: V.21 for commands, and, from a DCS on, the modem
/// that it named for what follows. One owner of the modems' states, which are no other thread's business.
///
/// V.21 is listened to whenever there is a signal; the modem of the message channel from the DCS that names it, beside
/// V.21 until it has trained and alone while its burst lasts. What has been heard is kept for the whole line.
public struct LineReceiver: ~Copyable {
    /// 20 ms: the step in which receivers are chosen.
    private static let step = 160
    /// Below this there is nothing that a receiver could hear (its own limit is −49 dBm0).
    static let quietDBm0 = -54.0
    /// Receivers hear this much of the quiet after a signal, so that they notice its end: 100 ms.
    private static let hangover = 800
    /// What is this much weaker than the commands of a sender is not its signal: noise, echo.
    private static let marginDB: Float = 14
    /// The same for the message channel: with less than 17 dB between a burst and its cutoff libspandsp's V.17 notices
    /// the carrier too late for the short training.
    private static let burstMarginDB: Float = 18
    /// The carrier of the message channel must be seen to go before its receiver stops hearing the quiet: 2.5 dB below
    /// the cutoff.
    private static let lowestBurstCutoffDBm0: Float = -51
    /// A flag of V.21 lasts this many samples (8 bits at 300 bit/s).
    private static let flag = 213
    /// The shortest signal worth a second hearing: 200 ms; V.17's short training alone takes 142 ms.
    private static let missedMinimum = 1_600

    /// Symbols as close as this to their points are received right.
    private static let clearErrorRatio = 0.2

    private var v21: V21Receiver
    private var fast: HighSpeedReceiver?
    private let envelope: Envelope
    private var line = HeardLine()
    private var commands: HeardCommands?
    private var bursts: BurstCollector
    /// What the next training of the message channel is expected to be.
    private var expected: HighSpeedModulation?
    private var cutoffDBm0 = HighSpeedReceiver.cutoffDBm0
    private var missed: Range<Int>?
    private var quietCount = 0
    /// First sample of the step that is being heard.
    private var stepStart = 0

    /// `nil` when libspandsp gives no state.
    public init?(envelope: Envelope) {
        guard let v21 = V21Receiver() else { return nil }
        self.v21 = v21
        self.envelope = envelope
        bursts = BurstCollector(envelope, quietDBm0: Self.quietDBm0)
    }

    /// Hears all samples of a line, those that `envelope` was made of.
    public mutating func read(_ samples: Span<Int16>) -> HeardLine {
        var start = 0
        while start < samples.count {
            let count = min(Self.step, samples.count - start)
            hear(samples, start..<start + count)
            start += count
        }
        closeCommands(at: samples.count)
        closeBurst(at: samples.count, hasEnd: false)
        // Speech, music and data have flags now and then: a turn without a frame of T.30 must have a row of them.
        line.commands = line.commands.filter { turn in
            turn.hasT30Frame || V21Flags.longestRow(samples, turn.samples) >= V21Flags.certain
        }
        if line.commands.contains(where: { $0.frames.contains(where: \.crcOK) }) {
            let found = BurstSearch(envelope: envelope).bursts(in: samples, besides: line)
            line.bursts.removeAll { burst in found.contains { $0.samples.overlaps(burst.samples) } }
            line.bursts += found
        }
        line.bursts.sort { $0.samples.lowerBound < $1.samples.lowerBound }
        return line
    }

    private mutating func hear(_ samples: Span<Int16>, _ range: Range<Int>) {
        stepStart = range.lowerBound
        let isQuiet = envelope.levelDBm0(range) < Self.quietDBm0
        quietCount = isQuiet ? quietCount + range.count : 0
        if quietCount > Self.hangover {
            v21.skip(sampleCount: range.count)
            fast?.skip(sampleCount: range.count)
            return
        }
        let step = samples.extracting(range)
        if bursts.isOpen && !bursts.isPoor {
            v21.skip(sampleCount: range.count)
        } else {
            for event in v21.receive(step) { take(event) }
            if commands == nil { v21.forgetBits(upTo: v21.sampleCount) }
        }
        guard expected != nil, let events = fast?.receive(step) else { return }
        for event in events { take(event) }
        if bursts.isOpen, let window = fast?.takeWindow() { bursts.note(window) }
        if let missed { hearAgain(samples, missed) }
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
        let start = envelope.onset(before: max(0, firstFlag - Self.flag), thresholdDBm0: Self.quietDBm0)
        let level = envelope.levelDBm0(start..<max(v21.sampleCount, start + 1))
        commands = HeardCommands(
            samples: start..<firstFlag, preamble: start..<firstFlag, firstFlag: firstFlag, levelDBm0: level)
        v21.setCutoff(max(V21Receiver.cutoffDBm0, Float(level) - Self.marginDB))
    }

    private mutating func takeFrame(_ frame: HDLCFrame) {
        if commands == nil { openCommands(firstFlag: frame.firstSample) }
        guard var turn = commands else { return }
        let start = turn.samples.lowerBound
        if turn.frames.isEmpty { turn.preamble = start..<max(frame.firstSample, start) }
        turn.frames.append(frame)
        commands = turn
        guard frame.crcOK, let modulation = HighSpeedModulation(orderedBy: frame) else { return }
        cutoffDBm0 = max(Self.lowestBurstCutoffDBm0, Float(turn.levelDBm0) - Self.burstMarginDB)
        expect(modulation)
    }

    private mutating func closeCommands(at sample: Int) {
        v21.setCutoff(V21Receiver.cutoffDBm0)
        guard var turn = commands else { return }
        commands = nil
        turn.samples = turn.samples.lowerBound..<max(sample, turn.samples.lowerBound)
        if turn.frames.isEmpty { turn.preamble = turn.samples }
        turn.bits = v21.bits.filter { $0.sample > turn.firstFlag - Self.flag && $0.sample <= sample }
        v21.forgetBits(upTo: sample)
        turn.levelDBm0 = envelope.levelDBm0(turn.samples)
        line.commands.append(turn)
        // What the other modem made of this signal does not count.
        if let expected, !bursts.isOpen { expect(expected) }
    }

    // MARK: - Message channel

    private mutating func expect(_ modulation: HighSpeedModulation) {
        expected = modulation
        missed = nil
        bursts.restart()
        if fast?.select(modulation, cutoffDBm0: cutoffDBm0) != nil { return }
        fast = HighSpeedReceiver(modulation, cutoffDBm0: cutoffDBm0)
        // V.21 has heard this step already; the modem hears it from its beginning.
        fast?.seek(sample: stepStart)
    }

    private mutating func take(_ event: HighSpeedEvent) {
        guard let receiver = fast.take() else { return }
        let step = bursts.take(event, receiver)
        fast = consume receiver
        switch step {
        case .nothing: break
        // A turn of V.21 cannot be going on: its end was overlooked.
        case .opened: if let onset = bursts.onset { closeCommands(at: onset) }
        case .closed(let burst): add(burst)
        case .missed(let range): if range.count >= Self.missedMinimum { missed = range }
        }
    }

    private mutating func closeBurst(at sample: Int, hasEnd: Bool) {
        guard let receiver = fast.take() else { return }
        let burst = bursts.close(at: sample, hasEnd: hasEnd, receiver)
        fast = consume receiver
        if let burst { add(burst) }
    }

    private mutating func add(_ burst: HeardBurst) {
        line.bursts.append(burst)
        expect(burst.modulation.afterTraining)
    }

    /// A signal came and went that was no V.21, and the modem did not train.
    private mutating func hearAgain(_ samples: Span<Int16>, _ range: Range<Int>) {
        missed = nil
        guard let expected, commands == nil, var receiver = fast.take() else { return }
        let attempts = BurstAttempts(envelope: envelope, quietDBm0: Self.quietDBm0)
        let heard = attempts.best(
            of: samples, in: range, &receiver, modulations: [expected, expected.withLongTraining]
        ) { $0.merit > 0.5 || $0.quality.errorVectorRatio ?? 1 < Self.clearErrorRatio }
        fast = consume receiver
        if let heard {
            add(heard)
        } else {
            noteFailure(expected, range)
            expect(expected)
        }
    }

    private mutating func noteFailure(_ modulation: HighSpeedModulation, _ range: Range<Int>) {
        let start = envelope.onset(before: range.lowerBound, thresholdDBm0: Self.quietDBm0)
        line.bursts.append(
            HeardBurst(
                modulation: modulation, training: start..<range.upperBound, data: range.upperBound..<range.upperBound,
                isTrained: false, levelDBm0: envelope.levelDBm0(range)))
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

    var withLongTraining: HighSpeedModulation {
        switch self {
        case .v17(let rate, _): .v17(rate, .long)
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
