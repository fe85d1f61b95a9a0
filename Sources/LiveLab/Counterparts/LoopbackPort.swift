import FaxCore
import Glibc
import Synchronization

/// Ports for other programs.
public enum LoopbackPort {
    /// 127.0.0.1
    public static let address = IPAddress(v4: 0x7F00_0001)
    /// Any free port of it.
    public static let any = Endpoint(address, 0)

    /// Below the ports of media, and of those that the system gives to anybody who asks for any: a connection may have one
    /// of these a moment later.
    private static let listening: ClosedRange<UInt16> = 2_000...4_900
    private static let handedOut = Mutex(Set<UInt16>())

    /// A port of 127.0.0.1, UDP and TCP, that nobody had a moment ago and that was not handed out lately; 0 when there is none.
    public static func free() -> UInt16 {
        for _ in 0..<200 {
            let port = UInt16.random(in: listening)
            guard bound(port) != nil, bound(port, SOCK_STREAM) != nil else { continue }
            let isNew = handedOut.withLock { ports in
                if ports.count > listening.count / 2 { ports = [] }
                return ports.insert(port).inserted
            }
            if isNew { return port }
        }
        return bound(0) ?? 0
    }

    /// One for media, an even one: above those that the system gives to anybody who asks for any.
    public static func freeForMedia() -> UInt16 {
        for _ in 0..<100 {
            let port = UInt16.random(in: 30_600...32_600) * 2
            // A stream, or an image line, takes the ports behind it, too.
            if (port...port + 3).allSatisfy({ bound($0) != nil }) { return port }
        }
        return free() & ~1
    }

    /// Somebody listens there.
    public static func isTaken(_ port: UInt16) -> Bool { bound(port) == nil }

    /// The port that a socket gets that asks for this one (0: any) and is closed again; `nil`: none.
    private static func bound(_ port: UInt16, _ kind: __socket_type = SOCK_DGRAM) -> UInt16? {
        let descriptor = socket(AF_INET, Int32(kind.rawValue), 0)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let status = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(descriptor, address, size) == 0 ? getsockname(descriptor, address, &size) : -1
            }
        }
        return status == 0 ? UInt16(bigEndian: address.sin_port) : nil
    }

    /// Somebody takes TCP connections there.
    public static func answers(_ port: UInt16) -> Bool {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }
}
