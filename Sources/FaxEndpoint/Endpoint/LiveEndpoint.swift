import Dispatch
import FaxCore
import FaxProtocol
import NIOCore
import NIOPosix
import Synchronization

/// A fax machine on the IP network: ports for SIP over UDP, TCP and TLS, ports for media, and any number of calls on one event loop of its
/// own. Events come out of ``events``; all functions may be called on any thread but the loop's.
public final class LiveEndpoint: Sendable {
    private let group: MultiThreadedEventLoopGroup
    private let loop: any EventLoop
    private let disk: DiskQueue
    private let driver: NIOLoopBound<EndpointDriver>
    public let events = EventQueue()
    /// Where SIP is listened to; the first place.
    public let address: Endpoint
    public let ports: [SIPPath]

    /// Begins to listen. Throws when an address or a port cannot be had, or the record cannot be written.
    public init(_ settings: EndpointSettings) throws {
        let tls = try settings.tls == TLSSettings() ? nil : TLSContexts(settings.tls)
        var ports = try SIPPorts(settings.ports, hasCertificate: settings.tls.hasCertificate)
        address = ports.ports.first?.socket.endpoint ?? Endpoint(IPAddress(v4: 0), 0)
        self.ports = ports.ports.filter(\.listens).map(\.path)
        group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let loop = group.next()
        self.loop = loop
        let events = events
        let opened = ports
        let seed = SystemRandomNumberGenerator.seed()
        let disk = DiskQueue(loop)
        self.disk = disk
        do {
            driver = try loop.submit {
                let driver = try EndpointDriver(
                    settings, ports: opened, tls: tls, seed: seed, loop: loop, disk: disk
                ) { events.put($0) }
                return NIOLoopBound(driver, eventLoop: loop)
            }.wait()
        } catch {
            ports.close()
            disk.close()
            try? group.syncShutdownGracefully()
            throw error
        }
    }

    public func send(_ fax: OutgoingFax) {
        loop.execute { [driver] in driver.value.send(fax) }
    }

    func onDriver(_ body: @escaping @Sendable (EndpointDriver) -> Void) {
        loop.execute { [driver] in body(driver.value) }
    }

    public func register(_ request: RegistrationRequest) {
        loop.execute { [driver] in driver.value.register(request) }
    }

    /// Asks by OPTIONS and waits for the answer; `nil`: none came in time.
    public func ask(_ peer: SIPDestination, within patience: Duration) -> OptionsAnswer? {
        let done = DispatchSemaphore(value: 0)
        let answer = Mutex<OptionsAnswer?>(nil)
        loop.execute { [driver] in
            let query = OptionsQuery(peer, driver: driver.value) { given in
                answer.withLock { $0 = given }
                done.signal()
            }
            guard let query else {
                done.signal()
                return
            }
            driver.value.query = query
            query.start(within: patience)
        }
        done.wait()
        return answer.withLock { $0 }
    }

    /// Packets in the record so far; 0 without one.
    var recordedFrames: Int { get throws { try loop.submit { [driver] in driver.value.recorder?.frames ?? 0 }.wait() } }

    /// Ends every call (BYE, CANCEL), waits so long for the other sides, and closes. Results of calls that it ended are
    /// among ``events`` afterwards.
    public func stop(patience: Duration = .seconds(4)) {
        let done = DispatchSemaphore(value: 0)
        loop.execute { [driver] in driver.value.stop(patience: patience) { done.signal() } }
        done.wait()
    }

    /// How late packets left so far.
    public var lateness: DurationMeter {
        get throws { try loop.submit { [driver] in driver.value.times.lateness }.wait() }
    }
    /// What its calls and its event loop did in time so far; begins to count anew.
    public func takeTimes() throws -> LoopTimes { try loop.submit { [driver] in driver.value.takeTimes() }.wait() }
    /// Datagrams that were no SIP, too long or too many.
    public var dropped: Int { get throws { try loop.submit { [driver] in driver.value.dropped }.wait() } }
    /// Why the record is not whole; `nil`: it is.
    public var recordFailure: String? {
        get throws { try loop.submit { [driver] in driver.value.recordFailure }.wait() }
    }

    /// Gives the threads back; call ``stop(patience:)`` before.
    public func close() {
        disk.close()
        try? group.syncShutdownGracefully()
    }
}

extension SystemRandomNumberGenerator {
    static func seed() -> UInt64 {
        var generator = SystemRandomNumberGenerator()
        return generator.next()
    }
}
