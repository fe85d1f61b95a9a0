import FaxCore
import FaxProtocol
import FaxWire
import Glibc
import NIOCore
import NIOPosix
import NIOSSL

/// The TCP and TLS connections of an endpoint: found again by where they lead (RFC 3261 §18), opened when there is none,
/// watched, and closed when nobody needs them. Belongs to its event loop.
final class SIPConnections {
    private let limits: EndpointLimits
    private let loop: any EventLoop
    private var connections: [SIPPath: SIPConnection] = [:]
    private var listeners: [any Channel] = []
    private var isWatching = false
    private var isClosed = false
    /// Names that peers have to prove over TLS; without one it is the address.
    private var names: [SIPPath: String] = [:]
    /// Read when TLS is first used.
    var contexts: TLSContexts?
    /// The port of ours that a connection leaves from.
    var localEndpoint: (SIPPath) -> Endpoint? = { _ in nil }
    /// Whether a call or a registration goes over it.
    var isNeeded: (SIPPath) -> Bool = { _ in false }
    var onMessage: ((SIPMessage, SIPPath) -> Void)?
    /// A connection could not be had, or broke.
    var onBroken: ((SIPPath, String) -> Void)?

    private static let nameLimit = 4_096

    init(_ limits: EndpointLimits, loop: any EventLoop) {
        self.limits = limits
        self.loop = loop
    }

    /// TLS to that address has to show a certificate for that name.
    func expect(_ name: String, at path: SIPPath) {
        if names.count < Self.nameLimit || names[path] != nil { names[path] = name }
    }

    func stands(_ path: SIPPath) -> Bool { connections[path] != nil }

    // MARK: - Ours

    /// On the connection that leads there, or a new one.
    func send(_ octets: [UInt8], to path: SIPPath) {
        if let connection = connections[path] { return connection.send(octets) }
        guard !isClosed else { return }
        guard connections.count < limits.connections else {
            return tellLater(path, "\(limits.connections) connections at one time")
        }
        let connection = SIPConnection(to: path, limits)
        add(connection)
        connection.send(octets)
        open(connection, from: localEndpoint(path))
    }

