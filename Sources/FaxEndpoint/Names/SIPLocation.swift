import FaxCore
import FaxProtocol
import FaxWire

/// From a URI to the places where its requests go, in the order in which they are tried (RFC 3263 §4).
struct SIPLocation {
    private let uri: SIPURI
    private let host: String
    private let lookup: NameLookup
    private var random: SeededRandom

    /// Places of one URI.
    static let limit = 16

    init(_ uri: SIPURI, host: String, lookup: NameLookup, random: SeededRandom) {
        self.uri = uri
        self.host = host
        self.lookup = lookup
        self.random = random
    }

    /// Empty: the name is not known.
    mutating func places() -> [SIPPath] {
        if let address = IPAddress(host) {
            let transport = named ?? .udp
            return [SIPPath(transport, Endpoint(address, uri.port ?? transport.defaultPort))]
        }
        // A port says that there is nothing to look up but the address; a name without a dot is of this network.
        if uri.port == nil, host.contains("."), let found = served() { return found }
        return plain(named ?? .udp)
    }

    /// What the URI says of the transport.
    private var named: SIPTransport? {
        if uri.scheme == "sips" { return .tls }
        return uri.parameters["transport"].flatMap { SIPTransport(rawValue: $0.uppercased()) }
    }

    private func plain(_ transport: SIPTransport) -> [SIPPath] {
        let port = uri.port ?? transport.defaultPort
        return lookup.addresses(of: host).prefix(Self.limit).map { SIPPath(transport, Endpoint($0, port)) }
    }

    // MARK: - Records

    /// `nil`: DNS has no services for the name, or cannot be asked.
    private mutating func served() -> [SIPPath]? {
        if let named { return servers(named, Self.serviceName(named, host)) }
        switch lookup.records(.naptr, of: host) {
        case .silence: return nil
        case .records(let answer):
            for pointer in Self.inOrder(answer.pointers) {
                if let transport = Self.transport(of: pointer),
                    let found = servers(transport, pointer.replacement)
                {
                    return found
                }
            }
        case .none: break
        }
        for transport in [SIPTransport.udp, .tcp, .tls] {
            if let found = servers(transport, Self.serviceName(transport, host)) { return found }
        }
        return nil
    }

    static func serviceName(_ transport: SIPTransport, _ host: String) -> String {
        switch transport {
        case .udp: "_sip._udp.\(host)"
        case .tcp: "_sip._tcp.\(host)"
        case .tls: "_sips._tcp.\(host)"
        }
    }

    static func inOrder(_ pointers: [DNSAnswer.Pointer]) -> [DNSAnswer.Pointer] {
        pointers.sorted { ($0.order, $0.preference, $0.replacement) < ($1.order, $1.preference, $1.replacement) }
    }

    private static func transport(of pointer: DNSAnswer.Pointer) -> SIPTransport? {
        guard pointer.flags == "s" else { return nil }
        switch pointer.service {
        case "SIP+D2U": return .udp
        case "SIP+D2T": return .tcp
        case "SIPS+D2T": return .tls
        default: return nil
        }
    }

    private mutating func servers(_ transport: SIPTransport, _ name: String) -> [SIPPath]? {
        guard case .records(let answer) = lookup.records(.srv, of: name), !answer.services.isEmpty else { return nil }
        var found: [SIPPath] = []
        for service in Self.inOrder(answer.services, &random) where !service.target.isEmpty {
            for address in lookup.addresses(of: service.target) {
                let path = SIPPath(transport, Endpoint(address, service.port))
                if !found.contains(path), found.count < Self.limit { found.append(path) }
            }
        }
        return found.isEmpty ? nil : found
    }

    /// By priority; of equals each comes first as often as its weight says (RFC 2782).
    static func inOrder(_ services: [DNSAnswer.Service], _ random: inout SeededRandom) -> [DNSAnswer.Service] {
        // Those without weight first, so that they have a small chance.
        var left = services.sorted {
            ($0.priority, $0.weight, $0.target, $0.port) < ($1.priority, $1.weight, $1.target, $1.port)
        }
        var ordered: [DNSAnswer.Service] = []
        while let priority = left.first?.priority {
            let count = left.prefix { $0.priority == priority }.count
            let total = left.prefix(count).reduce(0) { $0 + UInt64($1.weight) }
            let mark = random.next() % (total + 1)
            var sum: UInt64 = 0
            var chosen = 0
            for place in 0..<count {
                sum += UInt64(left[place].weight)
                chosen = place
                if sum >= mark { break }
            }
            ordered.append(left.remove(at: chosen))
        }
        return ordered
    }
}
