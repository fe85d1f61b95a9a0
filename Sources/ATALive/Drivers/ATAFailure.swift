/// Why something with a device did not work, and what to do next.
public enum ATAFailure: Error, Sendable, Hashable, CustomStringConvertible {
    case unreachable(String)
    /// Not tried a second time: some devices lock out.
    case wrongPassword(user: String)
    case passwordWanted(realm: String)
    case noSuchPage(String)
    case refused(status: Int, String)
    /// The page is not what the family's are.
    case unreadable(String)
    case unsupported(String)
    /// A setting or value that the device has not. Nothing was sent.
    case unsuitable(String)
    /// A call stands or the receiver is off its hook.
    case busy(String)
    case didNotComeBack(seconds: Int)
    case notRegistered(line: Int, seconds: Int, said: String?)
    /// Written, and read back with other values.
    case didNotStick([String])
    /// A change that failed, and what became of the old settings.
    indirect case undone(ATAFailure, oldSettings: OldSettings)

    public enum OldSettings: Sendable, Hashable {
        case inForce
        /// Writing them back failed too.
        case notWrittenBack(String)
    }

    public var description: String {
        switch self {
        case .unreachable(let reason):
            "the device does not answer: \(reason). Is its web server on for this side (IVR 7932#, then 1)?"
        case .wrongPassword(let user): "the device refuses the password of '\(user)'; it was tried once"
        case .passwordWanted(let realm): "the device wants a password for '\(realm)': give --password-file"
        case .noSuchPage(let page): "the device has no page \(page): another model or firmware than it was taken for"
        case .refused(let status, let page): "the device answers \(status) for \(page)"
        case .unreadable(let reason): "what the device gave cannot be read: \(reason)"
        case .unsupported(let what): what
        case .unsuitable(let what): "\(what). Nothing was changed"
        case .busy(let why): "the device is busy: \(why). Nothing was changed"
        case .didNotComeBack(let seconds): "the device did not come back within \(seconds) s"
        case .notRegistered(let line, let seconds, let said):
            "line \(line) did not register within \(seconds) s; the device says \(said.map { "'\($0)'" } ?? "nothing")"
        case .didNotStick(let names): "the device did not keep \(names.joined(separator: ", "))"
        case .undone(let cause, .inForce): "\(cause). The old settings are in force again"
        case .undone(let cause, .notWrittenBack(let reason)):
            "\(cause). The old settings could not be written back: \(reason)"
        }
    }
}
