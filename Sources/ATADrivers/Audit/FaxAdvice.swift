/// One piece of advice: a setting, what it should be, and why. The reasons are those that makers and field work give.
public struct FaxAdvice: Sendable, Hashable {
    public enum Severity: String, Sendable, Hashable {
        /// Faxes fail by it.
        case breaks
        /// Faxes fail by it on bad networks or with some peers.
        case harms
        /// It helps to find out what went wrong.
        case helps
    }

    public var setting: ATASetting
    /// Values that are right, the best one first.
    public var wanted: [String]
    public var severity: Severity
    public var why: String
    /// How a number is held against ``wanted``.
    var comparison = Comparison.equal

    enum Comparison: Sendable, Hashable {
        case equal
        /// Right from the least of them on.
        case atLeast
        /// Right up to the greatest of them.
        case atMost
    }

    init(_ setting: ATASetting, _ wanted: [String], _ severity: Severity, _ why: String) {
        self.setting = setting
        self.wanted = wanted
        self.severity = severity
        self.why = why
    }

    func accepts(_ value: String) -> Bool {
        let numbers = wanted.compactMap { Double($0) }
        guard let least = numbers.min(), let greatest = numbers.max(), let number = Double(value) else {
            return wanted.contains(value)
        }
        return switch comparison {
        case .equal: numbers.contains(number)
        case .atLeast: number >= least
        case .atMost: number <= greatest
        }
    }

    /// ``wanted`` in words.
    var text: String {
        switch (comparison, wanted.first, wanted.last) {
        case (.atLeast, let best?, let least?): best == least ? "\(best) or more" : "\(best) (at least \(least))"
        case (.atMost, let best?, _): "\(best) or less"
        default: wanted.joined(separator: " or ")
        }
    }

    private func compared(_ comparison: Comparison) -> FaxAdvice {
        var advice = self
        advice.comparison = comparison
        return advice
    }

    public static func list(for goal: FaxAudit.Goal) -> [FaxAdvice] {
        switch goal {
        case .t38: t38 + both
        case .passthrough: passthrough + both
        }
    }

    private static let t38 = [
        FaxAdvice(.t38, ["yes"], .breaks, "Without it the device carries fax as audio."),
        FaxAdvice(
            .t38Redundancy, ["3", "2"], .harms,
            "Each packet repeats so many earlier ones. With 1, two lost packets in a row are lost for good."
        ).compared(.atLeast),
        FaxAdvice(
            .t38ReturnToVoice, ["no"], .harms,
            "A switch back to voice between pages ends the T.38 session that the next page needs."),
        FaxAdvice(
            .detectV21, ["yes"], .breaks,
            "The preamble of V.21 is the sure mark of a fax: by it the answering side asks for T.38."),
        FaxAdvice(
            .detectRole, ["callee", "both"], .harms,
            "By convention the answering side asks for T.38. When both do, their offers may meet."),
        FaxAdvice(
            .passthroughMethod, ["reinvite", "none"], .harms,
            "When T.38 is refused, a re-INVITE to G.711 works with any peer; NSE with few."),
    ]

    private static let passthrough = [
        FaxAdvice(.t38, ["no"], .harms, "Otherwise the device asks for T.38, or takes it."),
        FaxAdvice(
            .passthroughMethod, ["reinvite", "none"], .harms,
            "NSE is understood by few peers. A re-INVITE to G.711, or G.711 from the start, works with any."),
        FaxAdvice(
            .passthroughCodec, ["pcmu", "pcma"], .breaks, "Only G.711 carries the signals of modems."),
        FaxAdvice(.codecSymmetric, ["yes"], .harms, "One direction in another codec breaks the fax."),
    ]

    private static let both = [
        FaxAdvice(.detectCED, ["yes"], .harms, "The answer tone is how the device notes a fax early."),
        FaxAdvice(.detectCNG, ["yes"], .harms, "The calling tone is how the device notes a fax early."),
        FaxAdvice(
            .faxDisablesEchoCanceller, ["yes"], .harms,
            "An echo canceller that goes on eats the beginning of the modem's signals."),
        FaxAdvice(
            .preferredCodec, ["pcmu", "pcma"], .breaks,
            "A fax begins as audio: any other codec damages its first tones and V.21."),
        FaxAdvice(
            .onlyPreferredCodec, ["yes"], .harms, "Otherwise a peer may choose a codec that damages the signals."),
        FaxAdvice(
            .packetTime, ["0.020"], .harms,
            "Packets of 30 ms lose half as much again with each lost one, and some peers refuse them."
        ).compared(.atMost),
        FaxAdvice(
            .silenceSuppression, ["no"], .breaks,
            "The pauses between signals are part of the fax: suppressed ones come back as wrong lengths."),
        FaxAdvice(.echoCanceller, ["no"], .harms, "It adapts to voice and damages the signals of modems."),
        FaxAdvice(.echoSuppressor, ["no"], .harms, "It mutes one side while the other one sends."),
        FaxAdvice(
            .jitterLevel, ["very-high", "extremely-high", "high"], .harms,
            "A deeper buffer survives more jitter; fax does not mind the delay."),
        FaxAdvice(
            .jitterAdjustment, ["none"], .harms,
            "A buffer that changes its length in a page makes a slip: the receiver loses the page's rest."),
        FaxAdvice(.callWaiting, ["no"], .breaks, "The tone of a waiting call in a page ends the fax."),
        FaxAdvice(.threeWayCalls, ["no"], .harms, "A short break of the line is taken for a wish to hold the call."),
        FaxAdvice(
            .statisticsInBye, ["yes"], .helps, "Loss and jitter of each call then stand in its BYE."),
    ]
}
