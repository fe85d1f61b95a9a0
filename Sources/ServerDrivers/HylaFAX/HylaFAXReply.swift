import FaxCore

/// A reply of HylaFAX's server: the form of RFC 959 4.2, a code of three digits and text, over one line or many.
public struct HylaFAXReply: Sendable, Hashable {
    public var code: Int
    /// Of each line, without codes.
    public var lines: [String]

    public init(code: Int, lines: [String]) {
        self.code = code
        self.lines = lines
    }

    /// The first digit (RFC 959 4.2.1).
    public enum Kind: Int, Sendable {
        case preliminary = 1
        case done = 2
        case intermediate = 3
        case refusedForNow = 4
        case refused = 5
    }

    public var kind: Kind? { Kind(rawValue: code / 100) }
    /// The last line, which sums up.
    public var text: String { lines.last ?? "" }
    public var said: String { "\(code) \(text)" }
}

/// Lines of a control connection as replies.
public struct HylaFAXReplyReader: Sendable {
    /// Lines of one reply.
    public static let lineLimit = 1_000

    private var open: HylaFAXReply?

    public init() {}

    /// - Returns: the reply that the line ends; `nil`: it goes on.
    /// - Throws: for a line that no reply can have there.
    public mutating func take(_ line: String) throws(ServerFailure) -> HylaFAXReply? {
        let head = Self.head(line)
        if var reply = open {
            guard reply.lines.count < Self.lineLimit else {
                throw .unreadable("a reply of more than \(Self.lineLimit) lines")
            }
            let isLast = head?.code == reply.code && head?.goesOn == false
            reply.lines.append(isLast ? Self.text(line) : line)
            open = isLast ? nil : reply
            return isLast ? reply : nil
        }
        guard let head else { throw .unreadable("'\(line.prefix(80))' where a reply should begin") }
        let reply = HylaFAXReply(code: head.code, lines: [Self.text(line)])
        if head.goesOn { open = reply }
        return head.goesOn ? nil : reply
    }

    private static func text(_ line: String) -> String { String(line.dropFirst(4)) }

    private static func head(_ line: String) -> (code: Int, goesOn: Bool)? {
        let octets = Array(line.utf8.prefix(4))
        guard octets.count >= 3, octets[..<3].allSatisfy({ (0x30...0x39).contains($0) }),
            let code = Int(line.prefix(3)), (100..<600).contains(code)
        else { return nil }
        if octets.count == 3 { return (code, false) }
        return octets[3] == 0x2D ? (code, true) : octets[3] == 0x20 ? (code, false) : nil
    }
}

extension HylaFAXReply {
    /// 227: six numbers, of which the last two are the port (RFC 959 4.1.2); 229: the port between bars (RFC 2428).
    public var dataPort: UInt16? {
        guard let open = text.firstIndex(of: "("), let close = text[open...].firstIndex(of: ")") else { return nil }
        let inner = text[text.index(after: open)..<close]
        if code == 229 { return inner.split(separator: "|").last.flatMap { UInt16($0) }.flatMap { $0 > 0 ? $0 : nil } }
        let numbers = inner.split(separator: ",", omittingEmptySubsequences: false).map { UInt8($0) }
        guard numbers.count == 6, let high = numbers[4], let low = numbers[5] else { return nil }
        let port = UInt16(high) << 8 | UInt16(low)
        return port > 0 ? port : nil
    }

    /// Of `New job created: jobid: 1 groupid: 1.`
    public var jobIdentifier: String? { number(after: "jobid:").map { "\($0)" } }

    /// Of `FILE: /tmp/doc1.tif (Opening new data connection).`
    public var fileName: String? {
        let words = text.split(separator: " ")
        guard let place = words.firstIndex(of: "FILE:"), words.indices.contains(place + 1) else { return nil }
        return String(words[place + 1])
    }

    private func number(after mark: String) -> Int? {
        let words = text.split(separator: " ")
        guard let place = words.firstIndex(of: mark[...]), words.indices.contains(place + 1) else { return nil }
        return Int(words[place + 1].prefix { $0.isNumber })
    }
}
