import PlacedText

/// What is different in calls to destinations of a pattern.
public struct DestinationRule: Sendable, Hashable {
    /// Of a URI without its parameters; `*` stands for any characters, capitals for small letters.
    public var pattern: String
    public var choices: CallChoices

    public init(_ pattern: String, _ choices: CallChoices) {
        self.pattern = pattern
        self.choices = choices
    }

    static let limit = 10_000

    static func read(_ value: YAMLValue) throws(PlacedError) -> DestinationRule {
        var fields = try FieldReader(value, "a rule for destinations")
        guard let place = fields.take("match") else { throw value.error("the field 'match' is missing") }
        let pattern = try place.text()
        guard (1...256).contains(pattern.utf8.count) else { throw place.error("a pattern has 1 to 256 octets") }
        let choices = try CallChoicesReader.read(&fields, isOfOneFax: true)
        try fields.finish()
        return DestinationRule(pattern, choices)
    }

    public func fits(_ uri: String) -> Bool {
        let bare = uri.split(separator: ";", maxSplits: 1, omittingEmptySubsequences: false)[0]
        return Self.matches(Array(bare.lowercased().utf8), Array(pattern.lowercased().utf8))
    }

    /// Goes back to the last star only, so that it ends in time whatever the pattern is.
    private static func matches(_ text: [UInt8], _ pattern: [UInt8]) -> Bool {
        let star = UInt8(ascii: "*")
        var (place, wanted) = (0, 0)
        var retry: (place: Int, wanted: Int)?
        while place < text.count {
            if wanted < pattern.count, pattern[wanted] == star {
                retry = (place, wanted + 1)
                wanted += 1
            } else if wanted < pattern.count, pattern[wanted] == text[place] {
                (place, wanted) = (place + 1, wanted + 1)
            } else if let last = retry {
                retry = (last.place + 1, last.wanted)
                (place, wanted) = (last.place + 1, last.wanted)
            } else {
                return false
            }
        }
        return pattern[wanted...].allSatisfy { $0 == star }
    }
}
