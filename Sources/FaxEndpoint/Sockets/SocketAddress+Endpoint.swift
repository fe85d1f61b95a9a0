import FaxCore
import Glibc
import NIOCore

// The members of socket addresses lie where the system's headers put them: family, port, and the address behind them at
// 4 (IPv4) or 8 (IPv6); port and address in network order.
extension Endpoint {
    /// `nil` for addresses that are neither IPv4 nor IPv6.
    init?(_ address: SocketAddress) {
        switch address {
        case .v4(let v4): self = withUnsafeBytes(of: v4.address) { Endpoint(v4: $0) }
        case .v6(let v6): self = withUnsafeBytes(of: v6.address) { Endpoint(v6: $0) }
        case .unixDomainSocket: return nil
        }
    }

    /// `socket`: a `sockaddr` that is as long as its family demands.
    package init?(socket: UnsafeRawBufferPointer) {
        switch Int32(socket.loadUnaligned(as: sa_family_t.self)) {
        case AF_INET: self.init(v4: socket)
        case AF_INET6: self.init(v6: socket)
        default: return nil
        }
    }

    private init(v4 socket: UnsafeRawBufferPointer) {
        let port = UInt16(bigEndian: socket.loadUnaligned(fromByteOffset: 2, as: UInt16.self))
        self.init(IPAddress(v4: UInt32(bigEndian: socket.loadUnaligned(fromByteOffset: 4, as: UInt32.self))), port)
    }

    private init(v6 socket: UnsafeRawBufferPointer) {
        let port = UInt16(bigEndian: socket.loadUnaligned(fromByteOffset: 2, as: UInt16.self))
        let high = UInt64(bigEndian: socket.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
        let low = UInt64(bigEndian: socket.loadUnaligned(fromByteOffset: 16, as: UInt64.self))
        self.init(IPAddress(high: high, low: low), port)
    }

    package var socketAddress: SocketAddress {
        var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
        return withUnsafeMutableBytes(of: &words) { octets in
            octets.storeBytes(of: port.bigEndian, toByteOffset: 2, as: UInt16.self)
            if address.isV4 {
                octets.storeBytes(of: sa_family_t(AF_INET), as: sa_family_t.self)
                octets.storeBytes(of: address.v4.bigEndian, toByteOffset: 4, as: UInt32.self)
                return SocketAddress(octets.loadUnaligned(as: sockaddr_in.self))
            }
            octets.storeBytes(of: sa_family_t(AF_INET6), as: sa_family_t.self)
            octets.storeBytes(of: address.high.bigEndian, toByteOffset: 8, as: UInt64.self)
            octets.storeBytes(of: address.low.bigEndian, toByteOffset: 16, as: UInt64.self)
            return SocketAddress(octets.loadUnaligned(as: sockaddr_in6.self))
        }
    }
}
