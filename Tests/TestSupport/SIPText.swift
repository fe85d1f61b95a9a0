/// A SIP message as text that can be changed: start line, header fields in order, body. Content-Length is made anew.
public struct SIPText: Sendable {
    public var startLine: String
    public var headers: [(name: String, value: String)]
    public var body: String

    /// `nil`: not a SIP message.
    public init?(_ octets: [UInt8]) {
        // Start lines begin with a capital letter; media are told from them without making text of each packet.
        guard let letter = octets.first, (65...90).contains(letter) else { return nil }
        let text = String(decoding: octets, as: UTF8.self)
        let parts = text.split(separator: "\r\n\r\n", maxSplits: 1, omittingEmptySubsequences: false)
        let lines = parts[0].split(separator: "\r\n")
        guard let first = lines.first, first.hasPrefix("SIP/2.0 ") || first.hasSuffix(" SIP/2.0") else { return nil }
        startLine = String(first)
        headers = lines.dropFirst().map { line in
            let colon = line.firstIndex(of: ":") ?? line.endIndex
            return (String(line[..<colon]), String(line[colon...].dropFirst().drop { $0 == " " }))
        }
        body = parts.count > 1 ? String(parts[1]) : ""
    }

    public var octets: [UInt8] {
        var text = startLine + "\r\n"
        for (name, value) in headers where name.lowercased() != "content-length" { text += "\(name): \(value)\r\n" }
        return Array("\(text)Content-Length: \(body.utf8.count)\r\n\r\n\(body)".utf8)
    }

    // MARK: - Start line and header fields

    public var status: Int? {
        startLine.hasPrefix("SIP/2.0 ") ? Int(startLine.dropFirst(8).prefix(3)) : nil
    }

    /// Of the request, or of the request that is answered.
    public var method: String { header("CSeq")?.split(separator: " ").last.map(String.init) ?? "" }
    public var cseq: UInt32 { header("CSeq")?.split(separator: " ").first.flatMap { UInt32($0) } ?? 0 }
    public var callID: String { header("Call-ID") ?? "" }
    public var fromTag: String? { Self.tag(header("From")) }
    public var toTag: String? { Self.tag(header("To")) }

    private static func tag(_ value: String?) -> String? {
        value?.split(separator: ";").first { $0.hasPrefix("tag=") }.map { String($0.dropFirst(4)) }
    }

    public func header(_ name: String) -> String? {
        headers.first { $0.name.lowercased() == name.lowercased() }?.value
    }

    /// Puts the value in place of the first such field, or adds the field; `nil` takes all of them away.
    public mutating func setHeader(_ name: String, _ value: String?) {
        let place = headers.firstIndex { $0.name.lowercased() == name.lowercased() }
        switch (value, place) {
        case (let value?, let place?): headers[place].value = value
        case (let value?, nil): headers.append((name, value))
        case (nil, _): headers.removeAll { $0.name.lowercased() == name.lowercased() }
        }
    }

    // MARK: - Session description

    public var lines: [String] {
        get { body.split(separator: "\r\n").map(String.init) }
        set { body = newValue.map { $0 + "\r\n" }.joined() }
    }

    /// Kind and port of each m-line.
    public var media: [(kind: String, port: UInt16)] {
        lines.filter { $0.hasPrefix("m=") }.map { line in
            let words = line.dropFirst(2).split(separator: " ")
            return (words.first.map(String.init) ?? "", words.dropFirst().first.flatMap { UInt16($0) } ?? 0)
        }
    }

    /// Address of the first c-line.
    public var connection: String? {
        lines.first { $0.hasPrefix("c=") }?.split(separator: " ").last.map(String.init)
    }

    public mutating func setConnection(_ address: String) {
        let family = address.contains(":") ? "IP6" : "IP4"
        lines = lines.map { $0.hasPrefix("c=") ? "c=IN \(family) \(address)" : $0 }
    }

    /// Exchanges what follows `prefix` on every line that begins with it, such as `m=image `.
    public mutating func setLine(_ prefix: String, _ rest: String) {
        lines = lines.map { $0.hasPrefix(prefix) ? prefix + rest : $0 }
    }

    /// `a=name:value`, or `a=name` without a value: in place of the line that is there, else added at the end.
    public mutating func setAttribute(_ name: String, _ value: String? = nil) {
        let line = "a=\(name)" + (value.map { ":\($0)" } ?? "")
        if let place = lines.firstIndex(where: { Self.isAttribute($0, name) }) {
            lines[place] = line
        } else {
            lines.append(line)
        }
    }

    public mutating func removeAttribute(_ name: String) {
        lines.removeAll { Self.isAttribute($0, name) }
    }

    private static func isAttribute(_ line: String, _ name: String) -> Bool {
        let text = line.dropFirst(2).lowercased()
        return line.hasPrefix("a=") && (text == name.lowercased() || text.hasPrefix(name.lowercased() + ":"))
    }
}
