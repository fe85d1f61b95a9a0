/// An option of a command, chosen in a configuration: its name there and on the command line is the same.
public struct OptionChoice: Sendable, Hashable {
    public enum Value: Sendable, Hashable {
        case text(String)
        /// Only where it is; what it is stands in no configuration.
        case secret(PasswordSource)
    }

    public var name: String
    public var value: Value

    public init(_ name: String, _ value: Value) {
        self.name = name
        self.value = value
    }

    /// As on a command line, secrets read: `--name=value`.
    /// - Parameter environment: of the process.
    public func word(_ environment: [String: String]) throws -> String {
        switch value {
        case .text(let text): "--\(name)=\(text)"
        case .secret(let source): "--\(name)=\(try source.read(environment))"
        }
    }
}

/// Options that lines and profiles may give beside those that are read here, known and checked by whoever has them.
public struct OptionKeys: Sendable {
    /// Of lines and profiles.
    public var names: [String] = []
    /// Of these `NAME-env` and `NAME-file` say where the value is.
    public var secrets: [String] = []
    /// Of lines only; names of files, relative to the configuration.
    public var files: [String] = []
    /// What is wrong with a value; `nil`: nothing.
    public var problem: @Sendable (_ name: String, _ value: String) -> String? = { _, _ in nil }

    public init() {}
}
