import FaxCore
import FaxDSP
import FaxWire
import PcapDecode

/// From the audio of a call to what was on the line: each stream's packets to samples, samples through the modems.
enum AudioCarriage {
    static func read(_ streams: [MediaStream], fill: AudioFill) -> AudioReading {
        var reading = AudioReading()
        for (index, stream) in streams.enumerated() {
            guard let timeline = AudioTimeline(stream, fill: fill) else { continue }
            guard var reader = AudioStreamReader(timeline, stream: index, party: stream.direction) else { continue }
            reader.read()
            reading.record.events += reader.events
            reading.record.quirks += reader.quirks
            reading.bursts += reader.bursts
            reading.audio.append(SessionAudio(party: stream.direction, stream: index, timeline: timeline))
        }
        reading.bursts.sort { $0.training.lowerBound < $1.training.lowerBound }
        return LineEcho.removed(from: reading)
    }
}

/// What was on the line, how it was received, and the samples that it was heard in.
struct AudioReading {
    var record = LineRecord()
    var bursts: [BurstReport] = []
    var audio: [SessionAudio] = []
}

/// One stream: what its modems heard, as events of the line.
struct AudioStreamReader {
    private let timeline: AudioTimeline
    private let stream: Int
    private let party: Party?
    private(set) var events: [LineEvent] = []
    private(set) var quirks: [LineQuirk] = []
    private(set) var bursts: [BurstReport] = []
    /// Of the last DCS: whether pages come with ECM, and whether its TCF has been heard.
    private var hasECM: Bool?
    private var hasTCF = false

    /// A flag of V.21: 8 bits at 300 bit/s, in samples.
    private static let flag = 213

    init?(_ timeline: AudioTimeline, stream: Int, party: Party?) {
        guard !timeline.samples.isEmpty else { return nil }
        self.timeline = timeline
        self.stream = stream
        self.party = party
    }

    mutating func read() {
        guard let line = heard() else { return }
        var bursts = line.bursts[...]
        for turn in line.commands {
            while let burst = bursts.first, burst.samples.lowerBound < turn.samples.lowerBound {
                take(burst)
                bursts.removeFirst()
            }
            take(turn)
        }
        for burst in bursts { take(burst) }
    }

    /// Of two ways in which the far end may have gone on past a long hole, the one that gives more frames.
    private func heard() -> HeardLine? {
        guard let line = Self.hear(timeline.samples.span) else { return nil }
        guard let samples = LongHole.bridged(timeline, line), let bridged = Self.hear(samples.span),
            bridged.goodImageFrames > line.goodImageFrames
        else { return line }
        return bridged
    }

    private static func hear(_ samples: Span<Int16>) -> HeardLine? {
        guard var receiver = LineReceiver(envelope: Envelope(samples)) else { return nil }
        return receiver.read(samples)
    }

    // MARK: - Commands

    private mutating func take(_ turn: HeardCommands) {
        emit(.signal(.v21Preamble), turn.preamble)
        for frame in turn.frames { take(frame) }
    }

    private mutating func take(_ frame: HDLCFrame) {
        let range = frame.firstSample..<max(frame.firstSample + 1, frame.lastSample - Self.flag)
        if frame.crcOK { noteSettings(frame) }
        emit(
            .frame(
                LineFrame(
                    octets: frame.octets, crcOK: frame.crcOK, modem: .v21, rateBps: 300,
                    hasGap: !frame.crcOK && !timeline.gaps(in: range).isEmpty)), range)
    }

    private mutating func noteSettings(_ frame: HDLCFrame) {
        let command = T30Frame(lax: frame.octets)
        guard command.signal == .dcs else { return }
        hasECM = DigitalCommand(information: command.information).ecm
        hasTCF = false
    }

    // MARK: - Message channel

