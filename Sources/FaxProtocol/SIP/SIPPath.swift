import FaxCore
import FaxWire

/// What carries SIP messages (RFC 3261 §18).
public enum SIPTransport: String, Sendable, Hashable, CaseIterable {
    case udp = "UDP"
    case tcp = "TCP"
    case tls = "TLS"

    /// Delivers or says that it cannot, so that nothing is sent twice.
    public var isReliable: Bool {
        switch self {
        case .udp: false
        case .tcp, .tls: true
        }
    }

    public var defaultPort: UInt16 {
        switch self {
        case .udp, .tcp: 5_060
        case .tls: 5_061
        }
    }

    /// The `transport` parameter of a URI; `nil` for UDP, which needs none.
    var uriParameter: String? {
        switch self {
        case .udp: nil
        case .tcp: "tcp"
        case .tls: "tls"
        }
    }
}

/// Where a message goes or comes from: the other end's address and the transport. Over TCP and TLS the driver maps it
/// to a connection.
public struct SIPPath: Sendable, Hashable {
    public var transport: SIPTransport
    public var endpoint: Endpoint

    public init(_ transport: SIPTransport, _ endpoint: Endpoint) {
        self.transport = transport
        self.endpoint = endpoint
    }

    /// The path that a URI names by itself (RFC 3263 §4 for addresses; host names are for a resolver).
    /// - Parameter current: whose transport holds where the URI names none.
    /// - Returns: `nil` for a URI that is no SIP URI with an IP address.
    init?(uri text: String, current: SIPPath) {
        let uri = SIPURI(text)
        guard let host = uri.host, let address = IPAddress(host) else { return nil }
        let named = uri.parameters["transport"]?.uppercased()
        switch (uri.scheme, named) {
        case ("sips", _), ("sip", "TLS"): transport = .tls
        case ("sip", "TCP"): transport = .tcp
        case ("sip", "UDP"): transport = .udp
        case ("sip", nil): transport = current.transport
        default: return nil
        }
        endpoint = Endpoint(address, uri.port ?? transport.defaultPort)
    }
}
