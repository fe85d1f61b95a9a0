import FaxCore
import FaxStation

/// Over what the calls to one destination go, from one call to the next. A value: what is remembered, what came before in
/// this fax and the time go in, a decision with its reason comes out.
public struct FaxPolicy: Sendable, Hashable {
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        /// A call without T.38 is ended.
        case t38Only = "t38-only"
        /// Offers of T.38 are refused.
        case audioOnly = "audio-only"
        /// T.38 where it is taken; a fax that failed over it in a way in which audio may help goes over audio.
        case t38ThenAudio = "t38-then-audio"
        /// As many fax servers: T.38 and audio in turn after failures, remembered for each pair of numbers.
        case flipFlop = "flip-flop"
    }

    public var kind: Kind
    /// How long flip-flop goes by what it remembers.
    public var expiry = Duration.seconds(15 * 60)
    /// So many failures over T.38 without a success between them, each within ``streak`` of the one before, and
    /// flip-flop stays with audio for good.
    public var permanentAfter = 3
    public var streak = Duration.seconds(7 * 86_400)

    public init(_ kind: Kind) { self.kind = kind }
}

/// Our number and theirs.
public struct NumberPair: Sendable, Hashable, Comparable {
    public var ours: String
    /// The URI that is called.
    public var theirs: String

    public init(ours: String, theirs: String) {
        self.ours = String(ours.prefix(256))
        self.theirs = String(theirs.prefix(256))
    }

    public static func < (left: NumberPair, right: NumberPair) -> Bool {
        (left.ours, left.theirs) < (right.ours, right.theirs)
    }
}

/// One call of a fax, as far as it matters for the next.
public struct PolicyTrial: Sendable, Hashable {
    public enum Carrier: String, Sendable, Hashable {
        case t38
        case audio = "g711"

        var name: String { self == .t38 ? "T.38" : "audio" }
    }

    public enum Meaning: String, Sendable, Hashable {
        case confirmed
        /// It failed in a way in which the other transport may help.
        case otherMayHelp = "other-may-help"
        /// Busy, nobody there, not wanted: nothing is learnt of transports.
        case nothing
    }

    /// `nil`: nothing was carried.
    public var carrier: Carrier?
    public var meaning: Meaning

    public init(_ carrier: Carrier?, _ meaning: Meaning) {
        self.carrier = carrier
        self.meaning = meaning
    }

    /// - Parameter failure: `nil`: the fax was confirmed.
    init(_ result: FaxResult, wanted: FaxTransport, failure: FailureKind?) {
        switch failure {
        case nil: meaning = .confirmed
        case .fax, .noT38: meaning = .otherMayHelp
        case .busy, .noAnswer, .congestion, .refused, .noFax, .incapable, .unwanted, .ownFault, .cut: meaning = .nothing
        }
        carrier = failure == .noT38 || result.carriedBy == .t38 ? .t38 : result.carriedBy.map { _ in .audio }
    }
}

/// What a policy says of the next call, and why.
public struct PolicyDecision: Sendable, Hashable {
    public var transport: FaxTransport
    public var sentence: String
    /// What is remembered of the pair; `nil`: nothing, or the policy does not go by it.
    public var remembered: String?
    /// When that is no longer gone by; `nil`: never, or nothing is remembered.
    public var expiresAt: Instant?
}

extension FaxPolicy {
    /// - Parameters:
    ///   - earlier: the calls of this fax before, in order.
    ///   - now: since the Unix epoch.
    public func decide(
        _ pair: NumberPair, memory: PolicyMemory, earlier: [PolicyTrial] = [], now: Instant
    ) -> PolicyDecision {
        switch kind {
        case .t38Only: PolicyDecision(transport: .t38, sentence: "T.38 only, as the policy says")
        case .audioOnly: PolicyDecision(transport: .g711, sentence: "audio only, as the policy says")
        case .t38ThenAudio: t38ThenAudio(earlier)
        case .flipFlop: flipFlop(memory[pair], now: now)
        }
    }

