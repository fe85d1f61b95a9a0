/// Where a password is; it never stands in a configuration itself.
public enum PasswordSource: Sendable, Hashable {
    case environment(String)
    /// Its first line.
    case file(String)

    public struct Missing: Error, Sendable, CustomStringConvertible {
        public var description: String
    }

    /// - Parameter environment: of the process.
    public func read(_ environment: [String: String]) throws -> String {
        switch self {
        case .environment(let name):
            guard let value = environment[name], !value.isEmpty else {
                throw Missing(description: "the environment variable \(name), which holds the password, is not set")
            }
            return value
        case .file(let path):
            let text = String(decoding: try FileOctets.read(path, limit: 4_096), as: UTF8.self)
            guard let line = text.split(whereSeparator: \.isNewline).first else {
                throw Missing(description: "\(path), which holds the password, is empty")
            }
            return String(line)
        }
    }

    /// Where, in words; what is there is never written.
    public var place: String {
        switch self {
        case .environment(let name): "from the environment variable \(name)"
        case .file(let path): "from \(path)"
        }
    }
}
