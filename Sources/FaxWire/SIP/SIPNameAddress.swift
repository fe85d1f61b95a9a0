import FaxCore

/// One `;name=value` parameter; `value` is `nil` for a bare name and unquoted otherwise.
public struct SIPParameter: Sendable, Hashable {
    public var name: String
    public var value: String?

    public init(_ name: String, _ value: String? = nil) {
        self.name = name
        self.value = value
    }
}

extension [SIPParameter] {
    /// The first parameter with that name in any case; a bare name gives an empty string.
    public subscript(name: String) -> String? {
        let wanted = name.lowercased()
        return first { $0.name.lowercased() == wanted }.map { $0.value ?? "" }
    }

    /// Reads `a=b;c;d="e"`.
    init(octets: ArraySlice<UInt8>, separator: UInt8 = 0x3B) {
        self = SIPText.split(octets, at: separator).map { piece in
            guard let equals = piece.firstIndex(of: 0x3D) else { return SIPParameter(SIPText.string(piece)) }
            return SIPParameter(
                SIPText.string(SIPText.trimmed(piece[..<equals])),
                SIPText.unquoted(SIPText.trimmed(piece[(equals + 1)...])))
        }
    }
}

/// `name-addr` or `addr-spec` with the parameters behind it: From, To, Contact, Route … (RFC 3261 §20.10).
public struct SIPNameAddress: Sendable, Hashable {
    public var displayName: String?
    /// As it stood, without `<>`.
    public var uri: String
    public var parameters: [SIPParameter]

    public init(displayName: String? = nil, uri: String, parameters: [SIPParameter] = []) {
        self.displayName = displayName
        self.uri = uri
        self.parameters = parameters
    }

    public var tag: String? { parameters["tag"] }
    public var address: SIPURI { SIPURI(uri) }

    public init?(_ text: String) {
        self.init(octets: Array(text.utf8)[...])
    }

    /// `nil` when nothing that could be a URI is there.
    init?(octets: ArraySlice<UInt8>) {
        let octets = SIPText.trimmed(octets)
        guard let open = Self.opening(octets) else {
            // addr-spec: parameters behind `;` are the header's, not the URI's.
            let end = octets.firstIndex(of: 0x3B) ?? octets.endIndex
            let uri = SIPText.trimmed(octets[..<end])
            guard !uri.isEmpty else { return nil }
            self.init(
                uri: SIPText.string(uri), parameters: end < octets.endIndex ? .init(octets: octets[(end + 1)...]) : [])
            return
        }
        let close = octets[open...].firstIndex(of: 0x3E) ?? octets.endIndex
        let name = SIPText.unquoted(SIPText.trimmed(octets[..<open]))
        let uri = SIPText.trimmed(octets[(open + 1)..<close])
        guard !uri.isEmpty else { return nil }
        let behind = close < octets.endIndex ? octets[(close + 1)...] : []
        self.init(
            displayName: name.isEmpty ? nil : name, uri: SIPText.unfolded(uri), parameters: .init(octets: behind))
    }

    /// The `<` that opens the URI: the first one outside of quotes.
    private static func opening(_ octets: ArraySlice<UInt8>) -> Int? {
        var position = octets.startIndex
        var isQuoted = false
        while position < octets.endIndex {
            let octet = octets[position]
            if isQuoted, octet == 0x5C {
                position += 1
            } else if octet == 0x22 {
                isQuoted.toggle()
            } else if octet == 0x3C, !isQuoted {
                return position
            }
            position += 1
        }
        return nil
    }
}

extension SIPNameAddress: CustomStringConvertible {
    /// As it is written into a message; always with `<>`.
    public var description: String {
        var text = displayName.map { "\"\(SIPNameAddress.escaped($0))\" " } ?? ""
        text += "<\(uri)>"
        for parameter in parameters {
            text += ";\(parameter.name)"
            if let value = parameter.value {
                let isToken =
                    !value.isEmpty && value.utf8.allSatisfy { $0.isToken || $0 == 0x3A || $0 == 0x5B || $0 == 0x5D }
                text += isToken ? "=\(value)" : "=\"\(SIPNameAddress.escaped(value))\""
            }
        }
        return text
    }

    private static func escaped(_ text: String) -> String {
        var escaped = ""
        for character in text.unicodeScalars {
            if character == "\"" || character == "\\" { escaped.append("\\") }
            escaped.unicodeScalars.append(character)
        }
        return escaped
    }
}
