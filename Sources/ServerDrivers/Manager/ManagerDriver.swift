import FaxCore
import FaxEndpoint
import Foundation

/// Asterisk or FreeSWITCH, told to place a call that sends a document.
public final class ManagerDriver<Session: ManagerSession>: FaxServerDriver {
    public struct Setting: Sendable {
        public var user: String
        public var password: String
        /// What is dialled: `{number}` stands for the number.
        public var dial: String
        public var share: ServerShare

        public init(user: String, password: String, dial: String, share: ServerShare) {
            self.user = user
            self.password = password
            self.dial = dial
            self.share = share
        }
    }

    public var product: String? { session.product }
    public var words: ServerWords { session.words }
    private let address: ServerAddress
    private let setting: Setting
    private let patience: Duration
    private let inbox = ConnectionInbox()
    private var session = Session()
    private var connection: ServerConnection?
    private var files: [String] = []

    /// - Parameter patience: for one answer of the server.
    public init(_ address: ServerAddress, _ setting: Setting, patience: Duration = .seconds(30)) {
        self.address = address
        self.setting = setting
        self.patience = patience
    }

    deinit { close() }

    public func open() throws(ServerFailure) {
        connection = try ServerConnection(to: address.host, port: address.port, number: 0, inbox: inbox)
        try perform(.login(user: setting.user, password: setting.password))
    }

    public func submit(_ fax: ServerFax) throws(ServerFailure) -> String {
        let dial = try fax.dialled(setting.dial)
        let job = UUID().uuidString.lowercased()
        let file = try setting.share.put(fax, for: job)
        files.append(file.here)
        try perform(.send(ManagerCall(job: job, dial: dial, file: file.there, callerNumber: fax.callerNumber)))
        return job
    }

    public func status(of job: String) throws(ServerFailure) -> ServerJobStatus {
        while let item = inbox.next(within: .zero) { take(item) }
        guard let status = session.status(of: job) else { throw .noSuchJob(job) }
        if let failure = session.failure, !status.state.isEnd { throw failure }
        return status
    }

    public func cancel(_ job: String) throws(ServerFailure) { try perform(.hangUp(job: job)) }

    public func receptions() throws(ServerFailure) -> [ServerReception] {
        guard Session.tellsReceptions else {
            throw .unsupported("this interface does not tell where received faxes lie: what it received is unknown")
        }
        while let item = inbox.next(within: .zero) { take(item) }
        if let failure = session.failure { throw failure }
        return session.receptions
    }

    public func collect(_ reception: ServerReception) throws(ServerFailure) -> [UInt8] {
        guard let path = setting.share.here(reception.name) else {
            throw .unsupported(
                "\(reception.name) does not lie in the folder that is shared with the server")
        }
        do {
            return try FileOctets.read(path, limit: 64 << 20)
        } catch {
            throw .unreadable("\(error)")
        }
    }

    public func close() {
        connection?.close()
        connection = nil
        for file in files { try? FileManager.default.removeItem(atPath: file) }
        files = []
    }

    private func perform(_ request: ManagerRequest) throws(ServerFailure) {
        guard let connection else { throw .unreachable("not connected") }
        session.begin(request)
        let limit = ContinuousClock.now + patience
        while true {
            while let output = session.next() {
                switch output {
                case .send(let text): connection.send(Array(text.utf8))
                case .finished: return
                case .failed(let failure): throw failure
                }
            }
            guard ContinuousClock.now < limit else { throw .timedOut(session.pending) }
            if let item = inbox.next(within: .milliseconds(100)) { take(item) }
        }
    }

    private func take(_ item: ConnectionInbox.Item) {
        switch item.kind {
        case .octets(let octets): session.take(octets)
        case .closed(let reason): session.closed(reason ?? "the server closed it")
        }
    }
}
