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

    private static let earlyLimit = 64
    /// Octets of the largest datagram that is read whole.
    static let datagramLimit = 65_535

    /// Takes the socket over.
    /// - Parameter maximum: octets of the largest datagram wanted; what is longer comes cut.
    init(
        _ socket: BoundSocket, on loop: any EventLoop, maximum: Int, onDatagram: @escaping ([UInt8], Endpoint) -> Void
    ) {
        endpoint = socket.endpoint
        self.loop = loop
        handler.onDatagram = onDatagram
        let boundHandler = NIOLoopBound(handler, eventLoop: loop)
        let bound = NIOLoopBound(self, eventLoop: loop)
        DatagramBootstrap(group: loop)
            .channelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: maximum))
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
        guard destination.port != 0 else { return }
        guard let channel else {
            if !isClosed, early.count < Self.earlyLimit { early.append((octets, destination)) }
            return
        }
        let buffer = channel.allocator.buffer(bytes: octets)
        channel.writeAndFlush(
            AddressedEnvelope(remoteAddress: destination.socketAddress, data: buffer), promise: nil)
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
