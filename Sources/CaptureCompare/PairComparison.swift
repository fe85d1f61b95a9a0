import FaxCore
import PcapDecode
import T30Analyzer

/// One SIP message seen at both places, and what was changed in it.
public struct SIPChange: Sendable {
    public var summary: String
    public var from: Party?
    public var a: FrameRef
    public var b: FrameRef
    public var time: Instant
    public var difference: MessageDifference
    /// The same message: the sender's Via and the CSeq are the same, and no proxy put a Via on top.
    public var isSameHop: Bool
}

/// A SIP message that came to one place only.
public struct SIPMissing: Sendable {
    public var summary: String
    public var from: Party?
    public var point: CapturePoint
    public var frame: FrameRef
    public var time: Instant
    /// The sender's side is where it was seen: it was lost, or kept by an element between.
    public var isLost: Bool
}

/// An address that stands for another one behind a NAT.
public struct AddressMapping: Sendable, Hashable {
    public var a: String
    public var b: String
    public var packets: Int
}

/// What became of one call between the two places.
public struct PairComparison: Sendable {
    public var a: AnalyzedCall
    public var b: AnalyzedCall
    /// What the two have in common.
    public var reason: String
    public var clock: ClockFit?
    public var streams: [StreamComparison] = []
    /// SIP messages found at both places.
    public var messagesMatched = 0
    public var isAnotherDialog = false
    public var sipChanges: [SIPChange] = []
    public var sipMissing: [SIPMissing] = []
    public var mappings: [AddressMapping] = []
    public var t30: MessageComparison
    public var findings: [CompareFinding] = []

    public var callerSide: CapturePoint? { clock?.callerSide }
    public func upstream(of party: Party?) -> CapturePoint? {
        guard let party, let callerSide else { return nil }
        return party == .caller ? callerSide : callerSide.other
    }
}

/// A finding whose evidence stands in two captures.
public struct CompareFinding: Sendable, Hashable {
    public var id: String
    public var severity: Finding.Severity
    public var certainty: Finding.Certainty
    public var title: String
    public var because: String
    public var remedy: String
    public var party: Party?
    public var framesA: [FrameRef]
    public var framesB: [FrameRef]
}
