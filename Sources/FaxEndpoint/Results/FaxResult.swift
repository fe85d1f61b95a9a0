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
    /// This side called. A caller that receives has polled.
    public var isCaller: Bool
    /// Pages that went the other way on the same call (polling behind a fax); `nil`: none did.
    public var pagesReturned: Int?
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
    /// What became of packets.
    public var carriage: FaxCarriage

    public var isSuccess: Bool { outcome == .success }

    /// The last page's end of procedure was answered with MCF, by this side or by the other one.
    public var isConfirmedByFrames: Bool { isSender ? report.isToldConfirmed : report.endsConfirmed }
}

extension FaxResult {
    /// Of a call that has ended.
    /// - Parameters:
    ///   - wanted: pages to send; `nil`: this side received, or offered a document.
    ///   - offered: what could be polled here.
    init(_ call: FaxCall, wanted: Int?, offered: OutgoingDocument? = nil, began: Instant) {
        let report = call.report
        let isPolled = wanted == nil && report.pagesReceived == 0 && report.pagesSent > 0
        let wanted = isPolled ? offered?.pages.count ?? report.pagesSent : wanted
        isCaller = call.settings.station.role == .caller
        isSender = wanted != nil
        let returned = wanted != nil ? report.pagesReceived : report.pagesSent
        pagesReturned = returned > 0 ? returned : nil
        carriage = call.carriage
        self.report = report
        identification = call.settings.station.identification
        pagesWanted = wanted
        carriedBy = call.lastMedia
        callID = call.callID
        unrecoveredIFPs = call.unrecoveredIFPs
        duration = (call.endTime ?? began) - began
        for event in call.events { if case .ended(let ending) = event.event { self.ending = ending } }
        pagesConfirmed = wanted == nil ? report.pagesReceived : report.pagesSent
        outcome = Self.outcome(report, wanted: wanted, confirmed: pagesConfirmed)
        if outcome != .success { reason = Self.reason(report, ending, call) }
    }

    private static func outcome(_ report: FaxStationReport, wanted: Int?, confirmed: Int) -> Outcome {
        let isComplete = report.completion == 0 || (wanted == nil && report.endsConfirmed)
        if isComplete, confirmed > 0, confirmed >= wanted ?? 1 { return .success }
        // This side has said CNG or CED: a fax was tried, whoever was there.
        return confirmed > 0 ? .partial : .failed
    }

    /// Of a call over IAX2 that has ended.
    /// - Parameter wanted: pages to send; `nil`: this side received.
    init(_ call: IAX2FaxCall, wanted: Int?, began: Instant) {
        let report = call.report
        self.report = report
        isCaller = call.settings.station.role == .caller
        isSender = wanted != nil
        let returned = wanted != nil ? report.pagesReceived : report.pagesSent
        pagesReturned = returned > 0 ? returned : nil
        carriage = call.carriage
        identification = call.settings.station.identification
        pagesWanted = wanted
        carriedBy = call.hasMedia ? .audio : nil
        unrecoveredIFPs = 0
        duration = (call.endTime ?? began) - began
        pagesConfirmed = wanted == nil ? report.pagesReceived : report.pagesSent
        outcome = Self.outcome(report, wanted: wanted, confirmed: pagesConfirmed)
        guard outcome != .success else { return }
        let isBegun = !report.frames.isEmpty
        reason = call.trouble ?? (isBegun ? report.completionText : nil) ?? call.ending?.cause.text
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

    /// It came whole, and the echo of it failed for that reason.
    func withoutEcho(_ reason: String) -> FaxResult {
        var result = self
        result.outcome = .failed
        result.reason = "the fax came, and is not sent back: \(reason)"
        return result
    }

    /// What was received could not be kept: that is no success, whatever T.30 says.
    mutating func lose(_ reason: String) {
        outcome = .failed
        self.reason = reason
        files = []
    }
}

extension FaxStationReport {
    /// The other side's last word but DCN is the MCF to our end of procedure.
    fileprivate var isToldConfirmed: Bool {
        for frame in frames.reversed() {
            switch T30Frame(lax: frame.octets).signal {
            case .dcn: continue
            case .mcf: return !frame.isSent
            default: return false
            }
        }
        return false
    }

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
