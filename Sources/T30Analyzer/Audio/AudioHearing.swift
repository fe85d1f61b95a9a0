import FaxCore
import FaxDSP
import FaxWire
import PcapDecode

/// One turn of the control channel, burst or other signal, with the timeline it was heard on.
package struct HeardItem {
    package enum Content {
        case commands(HeardCommands)
        case burst(HeardBurst)
        case sound(HeardSignal)
    }

    package var content: Content
    package var timeline: AudioTimeline

    package var samples: Range<Int> {
        switch content {
        case .commands(let turn): turn.samples
        case .burst(let burst): burst.samples
        case .sound(let sound): sound.samples
        }
    }

    package var start: Instant { timeline.span(samples).start }
    package var end: Instant { timeline.span(samples).end }
}

/// What was heard in one stream, in order of time: by the modems, and beside them.
package struct AudioHearing {
    package private(set) var items: [HeardItem] = []

    /// Sounds shorter than this between two signals are their edges: 30 ms.
    private static let soundMinimum = 240
    /// A pause of this length does not part two sounds: 100 ms.
    private static let hangover = 800

    /// - Parameter hasSounds: what no modem claims is told as well.
    package init(_ timeline: AudioTimeline, hasSounds: Bool = true) {
        let samples = timeline.samples.span
        let envelope = Envelope(samples)
        guard var receiver = LineReceiver(envelope: envelope) else { return }
        let line = receiver.read(samples)
        items += line.commands.map { HeardItem(content: .commands($0), timeline: timeline) }
        items += line.bursts.map { HeardItem(content: .burst($0), timeline: timeline) }
        defer { sort() }
        guard hasSounds else { return }
        let claimed = items.map(\.samples).sorted { $0.lowerBound < $1.lowerBound }
        let free = envelope.activeRanges(
            thresholdDBm0: SignalScanner.thresholdDBm0, hangover: Self.hangover
        ).flatMap { $0.subtracting(claimed) }
        // Sounds before and after a break are two, be they the same.
        var rest = free[...]
        for part in timeline.unbroken(0..<samples.count) {
            rest = rest.drop { $0.upperBound <= part.lowerBound }
            let own = rest.prefix { $0.lowerBound < part.upperBound }.map { $0.clamped(to: part) }
                .filter { $0.count >= Self.soundMinimum }
            if own.isEmpty { continue }
            items += SignalScanner().scan(samples, in: own).map {
                HeardItem(content: .sound($0), timeline: timeline)
            }
        }
        let data = line.bursts.filter(\.isTrained).map(\.data)
        items += ToneInData.signals(samples, in: data).map { HeardItem(content: .sound($0), timeline: timeline) }
    }

    /// As the analysis hears a stream: where packets are missing, once more with nothing in their place.
    package init(_ stream: MediaStream, _ timeline: AudioTimeline, hasSounds: Bool = true) {
        self.init(timeline, hasSounds: hasSounds)
        if !timeline.gaps.isEmpty, let closed = AudioTimeline(stream, fill: .close) {
            improve(by: AudioHearing(closed, hasSounds: false))
        }
    }

    private mutating func sort() {
        items.sort { ($0.start, $0.end) < ($1.start, $1.end) }
    }

    // MARK: - Two hearings of one stream

    /// The same packets heard with other samples in their gaps: what makes more sense is kept. What a gap was filled
    /// with where the call was received nobody knows; a frame whose check sequence is right was received right with
    /// either.
    private mutating func improve(by other: AudioHearing) {
        for item in other.items where item.merit > 0 {
            let rivals = items.indices.filter { items[$0].isRival(of: item) }
            let merit = rivals.map { items[$0].merit }.reduce(0, +)
            guard item.merit > merit else { continue }
            for rival in rivals.reversed() { items.remove(at: rival) }
            items.append(item)
        }
        sort()
    }
}

extension HeardItem {
    /// They cannot both be true.
    fileprivate func isRival(of other: HeardItem) -> Bool {
        switch (content, other.content) {
        case (.sound, _): false
        case (_, .sound): false
        case (.commands, _), (.burst, _): start < other.end && other.start < end
        }
    }

    /// How much sense it makes: frames that came whole, bits of a message channel that trained.
    fileprivate var merit: Double {
        switch content {
        case .commands(let turn): Double(turn.frames.count { $0.crcOK }) * 2
        case .burst(let burst):
            burst.isTrained ? Double(burst.goodImageFrames) * 2 + (burst.bitCount > 800 ? 1 : 0) : 0
        case .sound: 0
        }
    }
}