    private func t38ThenAudio(_ earlier: [PolicyTrial]) -> PolicyDecision {
        guard let place = earlier.firstIndex(of: PolicyTrial(.t38, .otherMayHelp)) else {
            let sentence =
                earlier.isEmpty
                ? "T.38 first, where the other side takes it"
                : "T.38 still: no call of this fax failed over it in a way in which audio may help"
            return PolicyDecision(transport: .auto, sentence: sentence)
        }
        return PolicyDecision(
            transport: .g711, sentence: "audio: call \(place + 1) of this fax failed over T.38, and audio may help")
    }

    private func flipFlop(_ entry: PolicyMemory.Entry?, now: Instant) -> PolicyDecision {
        guard let entry else {
            return PolicyDecision(
                transport: .auto, sentence: "T.38 first: nothing is remembered of this pair of numbers")
        }
        if let since = entry.permanentSince {
            return PolicyDecision(
                transport: .g711,
                sentence: "audio for good: T.38 failed \(entry.t38Failures) times in a row for this pair of numbers",
                remembered: "audio for good since \(UTCDate.text(since)); removed only by hand", expiresAt: nil)
        }
        let expiresAt = entry.at + expiry
        let carrier = entry.carrier.name
        let what = "\(carrier) \(entry.isGood ? "worked" : "failed") at \(UTCDate.text(entry.at))"
        // A date of the future was written by a clock that was wrong.
        guard now < expiresAt, entry.at <= now + .seconds(60) else {
            return PolicyDecision(
                transport: .auto, sentence: "T.38 again: what was remembered has expired", remembered: what,
                expiresAt: expiresAt)
        }
        let next: PolicyTrial.Carrier = (entry.carrier == .t38) == entry.isGood ? .t38 : .audio
        let sentence =
            entry.isGood ? "\(next.name) again: it worked last" : "\(next.name) in turn: \(carrier) failed last"
        return PolicyDecision(
            transport: next == .t38 ? .auto : .g711, sentence: sentence, remembered: what, expiresAt: expiresAt)
    }

    /// What a call teaches; only flip-flop learns.
    public func learn(_ trial: PolicyTrial, of pair: NumberPair, into memory: inout PolicyMemory, now: Instant) {
        guard kind == .flipFlop, let carrier = trial.carrier, trial.meaning != .nothing else { return }
        let isGood = trial.meaning == .confirmed
        var entry = memory[pair] ?? PolicyMemory.Entry(carrier: carrier, isGood: isGood, at: now)
        (entry.carrier, entry.isGood, entry.at) = (carrier, isGood, now)
        switch (carrier, isGood) {
        case (.audio, _): break
        case (.t38, true): (entry.t38Failures, entry.t38FailedAt, entry.permanentSince) = (0, nil, nil)
        case (.t38, false):
            let isStreak = entry.t38FailedAt.map { now - $0 <= streak } ?? false
            entry.t38Failures = isStreak ? min(entry.t38Failures + 1, 1_000_000) : 1
            entry.t38FailedAt = now
            if entry.t38Failures >= permanentAfter { entry.permanentSince = entry.permanentSince ?? now }
        }
        memory[pair] = entry
    }
}

extension FaxPolicy.Kind {
    /// Of calls that come in: only they say what is allowed at all.
    public var transport: FaxTransport {
        switch self {
        case .t38Only: .t38
        case .audioOnly: .g711
        case .t38ThenAudio, .flipFlop: .auto
        }
    }

    /// It says the same of every call.
    public var isFixed: Bool {
        switch self {
        case .t38Only, .audioOnly: true
        case .t38ThenAudio, .flipFlop: false
        }
    }

    /// A second call may follow over something else.
    public var tries: Int {
        switch self {
        case .t38Only, .audioOnly: 1
        case .t38ThenAudio, .flipFlop: 2
        }
    }
}
