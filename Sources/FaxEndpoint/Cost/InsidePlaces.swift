import FaxCore

/// Where calls cost nothing: this machine, private and link-local networks, and what the user names.
public struct InsidePlaces: Sendable, Hashable {
    private struct Network: Sendable, Hashable {
        let address: IPAddress
        /// Bits of the 128 that have to be equal; IPv4 stands in its mapped form.
        let bits: Int

        func contains(_ other: IPAddress) -> Bool {
            let (high, low) = (address.high ^ other.high, address.low ^ other.low)
            if bits == 0 { return true }
            if bits <= 64 { return high >> UInt64(64 - bits) == 0 }
            return high == 0 && low >> UInt64(128 - bits) == 0
        }
    }

    private var networks: [Network] = []
    private var hosts: [String] = []
    private var holdsPrivate = true

    public init() {}

    /// Even this machine is outside: for tests.
    static let nowhere: InsidePlaces = {
        var places = InsidePlaces()
        places.holdsPrivate = false
        return places
    }()

    /// - Parameter names: addresses, networks such as `203.0.113.0/24`, host names. `nil`: one of them is none of these.
    public init?(_ names: [String]) {
        for name in names where !add(name) { return nil }
    }

    private mutating func add(_ name: String) -> Bool {
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
        guard let first = parts.first, !first.isEmpty, parts.count <= 2 else { return false }
        guard let address = IPAddress(first) else {
            guard parts.count == 1, first.allSatisfy({ $0.isLetter || $0.isNumber || $0 == "." || $0 == "-" }) else {
                return false
            }
            hosts.append(first.lowercased())
            return true
        }
        let width = address.isV4 ? 32 : 128
        let length = parts.count == 2 ? Int(parts[1]) : width
        guard let length, (0...width).contains(length) else { return false }
        networks.append(Network(address: address, bits: length + 128 - width))
        return true
    }

    /// - Parameter host: as the URI names it; `nil`: it does not.
    public func contains(_ address: IPAddress, host: String?) -> Bool {
        if holdsPrivate, address.isPrivate, !Self.isShared(address) { return true }
        return networks.contains { $0.contains(address) } || host.map { hosts.contains($0.lowercased()) } ?? false
    }

    /// RFC 6598: between a provider and its customers, so somebody may charge there.
    private static func isShared(_ address: IPAddress) -> Bool { address.isV4 && address.v4 >> 22 == 0x6440_0000 >> 22 }
}
