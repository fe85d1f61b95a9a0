/// Why something with a fax server did not work, and what to do next. What the server said is in it, secrets are not.
public enum ServerFailure: Error, Sendable, Hashable, CustomStringConvertible {
    case unreachable(String)
    /// Tried once.
    case loginRefused(user: String, said: String)
    case passwordWanted(said: String)
    /// The server understood, and does not.
    case refused(step: String, said: String)
    /// What came is not what its interface describes.
    case unreadable(String)
    /// The connection went in the middle of something.
    case lost(during: String, String)
    case timedOut(String)
    case noSuchJob(String)
    case unsupported(String)

    public var description: String {
        switch self {
        case .unreachable(let reason): "the server does not answer: \(reason)"
        case .loginRefused(let user, let said): "the server refuses the login of '\(user)' (tried once): \(said)"
        case .passwordWanted(let said): "the server wants a password: give --server-password-file. It said: \(said)"
        case .refused(let step, let said): "the server refuses \(step): \(said)"
        case .unreadable(let what): "what the server said cannot be read: \(what)"
        case .lost(let step, let reason): "the connection was lost during \(step): \(reason)"
        case .timedOut(let step): "no answer to \(step) in time"
        case .noSuchJob(let job): "the server knows no job \(job)"
        case .unsupported(let what): what
        }
    }
}
