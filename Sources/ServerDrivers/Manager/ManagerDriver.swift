import FaxCore
import FaxDSP
import FaxEndpoint
import Foundation

/// Where documents are handed over: a folder that this side and the server both see, perhaps under two names.
public struct ServerShare: Sendable, Hashable {
    public var here: String
    public var there: String

    public init(here: String, there: String? = nil) {
        self.here = here
        self.there = there ?? here
    }

    /// A file of the server's as this side sees it; `nil`: it lies elsewhere.
    func here(_ path: String) -> String? {
        guard path.hasPrefix(there + "/") else { return nil }
        let rest = path.dropFirst(there.count)
        return rest.split(separator: "/").contains("..") ? nil : here + rest
    }
}

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
        // The number becomes a part of a command.
        guard !fax.number.isEmpty,
            fax.number.allSatisfy({ $0.isASCII && ($0.isNumber || "+*#".contains($0)) })
        else {
            throw .unsupported("'\(fax.number)' is no number: digits and + * # are")
        }
        let job = UUID().uuidString.lowercased()
        let name = "faxprobe-\(job).tif"
        do {
            try FileOctets.write(try TIFFDocument.write(fax.pages), to: "\(setting.share.here)/\(name)")
        } catch {
            throw .unsupported("the document cannot be put where the server finds it: \(error)")
        }
        files.append("\(setting.share.here)/\(name)")
        let dial = setting.dial.replacing("{number}", with: fax.number)
        try perform(
            .send(
                ManagerCall(
                    job: job, dial: dial, file: "\(setting.share.there)/\(name)",
                    callerNumber: fax.callerNumber)))
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
