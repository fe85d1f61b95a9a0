import FaxCore
import FaxDSP

/// HylaFAX by its client protocol (port 4559).
public final class HylaFAXDriver: FaxServerDriver {
    public struct Login: Sendable {
        public var user: String
        public var password: String?
        /// For jobs of other users; `nil`: not asked for.
        public var admin: String?

        public init(user: String, password: String? = nil, admin: String? = nil) {
            self.user = user
            self.password = password
            self.admin = admin
        }
    }

    public private(set) var product: String?
    public var words: ServerWords { session.words }
    private let address: ServerAddress
    private let login: Login
    private let patience: Duration
    private let inbox = ConnectionInbox()
    private var session = HylaFAXSession()
    private var control: ServerConnection?
    private var data: ServerConnection?
    /// Of connections: the control connection has 0, each data connection a further one.
    private var dataNumber = 0

    /// - Parameter patience: for one answer of the server.
    public init(_ address: ServerAddress, _ login: Login, patience: Duration = .seconds(30)) {
        self.address = address
        self.login = login
        self.patience = patience
    }

    deinit { close() }

    public func open() throws(ServerFailure) {
        let connection = try ServerConnection(to: address.host, port: address.port, number: 0, inbox: inbox)
        control = connection
        session = HylaFAXSession(isExtended: connection.isV6)
        let steps = HylaFAXRequests.open(user: login.user, password: login.password, admin: login.admin)
        product = try perform(steps).replies.first.map(\.text)
    }

    public func submit(_ fax: ServerFax) throws(ServerFailure) -> String {
        let file: [UInt8]
        do {
            file = try TIFFDocument.write(fax.pages, coding: .mh)
        } catch {
            throw .unsupported("the document cannot be written as TIFF: \(error)")
        }
        guard let job = try perform(HylaFAXRequests.newJob).replies.last?.jobIdentifier else {
            throw .unreadable("no number of a job in the reply to JNEW")
        }
        do throws(ServerFailure) {
            _ = try perform(HylaFAXRequests.submit(fax, file: file, user: login.user))
        } catch {
            // Half a job would lie there for good.
            if case .refused = error { _ = try? perform(HylaFAXRequests.forget(job)) }
            throw error
        }
        return job
    }

    public func status(of job: String) throws(ServerFailure) -> ServerJobStatus {
        // It may move from one queue to the other between the two lists.
        for _ in 0..<2 {
            let lists = try perform(HylaFAXRequests.jobs).data
            if let status = HylaFAXRequests.status(of: job, in: lists) { return status }
        }
        throw .noSuchJob(job)
    }

    public func cancel(_ job: String) throws(ServerFailure) { _ = try perform(HylaFAXRequests.cancel(job)) }

    public func receptions() throws(ServerFailure) -> [ServerReception] {
        HylaFAXRequests.receptions(in: try perform(HylaFAXRequests.receptions).data.first ?? [])
    }

    public func collect(_ reception: ServerReception) throws(ServerFailure) -> [UInt8] {
        guard let steps = HylaFAXRequests.retrieve(reception.name) else {
            throw .unreadable("'\(reception.name)' is no name of a received fax")
        }
        return try perform(steps).data.first ?? []
    }

    public func close() {
        data?.close()
        control?.send(Array("QUIT\r\n".utf8))
        control?.close()
        (control, data) = (nil, nil)
    }

    // MARK: - The machine's work

    private func perform(
        _ steps: [HylaFAXSession.Step]
    ) throws(ServerFailure) -> (replies: [HylaFAXReply], data: [[UInt8]]) {
        guard control != nil else { throw .unreachable("not connected") }
        session.begin(steps)
        var limit = ContinuousClock.now + patience
        while true {
            while let output = session.next() {
                switch output {
                case .send(let line): control?.send(Array(line.utf8))
                case .openData(let port): openData(port)
                case .sendData(let octets):
                    data?.send(octets)
                    data?.close()
                case .closeData:
                    data?.close()
                    data = nil
                case .finished(let replies, let data): return (replies, data)
                case .failed(let failure): throw failure
                }
            }
            guard ContinuousClock.now < limit else {
                // What comes later would be taken for the answer to something else.
                control?.close()
                control = nil
                throw .timedOut(session.pending)
            }
            guard let item = inbox.next(within: .milliseconds(100)) else { continue }
            limit = ContinuousClock.now + patience
            take(item)
        }
    }

    private func take(_ item: ConnectionInbox.Item) {
        switch (item.number, item.kind) {
        case (0, .octets(let octets)): session.handle(.octets(octets))
        case (0, .closed(let reason)): session.handle(.closed(reason ?? "the server closed it"))
        // Of one that is through already.
        case (let number, _) where number != dataNumber || data == nil: break
        case (_, .octets(let octets)): session.handle(.dataOctets(octets))
        case (_, .closed(.none)): session.handle(.dataClosed)
        case (_, .closed(.some(let reason))): session.handle(.dataFailed(reason))
        }
    }

    private func openData(_ port: UInt16) {
        dataNumber += 1
        do {
            data = try ServerConnection(to: address.host, port: Int(port), number: dataNumber, inbox: inbox)
            session.handle(.dataOpened)
        } catch {
            session.handle(.dataFailed("\(error)"))
        }
    }
}
