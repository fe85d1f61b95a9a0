import FaxCore
import FaxProtocol
import FaxWire

/// From what people write to where a request goes.
public enum SIPTarget {
    public struct Failure: Error, Sendable, CustomStringConvertible {
        public var description: String
        /// What was written is at fault, not the network.
        public var isUsage: Bool
    }

    /// Whom to call, and where. Asks the system's resolver, and waits for it.
    /// - Parameter proxy: the request goes there instead of where the URI says: a SIP URI, or a host with a port and `udp:`,
    ///   `tcp:` or `tls:` before it where wanted.
    public static func destination(
        _ text: String, proxy: String? = nil, lookup: NameLookup = .system
    ) throws(Failure) -> SIPDestination {
        _ = try host(of: text, isProxy: false)
        let route = proxy.map(proxyURI) ?? text
        let host = try host(of: route, isProxy: proxy != nil)
        let seed = SystemRandomNumberGenerator.seed()
        var location = SIPLocation(SIPURI(route), host: host, lookup: lookup, random: SeededRandom(seed: seed))
        let places = location.places()
        guard let first = places.first else {
            throw Failure(description: "the name \(host) is not known", isUsage: false)
        }
        var destination = SIPDestination(uri: text, path: first)
        destination.alternatives = Array(places.dropFirst())
        destination.host = IPAddress(host) == nil ? host : nil
        return destination
    }

    /// At a place that is known, over UDP.
    public static func destination(_ uri: String, at endpoint: Endpoint) -> SIPDestination {
        SIPDestination(uri: uri, path: SIPPath(.udp, endpoint))
    }

    /// The first place of ``destination(_:proxy:lookup:)``, for those who have UDP only.
    public static func resolve(_ text: String) throws(Failure) -> Endpoint {
        let path = try destination(text).path
        guard path.transport == .udp else {
            throw Failure(description: "'\(text)': goes over UDP only here", isUsage: true)
        }
        return path.endpoint
    }

    /// What is wrong with the words for a proxy; `nil`: nothing.
    public static func proxyProblem(_ text: String) -> String? {
        do {
            _ = try host(of: proxyURI(text), isProxy: true)
            return nil
        } catch {
            return error.description
        }
    }

    /// The addresses of its places.
    public static func addresses(_ destination: SIPDestination) -> [IPAddress] {
        ([destination.path] + destination.alternatives).map(\.endpoint.address)
    }

    private static func host(of text: String, isProxy: Bool) throws(Failure) -> String {
        let uri = SIPURI(text)
        guard uri.scheme == "sip" || uri.scheme == "sips", let host = uri.host, !host.isEmpty else {
            let example = isProxy ? "proxy such as tcp:192.0.2.1:5060" : "SIP URI such as sip:5551234@192.0.2.20"
            throw Failure(description: "'\(text)' is no \(example)", isUsage: true)
        }
        if let transport = uri.parameters["transport"], SIPTransport(rawValue: transport.uppercased()) == nil {
            throw Failure(description: "'\(text)': the transport is udp, tcp or tls", isUsage: true)
        }
        return host
    }

    private static func proxyURI(_ text: String) -> String {
        for scheme in ["sip:", "sips:"] where text.hasPrefix(scheme) { return text }
        for transport in ["udp", "tcp", "tls"] where text.hasPrefix(transport + ":") {
            return "sip:\(text.dropFirst(4));transport=\(transport)"
        }
        return "sip:\(text)"
    }

    /// Ports of ours from which that destination can be reached: any free ones.
    public static func anyPorts(for destination: SIPDestination) -> [SIPPath] {
        let place = destination.path
        let any = anyPort(for: place.endpoint)
        let plain = [SIPPath(.udp, any), SIPPath(.tcp, any)]
        switch place.transport {
        case .udp: return plain
        case .tcp: return plain.reversed()
        case .tls: return [SIPPath(.tls, any)] + plain
        }
    }

    /// Ports of ours from which those URIs can be reached: IPv6 only where one of them says so.
    public static func anyPorts(for uris: [String], proxy: String? = nil) -> [SIPPath] {
        let routes = proxy.map { [proxyURI($0)] } ?? uris
        let wantsV6 = routes.contains { SIPURI($0).host.flatMap { IPAddress($0) }.map { !$0.isV4 } ?? false }
        let firstPlace = routes.first.flatMap { try? destination($0).path.endpoint.address }
        let places =
            [IPAddress(v4: 0)] + (wantsV6 || firstPlace?.isV4 == false ? [IPAddress(high: 0, low: 0)] : [])
        return places.flatMap { [SIPPath(.udp, Endpoint($0, 0)), SIPPath(.tcp, Endpoint($0, 0))] }
    }

    /// Any address and port of ours from which that peer can be reached.
    public static func anyPort(for peer: Endpoint) -> Endpoint {
        Endpoint(peer.address.isV4 ? IPAddress(v4: 0) : IPAddress(high: 0, low: 0), 0)
    }

    /// The host that a URI names.
    public static func host(of text: String) -> String? { SIPURI(text).host }

    /// Demands TLS on all of the way.
    static func isSecure(_ text: String) -> Bool { SIPURI(text).scheme == "sips" }
}
