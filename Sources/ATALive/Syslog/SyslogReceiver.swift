import ATADrivers
import FaxCore
import FaxEndpoint
import NIOCore
import NIOPosix
import Synchronization

/// A UDP port for the syslog of devices. What nobody takes is kept up to a limit.
public final class SyslogReceiver: Sendable {
    public struct Received: Sendable, Hashable {
        public var source: Endpoint
        public var line: SyslogLine
    }

    /// Lines that wait to be taken; later ones are counted only.
    public static let waitingLimit = 1_000
    static let datagramLimit = 8_192

    private struct Box {
        var waiting: [Received] = []
        var dropped = 0
    }

    private final class Inbox: Sendable {
        let box = Mutex(Box())

        func put(_ octets: [UInt8], from source: Endpoint) {
            let lines = SyslogLine.read(octets)
            box.withLock { box in
                for line in lines {
                    if box.waiting.count < SyslogReceiver.waitingLimit {
                        box.waiting.append(Received(source: source, line: line))
                    } else {
                        box.dropped &+= 1
                    }
                }
            }
        }
    }

    public let address: Endpoint
    private let inbox = Inbox()
    private let channel: any Channel
    private let sources: [IPAddress]

    /// - Parameters:
    ///   - listen: port 0: any free one; 514 is the usual one and needs rights.
    ///   - sources: whom lines are taken of; empty: anyone.
    public init(listen: Endpoint, from sources: [IPAddress] = []) async throws {
        self.sources = sources
        let inbox = inbox
        channel = try await DatagramBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: Self.datagramLimit))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(
                        Handler {
                            if sources.isEmpty || sources.contains($1.address) { inbox.put($0, from: $1) }
                        })
                }
            }
            .bind(host: listen.address.description, port: Int(listen.port)).get()
        address = Endpoint(listen.address, UInt16(clamping: channel.localAddress?.port ?? 0))
    }

    /// Lines since the last time, in order.
    public func take() -> [Received] {
        inbox.box.withLock { box in
            defer { box.waiting = [] }
            return box.waiting
        }
    }

    /// Lines that nobody took in time.
    public var dropped: Int { inbox.box.withLock { $0.dropped } }

    public func close() async { try? await channel.close() }

    private final class Handler: ChannelInboundHandler, Sendable {
        typealias InboundIn = AddressedEnvelope<ByteBuffer>
        private let take: @Sendable ([UInt8], Endpoint) -> Void

        init(_ take: @escaping @Sendable ([UInt8], Endpoint) -> Void) { self.take = take }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let envelope = unwrapInboundIn(data)
            guard let text = envelope.remoteAddress.ipAddress, let address = IPAddress(text),
                let port = envelope.remoteAddress.port
            else { return }
            take(Array(buffer: envelope.data), Endpoint(address, UInt16(clamping: port)))
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {}
    }
}
