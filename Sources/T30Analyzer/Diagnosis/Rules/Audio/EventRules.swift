import FaxCore
import FaxWire
import PcapDecode

/// Layer D: tones carried as events (RFC 4733, RFC 4734, Cisco NSE), and tones that do not belong into a fax.
enum EventRules {
    /// CNG, answer tones, V.21 bits (RFC 4734).
    private static let faxEvents: ClosedRange<UInt8> = 32...40
    private static let answerTones: ClosedRange<UInt8> = 32...35
    private static let cng: UInt8 = 36
    private static let digits: ClosedRange<UInt8> = 0...15
    private static let near = Duration.milliseconds(500)
    private static let longestAnswerTone = Duration.seconds(4)
    private static let fullReversal = Duration.milliseconds(1_000)
    /// Of 440 Hz and national tones (E.180), about 0.3 s.
    private static let waitingHz = 400...460
    private static let waitingLength = Duration.milliseconds(100)...Duration.milliseconds(1_000)

    static let rules = [
        Rule(["rfc4733-fax-events": .cause(.session, of: ["no-cng", "no-ced", "dis-repeated-no-dcs"])]) { facts in
            facts.rtp.compactMap { eventsOnly($0, facts) }
        },
        Rule(["dtmf-falsing-in-fax": .cause(.session, of: TransportRules.effectsOfLoss)]) { facts in
            facts.rtp.compactMap { falseDigits($0, facts) }
        },
        Rule(["events-double-tone": .remark]) { facts in facts.rtp.compactMap { twice($0, facts) } },
        Rule(["call-waiting-tone": .cause(.session, of: TransportRules.effectsOfLoss)], once: callWaiting),
        Rule(["ansam-no-phase-reversal": .cause(.session, of: ["v8-no-fallback"])], once: plainAnswerTone),
    ]

    /// What the party that hears a stream said it takes as events; `nil`: it named none at all.
    private static func taken(by stream: MediaStream, _ facts: CallFacts) -> [ClosedRange<Int>]? {
        let said = facts.signalling.sessions.last {
            $0.party == stream.direction?.other && $0.kind == .audio && $0.endpoint == stream.to
        }
        guard let said else { return nil }
        let formats = said.codecs.values.filter { $0.encoding.lowercased() == "telephone-event" }
        // RFC 4733 2.5.1.1: without a list, DTMF.
        return formats.flatMap { ranges($0.parameters ?? "0-15") }.sorted { $0.lowerBound < $1.lowerBound }
    }

    /// `0-15,32,36` as ranges.
    static func ranges(_ text: String) -> [ClosedRange<Int>] {
        text.split(separator: ",").prefix(64).compactMap { part in
            let ends = part.split(separator: "-").map { Int($0.filter { $0 != " " }) }
            guard let first = ends.first ?? nil, let last = ends.last ?? nil, first <= last else { return nil }
            return first...last
        }
    }

    /// A tone of the party in the sound while an event of it lasts.
    private static func tone(_ stream: MediaStream, _ event: TelephoneEventRecord, _ facts: CallFacts) -> FaxSignal? {
        let names =
            answerTones.contains(event.code) ? ["CED", "/ANS", "ANSam", "/ANSam"] : event.code == cng ? ["CNG"] : []
        return facts.fax.signals.first {
            $0.direction == stream.direction && names.contains($0.name) && $0.start < event.time + event.duration + near
                && $0.end > event.time - near
        }
    }

    private static func eventsOnly(_ stream: MediaStream, _ facts: CallFacts) -> Finding? {
        let events = stream.events.filter { faxEvents.contains($0.code) }
        guard let taken = taken(by: stream, facts),
            let first = events.first(where: { event in
                !taken.contains { $0.contains(Int(event.code)) } && tone(stream, event, facts) == nil
            })
        else { return nil }
        let reached = facts.commands.contains { $0.direction == stream.direction?.other }
        return Finding(
            "rfc4733-fax-events", .audio, !facts.isFailed ? .note : reached ? .warning : .error, .proof,
            "Fax tones as events that nobody asked for",
            because:
                "\(stream.sender.capitalizedFirst) sends \(first.name) (event \(first.code)) and not its sound; the "
                + "receiver's SDP takes \(taken.isEmpty ? "no events" : "events " + Self.text(taken)).",
            remedy: "Send fax tones as sound, or negotiate the events 32-36.", party: stream.direction,
            frames: events.map(\.frame))
    }

