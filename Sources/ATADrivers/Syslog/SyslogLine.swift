/// What devices send to a syslog server: lines, with or without the `<priority>` of RFC 3164, in whatever form their
/// firmware has. Only the lines on provisioning are known by their words.
public struct SyslogLine: Sendable, Hashable {
    public enum Event: String, Sendable, Hashable {
        case resyncRequested = "resync-requested"
        case resyncDone = "resync-done"
        case resyncFailed = "resync-failed"
        case upgradeRequested = "upgrade-requested"
        case upgradeDone = "upgrade-done"
        case upgradeFailed = "upgrade-failed"
    }

    /// 0 (emergency) to 7 (debug), where the line says.
    public var severity: Int?
    public var facility: Int?
    /// As it came, without the priority.
    public var text: String
    public var event: Event?

    /// Octets of a line; longer ones are cut.
    public static let lengthLimit = 2_048
    /// Lines of one datagram.
    public static let lineLimit = 64

    /// The lines of one datagram.
    public static func read(_ datagram: [UInt8]) -> [SyslogLine] {
        let parts = datagram.split(whereSeparator: { $0 == 0x0A || $0 == 0x0D || $0 == 0 })
        return parts.prefix(lineLimit).compactMap { part in
            let text = String(decoding: part.prefix(lengthLimit), as: UTF8.self).trimmed
            return text.isEmpty ? nil : SyslogLine(text)
        }
    }

    init(_ line: String) {
        text = line
        if line.first == "<", let end = line.prefix(6).firstIndex(of: ">"),
            let priority = Int(line[line.index(after: line.startIndex)..<end]), (0...191).contains(priority)
        {
            severity = priority & 7
            facility = priority >> 3
            text = String(line[line.index(after: end)...]).trimmed
        }
        event = Self.words.first { text.contains($0.words) }?.event
    }

    private static let words: [(words: String, event: Event)] = [
        ("-- Requesting resync ", .resyncRequested), ("-- Successful resync ", .resyncDone),
        ("-- Resync failed:", .resyncFailed), ("-- Requesting upgrade ", .upgradeRequested),
        ("-- Successful upgrade ", .upgradeDone), ("-- Upgrade failed:", .upgradeFailed),
    ]
}
