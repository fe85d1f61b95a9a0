import FaxCore

extension SessionDescription {
    /// The description as text, lines in the order that RFC 8866 §5 demands, each ended with CRLF.
    public var text: String {
        var text = "v=\(version ?? 0)\r\n"
        if let origin {
            text += "o=\(origin.user) \(origin.sessionID) \(origin.sessionVersion) "
            text += "IN \(origin.family) \(origin.address)\r\n"
        }
        text += "s=\(name ?? "-")\r\n"
        text += Self.lines(otherLines, types: "iuep")
        if let connection { text += connection.line }
        for bandwidth in bandwidths { text += "b=\(bandwidth.type):\(bandwidth.value)\r\n" }
        for time in times.isEmpty ? ["0 0"] : times { text += "t=\(time)\r\n" }
        text += Self.lines(otherLines, types: "rzk")
        for attribute in attributes { text += attribute.line }
        for media in media { text += media.text }
        return text
    }

    public var octets: [UInt8] { Array(text.utf8) }

    fileprivate static func lines(_ lines: [Line], types: String) -> String {
        lines.filter { types.contains($0.type) }.map { "\($0.type)=\($0.value)\r\n" }.joined()
    }
}

extension SDPConnection {
    fileprivate var line: String { "c=IN \(family) \(address)\(suffix)\r\n" }
}

extension SDPAttribute {
    fileprivate var line: String { value.map { "a=\(name):\($0)\r\n" } ?? "a=\(name)\r\n" }
}

extension MediaDescription {
    fileprivate var text: String {
        let ports = portCount.map { "\(port)/\($0)" } ?? "\(port)"
        var text = "m=\(([kind, ports, transport] + formats).joined(separator: " "))\r\n"
        if let title { text += "i=\(title)\r\n" }
        if let connection { text += connection.line }
        for bandwidth in bandwidths { text += "b=\(bandwidth.type):\(bandwidth.value)\r\n" }
        text += SessionDescription.lines(otherLines, types: "k")
        for attribute in attributes { text += attribute.line }
        return text
    }
}
