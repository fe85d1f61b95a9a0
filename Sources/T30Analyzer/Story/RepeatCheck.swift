import FaxCore

/// Commands of a finished session that were sent again for want of an answer (T.30 5.4.2).
struct RepeatCheck {
    private(set) var remarks: [SessionRemark] = []

    init(_ session: FaxSession) {
        let turns = session.commands.filter(\.endsTurn)
        for (last, again) in zip(turns, turns.dropFirst())
        where last.isCommand && last.name == again.name && last.direction == again.direction {
            guard !Self.hasPageData(session, from: last.end, to: again.time) else { continue }
            let start = Self.start(of: again, after: last.end, session)
            let waited = start - Self.end(of: last, before: start, session)
            remarks.append(
                SessionRemark(
                    name: "command-repeated", time: again.time, frames: [again.frame, last.frame].compactMap { $0 },
                    direction: again.direction,
                    text: "\(again.name) again after \(waited.inWords), no answer to the one before was seen"))
        }
    }

    private static func hasPageData(_ session: FaxSession, from start: Instant, to end: Instant) -> Bool {
        session.signals.contains { $0.name == "page data" && $0.start >= start && $0.end <= end }
            || session.messages.contains { $0.isImageFrame && $0.time >= start && $0.end <= end }
    }

    /// The preamble of the turn that a frame ends, else the frame's own start.
    private static func start(of message: T30Message, after: Instant, _ session: FaxSession) -> Instant {
        session.signals.last {
            $0.name == LineSignal.v21Preamble.name && $0.direction == message.direction && $0.start >= after
                && $0.start <= message.time
        }?.start ?? message.time
    }

    /// With DCS goes its TCF.
    private static func end(of message: T30Message, before: Instant, _ session: FaxSession) -> Instant {
        let own = session.signals.filter {
            $0.name == "TCF" && $0.direction == message.direction && $0.start >= message.time && $0.end <= before
        }
        return max(message.end, own.last?.end ?? message.end)
    }
}

extension T30Message {
    /// The number of an ECM frame.
    var imageFrameNumber: Int? { name.hasPrefix("FCD ") ? Int(name.dropFirst(4)) : nil }

    /// A post-message command, whichever mode and end of page (T.30 5.3.6.1.6).
    var isPostMessageCommand: Bool {
        name.hasPrefix("PPS") || name.hasPrefix("EOR") || name.hasPrefix("PRI-")
            || ["MPS", "EOM", "EOP", "EOS"].contains(name)
    }

    /// A command that wants an answer: what the other side must send when it got it.
    var isCommand: Bool { isPostMessageCommand || ["DIS", "DTC", "DCS", "NSS", "CTC", "RR"].contains(name) }

    /// Bit 5 of the control field: the sender listens after this frame (T.30 5.3.5).
    var endsTurn: Bool { octets.count >= 3 && octets[1] & 0x10 != 0 }
}

extension Duration {
    /// Such as `3.2 s`.
    var inWords: String {
        let tenths = (wholeNanoseconds.magnitude / 50_000_000 + 1) / 2
        return "\(wholeNanoseconds < 0 ? "-" : "")\(tenths / 10).\(tenths % 10) s"
    }
}
