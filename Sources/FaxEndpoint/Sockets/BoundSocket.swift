import FaxCore
import Glibc
import NIOCore

/// Sockets as the system gives them: bound at once, so that their ports can be put into a description at once.
package struct BoundSocket {
    /// Not yet owned by a channel: whoever takes it closes it.
    package let descriptor: Int32
    /// As bound; the address may be unspecified.
    package let endpoint: Endpoint

    package struct Failure: Error, Sendable, CustomStringConvertible {
        package var description: String
        /// `errno`.
        package var number: Int32
    }

    /// A UDP port.
    /// - Parameter endpoint: port 0 is any free one.
    package init(_ endpoint: Endpoint) throws(Failure) {
        try self.init(endpoint, type: SOCK_DGRAM, prepare: Self.widen)
    }

    /// - Parameter prepare: sets options before the socket is bound.
    init(_ endpoint: Endpoint, type: __socket_type, prepare: (Int32) -> Void) throws(Failure) {
        let family = endpoint.address.isV4 ? AF_INET : AF_INET6
        let created = Glibc.socket(family, Self.kind(type) | Int32(SOCK_NONBLOCK.rawValue), 0)
        guard created >= 0 else { throw Self.failure("cannot open a socket for \(endpoint)") }
        // IPv4 has sockets of its own.
        if family == AF_INET6 { Self.enable(IPV6_V6ONLY, Int32(IPPROTO_IPV6), created) }
        prepare(created)
        let status = endpoint.socketAddress.withSockAddr { address, size in bind(created, address, socklen_t(size)) }
        guard status == 0, let bound = Self.localEndpoint(of: created) else {
            let failure = Self.failure("cannot listen on \(endpoint)")
            close(created)
            throw failure
        }
        descriptor = created
        self.endpoint = bound
    }

    private static func kind(_ type: __socket_type) -> Int32 { Int32(type.rawValue) | Int32(SOCK_CLOEXEC.rawValue) }

    /// The address of this machine from which packets to `peer` leave; nothing is sent. `nil`: there is no way to it.
    static func localAddress(towards peer: Endpoint) -> IPAddress? {
        let probe = Glibc.socket(peer.address.isV4 ? AF_INET : AF_INET6, kind(SOCK_DGRAM), 0)
        guard probe >= 0 else { return nil }
        defer { close(probe) }
        let status = peer.socketAddress.withSockAddr { address, size in connect(probe, address, socklen_t(size)) }
        guard status == 0 else { return nil }
        return localEndpoint(of: probe)?.address
    }

    /// A burst of packets must not be lost in our own host while the loop is busy; what the system refuses is left.
    private static func widen(_ descriptor: Int32) {
        var octets = Int32(1 << 20)
        let size = socklen_t(MemoryLayout<Int32>.size)
        _ = setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &octets, size)
        _ = setsockopt(descriptor, SOL_SOCKET, SO_SNDBUF, &octets, size)
    }

    private static func localEndpoint(of descriptor: Int32) -> Endpoint? {
        var storage: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
        var size = socklen_t(MemoryLayout.size(ofValue: storage))
        return withUnsafeMutableBytes(of: &storage) { octets in
            let address = octets.baseAddress?.assumingMemoryBound(to: sockaddr.self)
            guard getsockname(descriptor, address, &size) == 0 else { return nil }
            return Endpoint(socket: UnsafeRawBufferPointer(octets))
        }
    }

    static func failure(_ text: String) -> Failure {
        let number = errno
        return Failure(description: "\(text): \(String(cString: strerror(number)))", number: number)
    }
}
