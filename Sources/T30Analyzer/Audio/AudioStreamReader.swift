import FaxCore
import FaxDSP
import FaxWire

/// One stream: what was heard in it, as events of the line.
struct AudioStreamReader {
    private let stream: Int
    private let party: Party?
    private(set) var events: [LineEvent] = []
    private(set) var bursts: [BurstReport] = []
    /// Of the last DCS: whether pages come with ECM, and whether its TCF has been heard.
    private var hasECM: Bool?
    private var hasTCF = false

    /// A flag of V.21: 8 bits at 300 bit/s, in samples.
    private static let flag = 213

    init(_ hearing: AudioHearing, stream: Int, party: Party?) {
        self.stream = stream
        self.party = party
        for item in hearing.items {
            switch item.content {
            case .commands(let turn): take(turn, item.timeline)
            case .burst(let burst): take(burst, item.timeline)
            case .sound(let sound): take(sound, item.timeline)
            }
        }
    }

    // MARK: - Commands

    private mutating func take(_ turn: HeardCommands, _ timeline: AudioTimeline) {
        let exact = FSKMeasure(timeline.samples.span, turn.preamble)
        let measure = SignalMeasure(
            levelDBm0: exact?.levelDBm0 ?? turn.levelDBm0, frequencyErrorHz: exact?.frequencyErrorHz)
        emit(.signal(.v21Preamble), turn.preamble, timeline, measure)
        for frame in turn.frames { take(frame, timeline, measure) }
    }

    private mutating func take(_ frame: HDLCFrame, _ timeline: AudioTimeline, _ measure: SignalMeasure) {
        let range = frame.firstSample..<max(frame.firstSample + 1, frame.lastSample - Self.flag)
        if frame.crcOK { noteSettings(frame) }
        let content = LineFrame(
            octets: frame.octets, crcOK: frame.crcOK, modem: .v21, rateBps: 300,
            hasGap: !frame.crcOK && !timeline.gaps(in: range).isEmpty)
        emit(.frame(content), range, timeline, measure)
    }

    private mutating func noteSettings(_ frame: HDLCFrame) {
        let command = T30Frame(lax: frame.octets)
        guard command.signal == .dcs else { return }
        hasECM = DigitalCommand(information: command.information).ecm
        hasTCF = false
    }

    // MARK: - Message channel

    private mutating func take(_ burst: HeardBurst, _ timeline: AudioTimeline) {
        let content = content(of: burst)
        let report = BurstReport(burst, content, party: party, stream: stream, timeline)
        bursts.append(report)
        let signal = LineSignal.training(
            burst.modulation.modem, rateBps: burst.modulation.rateBps, short: burst.modulation.hasShortTraining)
        let measure = SignalMeasure(levelDBm0: burst.levelDBm0, frequencyErrorHz: report.carrierErrorHz)
        emit(.signal(signal), burst.training, timeline, measure)
        switch content {
        case .nothing: break
        case .ecm: takeFrames(of: burst, timeline)
        case .tcf, .page: takeData(of: burst, timeline, measure)
        }
    }

    /// What a burst is, its bits tell; where they do not, what came before it.
    private mutating func content(of burst: HeardBurst) -> BurstReport.Content {
        guard burst.isTrained, !burst.octets.isEmpty else { return .nothing }
        if burst.goodImageFrames > 0 { return .ecm }
        if burst.isMostlyZero || (hasECM != nil && !hasTCF) {
            hasTCF = true
            return .tcf
        }
        return hasECM == true ? .ecm : .page
    }

    private mutating func takeFrames(of burst: HeardBurst, _ timeline: AudioTimeline) {
        let flag = 8 * AudioTimeline.sampleRate / burst.modulation.rateBps
        for frame in burst.frames where frame.crcOK || frame.isImageFrame {
            let range = frame.firstSample..<max(frame.firstSample + 1, frame.lastSample - flag)
            let content = LineFrame(
                octets: frame.octets, crcOK: frame.crcOK, modem: burst.modulation.modem,
                rateBps: burst.modulation.rateBps, hasGap: !frame.crcOK && !timeline.gaps(in: range).isEmpty)
            emit(.frame(content), range, timeline)
        }
    }

