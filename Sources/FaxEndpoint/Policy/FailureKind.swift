import FaxDSP
import FaxProtocol
import FaxStation
import FaxWire

/// Why a fax that was called for did not get through, as far as it matters for another call.
public enum FailureKind: String, Sendable, Hashable, CaseIterable {
    /// 486, 600.
    case busy
    /// Nobody answered in time: 408, 480, CANCEL, or the other side was silent.
    case noAnswer = "no-answer"
    /// The way there is full or out of order for now: 500 to 504, 580, Q.850 34, 38, 41, 42.
    case congestion
    /// For good: no such number, not allowed, declined.
    case refused
    /// Answered, and no fax machine was heard.
    case noFax = "no-fax"
    /// T.38 was wanted and not had.
    case noT38 = "no-t38"
    /// The fax broke off: training, page, answer.
    case fax
    /// The other machine cannot take this document.
    case incapable
    /// The other machine does not want it.
    case unwanted
    /// Our document, our machine.
    case ownFault = "own-fault"
    /// Ended by us on purpose.
    case cut
}

extension FailureKind {
    /// - Parameters:
    ///   - wanted: what the call was to be carried by.
    ///   - wasCut: this side was told to stop.
    /// - Returns: `nil` of a fax that was confirmed.
    init?(_ result: FaxResult, wanted: FaxTransport, wasCut: Bool = false) {
        guard !result.isSuccess else { return nil }
        if let kind = Self.beforeTheAnswer(result.ending) {
            self = wasCut && kind != .refused && kind != .busy ? .cut : kind
        } else if wasCut {
            self = .cut
        } else if wanted == .t38, result.carriedBy != .t38 {
            self = .noT38
        } else {
            self = Self.ofFax(result)
        }
    }

    private static func ofFax(_ result: FaxResult) -> FailureKind {
        let heardThem = result.report.frames.contains { !$0.isSent }
        guard let code = result.report.completion else {
            // The call ended under it.
            return heardThem || result.carriedBy == .t38 ? .fax : .noFax
        }
        switch FaxCompletion(code: code) {
        case .success, .line: return heardThem || result.carriedBy == .t38 ? .fax : .noFax
        // Whoever asked for T.38, or took it, is a fax machine or a gateway that heard one.
        case .noFax: return result.carriedBy == .t38 || heardThem ? .fax : .noFax
        case .incapable: return .incapable
        case .unwanted: return .unwanted
        case .ownFault: return .ownFault
        }
    }

    /// `nil`: the call was answered.
    private static func beforeTheAnswer(_ ending: SIPEnding?) -> FailureKind? {
        switch ending?.cause {
        case .refused(let refusal): ofStatus(refusal.status)
        case .cancelled: .noAnswer
        case .noResponse(to: .invite), .transportFailed: .noAnswer
        case .redirectedTooOften: .refused
        case .bye, .noResponse, .notAcknowledged, .sessionExpired, .unknownToPeer, .none: nil
        }
    }

    /// RFC 3261 §21.4 to §21.6.
    static func ofStatus(_ status: Int) -> FailureKind {
        switch status {
        case 486, 600: .busy
        case 408, 480, 487: .noAnswer
        case 491, 500, 502, 503, 504, 580: .congestion
        default: .refused
        }
    }
}

extension FaxResult {
    /// Seconds after which the other side wants to be called again, if it said so.
    var retryAfter: Duration? {
        guard case .refused(let refusal) = ending?.cause, let seconds = refusal.retryAfter, seconds > 0 else {
            return nil
        }
        return .seconds(min(seconds, 86_400))
    }
}
