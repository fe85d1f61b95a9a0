import FaxCore
import NIOCore
import NIOPosix

/// A UDP port on an event loop. Belongs to that loop: everything is called there.
final class UDPPort {
    /// As bound; the address may be unspecified.
    let endpoint: Endpoint
    private let loop: any EventLoop
    private let handler = Handler()
    private var channel: (any Channel)?
    /// What was sent before the channel stood.
    private var early: [(octets: [UInt8], destination: Endpoint)] = []
    private var isClosed = false

    /// Where the last datagram went: calls have one other side for long.
    private var lastDestination: (endpoint: Endpoint, address: SocketAddress)?

    private static let earlyLimit = 64
    /// Octets of the largest datagram that is read whole.
    static let datagramLimit = 65_535

    /// Takes the socket over.
    /// - Parameters:
    ///   - maximum: octets of the largest datagram wanted; what is longer comes cut.
    ///   - reads: datagrams that are read at one time. One, where they come one by one: asking for a second that is not
    ///     there costs as much as reading the first.
    init(
        _ socket: BoundSocket, on loop: any EventLoop, maximum: Int, reads: UInt = 4,
        onDatagram: @escaping ([UInt8], Endpoint) -> Void
    ) {
        endpoint = socket.endpoint
        self.loop = loop
        handler.onDatagram = onDatagram
        let boundHandler = NIOLoopBound(handler, eventLoop: loop)
        let bound = NIOLoopBound(self, eventLoop: loop)
        DatagramBootstrap(group: loop)
            .channelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: maximum))
            .channelOption(.maxMessagesPerRead, value: reads)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(boundHandler.value)
                }
            }
            .withBoundSocket(socket.descriptor)
            .whenSuccess { bound.value.open($0) }
    }

    private func open(_ channel: any Channel) {
        if isClosed {
            channel.close(promise: nil)
            return
        }
        self.channel = channel
        for datagram in early { send(datagram.octets, to: datagram.destination) }
        early = []
    }

    /// What the system cannot take is lost, as datagrams are.
    func send(_ octets: [UInt8], to destination: Endpoint) {
        put(octets, to: destination)
        flush()
    }

    /// The same, and it waits for ``flush()``: several datagrams cost one call of the system.
    func put(_ octets: [UInt8], to destination: Endpoint) {
        guard destination.port != 0 else { return }
        guard let channel else {
            if !isClosed, early.count < Self.earlyLimit { early.append((octets, destination)) }
            return
        }
        let buffer = channel.allocator.buffer(bytes: octets)
        channel.write(AddressedEnvelope(remoteAddress: address(of: destination), data: buffer), promise: nil)
    }

    func flush() { channel?.flush() }

    private func address(of destination: Endpoint) -> SocketAddress {
        if let lastDestination, lastDestination.endpoint == destination { return lastDestination.address }
        let address = destination.socketAddress
        lastDestination = (destination, address)
        return address
    }

    func close() {
        isClosed = true
        handler.onDatagram = nil
        channel?.close(promise: nil)
        channel = nil
    }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = AddressedEnvelope<ByteBuffer>
        var onDatagram: (([UInt8], Endpoint) -> Void)?

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let envelope = unwrapInboundIn(data)
            guard let source = Endpoint(envelope.remoteAddress) else { return }
            onDatagram?([UInt8](buffer: envelope.data), source)
        }

        /// Errors of single packets (ICMP, no buffers) do not close a port.
        func errorCaught(context: ChannelHandlerContext, error: any Error) {}
    }
}
