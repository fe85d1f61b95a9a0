/// How a family of devices names a setting and its values.
public struct SettingDialect: Sendable {
    struct Term: Sendable {
        /// One native name with `#` for the line's number, or one name for each line, or the device's one.
        var names: [String]
        /// Ours to theirs, in order; the first of theirs is written, all are read. Empty: values are the same.
        var values: [(ours: String, theirs: String)] = []
    }

    public let family: ATAFamily
    let terms: [ATASetting: Term]

    /// Lines that a device has at most.
    public static let lineLimit = 24

    /// The native name; `nil`: the family has no such setting, or not for that line.
    public func name(of setting: ATASetting, line: Int) -> String? {
        guard (1...Self.lineLimit).contains(line), let term = terms[setting] else { return nil }
        if setting.isOfDevice || !term.names.contains(where: { $0.contains("#") }) {
            let place = term.names.count > 1 && !setting.isOfDevice ? line - 1 : 0
            return term.names.indices.contains(place) ? term.names[place] : nil
        }
        return term.names.first.map { name in
            name.split(separator: "#", omittingEmptySubsequences: false).joined(separator: "\(line)")
        }
    }

    /// What a native value means; `nil`: a value that is not known, which is then shown as it is and never judged.
    public func value(_ setting: ATASetting, native text: String) -> String? {
        guard let term = terms[setting] else { return nil }
        let text = text.trimmed
        if term.values.isEmpty { return text }
        return term.values.first { $0.theirs.lowercased() == text.lowercased() }?.ours
    }

    /// The native form of a value; `nil`: the device has none for it.
    public func native(_ setting: ATASetting, value: String) -> String? {
        guard let term = terms[setting] else { return nil }
        if term.values.isEmpty { return value }
        return term.values.first { $0.ours == value }?.theirs
    }
}

extension SettingDialect {
    /// Every native name that does not hang on a line's number, in the order of ``ATASetting``.
    public var nativeNames: [String] {
        ATASetting.allCases.flatMap { terms[$0]?.names ?? [] }.filter { !$0.contains("#") }
    }
}

extension ATAFamily {
    /// `nil`: nothing is known of its settings.
    public var dialect: SettingDialect? {
        switch self {
        case .spaPages: .spaPages
        case .spaXML: .spaXML
        case .grandstream: .grandstream
        case .generic: nil
        }
    }
}
