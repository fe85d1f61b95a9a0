import FaxCore
import FaxDSP
import FaxWire
import T30Analyzer

/// What becomes of everything that was heard in one stream.
struct AudioPlan {
    enum Step {
        case keep([Range<Int>])
        case commands(HeardCommands, BurstBits, parts: Range<Int>)
        case frames(HeardBurst, BurstBits, parts: Range<Int>)
        case data(HeardBurst, part: Int)
        case digit(Character, Range<Int>)
        case voice(Range<Int>)
        case noise
    }

    /// One for each item heard.
    private(set) var steps: [Step] = []
    private(set) var line: LineSubstitute
    /// How the pages of a burst are coded, by its item.
    private(set) var codings: [Int: PageCoding] = [:]
    /// Bursts that could not be read well enough to be made again.
    private(set) var unreadBursts = 0
    /// Where a turn ended whose last frame was a DCS: its TCF follows at once.
    private var commandEnd: Instant?

    /// What may lie between a DCS and the training of its TCF, 75 ms as sent.
    private static let pauseLimit = Duration.milliseconds(300)
    /// In samples: the longest training, and 1.5 s of zeros with their tolerance.
    private static let tcfLimit = 28_000

    /// - Parameter line: where idents and pages get their other content.
    init(_ items: [HeardItem], _ line: LineSubstitute) {
        self.line = line
        let bursts = items.compactMap(\.burst).filter(\.isTrained)
        for (index, item) in items.enumerated() {
            // A tone inside page data is not made again: what was kept of it would be the page.
            let isInside = bursts.contains { $0.samples.overlaps(item.samples) }
            steps.append(isInside && item.isSound ? .noise : step(item))
            codings[index] = self.line.coding
        }
        self.line.finish()
    }

    private mutating func step(_ item: HeardItem) -> Step {
        switch item.content {
        case .commands(let turn):
            let last = turn.frames.last(where: \.crcOK)
            commandEnd = last.flatMap { T30Frame(lax: $0.octets).signal == .dcs ? item.end : nil }
            return step(turn)
        case .burst(let burst):
            let pause = commandEnd.map { item.start - $0 }
            commandEnd = nil
            let isTCF = pause.map { $0 <= Self.pauseLimit } == true && burst.samples.count <= Self.tcfLimit
            return isTCF ? keptTCF(burst) : step(burst)
        case .sound(let sound): return Self.step(sound)
        }
    }

    private mutating func step(_ turn: HeardCommands) -> Step {
        let start = line.results.count
        var bits = BurstBits(turn.bits.map(\.value))
        bits.isControl = true
        for frame in bits.frames { line.take(.command, frame.octets, isGood: frame.isGood) }
        return .commands(turn, bits, parts: start..<line.results.count)
    }

    /// Zeros, whatever the line made of them: there is nothing to read, and its errors are what a diagnosis looks at.
    private mutating func keptTCF(_ burst: HeardBurst) -> Step {
        line.take(.burst, [0], isGood: true)
        return .keep([burst.samples])
    }

    private mutating func step(_ burst: HeardBurst) -> Step {
        guard burst.isTrained, !burst.octets.isEmpty else {
            unreadBursts += 1
            return .noise
        }
        let ones = burst.octets.reduce(0) { $0 + $1.nonzeroBitCount }
        if ones * 16 <= burst.octets.count * 8 { return keptTCF(burst) }
        let start = line.results.count
        if burst.goodImageFrames > 0 || line.coding?.isECM == true {
            let bits = BurstBits(octets: burst.octets, count: burst.bitCount)
            for frame in bits.frames { line.take(.image, frame.octets, isGood: frame.isGood) }
            return .frames(burst, bits, parts: start..<line.results.count)
        }
        line.take(.burst, burst.octets, isGood: true)
        return .data(burst, part: start)
    }

    private static func step(_ sound: HeardSignal) -> Step {
        switch sound.kind {
        // Between the bursts of a cadence anything may be said.
        case .cng, .ced, .ansReversed, .ansam, .ansamReversed, .callProgress, .tone, .v8:
            .keep(sound.bursts.isEmpty ? [sound.samples] : sound.bursts)
        case .v34: sound.samples.count <= AudioTimeline.sampleRate ? .keep([sound.samples]) : .noise
        case .dtmf(let digit): .digit(digit, sound.samples)
        case .voice: .voice(sound.samples)
        case .music, .comfortNoise, .noise, .unknown, .dataModem: .noise
        }
    }
}

extension HeardItem {
    fileprivate var burst: HeardBurst? {
        if case .burst(let burst) = content { burst } else { nil }
    }

    fileprivate var isSound: Bool {
        if case .sound = content { true } else { false }
    }
}
