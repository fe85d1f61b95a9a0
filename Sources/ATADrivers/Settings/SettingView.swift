/// One line's settings of a device, read and written by their common names.
public struct SettingView: Sendable {
    public let dialect: SettingDialect
    public let line: Int
    public let configuration: ATAConfiguration

    public init(_ configuration: ATAConfiguration, dialect: SettingDialect, line: Int) {
        self.configuration = configuration
        self.dialect = dialect
        self.line = line
    }

    public enum Value: Sendable, Hashable {
        case known(String)
        /// The device has it, with a value that nothing is known of.
        case strange(String)
        /// The device has no such setting, or does not show it.
        case absent
    }

    public subscript(setting: ATASetting) -> Value {
        guard let name = dialect.name(of: setting, line: line), let native = configuration[name] else { return .absent }
        return dialect.value(setting, native: native).map { .known($0) } ?? .strange(native)
    }

    /// Why a value cannot be set.
    public struct Refusal: Error, Sendable, Hashable, CustomStringConvertible {
        public var description: String
    }

    /// The native entry that gives a setting a value.
    public func entry(_ setting: ATASetting, _ value: String) throws(Refusal) -> ATAConfiguration.Entry {
        guard let name = dialect.name(of: setting, line: line) else {
            throw Refusal(
                description: "a \(dialect.family.rawValue) device has no \(setting.rawValue) for line \(line)")
        }
        guard setting.accepts(value) else {
            throw Refusal(description: "\(setting.rawValue) cannot be '\(value)': \(setting.wanted)")
        }
        guard let native = dialect.native(setting, value: value) else {
            throw Refusal(description: "a \(dialect.family.rawValue) device has no '\(value)' for \(setting.rawValue)")
        }
        return ATAConfiguration.Entry(name, native)
    }
}

extension ATASetting {
    static let textLimit = 255

    public func accepts(_ value: String) -> Bool {
        switch kind {
        case .flag: value == "yes" || value == "no"
        case .choice(let values): values.contains(value)
        case .number: Double(value).map { $0.isFinite && $0.magnitude < 1e9 } ?? false
        case .text, .secret: value.utf8.count <= Self.textLimit && !value.unicodeScalars.contains { $0.value < 0x20 }
        }
    }

    public var wanted: String {
        switch kind {
        case .flag: "yes or no"
        case .choice(let values): values.joined(separator: ", ")
        case .number: "a number"
        case .text, .secret: "at most \(Self.textLimit) octets on one line"
        }
    }
}
