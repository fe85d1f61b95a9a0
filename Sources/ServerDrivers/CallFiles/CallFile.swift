/// A call file of Asterisk: what is dialled, and the application that runs when somebody answers.
///
/// Source: Asterisk's documentation, "Asterisk Call Files" (keys, comments, archive) and "SendFAX" (its arguments). Lines longer
/// than ``lineLimit`` are cut by its reader (`pbx_spool.c`).
public struct CallFile: Sendable, Hashable {
    /// Octets of a line without its end.
    static let lineLimit = 254

    /// `Tech/Resource`, such as `PJSIP/200@trunk`.
    public var channel: String
    /// The document, as Asterisk sees it.
    public var document: String
    /// Empty: Asterisk's own.
    public var callerNumber = ""
    /// Calls after the first, when nobody answers.
    public var retries = 0
    /// Seconds until the next of them.
    public var retrySeconds = 60
    /// Seconds for an answer.
    public var waitSeconds = 60
    /// In Asterisk's call records.
    public var account = "faxprobe"

    public init(channel: String, document: String) {
        self.channel = channel
        self.document = document
    }

    /// The lines, in order.
    /// - Throws: ``ServerFailure/unsupported(_:)`` where a value would not come through as it is: nothing may begin another line, a
    ///   comment (`;`, and `#` at the start or behind a blank), or another argument.
    public func lines() throws(ServerFailure) -> [String] {
        guard let slash = channel.firstIndex(of: "/"), slash > channel.startIndex,
            channel.index(after: slash) < channel.endIndex, !channel.contains(where: \.isWhitespace)
        else {
            throw .unsupported("'\(channel.oneLine)' is no channel: --dial wants one such as PJSIP/{number}@trunk")
        }
        guard document.hasPrefix("/"), document.allSatisfy(Self.isOfPath) else {
            throw .unsupported(
                "'\(document.oneLine)' cannot stand in a call file: give a --share (or --share-as) whose whole path has "
                    + "letters, digits and / . _ - + @ = ~ only")
        }
        guard callerNumber.isEmpty || ServerFax.isNumber(callerNumber) else {
            throw .unsupported("'\(callerNumber.oneLine)' is no caller's number: digits and + * # are")
        }
        var fields = [("Channel", channel)]
        if !callerNumber.isEmpty { fields.append(("Callerid", callerNumber)) }
        fields += [
            ("MaxRetries", "\(retries)"), ("RetryTime", "\(retrySeconds)"), ("WaitTime", "\(waitSeconds)"),
            ("Account", account), ("Application", "SendFAX"), ("Data", document), ("Archive", "yes"),
        ]
        var lines: [String] = []
        for (name, value) in fields { lines.append(try Self.line(name, value)) }
        return lines
    }

    private static func isOfPath(_ character: Character) -> Bool {
        character.isASCII && (character.isLetter || character.isNumber || "/._-+@=~".contains(character))
    }

    private static func line(_ name: String, _ value: String) throws(ServerFailure) -> String {
        let line = "\(name): \(value)"
        let isHarmless = value.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F && $0 != ";" }
        guard isHarmless, !line.contains(" #"), line.utf8.count <= lineLimit else {
            throw .unsupported(
                "'\(value.oneLine)' cannot stand in a call file: no control characters, no ; and no # in front, and at most "
                    + "\(lineLimit) octets a line")
        }
        return line
    }
}
