import FaxCore
import FaxProtocol
import Glibc
import NIOCore

/// Whether a host says that nothing listens on a port: by ICMP for UDP, which only a connected socket is told, and by RST for
/// TCP and TLS.
enum PortKnock {
    enum Answer: Sendable, Hashable {
        /// ICMP (port, host or network unreachable) or RST, in the system's words.
        case refused(String)
        /// Nothing came, or something that is no error: a firewall, or a port that is open.
        case silent
    }

    static func knock(at peer: SIPPath, patience: Duration) -> Answer {
        let milliseconds = Int32(clamping: patience.wholeNanoseconds / 1_000_000)
        return switch peer.transport {
        case .udp: sendLine(to: peer.endpoint, milliseconds)
        case .tcp, .tls: connect(to: peer.endpoint, milliseconds)
        }
    }

    /// Sends an empty line, as SIP does to keep a way open (RFC 5626 §3.5.1), and waits so long.
    private static func sendLine(to peer: Endpoint, _ milliseconds: Int32) -> Answer {
        withSocket(SOCK_DGRAM, peer) { socket, status in
            guard status == 0 else { return .refused(String(cString: strerror(errno))) }
            var line: [UInt8] = [0x0D, 0x0A, 0x0D, 0x0A]
            guard send(socket, &line, line.count, 0) >= 0 else { return .refused(String(cString: strerror(errno))) }
            var wait = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
            guard poll(&wait, 1, milliseconds) > 0 else { return .silent }
            var octet: UInt8 = 0
            guard recv(socket, &octet, 1, Int32(MSG_DONTWAIT)) < 0 else { return .silent }
            return .refused(String(cString: strerror(errno)))
        }
    }

    private static func connect(to peer: Endpoint, _ milliseconds: Int32) -> Answer {
        withSocket(SOCK_STREAM, peer) { socket, status in
            if status == 0 { return .silent }
            guard errno == EINPROGRESS else { return .refused(String(cString: strerror(errno))) }
            var wait = pollfd(fd: socket, events: Int16(POLLOUT), revents: 0)
            guard poll(&wait, 1, milliseconds) > 0 else { return .silent }
            var problem: Int32 = 0
            var size = socklen_t(MemoryLayout<Int32>.size)
            guard getsockopt(socket, SOL_SOCKET, SO_ERROR, &problem, &size) == 0, problem != 0 else { return .silent }
            return .refused(String(cString: strerror(problem)))
        }
    }

    /// - Parameter body: given a socket that does not block and the status of its connecting.
    private static func withSocket(
        _ type: __socket_type, _ peer: Endpoint, _ body: (Int32, Int32) -> Answer
    ) -> Answer {
        let kind = Int32(type.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
        let socket = Glibc.socket(peer.address.isV4 ? AF_INET : AF_INET6, kind, 0)
        guard socket >= 0 else { return .silent }
        defer { close(socket) }
        let status = peer.socketAddress.withSockAddr { Glibc.connect(socket, $0, socklen_t($1)) }
        return body(socket, status)
    }
}