    private mutating func take(_ burst: HeardBurst) {
        let (modem, rateBps) = (burst.modulation.modem, burst.modulation.rateBps)
        emit(.signal(.training(modem, rateBps: rateBps, short: burst.modulation.hasShortTraining)), burst.training)
        let content = content(of: burst)
        bursts.append(BurstReport(burst, content, party: party, timeline))
        switch content {
        case .nothing: break
        case .ecm: takeFrames(of: burst)
        case .tcf, .page: takeData(of: burst)
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

    private mutating func takeFrames(of burst: HeardBurst) {
        let flag = 8 * AudioTimeline.sampleRate / burst.modulation.rateBps
        for frame in burst.frames where frame.crcOK || frame.isImageFrame {
            let range = frame.firstSample..<max(frame.firstSample + 1, frame.lastSample - flag)
            emit(
                .frame(
                    LineFrame(
                        octets: frame.octets, crcOK: frame.crcOK, modem: burst.modulation.modem,
                        rateBps: burst.modulation.rateBps,
                        hasGap: !frame.crcOK && !timeline.gaps(in: range).isEmpty)), range)
        }
    }

    private mutating func takeData(of burst: HeardBurst) {
        let gaps = timeline.gaps(in: burst.data).prefix(LineBurst.gapLimit)
        let marks = burst.marks.compactMap { mark in
            timeline.placement(atOrBefore: mark.sample).map {
                LineBurst.Mark(offset: mark.octet, frame: $0.frame, time: $0.time)
            }
        }
        emit(
            .burst(
                LineBurst(
                    octets: burst.isMostlyZero ? burst.octetsOfTraining : burst.octets, modem: burst.modulation.modem,
                    rateBps: burst.modulation.rateBps,
                    gaps: gaps.map { burst.octet(ofSample: $0.samples.lowerBound) }, marks: marks,
                    ended: burst.hasEnd)), burst.data)
    }

    // MARK: - Places

    private mutating func emit(_ content: LineEvent.Content, _ range: Range<Int>) {
        events.append(LineEvent(content: content, party: party, stream: stream, span: span(range)))
    }

    private func span(_ range: Range<Int>) -> LineSpan { timeline.span(range) }
}

extension AudioTimeline {
    func span(_ range: Range<Int>) -> LineSpan {
        let last = placement(atOrBefore: max(range.lowerBound, range.upperBound - 1))
        let first = placement(ofSample: range.lowerBound) ?? placement(atOrBefore: range.lowerBound)
        return LineSpan(
            start: time(ofSample: range.lowerBound) ?? .zero, end: time(ofSample: range.upperBound) ?? .zero,
            firstFrame: first?.frame ?? last?.frame, lastFrame: last?.frame)
    }
}

extension BurstReport {
    /// 100 ms.
    private static let reachBeforeFailure = 800

    init(_ burst: HeardBurst, _ content: Content, party: Party?, _ timeline: AudioTimeline) {
        let place = timeline.span(burst.samples)
        let training = timeline.span(burst.training)
        self.init(
            party: party, modem: burst.modulation.modem.rawValue, rateBps: burst.modulation.rateBps,
            hasShortTraining: burst.modulation.hasShortTraining, isTrained: burst.isTrained, content: content,
            training: training.start...max(training.start, training.end), firstFrame: place.firstFrame,
            lastFrame: place.lastFrame, levelDBm0: burst.isTrained ? burst.levelDBm0 : nil)
        // Without a training, what went before may be the reason: the carrier was lost with it.
        let start = burst.samples.lowerBound - (burst.isTrained ? 0 : Self.reachBeforeFailure)
        gaps = timeline.gaps(in: max(0, start)..<burst.samples.upperBound).prefix(Self.gapLimit).map { gap in
            let isInData = burst.isTrained && gap.samples.lowerBound >= burst.data.lowerBound
            return Gap(
                time: gap.time, lost: AudioTimeline.duration(gap.missingSamples), lostPackets: gap.lostPackets,
                bit: isInData ? burst.octet(ofSample: gap.samples.lowerBound) * 8 : nil, before: gap.before,
                after: gap.after)
        }
        guard burst.isTrained else { return }
        let data = timeline.span(burst.data)
        self.data = data.start...max(data.start, data.end)
        carrierErrorHz = burst.quality.carrierHz.map { Double($0) - burst.modulation.carrierHz }
        errorVectorRatio = burst.quality.errorVectorRatio
        bits = burst.bitCount
        goodFrames = burst.goodImageFrames
        badFrames = content == .ecm ? burst.frames.count { !$0.crcOK && $0.isImageFrame } : 0
        points = burst.points
        slips = SlipCheck(burst, timeline).slips()
    }
}

extension HighSpeedModulation {
    var hasShortTraining: Bool {
        switch self {
        case .v17(_, let training): training == .short
        case .v27ter, .v29: false
        }
    }

    /// Nominal (V.17 2.1, V.27ter 2.2, V.29 2).
    var carrierHz: Double {
        switch self {
        case .v17, .v27ter: 1_800
        case .v29: 1_700
        }
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
