import FaxCore
import FaxDSP
import FaxStation

/// What the simulator itself knows of a call: the ground truth.
public struct TrialResult: Sendable {
    public struct Pages: Sendable, Hashable {
        public var sent: Int
        public var received: Int
        /// Pixel by pixel; `nil`: not compared, or nothing to compare.
        public var areEqual: Bool?
    }

    public var seed: UInt64
    /// Both ends came to the end of the call by themselves.
    public var hasEnded: Bool
    /// From the first INVITE to when both had hung up.
    public var duration: Duration
    public var caller: StationResult
    public var answerer: StationResult
    public var forth: LinkFigures
    public var back: LinkFigures
    public var pages = Pages(sent: 0, received: 0)
    public var capture: WorldCapture?
    /// What the capture cannot show; nothing without one.
    public var tapLoss = TapLoss()

    /// What must not be, whatever the network does; empty when all is well.
    public var violations: [String] {
        var found: [String] = []
        if pages.received > pages.sent { found.append("more pages were received than sent") }
        if pages.areEqual == false, answerer.report.hasECM, isSuccess {
            found.append("a page received with ECM and confirmed is not the page that was sent")
        }
        for (name, station) in [("caller", caller), ("answerer", answerer)] where hasEnded {
            if !station.hasEnded, !station.events.isEmpty { found.append("the dialog of the \(name) did not end") }
            if station.carriedBy != nil, station.report.completion == nil {
                found.append("the engine of the \(name) was left waiting")
            }
        }
        return found
    }

    /// Both engines ended without error, and every page was received.
    public var isSuccess: Bool {
        hasEnded && caller.report.completion == 0 && answerer.report.completion == 0 && pages.received >= pages.sent
            && answerer.report.pagesReceived >= pages.sent
    }
}

/// What one station made of its call.
public struct StationResult: Sendable {
    public var report: FaxStationReport
    /// Of engines before the one that ended.
    public var earlier: [FaxStationReport]
    public var events: [(time: Instant, event: FaxCall.Event)]
    public var carriedBy: FaxCall.Media?
    /// IFP packets to this station that neither came nor could be repaired.
    public var unrecoveredIFPs: Int

    public var hasEnded: Bool {
        events.contains { if case .ended = $0.event { true } else { false } }
    }

    init(_ call: FaxCall) {
        report = call.report
        earlier = call.earlierReports
        events = call.events
        carriedBy = call.lastMedia
        unrecoveredIFPs = call.unrecoveredIFPs
    }
}