    private static func text(_ ranges: [ClosedRange<Int>]) -> String {
        ranges.prefix(8).map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)" }
            .joined(separator: ",")
    }

    private static func twice(_ stream: MediaStream, _ facts: CallFacts) -> Finding? {
        for event in stream.events where answerTones.contains(event.code) || event.code == cng {
            guard let tone = tone(stream, event, facts) else { continue }
            let end = event.time + event.duration
            let overlaps = tone.start < end && tone.end > event.time
            let sum = event.duration + (tone.end - tone.start)
            guard overlaps || (answerTones.contains(event.code) && sum > longestAnswerTone) else { continue }
            return Finding(
                "events-double-tone", .audio, .note, .strong, "Tone as sound and as event",
                because:
                    "\(stream.sender.capitalizedFirst) sends \(event.name) as event \(event.code) and \(tone.name) as "
                    + "sound \(overlaps ? "at the same time" : "right beside it"), \(sum.inWords) in sum.",
                remedy: "Mute the sound where events are sent.",
                measures: [.init("in sum", sum.inSeconds, "s", threshold: longestAnswerTone.inSeconds)],
                party: stream.direction, frames: [event.frame, tone.firstFrame])
        }
        return nil
    }

    /// From the first V.21 to the last.
    private static func isInFax(_ time: Instant, _ facts: CallFacts) -> Bool {
        guard let first = facts.fax.messages.first, let last = facts.fax.messages.last else { return false }
        return first.time < time && time < last.end
    }

    private static func falseDigits(_ stream: MediaStream, _ facts: CallFacts) -> Finding? {
        let events = stream.events.filter { digits.contains($0.code) && isInFax($0.time, facts) }
        guard let first = events.first else { return nil }
        let isCause = facts.isFailed
        return Finding(
            "dtmf-falsing-in-fax", .audio, isCause ? .error : .warning, .proof, "DTMF inside the fax",
            because:
                "\(stream.sender.capitalizedFirst) sends \(counted(events.count, "DTMF event")) inside the fax, the first "
                + "(\(first.name)) at \(first.frame): a detector takes modem sound for keys, and mutes it.",
            remedy: "Switch DTMF detection off once a fax tone was heard.",
            measures: [.init("events", Double(events.count), "", threshold: 1)], party: stream.direction,
            frames: events.map(\.frame))
    }

    /// A short tone of an exchange in the middle of the fax.
    private static func callWaiting(_ facts: CallFacts) -> Finding? {
        let tone = facts.fax.signals.first { signal in
            guard !signal.isFax, isInFax(signal.start, facts), waitingLength.contains(signal.end - signal.start) else {
                return false
            }
            let words = signal.name.split(separator: " ")
            guard words.contains("tone"), let hz = words.dropLast().last.flatMap({ Int($0) }) else { return false }
            return waitingHz.contains(hz)
        }
        guard let tone else { return nil }
        let hurt = facts.fax.bursts.contains { burst in
            burst.party == tone.direction && (burst.badFrames > 0 || !burst.isTrained)
        }
        return Finding(
            "call-waiting-tone", .audio, facts.isFailed && hurt ? .error : .warning, .strong,
            "A tone of the exchange in the fax",
            because: "A \(tone.name) of \((tone.end - tone.start).inWords) stands in the sound"
                + (tone.direction.map { " of the \($0.rawValue)" } ?? "") + " in the middle of the fax.",
            remedy: "Switch call waiting and three-way calling off on the fax line.",
            measures: [.init("length", (tone.end - tone.start).inSeconds, "s")], party: tone.direction,
            frames: [tone.firstFrame, tone.lastFrame])
    }

    /// An answer tone for V.8 without its phase reversals, or these without its modulation.
    private static func plainAnswerTone(_ facts: CallFacts) -> Finding? {
        let tone = facts.fax.signals.first {
            ($0.name == "ANSam" || $0.name == "/ANS") && $0.measure != nil && $0.end - $0.start >= fullReversal
        }
        guard let tone else { return nil }
        let triedV8 = facts.fax.messages.contains { ["CM", "JM", "CI"].contains($0.name) }
        let what =
            tone.name == "ANSam" ? "is modulated, but its phase never turns" : "turns its phase, but is not modulated"
        return Finding(
            "ansam-no-phase-reversal", .audio, facts.isFailed && triedV8 ? .warning : .note, .strong,
            "Answer tone of V.8 that is not whole",
            because:
                "The answer tone of 2100 Hz \(what) in \((tone.end - tone.start).inWords); V.8 wants both, a turn every "
                + "450 ms.",
            remedy: "Pass the answer tone as sound, or send the events 34 and 35 in turn.",
            measures: [.init("reversals", Double(tone.measure?.reversals.count ?? 0), "")], party: tone.direction,
            frames: [tone.firstFrame, tone.lastFrame])
    }
}

extension String {
    fileprivate var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}
