import FaxCore
import FaxDSP
import FaxWire
import PcapDecode

/// From the audio of a call to what was on the line: each stream's packets to samples, samples through the modems.
enum AudioCarriage {
    /// - Returns: What was on the line, and the samples that it was heard in.
    static func read(_ streams: [MediaStream], fill: AudioFill) -> (record: LineRecord, audio: [SessionAudio]) {
        var record = LineRecord()
        var audio: [SessionAudio] = []
        for (index, stream) in streams.enumerated() {
            guard let timeline = AudioTimeline(stream, fill: fill) else { continue }
            guard var reader = AudioStreamReader(timeline, stream: index, party: stream.direction) else { continue }
            reader.read()
            record.events += reader.events
            record.quirks += reader.quirks
            audio.append(SessionAudio(party: stream.direction, stream: index, timeline: timeline))
        }
        return (record, audio)
    }
}

/// One stream: what its modems heard, as events of the line.
struct AudioStreamReader {
    private let timeline: AudioTimeline
    private let stream: Int
    private let party: Party?
    private(set) var events: [LineEvent] = []
    private(set) var quirks: [LineQuirk] = []
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
        guard let line = Self.hear(timeline.samples.span) else { return }
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
        guard burst.isTrained, !burst.octets.isEmpty else { return }
        if burst.goodImageFrames > 0 || (hasECM == true && hasTCF && !burst.isMostlyZero) {
            takeFrames(of: burst)
        } else {
            hasTCF = true
            takeData(of: burst)
        }
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

    private func span(_ range: Range<Int>) -> LineSpan {
        let last = timeline.placement(atOrBefore: max(range.lowerBound, range.upperBound - 1))
        let first = timeline.placement(ofSample: range.lowerBound) ?? timeline.placement(atOrBefore: range.lowerBound)
        return LineSpan(
            start: timeline.time(ofSample: range.lowerBound) ?? .zero,
            end: timeline.time(ofSample: range.upperBound) ?? .zero,
            firstFrame: first?.frame ?? last?.frame, lastFrame: last?.frame)
    }
}

extension HighSpeedModulation {
    var hasShortTraining: Bool {
        switch self {
        case .v17(_, let training): training == .short
        case .v27ter, .v29: false
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
