import FaxCore
import FaxWire

/// One call as it stood on the wire, whoever produced it: a file, a live interface, a simulated run or our own
/// endpoint. One value per SIP dialog from its first INVITE; without signalling, one per pair of media flows.
public struct Call: Sendable {
    /// Counts from 1 in the order of the calls' first packets.
    public var id: Int
    public var signalling: Signalling
    /// In order of their first packets.
    public var streams: [MediaStream]
    public var related: [RelatedCall]
    public var coverage: Coverage
    /// First and last packet of the call, signalling and media.
    public var firstTime: Instant
    public var lastTime: Instant
    public var firstFrame: FrameRef
    public var lastFrame: FrameRef
    /// ICMP errors that quote a packet of this call.
    public var icmpErrors: [ICMPError]

    public init(id: Int, signalling: Signalling, firstTime: Instant, firstFrame: FrameRef) {
        self.id = id
        self.signalling = signalling
        streams = []
        related = []
        coverage = Coverage()
        self.firstTime = firstTime
        lastTime = firstTime
        self.firstFrame = firstFrame
        lastFrame = firstFrame
        icmpErrors = []
    }
}

extension Call {
    /// Read from a sound file: no packets.
    public var isRecording: Bool { streams.indices.contains { streams[$0].kind == .recording } }
    /// A sound file whose one channel holds both parties.
    public var isMixedRecording: Bool { isRecording && streams.count == 1 }
}

/// Another leg of the same call (B2BUA, gateway, SBC), with the reason why we think so.
public struct RelatedCall: Sendable, Hashable {
    public var call: Int
    public var reason: String

    public init(call: Int, reason: String) {
        self.call = call
        self.reason = reason
    }
}

/// How far the capture shows what each party sent: 1 = all expected packets of its media are there, `nil` = unknown.
public struct Coverage: Sendable, Hashable {
    public var caller: Double?
    public var callee: Double?
    /// The first packet of the call is not its INVITE.
    public var startsMidCall = false
    /// The capture ends before the call does.
    public var endsMidCall = false

    public init() {}
}

/// An ICMP or ICMPv6 error that quotes a packet of the call.
public struct ICMPError: Sendable, Hashable {
    public var time: Instant
    public var frame: FrameRef
    /// Such as `port unreachable`.
    public var what: String
    public var from: IPAddress
    /// Source and destination of the quoted packet.
    public var quotedFrom: Endpoint
    public var quotedTo: Endpoint

    public init(
        time: Instant, frame: FrameRef, what: String, from: IPAddress, quotedFrom: Endpoint, quotedTo: Endpoint
    ) {
        self.time = time
        self.frame = frame
        self.what = what
        self.from = from
        self.quotedFrom = quotedFrom
        self.quotedTo = quotedTo
    }
}
