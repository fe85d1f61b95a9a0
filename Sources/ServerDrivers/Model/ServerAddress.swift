import Foundation

/// Where a fax server is, and by which interface: `hylafax://fax@192.0.2.1:4559`.
public struct ServerAddress: Sendable, Hashable {
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        case hylafax, gofaxserver, asterisk, freeswitch
    }

    public struct Bad: Error, Sendable, CustomStringConvertible {
        public var description: String
    }

    public var kind: Kind
    public var host: String
    public var port: Int
    /// `nil`: none was given.
    public var user: String?

    /// - Throws: when the text is none; a password in it is one reason.
    public init(_ text: String) throws(Bad) {
        let kinds = Kind.allCases.map(\.rawValue).joined(separator: ", ")
        guard let parts = URLComponents(string: text), let scheme = parts.scheme, let kind = Kind(rawValue: scheme),
            let host = parts.host, !host.isEmpty, parts.query == nil, parts.path.isEmpty || parts.path == "/",
            (1...65_535).contains(parts.port ?? kind.port)
        else {
            throw Bad(
                description: "'\(text)' is no server; wanted is one such as hylafax://fax@192.0.2.1:4559 (\(kinds))")
        }
        guard parts.password == nil else {
            throw Bad(description: "a password does not belong in the address: use --server-password-file")
        }
        self.kind = kind
        self.host = host.hasPrefix("[") && host.hasSuffix("]") ? String(host.dropFirst().dropLast()) : host
        port = parts.port ?? kind.port
        user = parts.user
    }

    public var description: String { "\(kind.rawValue)://\(user.map { $0 + "@" } ?? "")\(host):\(port)" }
}

extension ServerAddress.Kind {
    /// Where it listens unless told otherwise.
    public var port: Int {
        switch self {
        case .hylafax: 4_559
        case .gofaxserver: 8_080
        case .asterisk: 5_038
        case .freeswitch: 8_021
        }
    }
}
