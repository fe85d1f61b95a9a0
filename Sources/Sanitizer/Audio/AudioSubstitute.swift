import FaxCore
import FaxDSP
import FaxWire
import T30Analyzer

/// The audio of one stream with its fax made anew: signals that name nobody stay as they are, V.21 with idents and bursts
/// with pages are modulated again, and everything else becomes noise as loud.
struct AudioSubstitute {
    private let timeline: AudioTimeline
    private let names: Pseudonyms
    private let stream: Int
    private(set) var samples: [Int16]
    private var line: LineSubstitute
    /// Where the new samples are final.
    private var done: [Range<Int>] = []
    private var modems = BurstSignal()
    /// Bursts that could not be read well enough to be made again.
    private(set) var unreadBursts = 0
    private(set) var madeBursts = 0

    var pages: Int { line.pages }
    var identFrames: Int { line.identFrames }

    /// 20 ms: the step of noise, and what is kept around a signal that is.
    private static let step = 160

    private enum Plan {
        case keep([Range<Int>])
        case commands(HeardCommands, parts: Range<Int>)
        case frames(HeardBurst, BurstBits, parts: Range<Int>)
        case data(HeardBurst, part: Int)
        case digit(Character, Range<Int>)
        case voice(Range<Int>)
        case noise
    }

    init(_ timeline: AudioTimeline, _ names: Pseudonyms, stream: Int) {
        self.timeline = timeline
        self.names = names
        self.stream = stream
        samples = timeline.samples
        line = LineSubstitute(names, stream: stream)
        let plans = AudioHearing(timeline).items.map { plan($0.content) }
        line.finish()
        if names.isLearning { return }
        for plan in plans { make(plan) }
        fill()
    }

    // MARK: What it is

    private mutating func plan(_ content: HeardItem.Content) -> Plan {
        switch content {
        case .commands(let turn): return plan(turn)
        case .burst(let burst): return plan(burst)
        case .sound(let sound): return Self.plan(sound)
        }
    }

    private mutating func plan(_ turn: HeardCommands) -> Plan {
        let start = line.results.count
        for frame in turn.frames { line.take(.command, frame.octets, isGood: frame.crcOK) }
        return .commands(turn, parts: start..<line.results.count)
    }

    private mutating func plan(_ burst: HeardBurst) -> Plan {
        guard burst.isTrained, !burst.octets.isEmpty else {
            unreadBursts += 1
            return .noise
        }
        let ones = burst.octets.reduce(0) { $0 + $1.nonzeroBitCount }
        if ones * 16 <= burst.octets.count * 8 {
            line.take(.burst, [0], isGood: true)
            return .keep([burst.samples])
        }
        let start = line.results.count
        if burst.goodImageFrames > 0 || line.coding?.isECM == true {
            let bits = BurstBits(octets: burst.octets, count: burst.bitCount)
            for frame in bits.frames { line.take(.image, frame.octets, isGood: frame.isGood) }
            return .frames(burst, bits, parts: start..<line.results.count)
        }
        line.take(.burst, burst.octets, isGood: true)
        return .data(burst, part: start)
    }

