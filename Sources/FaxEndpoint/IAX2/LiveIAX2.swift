import Dispatch
import FaxCore
import Glibc
import NIOCore
import NIOPosix

/// A fax machine that IAXmodem registers with: a UDP port and any number of calls on one event loop of its own. All functions
/// may be called on any thread but the loop's.
public final class LiveIAX2: FollowedEndpoint, Sendable {
    private let group: MultiThreadedEventLoopGroup
    private let loop: any EventLoop
    private let driver: NIOLoopBound<IAX2Driver>
    private let disk: DiskQueue
    public let events = EventQueue()
    public let address: Endpoint

    /// Begins to listen. Throws when the port cannot be had, or the record cannot be written.
    public init(_ settings: IAX2EndpointSettings) throws {
        let socket = try BoundSocket(settings.listen)
        address = socket.endpoint
        group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let loop = group.next()
        self.loop = loop
        let disk = DiskQueue(loop)
        self.disk = disk
        let events = events
        let seed = SystemRandomNumberGenerator.seed()
        do {
            driver = try loop.submit {
                let driver = try IAX2Driver(settings, socket: socket, seed: seed, loop: loop, disk: disk) {
                    events.put($0)
                }
                return NIOLoopBound(driver, eventLoop: loop)
            }.wait()
        } catch {
            Glibc.close(socket.descriptor)
            disk.close()
            try? group.syncShutdownGracefully()
            throw error
        }
    }

    /// Sends faxes, one after the other, when the modem is registered.
    public func send(_ faxes: [OutgoingIAX2Fax]) {
        loop.execute { [driver] in driver.value.send(faxes) }
    }

    public func stop(patience: Duration = .seconds(4)) {
        let done = DispatchSemaphore(value: 0)
        loop.execute { [driver] in driver.value.stop(patience: patience) { done.signal() } }
        done.wait()
    }

    public var lateness: DurationMeter { get throws { try loop.submit { [driver] in driver.value.lateness }.wait() } }

    public var recordFailure: String? {
        get throws { try loop.submit { [driver] in driver.value.recordFailure }.wait() }
    }

    public func close() {
        disk.close()
        try? group.syncShutdownGracefully()
    }
}
