import FaxCore
import FaxWire

/// A call while it is being captured.
final class OpenCall {
    enum State {
        case open
        /// BYE was seen, but no answer to it yet.
        case releasing(since: Instant)
        /// BYE, CANCEL or a refusal was seen; closed for good after the linger time.
        case ending(since: Instant)
    }

    let id: Int
    /// `nil`: media without signalling.
    let dialog: DialogID?
    var state: State = .open
    /// The first INVITE was answered with 2xx.
    var isAnswered = false
    var firstTime: Instant
    var lastTime: Instant
    var firstFrame: FrameRef
    var lastFrame: FrameRef
    /// Media flows bound to this call, each with the party that sends it.
    var flows: [BoundFlow] = []
    /// Streams that were taken from flows before the call ended (port reused by a later call).
    var finishedStreams: [MediaStream] = []
    /// Endpoints under which the book knows this call.
    var endpoints: [Endpoint] = []
    var rtcpEndpoints: [Endpoint] = []
    var sessionsRead = 0
    var icmpErrors: [ICMPError] = []
    var related: [RelatedCall] = []
    /// RTCP on ports of its own.
    var rtcp = ReceptionReports()
    var t38OverTCP: [T38TCPStream] = []
    /// An IAX2 call: its signalling and media.
    var iax2: IAX2Call?

    init(id: Int, dialog: DialogID?, time: Instant, frame: FrameRef) {
        self.id = id
        self.dialog = dialog
        firstTime = time
        lastTime = time
        firstFrame = frame
        lastFrame = frame
    }

    func touch(_ time: Instant, _ frame: FrameRef) {
        if time > lastTime { lastTime = time }
        if frame > lastFrame { lastFrame = frame }
        if time < firstTime { firstTime = time }
        if frame < firstFrame { firstFrame = frame }
    }

    /// Of signalling and media.
    var latestPacket: Instant { flows.reduce(lastTime) { max($0, $1.flow.lastTime) } }

    var hasEnded: Bool {
        if case .ending = state { return true }
        return false
    }

    /// Over, or about to be: its ports are free for another call.
    var isLeaving: Bool {
        if case .open = state { return false }
        return true
    }

    /// Of a flow of its own.
    var hasMedia: Bool { !flows.isEmpty || !finishedStreams.isEmpty || !t38OverTCP.isEmpty }

    func isBound(to flow: MediaFlow) -> Bool { flows.contains { $0.flow === flow } }
}

struct BoundFlow {
    let flow: MediaFlow
    var sender: Party?
}

/// Where a party of an open call said it would receive.
struct Expectation {
    let call: OpenCall
    /// Position in `signalling.sessions`.
    let session: Int
    let media: NegotiatedMedia
}
