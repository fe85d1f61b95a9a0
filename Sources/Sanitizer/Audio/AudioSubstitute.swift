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
    let items: [HeardItem]
    let plan: AudioPlan
    private let variation: AudioVariation
    /// On `timeline`.
    private(set) var samples: [Int16]
    /// Where the new samples are final.
    private var done: [Range<Int>] = []
    private var modems: BurstSignal
    private(set) var unmadeBursts = 0
    private(set) var madeBursts = 0

    /// 20 ms: the step of noise, and what is kept around a signal that is.
    static let step = 160

    init(
        _ timeline: AudioTimeline, _ items: [HeardItem], _ names: Pseudonyms, stream: Int,
        variation: AudioVariation = AudioVariation(), modems: BurstSignal = BurstSignal()
    ) {
        self.timeline = timeline
        self.items = items
        self.names = names
        self.stream = stream
        self.variation = variation
        self.modems = modems
        samples = timeline.samples
        var line = LineSubstitute(names, stream: stream)
        line.salts = variation.pages
        plan = AudioPlan(items, line)
        if names.isLearning { return }
        for (index, step) in plan.steps.enumerated() { make(step, index) }
        fill()
    }

    // MARK: Making it

    private mutating func make(_ step: AudioPlan.Step, _ item: Int) {
        let heard = items[item].timeline
        switch step {
        case .noise: break
        case .keep(let ranges):
            for range in ranges { keep(range.widened(by: Self.step, in: heard.samples.count), heard) }
        case .commands(let turn, let bits, let parts): make(turn, bits, Array(plan.line.results[parts]), item)
        case .frames(let burst, let bits, let parts):
            let new = zip(bits.frames, plan.line.results[parts]).map { frame, octets -> [UInt8]? in
                !frame.isGood || frame.octets != octets ? octets : nil
            }
            make(burst, bits.replaced(new, noise(burst.samples, item)), heard)
        case .data(let burst, let part):
            let octets = plan.line.results[part]
            let bits = (0..<min(burst.bitCount, octets.count * 8)).map { octets[$0 >> 3] >> UInt8(7 - $0 & 7) & 1 }
            // Behind its end of page the signal dies away.
            let end = (bits.lastIndex(of: 1) ?? bits.count) + 16
            make(burst, Array(bits.prefix(end)), heard)
        case .digit(let digit, let range): makeDigit(digit, range, heard)
        case .voice(let range): makeVoice(range, heard)
        }
    }

    private func noise(_ place: Range<Int>, _ item: Int) -> BurstNoise {
        BurstNoise(names.random("frames", stream << 32 | place.lowerBound), variation.items[item])
    }

    private mutating func make(_ turn: HeardCommands, _ bits: BurstBits, _ octets: [[UInt8]], _ item: Int) {
        let heard = items[item].timeline
        let new = zip(bits.frames, octets).map { $0.octets == $1 ? nil : $1 }
        let mask = FrameMask(names: names)
        let namesNobody = turn.frames.allSatisfy { mask.masked($0.octets, isGood: $0.crcOK) == $0.octets }
        if namesNobody, turn.aborts.isEmpty || bits.holdsNoIdent {
            return keep(turn.samples.widened(by: Self.step, in: heard.samples.count), heard)
        }
        let power = BurstSignal.meanSquare(heard.samples[turn.samples.clamped(to: 0..<heard.samples.count)])
        let attempt = variation.items[item]?.attempt ?? 0
        let sent = bits.replaced(new, noise(turn.samples, item))
        guard let made = CommandSignal.samples(sent, like: turn, meanSquare: power, attempt: attempt) else { return }
        put(made.samples, at: made.start, for: turn.samples, heard)
    }

    private mutating func make(_ burst: HeardBurst, _ bits: [UInt8], _ heard: AudioTimeline) {
        let place = burst.data.clamped(to: 0..<heard.samples.count)
        let power = BurstSignal.meanSquare(heard.samples[place])
        guard let made = modems.samples(bits, like: burst, meanSquare: power) else {
            unmadeBursts += 1
            return
        }
        madeBursts += 1
        put(made.samples, at: made.start, for: burst.samples, heard)
    }

    // MARK: Places

    /// Puts samples in place of a signal; `heard` is the timeline of `start` and `range`.
    private mutating func put(_ new: [Int16], at start: Int, for range: Range<Int>, _ heard: AudioTimeline) {
        let end = start + new.count
        for (old, place) in places(min(range.lowerBound, start)..<max(range.upperBound, end), heard) {
            for (offset, index) in place.enumerated() {
                let sample = old + offset
                samples[index] = sample >= start && sample < end ? new[sample - start] : 0
            }
            done.append(place)
        }
    }

    private mutating func keep(_ range: Range<Int>, _ heard: AudioTimeline) {
        done += places(range, heard).map(\.place)
    }

    /// Where the samples of a range of another timeline stand in this one, packet by packet.
    private func places(_ range: Range<Int>, _ heard: AudioTimeline) -> [(old: Int, place: Range<Int>)] {
        let range = range.clamped(to: 0..<heard.samples.count)
        if range.isEmpty { return [] }
        if heard.fill == timeline.fill { return [(range.lowerBound, range)] }
        return heard.placements.filter { $0.samples.overlaps(range) }.compactMap { placement in
            guard let own = timeline.samples(ofFrame: placement.frame), own.count == placement.samples.count else {
                return nil
            }
            let part = placement.samples.clamped(to: range)
            let start = own.lowerBound + part.lowerBound - placement.samples.lowerBound
            return (part.lowerBound, start..<start + part.count)
        }
    }

    // MARK: Other sounds

    /// Another digit of the same kind: the two tones of Q.23.
    private mutating func makeDigit(_ digit: Character, _ range: Range<Int>, _ heard: AudioTimeline) {
        let rows = ["123A", "456B", "789C", "*0#D"].map(Array.init)
        var random = names.random("digit", stream << 32 | range.lowerBound)
        let new = digit.isNumber ? Character(String(Int.random(in: 0...9, using: &random))) : digit
        guard let row = rows.firstIndex(where: { $0.contains(new) }), let column = rows[row].firstIndex(of: new) else {
            return
        }
        let hz = ([697.0, 770, 852, 941][row], [1209.0, 1336, 1477, 1633][column])
        let range = range.clamped(to: 0..<heard.samples.count)
        let peak = BurstSignal.meanSquare(heard.samples[range]).squareRoot()
        put(Tone.samples([hz.0, hz.1], peak: peak, count: range.count), at: range.lowerBound, for: range, heard)
    }

    /// A hum with the loudness of the voice, step by step.
    private mutating func makeVoice(_ range: Range<Int>, _ heard: AudioTimeline) {
        var random = names.random("voice", stream << 32 | range.lowerBound)
        let range = range.clamped(to: 0..<heard.samples.count)
        var hum = Tone.hum(count: range.count, &random)
        for start in stride(from: 0, to: hum.count, by: Self.step) {
            let step = start..<min(start + Self.step, hum.count)
            let old = heard.samples[range.lowerBound + step.lowerBound..<range.lowerBound + step.upperBound]
            let level = BurstSignal.meanSquare(old).squareRoot()
            let own = max(1, BurstSignal.meanSquare(hum[step]).squareRoot())
            for index in step { hum[index] = Int16(max(-32_000, min(32_000, Double(hum[index]) * level / own))) }
        }
        put(hum, at: range.lowerBound, for: range, heard)
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