    /// - Parameter local: our port for it; `nil`: any.
    private func open(_ connection: SIPConnection, from local: Endpoint?) {
        let bound = NIOLoopBound((self, connection), eventLoop: loop)
        var bootstrap = ClientBootstrap(group: loop)
            .connectTimeout(TimeAmount(limits.connectTime))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let (owner, connection) = bound.value
                    if connection.path.transport == .tls {
                        try channel.pipeline.syncOperations.addHandler(try owner.clientHandler(connection.path))
                    }
                    try channel.pipeline.syncOperations.addHandler(SIPConnectionHandler(connection))
                }
            }
        if let local {
            bootstrap =
                bootstrap
                .channelOption(.socketOption(NIOBSDSocket.Option(rawValue: SO_REUSEADDR)), value: 1)
                .channelOption(.socketOption(NIOBSDSocket.Option(rawValue: SO_REUSEPORT)), value: 1)
                .bind(to: local.socketAddress)
        }
        bootstrap.connect(to: connection.path.endpoint.socketAddress).whenComplete { result in
            let (owner, connection) = bound.value
            switch result {
            case .success(let channel): connection.opened(channel)
            case .failure(let error):
                // The same two ports may have had a connection a moment ago: then from any port.
                if local != nil, Self.isTaken(error) { return owner.open(connection, from: nil) }
                connection.fail(Self.text(error))
            }
        }
    }

    private static func isTaken(_ error: any Error) -> Bool {
        guard let error = error as? IOError else { return false }
        return error.errnoCode == EADDRINUSE || error.errnoCode == EADDRNOTAVAIL || error.errnoCode == EINVAL
    }

    private static func text(_ error: any Error) -> String {
        switch error {
        case ChannelError.connectTimeout: "no answer"
        default: TLSContexts.text(error)
        }
    }

    private func clientHandler(_ path: SIPPath) throws -> NIOSSLClientHandler {
        if contexts == nil { contexts = try TLSContexts(TLSSettings()) }
        guard let context = contexts else { throw TLSContexts.Failure(description: "TLS is not set up") }
        guard let name = names[path], !context.isInsecure else {
            return try NIOSSLClientHandler(context: context.client, serverHostname: names[path])
        }
        let expected = PeerName(name)
        return try NIOSSLClientHandler._makeSSLClientHandler(context: context.client, serverHostname: name) {
            certificate, channel in
            channel.eventLoop.makeCompletedFuture { try expected.check(certificate) }
        }
    }

    // MARK: - Theirs

    /// Takes a listening socket over.
    func listen(_ socket: BoundSocket, _ transport: SIPTransport) {
        let bound = NIOLoopBound(self, eventLoop: loop)
        ServerBootstrap(group: loop)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try bound.value.accept(channel, transport) }
            }
            .withBoundSocket(socket.descriptor)
            .whenSuccess { channel in
                if bound.value.isClosed { return channel.close(promise: nil) }
                bound.value.listeners.append(channel)
            }
    }

    private func accept(_ channel: any Channel, _ transport: SIPTransport) throws {
        guard let source = channel.remoteAddress.flatMap({ Endpoint($0) }), mayCome(source.address, transport) else {
            return channel.close(promise: nil)
        }
        let connection = SIPConnection(accepted: channel, SIPPath(transport, source), limits)
        if transport == .tls, let server = contexts?.server {
            try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: server))
        }
        try channel.pipeline.syncOperations.addHandler(SIPConnectionHandler(connection))
        add(connection)
        if transport == .tls { endUnlessShaken(connection) }
    }

    private func mayCome(_ source: IPAddress, _ transport: SIPTransport) -> Bool {
        guard !isClosed, connections.count < limits.connections,
            connections.values.count(where: { $0.path.endpoint.address == source }) < limits.connectionsPerSource
        else { return false }
        return transport != .tls || connections.values.count(where: \.isHandshaking) < limits.handshakes
    }

    private func endUnlessShaken(_ connection: SIPConnection) {
        let bound = NIOLoopBound(connection, eventLoop: loop)
        loop.scheduleTask(in: TimeAmount(limits.connectTime)) {
            if bound.value.isHandshaking { bound.value.fail("no handshake") }
        }
    }

    private func add(_ connection: SIPConnection) {
        let path = connection.path
        connections[path]?.close()
        connections[path] = connection
        connection.onMessage = { [weak self] in self?.onMessage?($0, path) }
        connection.onClose = { [weak self, weak connection] reason in
            guard let self else { return }
            if connections[path] === connection { connections[path] = nil }
            tellLater(path, reason)
        }
        if connection.isOurs, path.transport == .tls { endUnlessShaken(connection) }
        watch()
    }

    /// Not while somebody is sending: what is told may send, too.
    private func tellLater(_ path: SIPPath, _ reason: String) {
        let bound = NIOLoopBound(self, eventLoop: loop)
        loop.execute { if !bound.value.isClosed { bound.value.onBroken?(path, reason) } }
    }

    // MARK: - Watching

    private static let watchStep = TimeAmount.seconds(1)
    /// Between pings of a connection that we opened, and how long an answer may take (RFC 5626 §4.4.1).
    static let pingInterval = Duration.seconds(30)
    static let pongPatience = Duration.seconds(10)

    /// Once a second while there are any.
    private func watch() {
        guard !isWatching, !isClosed, !connections.isEmpty else { return }
        isWatching = true
        let bound = NIOLoopBound(self, eventLoop: loop)
        loop.scheduleTask(in: Self.watchStep) {
            bound.value.isWatching = false
            bound.value.check(at: LiveClock.now)
            bound.value.watch()
        }
    }

    private func check(at now: Instant) {
        for connection in Array(connections.values) {
            if let since = connection.unfinishedSince, now - since > limits.messageTime {
                connection.fail("a message that does not end")
            } else if connection.hasLostPeer(at: now, patience: Self.pongPatience) {
                connection.fail("it answers no pings any more")
            } else if now - connection.lastTraffic > limits.connectionIdle, !isNeeded(connection.path) {
                connection.fail("idle")
            } else if connection.isOurs, isPingDue(connection, at: now), isNeeded(connection.path) {
                connection.ping(at: now)
            }
        }
    }

    private func isPingDue(_ connection: SIPConnection, at now: Instant) -> Bool {
        now - max(connection.lastTraffic, connection.pingedAt ?? .zero) > Self.pingInterval
    }

    var count: Int { connections.count }

    func close() {
        isClosed = true
        for connection in Array(connections.values) { connection.close() }
        connections = [:]
        for listener in listeners { listener.close(promise: nil) }
        listeners = []
    }
}
