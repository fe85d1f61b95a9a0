import Foundation

/// Where a fax server is, and by which interface: `hylafax://fax@192.0.2.1:4559`, `ictcore+https://user@192.0.2.1/api`,
/// `asterisk-spool:///var/spool/asterisk/outgoing`.
public struct ServerAddress: Sendable, Hashable {
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        case hylafax, gofaxserver, ictcore, asterisk
        /// Call files in a folder of this machine.
        case asteriskSpool = "asterisk-spool"
        case freeswitch
    }

    public struct Bad: Error, Sendable, CustomStringConvertible {
        public var description: String
    }

    public var kind: Kind
    /// Empty of a folder.
    public var host: String
    /// 0 of a folder.
    public var port: Int
    /// `nil`: none was given.
    public var user: String?
    /// A folder, or what stands before every path of an interface over HTTP, without a slash at its end; empty: nothing does.
    public var path: String
    /// HTTP over TLS.
    public var isSecure: Bool

    private static let secureEnding = "+https"

    /// - Throws: when the text is none; a password in it is one reason.
    public init(_ text: String) throws(Bad) {
        guard let parts = URLComponents(string: text), let scheme = parts.scheme, parts.query == nil,
            parts.fragment == nil
        else { throw Self.bad(text) }
        isSecure = scheme.hasSuffix(Self.secureEnding)
        let name = isSecure ? String(scheme.dropLast(Self.secureEnding.count)) : scheme
        guard let kind = Kind(rawValue: name), !isSecure || kind.isWeb else { throw Self.bad(text) }
        guard parts.password == nil else {
            throw Bad(description: "a password does not belong in the address: use --server-password-file")
        }
        self.kind = kind
        path = kind.isWeb ? parts.percentEncodedPath : parts.path
        while path.hasSuffix("/") { path.removeLast() }
        user = parts.user
        if kind == .asteriskSpool {
            guard (parts.host ?? "").isEmpty, parts.port == nil, user == nil, path.hasPrefix("/") else {
                let example = "asterisk-spool:///var/spool/asterisk/outgoing"
                throw Bad(description: "'\(text)' is no folder; wanted is one such as \(example)")
            }
            (host, port) = ("", 0)
            return
        }
        let given = parts.port ?? (isSecure ? 443 : kind.port)
        guard let host = parts.host, !host.isEmpty, (1...65_535).contains(given), path.isEmpty || kind == .ictcore
        else { throw Self.bad(text) }
        self.host = host.hasPrefix("[") && host.hasSuffix("]") ? String(host.dropFirst().dropLast()) : host
        port = given
    }

    private static func bad(_ text: String) -> Bad {
        let kinds = Kind.allCases.map(\.rawValue).joined(separator: ", ")
        return Bad(description: "'\(text)' is no server; wanted is one such as hylafax://fax@192.0.2.1:4559 (\(kinds))")
    }

    public var description: String {
        if kind == .asteriskSpool { return "\(kind.rawValue)://\(path)" }
        let ending = isSecure ? Self.secureEnding : ""
        return "\(kind.rawValue)\(ending)://\(user.map { $0 + "@" } ?? "")\(host):\(port)\(path)"
    }

    /// The web server of an interface over HTTP, without ``path``.
    var webAddress: String { "\(isSecure ? "https" : "http")://\(host.contains(":") ? "[\(host)]" : host):\(port)" }
}

extension ServerAddress.Kind {
    /// Where it listens unless told otherwise; 0 of a folder.
    public var port: Int {
        switch self {
        case .hylafax: 4_559
        case .gofaxserver: 8_080
        case .ictcore: 80
        case .asterisk: 5_038
        case .asteriskSpool: 0
        case .freeswitch: 8_021
        }
    }

    var isWeb: Bool { self == .gofaxserver || self == .ictcore }

    /// It is told what to dial, and reads documents from a folder that both sides see.
    public var wantsDial: Bool { self == .asterisk || self == .asteriskSpool || self == .freeswitch }
}
