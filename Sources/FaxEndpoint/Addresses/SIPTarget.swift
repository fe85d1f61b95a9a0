import FaxCore
import FaxProtocol
import FaxWire
import Glibc

/// From a URI to where its INVITE goes (RFC 3263, without NAPTR and SRV: a name is looked up as a host).
public enum SIPTarget {
    public struct Failure: Error, Sendable, CustomStringConvertible {
        public var description: String
        /// The URI is at fault, not the network.
        public var isUsage: Bool
    }

    /// The first address of the URI's host, IPv4 before IPv6. Asks the system's resolver, and waits for it.
    public static func resolve(_ text: String) throws(Failure) -> Endpoint {
        let uri = SIPURI(text)
        guard uri.scheme == "sip", let host = uri.host, !host.isEmpty else {
            throw Failure(description: "'\(text)' is no SIP URI such as sip:5551234@192.0.2.20", isUsage: true)
        }
        if let transport = uri.parameters["transport"], transport.lowercased() != "udp" {
            throw Failure(description: "'\(text)': calls go over UDP only", isUsage: true)
        }
        let port = uri.port ?? SIPTransport.udp.defaultPort
        if let address = IPAddress(host) { return Endpoint(address, port) }
        guard let found = addresses(of: host).min(by: { $0.isV4 && !$1.isV4 }) else {
            throw Failure(description: "the name \(host) is not known", isUsage: false)
        }
        return Endpoint(found, port)
    }

    public static func destination(_ uri: String, at endpoint: Endpoint) -> SIPDestination {
        SIPDestination(uri: uri, path: SIPPath(.udp, endpoint))
    }

    /// Any address and port of ours from which that peer can be reached.
    public static func anyPort(for peer: Endpoint) -> Endpoint {
        Endpoint(peer.address.isV4 ? IPAddress(v4: 0) : IPAddress(high: 0, low: 0), 0)
    }

    /// The host that a URI names.
    public static func host(of text: String) -> String? { SIPURI(text).host }

    private static func addresses(of host: String) -> [IPAddress] {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_DGRAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, nil, &hints, &list) == 0 else { return [] }
        defer { freeaddrinfo(list) }
        var found: [IPAddress] = []
        var next = list
        while let entry = next?.pointee, found.count < 16 {
            if let address = entry.ai_addr {
                let socket = UnsafeRawBufferPointer(start: address, count: Int(entry.ai_addrlen))
                if let endpoint = Endpoint(socket: socket) { found.append(endpoint.address) }
            }
            next = entry.ai_next
        }
        return found
    }
}
