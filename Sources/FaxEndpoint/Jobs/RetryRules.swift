import FaxCore

/// Whether a fax that failed is called for again, and when.
public struct RetryRules: Sendable, Hashable {
    public enum Verdict: Sendable, Hashable {
        case again(after: Duration)
        /// With the reason.
        case never(String)
    }

    /// Calls of one fax at most.
    public var tries = 3
    /// Between them; `nil`: each reason has its own.
    public var pause: Duration?
    /// A person who answers is not called time and again.
    public static let noFaxLimit = 2

    public init(tries: Int = 3, pause: Duration? = nil) {
        self.tries = tries
        self.pause = pause
    }

    /// - Parameters:
    ///   - tries: calls so far, this one among them.
    ///   - noFax: calls so far in which no fax machine was heard.
    ///   - changesTransport: the next call goes over something else.
    ///   - retryAfter: what the other side wants.
    public func verdict(
        _ kind: FailureKind, tries done: Int, noFax: Int = 0, changesTransport: Bool = false,
        retryAfter: Duration? = nil
    ) -> Verdict {
        switch kind {
        case .refused: return .never("refused for good")
        case .incapable: return .never("the other machine cannot take it")
        case .unwanted: return .never("the other machine does not want it")
        case .ownFault: return .never("the fault is on this side")
        case .noT38 where !changesTransport: return .never("without T.38 there, another call would end the same")
        case .noFax where noFax >= Self.noFaxLimit: return .never("no fax machine was there, \(noFax) times")
        case .busy, .noAnswer, .congestion, .noFax, .noT38, .fax, .cut: break
        }
        guard done < tries else { return .never(tries == 1 ? "one call was allowed" : "\(tries) calls were allowed") }
        return .again(after: max(pause ?? ownPause(kind, done, changesTransport), retryAfter ?? .zero))
    }

    private func ownPause(_ kind: FailureKind, _ done: Int, _ changesTransport: Bool) -> Duration {
        switch kind {
        case .busy: return .seconds(60)
        case .noAnswer, .noFax: return .seconds(300)
        // Full ways get time to recover: 30 s, 60 s, 120 s … 10 minutes.
        case .congestion: return .seconds(min(600, 30 << min(done - 1, 5)))
        // The line of the other machine has to be free again.
        case .fax, .noT38: return changesTransport ? .seconds(10) : .seconds(60)
        case .cut, .refused, .incapable, .unwanted, .ownFault: return .zero
        }
    }
}