    private mutating func takeData(of burst: HeardBurst, _ timeline: AudioTimeline, _ measure: SignalMeasure) {
        let gaps = timeline.gaps(in: burst.data).prefix(LineBurst.gapLimit)
        let marks = burst.marks.compactMap { mark in
            timeline.placement(atOrBefore: mark.sample).map {
                LineBurst.Mark(offset: mark.octet, frame: $0.frame, time: $0.time)
            }
        }
        var content = LineBurst(
            octets: burst.isMostlyZero ? burst.octetsOfTraining : burst.octets, modem: burst.modulation.modem,
            rateBps: burst.modulation.rateBps, gaps: gaps.map { burst.octet(ofSample: $0.samples.lowerBound) },
            marks: marks, ended: burst.hasEnd)
        content.gapReach = burst.modulation.rateBps * Self.recoveryMilliseconds / 8_000
        emit(.burst(content), burst.data, timeline, measure)
    }

    /// How long after a hole a modem may give wrong bits.
    private static let recoveryMilliseconds = 200

    // MARK: - Other signals

    private mutating func take(_ sound: HeardSignal, _ timeline: AudioTimeline) {
        let measure = SignalMeasure(
            levelDBm0: sound.levelDBm0, frequencyErrorHz: sound.frequencyErrorHz,
            reversals: sound.reversals.compactMap { timeline.time(ofSample: $0) })
        if case .v8(let name, let octets) = sound.kind {
            emit(.v8(V8Octets(name: name, octets: octets)), sound.samples, timeline, measure)
        } else if let signal = LineSignal(sound.kind) {
            emit(.signal(signal), sound.samples, timeline, measure)
        }
    }

    private mutating func emit(
        _ content: LineEvent.Content, _ range: Range<Int>, _ timeline: AudioTimeline, _ measure: SignalMeasure? = nil
    ) {
        var event = LineEvent(content: content, party: party, stream: stream, span: timeline.span(range))
        event.measure = measure
        events.append(event)
    }
}

extension LineSignal {
    /// `nil`: what is said otherwise.
    init?(_ kind: HeardSignal.Kind) {
        switch kind {
        case .cng: self = .cng
        case .ced: self = .ced
        case .ansReversed: self = .ansReversed
        case .ansam: self = .ansam
        case .ansamReversed: self = .ansamReversed
        case .dtmf(let digit): self = .sound("DTMF \(digit)")
        case .callProgress(let name, let hz):
            self = .sound("\(name) tone \(hz.map(String.init).joined(separator: "+")) Hz")
        case .tone(let hz): self = .sound("tone \(hz) Hz")
        case .voice: self = .sound("voice")
        case .music: self = .sound("music")
        case .comfortNoise: self = .sound("comfort noise")
        case .noise: self = .sound("noise")
        case .unknown: self = .sound("sound")
        case .v34(let phase): self = .v34("V.34 \(phase)")
        case .dataModem(let name): self = .sound("data modem \(name)")
        case .v8: return nil
        }
    }
}

extension AudioTimeline {
    /// From the first sample of a signal until the last one is over; of one that stands on both sides of a break, its longer
    /// part.
    func span(_ signal: Range<Int>) -> LineSpan {
        let range = unbroken(signal).max { $0.count < $1.count } ?? signal
        let last = placement(atOrBefore: max(range.lowerBound, range.upperBound - 1))
        let first = placement(ofSample: range.lowerBound) ?? placement(atOrBefore: range.lowerBound)
        return LineSpan(
            start: time(ofSample: range.lowerBound) ?? .zero, end: end(of: range) ?? .zero,
            firstFrame: first?.frame ?? last?.frame, lastFrame: last?.frame)
    }
}

extension HeardBurst {
    /// TCF is nothing but zeros (T.30 5.3.6.1.3); image data has a one every few bits.
    var isMostlyZero: Bool {
        let ones = octets.reduce(0) { $0 + $1.nonzeroBitCount }
        return ones * 16 <= octets.count * 8
    }

    /// Without the end of the signal: when a TCF stops, modems send ones, scrambled, and die away (V.17 5.3, V.29 8.2),
    /// all of which reads as bits.
    var octetsOfTraining: [UInt8] {
        let tail = modulation.rateBps * Self.tailMilliseconds / 8_000
        guard let last = octets.indices.last(where: { octets[$0] == 0 }), octets.count - last <= tail else {
            return octets
        }
        return Array(octets[...last])
    }

    private static let tailMilliseconds = 60
}
