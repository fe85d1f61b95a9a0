import FaxCore
import FaxDSP
import FaxStation
import Simulator
import T30Analyzer

/// One trial as results list it. It holds nothing of the machine or the time of the run: the same plan gives the same
/// record.
public struct TrialRecord: Sendable {
    public struct Station: Sendable, Hashable {
        /// libspandsp's completion code, 0 = success; `nil`: T.30 did not come to its end.
        public var completion: Int?
        public var completionText: String?
        public var pages: Int
        public var badRows: Int
        public var ecmRetries: Int
        public var trainings: Int
        public var failedTrainings: Int
        public var rateBps: Int
        public var carriedBy: String?
        /// IFP packets to this station that neither came nor could be repaired.
        public var unrecoveredIFPs: Int
        /// Of the pages that it saw confirmed, as coded on the line.
        public var codedOctets: Int
    }

    public struct Direction: Sendable, Hashable {
        public var sent: Int
        public var lost: Int
    }

    public var number: Int
    public var seed: UInt64
    public var isSuccess: Bool
    /// Both ends came to the end of the call by themselves.
    public var hasEnded: Bool
    public var duration: Duration
    /// From the first DCS to the end of T.30 at the sender; `nil`: it did not come so far.
    public var transferTime: Duration?
    public var pagesSent: Int
    public var pagesReceived: Int
    /// Pixel by pixel; `nil`: not compared.
    public var pagesEqual: Bool?
    public var caller: Station
    public var answerer: Station
    public var forth: Direction
    public var back: Direction
    /// What must not be (``TrialResult/violations``).
    public var violations: [String]
    /// `nil`: not diagnosed.
    public var diagnosis: Diagnosed?

    public struct Diagnosed: Sendable, Hashable {
        public var outcome: String
        public var rootCause: String?
        public var findings: [String]
    }

    init(_ number: Int, _ result: TrialResult, _ diagnosis: TrialDiagnosis?) {
        self.number = number
        seed = result.seed
        isSuccess = result.isSuccess
        hasEnded = result.hasEnded
        duration = result.duration
        transferTime = Self.transferTime(result.caller.report)
        pagesSent = result.pages.sent
        pagesReceived = result.pages.received
        pagesEqual = result.pages.areEqual
        caller = Station(result.caller, pages: result.caller.report.pagesSent)
        answerer = Station(result.answerer, pages: result.answerer.report.pagesReceived)
        forth = Direction(sent: result.forth.sent, lost: result.forth.lost)
        back = Direction(sent: result.back.sent, lost: result.back.lost)
        violations = result.violations
        self.diagnosis = diagnosis.map {
            Diagnosed(outcome: $0.outcome?.rawValue ?? "none", rootCause: $0.rootCause, findings: $0.findings)
        }
    }

    private static func transferTime(_ report: FaxStationReport) -> Duration? {
        guard let start = report.trainings.first?.sample, let end = report.endSample, end >= start else { return nil }
        return .microseconds(Int64(end - start) * 125)
    }
}

extension TrialRecord.Station {
    init(_ station: StationResult, pages: Int) {
        let report = station.report
        let trainings = report.trainings
        completion = report.completion
        completionText = report.completionText
        self.pages = pages
        badRows = report.badRows
        ecmRetries = report.ecmRetries
        self.trainings = trainings.count
        failedTrainings = trainings.count { $0.answer == .failed }
        rateBps = report.rateBps
        carriedBy = station.carriedBy?.rawValue
        unrecoveredIFPs = station.unrecoveredIFPs
        codedOctets = report.codedOctets
    }
}

extension FaxStationReport {
    /// Of every page once: one that was refused and sent again counts as it was taken.
    fileprivate var codedOctets: Int {
        var (octets, pages) = (0, 0)
        for event in events {
            if case .pageEnded(let page) = event.kind, page.pages > pages {
                pages = page.pages
                octets += max(0, page.codedOctets)
            }
        }
        return octets
    }
}
