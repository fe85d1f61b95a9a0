import PlacedText

/// Named lines and profiles, as `docs/configuration.md` describes them.
public struct Configuration: Sendable {
    public struct Line: Sendable, Hashable {
        public var name: String
        public var choices: EndpointChoices
        /// Taken when none is named.
        public var profile: String?
    }

    public struct Profile: Sendable, Hashable {
        public var name: String
        public var choices: CallChoices
    }

    public struct Failure: Error, Sendable, Hashable, CustomStringConvertible {
        public var description: String
    }

    /// In the order of the text.
    public private(set) var lines: [Line] = []
    public private(set) var profiles: [Profile] = []
    public private(set) var destinations: [DestinationRule] = []
    /// Taken when none is named.
    public private(set) var line: String?
    public private(set) var profile: String?

    /// - Parameters:
    ///   - folder: what names of files are relative to.
    ///   - options: further keys of lines and profiles.
    public init(
        yaml text: String, folder: String = ".", options: OptionKeys = OptionKeys()
    ) throws(PlacedError) {
        let reader = OptionReader(keys: options, folder: folder)
        let root = try YAMLValue(yaml: text, "a configuration")
        var fields = try FieldReader(root, "a configuration")
        if let place = fields.take("profiles") {
            for (name, value) in try Self.named(place, "profiles") {
                var fields = try FieldReader(value, "a profile")
                var choices = try CallChoicesReader.read(&fields)
                choices.options = try reader.read(&fields)
                profiles.append(Profile(name: name, choices: choices))
                try fields.finish()
            }
        }
        if let place = fields.take("lines") {
            for (name, value) in try Self.named(place, "lines") {
                lines.append(try LineReader(options: reader, profiles: profiles.map(\.name)).line(name, value))
            }
        }
        if let place = fields.take("destinations") {
            let rules = try place.list()
            guard rules.count <= DestinationRule.limit else {
                throw place.error("at most \(DestinationRule.limit) rules for destinations")
            }
            for rule in rules { destinations.append(try DestinationRule.read(rule)) }
        }
        line = try Self.reference(fields.take("line"), lines.map(\.name), "line")
        profile = try Self.reference(fields.take("profile"), profiles.map(\.name), "profile")
        try fields.finish()
    }

    private static func named(_ value: YAMLValue, _ what: String) throws(PlacedError) -> [(String, YAMLValue)] {
        var fields = try FieldReader(value, what)
        var found: [(String, YAMLValue)] = []
        for field in fields.takeAll() {
            guard (1...64).contains(field.name.utf8.count) else {
                throw PlacedError(line: field.line, column: field.column, problem: "a name has 1 to 64 octets")
            }
            found.append((field.name, field.value))
        }
        return found
    }

    static func reference(_ value: YAMLValue?, _ known: [String], _ what: String) throws(PlacedError) -> String? {
        guard let value else { return nil }
        let name = try value.text()
        guard known.contains(name) else { throw value.error(unknown(name, known, what)) }
        return name
    }

    private static func unknown(_ name: String, _ known: [String], _ what: String) -> String {
        let meant = NearestWord.of(name, among: known).map { ", meant is perhaps '\($0)'" } ?? ""
        let list = known.isEmpty ? "there is none" : "there are: \(known.joined(separator: ", "))"
        return "no \(what) is called '\(name)'\(meant); \(list)"
    }

    /// What a line and a profile come to: the profile before the line. Without names those that the configuration
    /// names; else its only line.
    public func choices(line: String?, profile: String?) throws(Failure) -> EndpointChoices {
        var choices = EndpointChoices()
        var profileName = profile
        if let name = line ?? self.line ?? (lines.count == 1 ? lines[0].name : nil) {
            guard let found = lines.first(where: { $0.name == name }) else {
                throw Failure(description: Self.unknown(name, lines.map(\.name), "line"))
            }
            choices = found.choices
            profileName = profileName ?? found.profile
        }
        if let name = profileName ?? self.profile {
            guard let found = profiles.first(where: { $0.name == name }) else {
                throw Failure(description: Self.unknown(name, profiles.map(\.name), "profile"))
            }
            choices.call = found.choices.over(choices.call)
        }
        choices.destinations = destinations
        return choices
    }
}
