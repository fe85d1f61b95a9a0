import FaxCore
import FaxDSP
import FaxProtocol
import FaxStation
import FaxWire

/// What became of the fax of one call, as this side knows it.
public struct FaxResult: Sendable {
    /// As the analysis document has them.
    public enum Outcome: String, Sendable, Hashable {
        case success, partial, failed
    }

    public var outcome: Outcome
    /// This side sent the fax.
    public var isSender: Bool
    /// What this side calls itself (TSI or CSI).
    public var identification: String
    public var carriedBy: FaxCall.Media?
    public var report: FaxStationReport
    /// Pages that this side wanted to send; of a reception `nil`.
    public var pagesWanted: Int?
    public var pagesConfirmed: Int
    /// Where a reception lies; whole and on the disk.
    public var files: [String] = []
    /// Why it is no success, in words; `nil`: it is one.
    public var reason: String?
    /// How the call ended; `nil`: it did not.
    public var ending: SIPEnding?
    public var duration: Duration
    public var callID: String?
    public var unrecoveredIFPs: Int

    public var isSuccess: Bool { outcome == .success }
}

extension FaxResult {
    /// Of a call that has ended.
    /// - Parameter wanted: pages to send; `nil`: this side received.
    init(_ call: FaxCall, wanted: Int?, began: Instant) {
        let report = call.report
        isSender = wanted != nil
        self.report = report
        identification = call.settings.station.identification
        pagesWanted = wanted
        carriedBy = call.lastMedia
        callID = call.callID
        unrecoveredIFPs = call.unrecoveredIFPs
        duration = (call.endTime ?? began) - began
        for event in call.events { if case .ended(let ending) = event.event { self.ending = ending } }
        pagesConfirmed = wanted == nil ? report.pagesReceived : report.pagesSent
        let isComplete = report.completion == 0 || (wanted == nil && report.endsConfirmed)
        if isComplete, pagesConfirmed > 0, pagesConfirmed >= wanted ?? 1 {
            outcome = .success
        } else if pagesConfirmed > 0 {
            outcome = .partial
        } else {
            // This side has said CNG or CED: a fax was tried, whoever was there.
            outcome = .failed
        }
        if outcome != .success { reason = Self.reason(report, ending, call) }
    }

    /// The T.30 engine's word where T.30 began, else SIP's.
    private static func reason(_ report: FaxStationReport, _ ending: SIPEnding?, _ call: FaxCall) -> String {
        for event in call.events.reversed() { if case .trouble(let text) = event.event { return text } }
        if !report.frames.isEmpty, let text = report.completionText { return text }
        guard let cause = ending?.cause, cause != .bye else {
            return report.completionText ?? "the call ended before a fax began"
        }
        return cause.text
    }

    /// What was received could not be kept: that is no success, whatever T.30 says.
    mutating func lose(_ reason: String) {
        outcome = .failed
        self.reason = reason
        files = []
    }
}

extension FaxStationReport {
    /// The last page's end of procedure was answered with MCF: the fax is whole, whatever becomes of the DCN.
    var endsConfirmed: Bool {
        var isLastPage = false
        for frame in frames.reversed() {
            let read = T30Frame(lax: frame.octets)
            switch read.signal {
            case .mcf where frame.isSent: isLastPage = true
            case .eop, .priEOP: return isLastPage && !frame.isSent
            case .pps: return isLastPage && !frame.isSent && (read.command == .eop || read.command == .priEOP)
            case .dcn: continue
            default: return false
            }
        }
        return false
    }
}
