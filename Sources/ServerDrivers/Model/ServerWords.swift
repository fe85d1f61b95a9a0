/// What a server and this side said to each other, kept as evidence: a line each way, `> ` from us and `< ` from it.
public struct ServerWords: Sendable, Hashable {
    /// Lines, and octets of one, that are kept.
    public static let lineLimit = 2_000
    public static let octetLimit = 400

    public private(set) var lines: [String] = []
    /// Lines beyond the limit.
    public private(set) var notKept = 0

    public init() {}

    public mutating func said(_ text: String) { add("> " + text) }
    public mutating func heard(_ text: String) { add("< " + text) }

    private mutating func add(_ text: String) {
        guard lines.count < Self.lineLimit else {
            notKept += 1
            return
        }
        lines.append(String(decoding: text.utf8.prefix(Self.octetLimit), as: UTF8.self))
    }
}
