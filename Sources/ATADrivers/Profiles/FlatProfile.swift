/// The settings of a device by their own names, as profiles carry them.
public struct ATAConfiguration: Sendable, Hashable {
    public struct Entry: Sendable, Hashable {
        public var name: String
        public var value: String
        /// Who may change it on the device: `na`, `ro`, `rw`.
        public var userAccess: String?

        public init(_ name: String, _ value: String, userAccess: String? = nil) {
            self.name = name
            self.value = value
            self.userAccess = userAccess
        }
    }

    /// In their order, each name once.
    public private(set) var entries: [Entry] = []
    private var places: [String: Int] = [:]

    public init(_ entries: [Entry] = []) { for entry in entries { set(entry) } }

    public subscript(name: String) -> String? { places[name].map { entries[$0].value } }

    /// The last value of a name counts, where it stood first.
    public mutating func set(_ entry: Entry) {
        if let place = places[entry.name] {
            entries[place] = entry
        } else {
            places[entry.name] = entries.count
            entries.append(entry)
        }
    }

    /// Names of secrets by their parts; their values never go into a report.
    private static let secretParts = ["passw", "passwd", "secret", "_pin", "gpp_s", "ssl_key", "private_key"]

    public static func isSecret(_ name: String) -> Bool {
        let name = name.lowercased()
        return secretParts.contains { name.contains($0) }
            || ["p2", "p34", "p734", "p196", "p1359", "p1361"].contains(name)
    }

    /// The same without secrets, to be shown.
    public var redacted: ATAConfiguration {
        ATAConfiguration(
            entries.map { entry in
                guard Self.isSecret(entry.name), !entry.value.isEmpty else { return entry }
                return Entry(entry.name, "(hidden)", userAccess: entry.userAccess)
            })
    }

    public static func == (one: Self, other: Self) -> Bool { one.entries == other.entries }
    public func hash(into hasher: inout Hasher) { hasher.combine(entries) }
}

/// Profiles as devices of the SPA family fetch and give them: `<flat-profile>` with an element for each setting, unknown ones
/// ignored by the device, the last of repeated ones in force.
public enum FlatProfile {
    public struct Failure: Error, Sendable, CustomStringConvertible {
        public var description: String
    }

    /// Reads a `flat-profile`, and the `config.xml` of newer devices, where it stands in an outer element.
    public static func read(_ octets: [UInt8]) throws(Failure) -> ATAConfiguration {
        let document: XMLLeaves
        do {
            document = try XMLLeaves(octets)
        } catch {
            throw Failure(description: error.description)
        }
        let leaves = document.leaves.filter { $0.path.contains("flat-profile") && $0.path.count > 1 }
        guard !leaves.isEmpty else {
            throw Failure(description: "an XML document '\(document.root)' without flat-profile")
        }
        return ATAConfiguration(
            leaves.map { ATAConfiguration.Entry($0.name, $0.text, userAccess: $0.attributes["ua"]) })
    }

    public static func write(_ configuration: ATAConfiguration) -> [UInt8] {
        var text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<flat-profile>\n"
        for entry in configuration.entries where isName(entry.name) {
            let access = entry.userAccess.map { " ua=\"\(escaped($0))\"" } ?? ""
            text += "<\(entry.name)\(access)>\(escaped(entry.value))</\(entry.name)>\n"
        }
        return Array((text + "</flat-profile>\n").utf8)
    }

    /// An element's name; anything else would break the document.
    static func isName(_ name: String) -> Bool {
        guard let first = name.utf8.first, !(0x30...0x39).contains(first), first != UInt8(ascii: "-") else {
            return false
        }
        return name.utf8.allSatisfy { octet in
            switch octet {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "."): true
            default: false
            }
        }
    }

    package static func escaped(_ text: String) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "\n", "\t", "\r": escaped += " "
            default: if scalar.value >= 0x20 { escaped.unicodeScalars.append(scalar) }
            }
        }
        return escaped
    }
}

/// Files of Grandstream devices: `gs_provision` with an element for each P-number.
public enum GrandstreamProfile {
    public static func read(_ octets: [UInt8]) throws(FlatProfile.Failure) -> ATAConfiguration {
        let document: XMLLeaves
        do {
            document = try XMLLeaves(octets)
        } catch {
            throw FlatProfile.Failure(description: error.description)
        }
        let leaves = document.leaves.filter { $0.path.first == "gs_provision" && isNumber($0.name) }
        guard !leaves.isEmpty else {
            throw FlatProfile.Failure(description: "an XML document '\(document.root)' without values of gs_provision")
        }
        return ATAConfiguration(leaves.map { ATAConfiguration.Entry($0.name, $0.text) })
    }

    /// - Parameter macAddress: twelve hexadecimal digits; a device takes only a file that bears its own.
    public static func write(_ configuration: ATAConfiguration, macAddress: String?) -> [UInt8] {
        var text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<gs_provision version=\"1\">\n"
        if let mac = macAddress { text += "<mac>\(FlatProfile.escaped(mac))</mac>\n" }
        text += "<config version=\"1\">\n"
        for entry in configuration.entries where isNumber(entry.name) {
            text += "<\(entry.name)>\(FlatProfile.escaped(entry.value))</\(entry.name)>\n"
        }
        return Array((text + "</config>\n</gs_provision>\n").utf8)
    }

    /// `P` and a number.
    static func isNumber(_ name: String) -> Bool {
        name.first == "P" && name.utf8.count > 1 && name.utf8.count <= 8
            && name.utf8.dropFirst().allSatisfy { (0x30...0x39).contains($0) }
    }
}
