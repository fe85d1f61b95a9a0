import FaxCore
import FaxEndpoint
import NIOCore
import NIOPosix
import Synchronization

/// What connections to a server brought, for the one thread that waits.
final class ConnectionInbox: Sendable {
    struct Item: Sendable {
        enum Kind: Sendable {
            case octets([UInt8])
            /// Why; `nil`: the other side closed it.
            case closed(String?)
        }

        /// Of the connection.
        var number: Int
        var kind: Kind
    }

    /// Octets that wait to be taken.
    private static let octetLimit = 96 << 20
    private let state = Mutex<(items: [Item], octets: Int)>(([], 0))
    private let available = MonotonicSemaphore()

    /// `false`: nobody takes what comes.
    func put(_ item: Item) -> Bool {
        let isKept = state.withLock { state in
            if case .octets(let octets) = item.kind {
                guard state.octets + octets.count <= Self.octetLimit else { return false }
                state.octets += octets.count
            }
            state.items.append(item)
            return true
        }
        if isKept { available.signal() }
        return isKept
    }

    func next(within patience: Duration) -> Item? {
        guard available.wait(for: patience) else { return nil }
        return state.withLock { state in
            guard !state.items.isEmpty else { return nil }
            let item = state.items.removeFirst()
            if case .octets(let octets) = item.kind { state.octets -= octets.count }
            return item
        }
    }
}

/// A TCP connection to a server; what comes lies in an inbox.
final class ServerConnection: Sendable {
    private let channel: any Channel

    /// Waits until it stands.
    init(
        to host: String, port: Int, number: Int, inbox: ConnectionInbox, patience: Duration = .seconds(8)
    ) throws(ServerFailure) {
        do {
            channel = try ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .connectTimeout(.nanoseconds(patience.wholeNanoseconds))
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHandler(Reader(number: number, inbox: inbox))
                    }
                }
                .connect(host: host, port: port).wait()
        } catch {
            throw .unreachable(Self.reason(error))
        }
    }

    /// The other end has an address of IPv6.
    var isV6: Bool { channel.remoteAddress?.protocol == .inet6 }

    /// Where this end is, as the other one sees it.
    var localAddress: String? { channel.localAddress?.ipAddress }

    func send(_ octets: [UInt8]) { channel.writeAndFlush(ByteBuffer(bytes: octets), promise: nil) }

    /// After what was sent.
    func close() {
        channel.writeAndFlush(ByteBuffer()).whenComplete { [channel] _ in channel.close(promise: nil) }
    }

    private static func reason(_ error: any Error) -> String {
        if case ChannelError.connectTimeout = error { return "no connection in time" }
        return error is NIOConnectionError ? "nobody answers at that address and port" : "\(error)"
    }

    private final class Reader: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        private let number: Int
        private let inbox: ConnectionInbox
        private var hasEnded = false

        init(number: Int, inbox: ConnectionInbox) {
            self.number = number
            self.inbox = inbox
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            var buffer = unwrapInboundIn(data)
            let octets = buffer.readBytes(length: buffer.readableBytes) ?? []
            if !inbox.put(.init(number: number, kind: .octets(octets))) { end("more came than is taken", context) }
        }

        func channelInactive(context: ChannelHandlerContext) { end(nil, context) }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            end((error as? IOError).map { "\($0)" } ?? "\(error)", context)
        }

        private func end(_ reason: String?, _ context: ChannelHandlerContext) {
            guard !hasEnded else { return }
            hasEnded = true
            _ = inbox.put(.init(number: number, kind: .closed(reason)))
            context.close(promise: nil)
        }
    }
}
