import FaxCore
import FaxWire

/// Where and when a SIP message was seen.
public struct SIPContext: Sendable, Hashable {
    public var time: Instant
    public var frame: FrameRef
    public var source: Endpoint
    public var destination: Endpoint
    public var transport: Signalling.Transport

    public init(
        time: Instant, frame: FrameRef, source: Endpoint, destination: Endpoint, transport: Signalling.Transport
    ) {
        self.time = time
        self.frame = frame
        self.source = source
        self.destination = destination
        self.transport = transport
    }
}

/// Names one dialog of a ``DialogTracker``; counts from 1 in the order of first messages and is never used again.
public struct DialogID: Hashable, Comparable, Sendable {
    public var number: Int

    public init(_ number: Int) {
        self.number = number
    }

    public static func < (left: DialogID, right: DialogID) -> Bool { left.number < right.number }
}

public enum DialogEvent: Hashable, Sendable {
    /// A call's first message was seen.
    case opened(DialogID)
    /// A call that had ended goes on: a new attempt with the same Call-ID (after a challenge, a redirect, a refusal).
    case resumed(DialogID)
    /// `signalling.sessions` grew or changed: bind flows.
    case mediaChanged(DialogID)
    /// BYE was sent.
    case releasing(DialogID)
    /// BYE answered, CANCEL done, or the final refusal acknowledged.
    case ended(DialogID)
}
