import FaxCore

/// A SIP message to be written: start line, header fields in order, body. `Content-Length` is written by
/// ``octets``, so it is not among `headers`.
public struct SIPMessageDraft: Sendable, Hashable {
    public struct Header: Sendable, Hashable {
        public var name: String
        public var value: String

        public init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    public var startLine: SIPMessage.StartLine
    public var headers: [Header]
    public var body: [UInt8]

    public init(_ startLine: SIPMessage.StartLine, headers: [Header] = [], body: [UInt8] = []) {
        self.startLine = startLine
        self.headers = headers
        self.body = body
    }

    /// What was read, to be changed and written again: folding is undone, names stay as spelled.
    public init(_ message: SIPMessage) {
        startLine = message.startLine
        headers = message.headers.filter { SIPHeader(name: $0.name) != .contentLength }.map {
            Header($0.name, $0.value)
        }
        body = Array(message.body)
    }

    public mutating func add(_ header: SIPHeader, _ value: String) {
        headers.append(Header(header.name, value))
    }

    /// The message as it goes on the wire. A line break inside a value is written as a blank, so that no value can
    /// begin a header of its own.
    public var octets: [UInt8] {
        var text = ""
        switch startLine {
        case .request(let method, let uri): text += "\(method.name) \(Self.oneLine(uri)) SIP/2.0\r\n"
        case .response(let status, let reason): text += "SIP/2.0 \(status) \(Self.oneLine(reason))\r\n"
        }
        for header in headers { text += "\(header.name): \(Self.oneLine(header.value))\r\n" }
        text += "\(SIPHeader.contentLength.name): \(body.count)\r\n\r\n"
        return Array(text.utf8) + body
    }

    private static func oneLine(_ text: String) -> String {
        guard text.utf8.contains(where: { $0 == 0x0D || $0 == 0x0A }) else { return text }
        return String(decoding: text.utf8.map { $0 == 0x0D || $0 == 0x0A ? 0x20 : $0 }, as: UTF8.self)
    }
}
