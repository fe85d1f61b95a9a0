import FaxCore
import FaxProtocol
import FaxWire
import NIOCore

// The SIP side of an endpoint: its ports and connections, and who it is to a peer.
extension EndpointDriver {
    struct NoPort: Error, Sendable, CustomStringConvertible {
        let peer: SIPPath
        var description: String {
            "\(peer.endpoint) cannot be reached over \(peer.transport.rawValue) from where --listen says"
        }
    }

    /// Listens. Call it once.
    func openPorts() {
        connections.onMessage = { [weak self] message, path in
            self?.receive(message, message.octets, from: path, at: LiveClock.now)
        }
        connections.onBroken = { [weak self] in self?.broken($0, $1) }
        connections.localEndpoint = { [weak self] in self?.ownEndpoint(for: $0) }
        connections.isNeeded = { [weak self] in self?.isNeeded($0) ?? false }
        for port in ports.ports {
            switch port.transport {
            case .udp:
                let datagrams = UDPPort(port.socket, on: loop, maximum: UDPPort.datagramLimit) { [weak self] in
                    self?.receiveDatagram($0, from: $1)
                }
                datagramPorts.append(datagrams)
            case .tcp, .tls: if port.listens { connections.listen(port.socket, port.transport) }
            }
        }
        keepAlive()
    }

    func tellPorts() {
        tell(nil, .listening(ports.ports.filter(\.listens).map(\.path)))
        if settings.tls.isInsecure { tell(nil, .warning("certificates are not verified: anybody may answer")) }
    }

    func closePorts() {
        for port in datagramPorts { port.close() }
        datagramPorts = []
        connections.close()
        ports.closeIdle()
    }

    // MARK: - In

    private func receiveDatagram(_ octets: [UInt8], from source: Endpoint) {
        // Line ends alone keep a way open through address translation (RFC 5626 §3.5.1).
        if octets.count <= 4, octets.allSatisfy({ $0 == 0x0D || $0 == 0x0A }) { return }
        guard octets.count <= settings.limits.sipMessage, let message = try? SIPMessage.lax(octets.span.bytes).value
        else {
            dropped += 1
            return
        }
        receive(message, octets, from: SIPPath(.udp, source), at: LiveClock.now)
    }

    private func broken(_ path: SIPPath, _ reason: String) {
        for call in calls.values.sorted(by: { $0.number < $1.number }) { call.transportFailed(path, reason) }
        onBroken?(path, reason)
    }

    private func isNeeded(_ path: SIPPath) -> Bool {
        registration?.path == path || calls.values.contains { $0.peer == path }
    }

    // MARK: - Out

    func sendSIP(_ octets: [UInt8], to path: SIPPath) {
        switch path.transport {
        case .udp:
            let isV4 = path.endpoint.address.isV4
            datagramPorts.first { $0.endpoint.address.isV4 == isV4 }?.send(octets, to: path.endpoint)
        case .tcp, .tls: connections.send(octets, to: connections.stands(path) ? path : Self.wayBack(octets, path))
        }
    }

    /// A response whose connection is gone goes to where its Via says, at the address that the request came from
    /// (RFC 3261 §18.2.2).
    private static func wayBack(_ octets: [UInt8], _ path: SIPPath) -> SIPPath {
        guard let message = try? SIPMessage.lax(octets.span.bytes).value, message.status != nil,
            let via = message.elements(.via).first.flatMap(SIPVia.init)
        else { return path }
        return SIPPath(path.transport, Endpoint(path.endpoint.address, via.port ?? path.transport.defaultPort))
    }

    /// Over TLS it has to prove that it is the host that was dialled.
    func expect(_ destination: SIPDestination) {
        guard let host = destination.host else { return }
        for path in [destination.path] + destination.alternatives where path.transport == .tls {
            connections.expect(host, at: path)
        }
    }

    // MARK: - Who we are

    /// The port of ours that serves that peer; its address may be unspecified. A connection that goes out can have a port
    /// of its own where none listens.
    func ownEndpoint(for peer: SIPPath) -> Endpoint? {
        if let port = ports.port(for: peer) { return port.socket.endpoint }
        return peer.transport.isReliable ? ports.lend(for: peer)?.socket.endpoint : nil
    }

    /// Who we are to that peer: the address under which it reaches us. `nil`: it does not.
    func agent(towards peer: SIPPath) -> SIPAgent? {
        guard let listen = ownEndpoint(for: peer) else { return nil }
        let own = listen.address.isUnspecified ? BoundSocket.localAddress(towards: peer.endpoint) : listen.address
        let path = SIPPath(peer.transport, Endpoint(settings.advertised ?? own ?? listen.address, listen.port))
        var agent = SIPAgent(path: path, user: settings.user, domain: settings.domain, product: settings.product)
        agent.credentials = settings.credentials
        agent.digest = .crypto
        agent.prefersTCPForLargeRequests = settings.ports.contains { $0.transport == .tcp }
        return agent
    }

    // MARK: - Keep-alive

    private static let keepAliveInterval = TimeAmount.seconds(25)
    private static let lineEnds: [UInt8] = [0x0D, 0x0A, 0x0D, 0x0A]

    /// Line ends over UDP, so that address translation between us and the registrar, or the peers of calls, does not
    /// forget us (RFC 5626 §3.5.1 has them for connections; over UDP they are custom).
    private func keepAlive() {
        let bound = NIOLoopBound(self, eventLoop: loop)
        loop.scheduleTask(in: Self.keepAliveInterval) {
            let driver = bound.value
            guard !driver.isStopping else { return }
            var paths: [SIPPath] = []
            if let path = driver.registration?.path { paths.append(path) }
            if driver.settings.advertised != nil {
                paths += driver.calls.values.sorted { $0.number < $1.number }.map(\.peer)
            }
            for path in paths where path.transport == .udp { driver.sendSIP(Self.lineEnds, to: path) }
            driver.keepAlive()
        }
    }
}

extension SIPPath {
    /// `udp:192.0.2.1:5060`
    var text: String { "\(transport.rawValue.lowercased()):\(endpoint)" }

    /// What a URI says of the transport: nothing for UDP.
    var uriParameter: String { transport == .udp ? "" : ";transport=\(transport.rawValue.lowercased())" }
}
