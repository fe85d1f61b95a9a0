import CResolver
import FaxCore
import Glibc

/// Asks for names: addresses as the system finds them, services from DNS servers. Waits for the answers.
public struct NameLookup: Sendable {
    enum Answer: Sendable {
        case records(DNSAnswer)
        /// There are none.
        case none
        /// No server could say.
        case silence
    }

    /// A DNS server instead of the system's, IPv4.
    private let server: Endpoint?

    /// Seconds that a server may take, times it is asked, octets of an answer, addresses of a name.
    private static let patience: Int32 = 2
    private static let tries: Int32 = 2
    private static let answerOctets = 8_192
    private static let addressLimit = 16

    public static let system = NameLookup(server: nil)

    init(server: Endpoint?) { self.server = server }

    func records(_ kind: DNSAnswer.Kind, of name: String) -> Answer {
        var octets = [UInt8](repeating: 0, count: Self.answerOctets)
        let length = faxprobe_dns_query(
            name, Int32(kind.rawValue), server?.address.v4.bigEndian ?? 0, server?.port.bigEndian ?? 0, Self.patience,
            Self.tries, &octets, Int32(octets.count))
        guard length >= 0 else { return .silence }
        guard length > 0, length <= octets.count, let answer = try? DNSAnswer(Array(octets.prefix(Int(length)))) else {
            return .none
        }
        return .records(answer)
    }

    /// IPv4 before IPv6.
    func addresses(of host: String) -> [IPAddress] {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_DGRAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, nil, &hints, &list) == 0 else { return [] }
        defer { freeaddrinfo(list) }
        var found: [IPAddress] = []
        var next = list
        while let entry = next?.pointee, found.count < Self.addressLimit {
            if let address = entry.ai_addr {
                let socket = UnsafeRawBufferPointer(start: address, count: Int(entry.ai_addrlen))
                if let endpoint = Endpoint(socket: socket), !found.contains(endpoint.address) {
                    found.append(endpoint.address)
                }
            }
            next = entry.ai_next
        }
        return found.filter(\.isV4) + found.filter { !$0.isV4 }
    }
}
