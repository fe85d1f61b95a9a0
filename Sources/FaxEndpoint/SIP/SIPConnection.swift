import FaxCore
import FaxProtocol
import FaxWire
import NIOCore
import NIOTLS

/// One TCP or TLS connection that carries SIP. Belongs to its event loop.
final class SIPConnection {
    enum State {
        /// Being opened; what is to be sent waits.
        case opening([[UInt8]])
        case open(any Channel)
        case closed
    }

    /// The other end.
    let path: SIPPath
    /// We opened it.
    let isOurs: Bool
    private var state: State
    private let limits: EndpointLimits
    private var framer = SIPStreamFramer()
    /// Octets of line ends since the last message.
    private var lineEnds = 0
    /// Octets given to the channel that have not left.
    private var backlog = 0
    private(set) var lastTraffic = LiveClock.now
    /// When the message that is not whole yet began.
    private(set) var unfinishedSince: Instant?
    /// TLS: the handshake is not over.
    private(set) var isHandshaking: Bool
    /// The other side has answered a ping, so it will answer the next one.
    private var hasPonged = false
    private(set) var pingedAt: Instant?
    /// Of the transport, for people.
    private var problem: String?
    var onMessage: ((SIPMessage) -> Void)?
    /// Comes once, with the reason.
    var onClose: ((String) -> Void)?

    /// One that the other side opened.
    init(accepted channel: any Channel, _ path: SIPPath, _ limits: EndpointLimits) {
        self.path = path
        self.limits = limits
        isOurs = false
        isHandshaking = path.transport == .tls
        state = .open(channel)
    }

    /// One that is being opened.
    init(to path: SIPPath, _ limits: EndpointLimits) {
        self.path = path
        self.limits = limits
        isOurs = true
        isHandshaking = path.transport == .tls
        state = .opening([])
    }

    var isOpening: Bool {
        switch state {
        case .opening: true
        case .open, .closed: false
        }
    }

    // MARK: - Out

    func send(_ octets: [UInt8]) {
        lastTraffic = LiveClock.now
        guard backlog + octets.count <= limits.connectionBacklog else {
            return fail("it takes nothing: \(backlog) octets wait to be sent")
        }
        backlog += octets.count
        switch state {
        case .opening(let waiting): state = .opening(waiting + [octets])
        case .open(let channel): write(octets, channel)
        case .closed: break
        }
    }

    private func write(_ octets: [UInt8], _ channel: any Channel) {
        let bound = NIOLoopBound(self, eventLoop: channel.eventLoop)
        let count = octets.count
        channel.writeAndFlush(channel.allocator.buffer(bytes: octets)).whenComplete { result in
            bound.value.backlog -= count
            guard case .failure(let error) = result else { return }
            // What closed the channel is told by the channel.
            if let error = error as? ChannelError, error == .ioOnClosedChannel || error == .alreadyClosed { return }
            bound.value.fail(TLSContexts.text(error))
        }
    }

    /// RFC 5626 §3.5.1: two line ends, which are answered by one.
    func ping(at now: Instant) {
        guard case .open = state, !isHandshaking, framer.heldOctets == 0 else { return }
        let before = lastTraffic
        pingedAt = now
        send(Self.lineEnd + Self.lineEnd)
        lastTraffic = before
    }

    private static let lineEnd: [UInt8] = [0x0D, 0x0A]

    /// A ping that a peer which has answered before leaves unanswered.
    func hasLostPeer(at now: Instant, patience: Duration) -> Bool {
        guard hasPonged, let pingedAt else { return false }
        return now - pingedAt > patience
    }

    // MARK: - In

    func opened(_ channel: any Channel) {
        guard case .opening(let waiting) = state else {
            channel.close(promise: nil)
            return
        }
        state = .open(channel)
        for octets in waiting { write(octets, channel) }
    }

    func receive(_ buffer: ByteBuffer) {
        let now = LiveClock.now
        var isSilent = true
        for output in framer.push([UInt8](buffer: buffer).span.bytes) {
            guard case .open = state else { return }
            isSilent = false
            switch output {
            case .message(let decoded): take(decoded, at: now)
            case .skipped: return fail("what it sends is no SIP")
            }
        }
        guard case .open = state else { return }
        countLineEnds(at: now)
        guard framer.heldOctets <= limits.sipMessage else { return failAsTooLong() }
        unfinishedSince = framer.heldOctets == 0 ? nil : isSilent ? unfinishedSince ?? now : now
    }

    private func take(_ decoded: Decoded<SIPMessage>, at now: Instant) {
        lastTraffic = now
        lineEnds = 0
        guard decoded.value.octets.count <= limits.sipMessage else { return failAsTooLong() }
        onMessage?(decoded.value)
    }

    private func failAsTooLong() { fail("a message of more than \(limits.sipMessage) octets") }

    /// Two line ends are a ping, one is the answer to ours.
    private func countLineEnds(at now: Instant) {
        let new = framer.keepAliveOctets - keepAlivesSeen
        guard new > 0 else { return }
        keepAlivesSeen += new
        lineEnds += new
        if pingedAt != nil {
            hasPonged = true
            pingedAt = nil
            lineEnds -= min(lineEnds, Self.lineEnd.count)
        }
        guard lineEnds >= 4 else { return }
        lineEnds = 0
        lastTraffic = now
        if case .open = state { send(Self.lineEnd) }
    }

    private var keepAlivesSeen = 0

    // MARK: - The end

    func handshakeEnded() { isHandshaking = false }
    func noteProblem(_ error: any Error) { problem = problem ?? TLSContexts.text(error) }

    /// The other side, or the system, closed it.
    func closed() {
        fail(problem ?? (isHandshaking ? "it went away during the handshake" : "the other side closed it"))
    }

    func fail(_ reason: String) {
        if case .closed = state { return }
        let told = onClose
        close()
        told?(reason)
    }

    /// Without a word.
    func close() {
        if case .open(let channel) = state { channel.close(promise: nil) }
        state = .closed
        onMessage = nil
        onClose = nil
    }
}

/// What a channel tells its connection.
final class SIPConnectionHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    private weak var connection: SIPConnection?

    init(_ connection: SIPConnection) { self.connection = connection }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) { connection?.receive(unwrapInboundIn(data)) }
    func channelInactive(context: ChannelHandlerContext) { connection?.closed() }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case TLSUserEvent.handshakeCompleted(negotiatedProtocol: _) = event { connection?.handshakeEnded() }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        connection?.noteProblem(error)
        context.close(promise: nil)
    }
}
