/// A client's machine of an interface that is told to place a call with an application behind it, and tells events: Asterisk's
/// manager interface, FreeSWITCH's event socket. Holds no socket.
public protocol ManagerSession: Sendable {
    init()
    /// What the server is, in its words.
    var product: String? { get }
    var words: ServerWords { get }
    /// What it waits for, in words.
    var pending: String { get }
    /// Why nothing further can be read; `nil`: all is well.
    var failure: ServerFailure? { get }
    /// Events tell of received faxes, and where they lie.
    static var tellsReceptions: Bool { get }
    /// Faxes that events told of as received.
    var receptions: [ServerReception] { get }
    /// Begins with a request; the one before is through.
    mutating func begin(_ request: ManagerRequest)
    mutating func take(_ octets: [UInt8])
    mutating func closed(_ reason: String)
    /// What is to be done next; `nil`: nothing before something comes.
    mutating func next() -> ManagerOutput?
    /// What events said of a job; `nil`: it is none of this session.
    func status(of job: String) -> ServerJobStatus?
}

public enum ManagerRequest: Sendable, Hashable {
    case login(user: String, password: String)
    case send(ManagerCall)
    case hangUp(job: String)
}

/// A call that the server places, and the document that it sends on it.
public struct ManagerCall: Sendable, Hashable {
    /// Of the channel; chosen by us, so that no event is missed.
    public var job: String
    /// Such as `PJSIP/200@trunk` or `sofia/gateway/trunk/200`.
    public var dial: String
    /// The document, as the server sees it.
    public var file: String
    public var callerNumber: String

    public init(job: String, dial: String, file: String, callerNumber: String) {
        self.job = job
        self.dial = dial
        self.file = file
        self.callerNumber = callerNumber
    }
}

public enum ManagerOutput: Sendable, Hashable {
    case send(String)
    case finished
    case failed(ServerFailure)
}

/// What events said of one job so far.
struct ManagerJob: Sendable, Hashable {
    var name: String
    var status: ServerJobStatus
    /// The fax's own result, where it was told before the call ended.
    var isSuccess: Bool?
    /// As the server calls it, where that is another name than the job's.
    var channel: String?

    /// Jobs of a session, the oldest forgotten first.
    static let limit = 100

    init(_ name: String) {
        self.name = name
        status = ServerJobStatus(.waiting, said: "placed")
    }

    /// The call is over: without a result the fax failed.
    mutating func end(_ cause: String) {
        guard !status.state.isEnd else { return }
        status.state = isSuccess == true ? .done : .failed
        status.said = cause
        if isSuccess == nil {
            status.reason = status.reason ?? "the call ended without a result of the fax: \(cause)"
        }
    }
}

extension String {
    /// Without what would begin another line, or another field.
    var oneLine: String { String(unicodeScalars.filter { $0.value >= 0x20 && $0.value != 0x7F }) }
}
