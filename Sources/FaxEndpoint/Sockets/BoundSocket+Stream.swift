import FaxCore
import Glibc
import NIOCore

// TCP ports: one that listens, or one that only lends its number to connections that go out.
extension BoundSocket {
    private static let backlog: Int32 = 128

    /// A TCP port. Connections that we open leave from the same port (``shareStream(_:)``), so that where our requests come
    /// from, where we listen and what our Contact says are one.
    static func stream(_ endpoint: Endpoint, listens: Bool) throws(Failure) -> BoundSocket {
        let socket = try BoundSocket(endpoint, type: SOCK_STREAM) { descriptor in
            // A port whose earlier connections are still dying can be had again at once.
            enable(SO_REUSEADDR, SOL_SOCKET, descriptor)
        }
        // Only now: nobody else could have shared the port while it was bound.
        enable(SO_REUSEPORT, SOL_SOCKET, socket.descriptor)
        guard !listens || listen(socket.descriptor, backlog) == 0 else {
            let failure = failure("cannot listen on \(endpoint)")
            close(socket.descriptor)
            throw failure
        }
        return socket
    }

    static func enable(_ option: Int32, _ level: Int32, _ descriptor: Int32) {
        var on: Int32 = 1
        _ = setsockopt(descriptor, level, option, &on, socklen_t(MemoryLayout<Int32>.size))
    }
}
