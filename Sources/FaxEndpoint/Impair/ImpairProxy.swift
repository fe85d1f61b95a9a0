import FaxCore
import NIOCore
import NIOPosix
import Synchronization

/// A proxy for SIP calls and their media that impairs both directions as ``ImpairSettings`` says, on an event loop of its
/// own.
public final class ImpairProxy: Sendable {
    private let group: MultiThreadedEventLoopGroup
    private let loop: any EventLoop
    private let driver: NIOLoopBound<ImpairDriver>
    public let address: Endpoint

    /// Calls whose figures wait to be taken; more are left out.
    private static let endedLimit = 10_000

    /// An unspecified address is refused: both sides are told where to send.
    public init(_ settings: ImpairSettings) throws {
        guard !settings.listen.address.isUnspecified else {
            throw BoundSocket.Failure(
                description: "\(settings.listen): an address that both sides reach is wanted", number: 0)
        }
        let socket = try BoundSocket(settings.listen)
        address = socket.endpoint
        group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let loop = group.next()
        self.loop = loop
        let inbox = Inbox()
        self.inbox = inbox
        driver = try loop.submit {
            let driver = ImpairDriver(settings, socket: socket, loop: loop) { inbox.put($0) }
            return NIOLoopBound(driver, eventLoop: loop)
        }.wait()
    }

    private let inbox: Inbox

    /// Figures of calls that are over, each once. Calls count as over when nothing comes any more, or at the stop.
    public func takeEnded() -> [ImpairedCall] { inbox.take() }

    /// Ends the passing on.
    public func close() {
        try? loop.submit { [driver] in driver.value.stop() }.wait()
        try? group.syncShutdownGracefully()
    }

    private final class Inbox: Sendable {
        private let calls = Mutex<[ImpairedCall]>([])
        func put(_ call: ImpairedCall) {
            calls.withLock { if $0.count < ImpairProxy.endedLimit { $0.append(call) } }
        }
        func take() -> [ImpairedCall] {
            calls.withLock { calls in
                defer { calls = [] }
                return calls
            }
        }
    }
}