    private static func plan(_ sound: HeardSignal) -> Plan {
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

    // MARK: Making it

    private mutating func make(_ plan: Plan) {
        switch plan {
        case .noise: break
        case .keep(let ranges): done += ranges.map { $0.widened(by: Self.step, in: samples.count) }
        case .commands(let turn, let parts): make(turn, Array(line.results[parts]))
        case .frames(let burst, let bits, let parts):
            var random = names.random("frames", stream << 32 | burst.samples.lowerBound)
            let new = zip(bits.frames, line.results[parts]).map { frame, octets -> [UInt8]? in
                frame.isGood ? Self.withoutCheck(frame.octets, octets) : nil
            }
            make(burst, bits.replaced(new, &random))
        case .data(let burst, let part):
            let octets = line.results[part]
            let bits = (0..<min(burst.bitCount, octets.count * 8)).map { octets[$0 >> 3] >> UInt8(7 - $0 & 7) & 1 }
            // Behind its end of page the signal dies away.
            let end = (bits.lastIndex(of: 1) ?? bits.count) + 16
            make(burst, Array(bits.prefix(end)))
        case .digit(let digit, let range): makeDigit(digit, range)
        case .voice(let range): makeVoice(range)
        }
    }

    /// `nil`: the frame stays.
    private static func withoutCheck(_ old: [UInt8], _ new: [UInt8]) -> [UInt8]? { old == new ? nil : new }

    private mutating func make(_ turn: HeardCommands, _ octets: [[UInt8]]) {
        if zip(turn.frames, octets).allSatisfy({ $0.octets == $1 }), turn.aborts.isEmpty {
            done.append(turn.samples.widened(by: Self.step, in: samples.count))
            return
        }
        let frames = zip(turn.frames, octets).map { frame, octets in
            CommandSignal.Frame(octets: octets, isGood: frame.crcOK, firstSample: frame.firstSample)
        }
        let power = BurstSignal.meanSquare(timeline.samples[turn.samples.clamped(to: 0..<samples.count)])
        guard let made = CommandSignal.samples(frames, turn: turn.samples, meanSquare: power) else { return }
        put(made.samples, at: made.start, for: turn.samples)
    }

    private mutating func make(_ burst: HeardBurst, _ bits: [UInt8]) {
        let place = burst.data.clamped(to: 0..<samples.count)
        let power = BurstSignal.meanSquare(timeline.samples[place])
        guard let made = modems.samples(bits, like: burst, meanSquare: power) else {
            unreadBursts += 1
            return
        }
        madeBursts += 1
        put(made.samples, at: made.start, for: burst.samples)
    }

    private mutating func put(_ new: [Int16], at start: Int, for range: Range<Int>) {
        let range = range.clamped(to: 0..<samples.count)
        let place = (start..<start + new.count).clamped(to: 0..<samples.count)
        for index in range { samples[index] = 0 }
        for index in place { samples[index] = new[index - start] }
        if !range.isEmpty { done.append(range) }
        if !place.isEmpty { done.append(place) }
    }

    // MARK: Other sounds

    /// Another digit of the same kind: the two tones of Q.23.
    private mutating func makeDigit(_ digit: Character, _ range: Range<Int>) {
        let rows = ["123A", "456B", "789C", "*0#D"].map(Array.init)
        var random = names.random("digit", stream << 32 | range.lowerBound)
        let new = digit.isNumber ? Character(String(Int.random(in: 0...9, using: &random))) : digit
        guard let row = rows.firstIndex(where: { $0.contains(new) }), let column = rows[row].firstIndex(of: new) else {
            return
        }
        let hz = ([697.0, 770, 852, 941][row], [1209.0, 1336, 1477, 1633][column])
        let range = range.clamped(to: 0..<samples.count)
        let peak = BurstSignal.meanSquare(timeline.samples[range]).squareRoot()
        put(Tone.samples([hz.0, hz.1], peak: peak, count: range.count), at: range.lowerBound, for: range)
    }

    /// A hum with the loudness of the voice, step by step.
    private mutating func makeVoice(_ range: Range<Int>) {
        var random = names.random("voice", stream << 32 | range.lowerBound)
        let range = range.clamped(to: 0..<samples.count)
        let hum = Tone.hum(count: range.count, &random)
        for start in stride(from: range.lowerBound, to: range.upperBound, by: Self.step) {
            let step = start..<min(start + Self.step, range.upperBound)
            let level = BurstSignal.meanSquare(timeline.samples[step]).squareRoot()
            let own = max(
                1,
                BurstSignal.meanSquare(hum[step.lowerBound - range.lowerBound..<step.upperBound - range.lowerBound])
                    .squareRoot())
            for index in step {
                samples[index] = Int16(max(-32_000, min(32_000, Double(hum[index - range.lowerBound]) * level / own)))
            }
        }
        done.append(range)
    }

    /// Noise wherever nothing was made or kept.
    private mutating func fill() {
        var random = names.random("fill", stream)
        var isDone = [Bool](repeating: false, count: samples.count)
        for range in done { for index in range { isDone[index] = true } }
        for start in stride(from: 0, to: samples.count, by: Self.step) {
            let places = (start..<min(start + Self.step, samples.count)).filter { !isDone[$0] }
            if places.isEmpty { continue }
            let noise = NoisePayload.noise(like: places.map { timeline.samples[$0] }, &random)
            for (place, sample) in zip(places, noise) { samples[place] = sample }
        }
    }
}

extension Range<Int> {
    fileprivate func widened(by margin: Int, in count: Int) -> Range<Int> {
        (Swift.max(0, lowerBound - margin)..<upperBound + margin).clamped(to: 0..<Swift.max(0, count))
    }
}
