/// Why a capture could not be opened at all, in one line that says what and where.
public enum CaptureError: Error, Sendable, Hashable, CustomStringConvertible {
    case notFound(path: String)
    case noPermission(path: String)
    case isFolder(path: String)
    case empty(path: String)
    /// `looksLike` names the kind of file by its first octets, where they tell.
    case notACapture(path: String, looksLike: String?)
    case unreadable(path: String, reason: String)
    case badFilter(expression: String, reason: String)

    init(_ error: SystemError, path: String) {
        if error.isNotFound {
            self = .notFound(path: path)
        } else if error.isForbidden {
            self = .noPermission(path: path)
        } else if error.isFolder {
            self = .isFolder(path: path)
        } else {
            self = .unreadable(path: path, reason: error.text)
        }
    }

    public var description: String {
        switch self {
        case .notFound(let path): "\(shown(path)): no such file"
        case .noPermission(let path): "\(shown(path)): no permission to read it"
        case .isFolder(let path): "\(shown(path)): is a folder"
        case .empty(let path): "\(shown(path)): is empty"
        case .notACapture(let path, let looksLike):
            "\(shown(path)): is not a capture" + (looksLike.map { " (looks like \($0))" } ?? "")
        case .unreadable(let path, let reason): "\(shown(path)): \(reason)"
        case .badFilter(let expression, let reason): "filter '\(expression)': \(reason)"
        }
    }

    private func shown(_ path: String) -> String { path == "-" ? "standard input" : path }
}
