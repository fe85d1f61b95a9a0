import FaxCore
import FaxProtocol
import Glibc

/// The ports of an endpoint for SIP, bound before anything runs.
struct SIPPorts {
    struct Port {
        let transport: SIPTransport
        let socket: BoundSocket
        /// Otherwise it only lends its number to connections that go out.
        let listens: Bool
        var path: SIPPath { SIPPath(transport, socket.endpoint) }
    }

    private(set) var ports: [Port] = []

    private static let tries = 20

    /// Throws ``BoundSocket/Failure`` when one cannot be had.
    init(_ wanted: [SIPPath], hasCertificate: Bool) throws(BoundSocket.Failure) {
        for attempt in 1...Self.tries {
            do throws(BoundSocket.Failure) {
                try open(wanted, hasCertificate: hasCertificate)
                return
            } catch {
                close()
                // A free port of one transport may be taken in another: then with other free ports.
                let mayHelp = error.number == EADDRINUSE && wanted.contains { $0.endpoint.port == 0 }
                if !mayHelp || attempt == Self.tries { throw error }
            }
        }
    }

    private mutating func open(_ wanted: [SIPPath], hasCertificate: Bool) throws(BoundSocket.Failure) {
        for path in wanted {
            var endpoint = path.endpoint
            if endpoint.port == 0, path.transport != .tls { endpoint.port = free(like: endpoint) }
            switch path.transport {
            case .udp: ports.append(Port(transport: .udp, socket: try BoundSocket(endpoint), listens: true))
            case .tcp:
                ports.append(Port(transport: .tcp, socket: try .stream(endpoint, listens: true), listens: true))
            case .tls:
                let socket = try BoundSocket.stream(endpoint, listens: hasCertificate)
                ports.append(Port(transport: .tls, socket: socket, listens: hasCertificate))
            }
        }
    }

    /// The port of another transport that was to be any at the same address; 0: there is none yet.
    private func free(like endpoint: Endpoint) -> UInt16 {
        ports.first { $0.transport != .tls && $0.socket.endpoint.address == endpoint.address }?.socket.endpoint.port
            ?? 0
    }

    /// A port that connections to that peer can leave from; nobody listens there.
    mutating func lend(for peer: SIPPath) -> Port? {
        let isV4 = peer.endpoint.address.isV4
        guard let address = ports.map(\.socket.endpoint.address).first(where: { $0.isV4 == isV4 }),
            let socket = try? BoundSocket.stream(Endpoint(address, 0), listens: false)
        else { return nil }
        let port = Port(transport: peer.transport, socket: socket, listens: false)
        ports.append(port)
        return port
    }

    /// Gives those back that no channel has taken over.
    mutating func closeIdle() {
        for port in ports where !port.listens { Glibc.close(port.socket.descriptor) }
        ports = []
    }

    /// Gives them back, while nobody has taken them over.
    mutating func close() {
        for port in ports { Glibc.close(port.socket.descriptor) }
        ports = []
    }

    /// The port that serves peers there; `nil`: none of that transport and kind of address.
    func port(for peer: SIPPath) -> Port? {
        ports.first { $0.transport == peer.transport && $0.socket.endpoint.address.isV4 == peer.endpoint.address.isV4 }
    }
}
