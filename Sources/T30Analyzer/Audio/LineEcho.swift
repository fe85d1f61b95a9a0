import FaxCore
import FaxWire

/// Takes out what one party's signal left in the other party's stream: a hybrid or a far gateway sends back a part of
/// what it gets (ITU-T G.168), and a recorder hears one channel in the other. T.30 is half duplex (T.30 5.3): a signal
/// that stands in both directions at once was sent once, by the one in whose stream it is louder.
struct LineEcho {
    enum Limit {
        /// An echo comes after its signal by the way there and back.
        static let delay = Duration.milliseconds(700)
        /// Clocks of two streams differ by so much at most.
        static let tolerance = Duration.milliseconds(30)
        /// An echo is weaker than its signal by this factor of power at least: 6 dB.
        static let loss = 4.0
        /// The longest signal whose echo may come in pieces: 5 minutes, a page at 2,400 bit/s and more.
        static let longest = Duration.seconds(300)
        /// Samples looked at of one event.
        static let samples = 16_000
        /// A modem gives its bits up to so many samples after they were on the line: 30 ms.
        static let modemDelay = 240
    }

    /// An event with its power, and what it can be the echo of.
    private struct Heard {
        var event: LineEvent
        var power: Double
    }

    private let timelines: [Int: AudioTimeline]

    /// What is no echo of another stream's event stays.
    static func removed(from reading: AudioReading) -> AudioReading {
        guard reading.audio.count > 1 else { return reading }
        let echo = LineEcho(timelines: Dictionary(reading.audio.map { ($0.stream, $0.timeline) }) { first, _ in first })
        let heard = reading.record.events.map { Heard(event: $0, power: echo.power(of: $0)) }
        let byStart = heard.sorted { $0.event.span.start < $1.event.span.start }
        var result = reading
        result.record.events = []
        var dropped: [LineEvent] = []
        for one in heard {
            if echo.isEcho(one, of: byStart) {
                dropped.append(one.event)
            } else {
                result.record.events.append(one.event)
            }
        }
        let trainings = dropped.filter { event in
            guard case .signal(.training) = event.content else { return false }
            return true
        }
        result.bursts.removeAll { burst in
            trainings.contains { $0.stream == burst.stream && $0.span.start == burst.training.lowerBound }
        }
        result.record.quirks += quirks(dropped)
        return result
    }

    /// One for each party that got its own signal back.
    private static func quirks(_ dropped: [LineEvent]) -> [LineQuirk] {
        ([Party.caller, .callee, nil] as [Party?]).compactMap { party in
            let events = dropped.filter { $0.party == party }
            guard let first = events.first else { return nil }
            return LineQuirk(
                name: "echo", party: party, time: first.span.start, count: events.count,
                frames: events.prefix(LineQuirk.frameLimit).compactMap(\.span.firstFrame))
        }
    }

    private func isEcho(_ one: Heard, of all: [Heard]) -> Bool {
        let earliest = one.event.span.start - Limit.delay
        let latest = one.event.span.start + Limit.tolerance
        // A damaged echo may begin in the middle of a long signal.
        let reach = Self.mayBeDamaged(one.event) ? one.event.span.start - Limit.longest : earliest
        let first = all.firstIndex(from: { $0.event.span.start >= reach })
        for other in all[first...] {
            if other.event.span.start > latest { break }
            // Not so of silence against silence: a modem gives its last bits when the signal has gone.
            guard other.event.stream != one.event.stream, other.power > one.power * Limit.loss else { continue }
            if other.event.span.start >= earliest, Self.isSame(one.event.content, other.event.content) { return true }
            let covers =
                other.event.span.end + Limit.delay >= one.event.span.end
                && other.event.span.start <= one.event.span.start + Limit.tolerance
            if covers, Self.mayBeDamaged(one.event), Self.isSameKind(one.event.content, other.event.content) {
                return true
            }
        }
        return false
    }

    /// Mean square of the samples under the event.
    private func power(of event: LineEvent) -> Double {
        guard let timeline = timelines[event.stream], let first = timeline.sample(at: event.span.start),
            let end = timeline.sample(at: event.span.end), end > first
        else { return 0 }
        let start = max(0, first - Limit.modemDelay)
        let samples = timeline.samples[start..<min(end, start + Limit.samples)]
        return samples.reduce(0.0) { $0 + Double($1) * Double($1) } / Double(samples.count)
    }

    private static func isSame(_ left: LineEvent.Content, _ right: LineEvent.Content) -> Bool {
        switch (left, right) {
        case (.signal(let left), .signal(let right)): left == right
        case (.frame(let left), .frame(let right)): left.modem == right.modem && left.octets == right.octets
        case (.burst(let left), .burst(let right)): left.modem == right.modem && left.rateBps == right.rateBps
        case (.v8(let left), .v8(let right)): left.octets == right.octets
        case (.signal, _), (.frame, _), (.burst, _), (.v8, _): false
        }
    }

    /// What a receiver makes of a weak copy need not be what was sent: a wrong frame, another modem.
    private static func mayBeDamaged(_ event: LineEvent) -> Bool {
        switch event.content {
        case .frame(let frame): frame.crcOK == false
        case .burst, .signal(.training): true
        case .signal, .v8: false
        }
    }

    /// Of one channel of T.30: control, or message.
    private static func isSameKind(_ left: LineEvent.Content, _ right: LineEvent.Content) -> Bool {
        isMessageChannel(left) == isMessageChannel(right)
    }

    private static func isMessageChannel(_ content: LineEvent.Content) -> Bool {
        switch content {
        case .burst, .signal(.training): true
        case .frame(let frame): !frame.isControl
        case .signal, .v8: false
        }
    }
}
