/// Lines of `Name: value` up to an empty one, and octets behind it where a `Content-Length` says so: what the manager interface
/// of Asterisk and the event socket of FreeSWITCH speak.
public struct HeaderBlock: Sendable, Hashable {
    public struct Field: Sendable, Hashable {
        public var name: String
        public var value: String
    }

    public var fields: [Field] = []
    public var body: [UInt8] = []

    public init() {}

    /// Names in any case; the first of that name.
    public subscript(name: String) -> String? {
        fields.first { $0.name.lowercased() == name.lowercased() }?.value
    }

    /// Lines that have no colon are left out.
    mutating func add(line: String) {
        guard let colon = line.firstIndex(of: ":") else { return }
        let value = line[line.index(after: colon)...]
        fields.append(Field(name: line[..<colon].trimmed, value: value.trimmed))
    }
}

/// A stream as blocks.
public struct HeaderBlockReader: Sendable {
    /// Lines of a block, octets of a line and of a body.
    public static let fieldLimit = 2_000
    public static let lineLimit = 65_536
    public static let bodyLimit = 4 << 20

    private var line: [UInt8] = []
    private var open = HeaderBlock()
    /// Octets of the body that are not there yet; `nil`: the fields go on.
    private var missing: Int?
    private let hasBodies: Bool

    /// - Parameter hasBodies: `Content-Length` counts.
    public init(hasBodies: Bool) { self.hasBodies = hasBodies }

    /// - Returns: the blocks that are whole now.
    /// - Throws: when a limit is passed or a length is none.
    public mutating func take(_ octets: [UInt8]) throws(ServerFailure) -> [HeaderBlock] {
        var blocks: [HeaderBlock] = []
        var rest = octets[...]
        while let octet = rest.first {
            if let wanted = missing {
                let part = rest.prefix(wanted)
                open.body += part
                rest = rest.dropFirst(part.count)
                missing = wanted - part.count
                if wanted == part.count { blocks.append(close()) }
                continue
            }
            rest = rest.dropFirst()
            guard octet == 0x0A else {
                guard line.count < Self.lineLimit else { throw .unreadable("a line without an end") }
                line.append(octet)
                continue
            }
            if try endLine() { blocks.append(close()) }
        }
        return blocks
    }

    /// - Returns: the block is whole.
    private mutating func endLine() throws(ServerFailure) -> Bool {
        if line.last == 0x0D { line.removeLast() }
        defer { line = [] }
        guard line.isEmpty else {
            guard open.fields.count < Self.fieldLimit else {
                throw .unreadable("a block of too many lines")
            }
            open.add(line: String(decoding: line, as: UTF8.self))
            return false
        }
        guard hasBodies, let text = open["Content-Length"] else { return !open.fields.isEmpty }
        guard let length = Int(text), (0...Self.bodyLimit).contains(length) else {
            throw .unreadable("a Content-Length of '\(text.prefix(20))'")
        }
        missing = length
        return length == 0
    }

    private mutating func close() -> HeaderBlock {
        defer { (open, missing) = (HeaderBlock(), nil) }
        return open
    }
}
