import FaxCore

/// What one party said in one go on the control channel: the flags of the preamble and the frames behind them
/// (T.30 5.3.1, 5.3.2).
struct Turn {
    var party: Party?
    var start: Instant
    /// Never before `start`, though the times of a capture may go backwards.
    var end: Instant
    /// The first frame began here; of a turn without frames, where it was over.
    var preambleEnd: Instant
    var hasPreamble: Bool
    var messages: [T30Message] = []
    var firstFrame: FrameRef?
    var lastFrame: FrameRef?

    /// The command or response itself: the last frame (what comes before it says who and with what).
    var final: T30Message? { messages.last }

    /// Frames without a preamble of their own belong together when they follow one another this closely.
    private static let longestPause = Duration.seconds(1)

    /// Of a session, in order of their starts.
    static func all(_ fax: FaxSession) -> [Turn] {
        let messages = fax.controlMessages.filter { !$0.isV8 }
        var turns: [Turn] = []
        for party in [Party.caller, .callee, nil] as [Party?] { turns += of(party, fax, messages) }
        return turns.sorted { ($0.start, $0.end) < ($1.start, $1.end) }
    }

    /// `messages`: of both parties on the control channel.
    private static func of(_ party: Party?, _ fax: FaxSession, _ messages: [T30Message]) -> [Turn] {
        let preambles = fax.signals.filter { $0.direction == party && $0.name == LineSignal.v21Preamble.name }
        var turns: [Turn] = []
        var next = preambles.startIndex
        for message in messages where message.direction == party {
            while next < preambles.endIndex, preambles[next].start <= message.time {
                turns.append(Turn(preambles[next]))
                next += 1
            }
            guard let last = turns.indices.last, turns[last].takes(message) else {
                turns.append(Turn(message))
                continue
            }
            turns[last].take(message)
        }
        return turns + preambles[next...].map { Turn($0) }
    }

    private init(_ preamble: FaxSignal) {
        party = preamble.direction
        start = preamble.start
        end = max(preamble.start, preamble.end)
        preambleEnd = preamble.end
        hasPreamble = true
        firstFrame = preamble.firstFrame
        lastFrame = preamble.lastFrame
    }

    private init(_ message: T30Message) {
        party = message.direction
        start = message.time
        end = max(message.time, message.end)
        preambleEnd = message.time
        hasPreamble = false
        messages = [message]
        firstFrame = message.frame
        lastFrame = message.lastFrame
    }

    private func takes(_ message: T30Message) -> Bool { message.time - end <= Self.longestPause }

    private mutating func take(_ message: T30Message) {
        if messages.isEmpty { preambleEnd = message.time }
        messages.append(message)
        end = max(end, message.end)
        lastFrame = message.lastFrame ?? lastFrame
    }
}

extension T30Message {
    /// A message of V.8, no frame of T.30.
    var isV8: Bool { ["CI", "CM", "JM", "CJ"].contains(name) }
}
