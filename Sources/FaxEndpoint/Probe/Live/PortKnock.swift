import FaxCore
import Foundation
import Glibc
import NIOCore

/// Whether a host says by ICMP that nothing listens on a UDP port. Only a connected socket is told.
enum PortKnock {
    enum Answer: Sendable, Hashable {
        /// ICMP: port, host or network unreachable, in the system's words.
        case refused(String)
        /// Nothing came, or something that is no error: a firewall, or a port that is open.
        case silent
    }

    /// Sends an empty line, as SIP does to keep a way open (RFC 5626 §3.5.1), and waits so long.
    static func knock(at peer: Endpoint, patience: Duration) -> Answer {
        let kind = Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        let socket = Glibc.socket(peer.address.isV4 ? AF_INET : AF_INET6, kind, 0)
        guard socket >= 0 else { return .silent }
        defer { close(socket) }
        let status = peer.socketAddress.withSockAddr { address, size in connect(socket, address, socklen_t(size)) }
        guard status == 0 else { return .refused(String(cString: strerror(errno))) }
        var line: [UInt8] = [0x0D, 0x0A, 0x0D, 0x0A]
        guard send(socket, &line, line.count, 0) >= 0 else { return .refused(String(cString: strerror(errno))) }
        var wait = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
        guard poll(&wait, 1, Int32(clamping: patience.wholeNanoseconds / 1_000_000)) > 0 else { return .silent }
        var octet: UInt8 = 0
        guard recv(socket, &octet, 1, Int32(MSG_DONTWAIT)) < 0 else { return .silent }
        return .refused(String(cString: strerror(errno)))
    }
}
