import ATALive
import FaxReport
import Foundation

/// ICTCore, and ICTFax which stands on it, by its REST interface: a token, a document with its file, a contact, a program, and a
/// transmission of them (`docs/ApiGuide.md` of ICTCore).
public final class ICTCoreDriver: FaxServerDriver {
    public let product: String? = "ICTCore"
    public var words: ServerWords { rest.words }
    private let rest: ServerREST
    private let path: String
    private let user: String
    private let password: String?
    private var token: String?
    /// Transmissions that were there at the first look.
    private var before: Set<Int>?
    /// Faxes received since: what their results say.
    private var received: [Int: (reception: ServerReception, document: Int?)] = [:]

    /// - Parameter path: what stands before every path of the interface, such as `/api` of ICTFax; empty: nothing does.
    public init(_ http: DeviceHTTP, path: String, user: String, password: String?) {
        rest = ServerREST(http)
        self.path = path
        self.user = user
        self.password = password
    }

    /// The way to a server; it has no login of its own.
    public static func http(_ address: ServerAddress) throws(DeviceHTTP.BadAddress) -> DeviceHTTP {
        try DeviceHTTP(address.webAddress)
    }

    public func open() throws(ServerFailure) {
        guard let password else { throw .passwordWanted(said: "ICTCore gives a token for a name and a password") }
        token = nil
        let login = ICTCoreDocuments.body([.init("username", .string(user)), .init("password", .string(password))])
        let reply: HTTPReply
        do throws(ServerFailure) {
            reply = try rest.ask(call(.post, "/authenticate", login), isSecret: true)
        } catch .passwordWanted(let said) {
            // Older servers ask for Basic with their refusal.
            throw .loginRefused(user: user, said: said)
        }
        if reply.status == 401 { throw .loginRefused(user: user, said: said(reply)) }
        token = try ICTCoreDocuments.token(good(reply, "/authenticate"))
    }

    // MARK: - Jobs

    public func submit(_ fax: ServerFax) throws(ServerFailure) -> String {
        guard ServerFax.isNumber(fax.number) else {
            throw .unsupported("'\(fax.number.oneLine)' is no number: digits and + * # are")
        }
        let name = JSONValue.Member("name", .string("faxprobe"))
        let document = try make("/messages/documents", [name], "document_id")
        try upload(fax, to: document)
        let contact = try make(
            "/contacts", [.init("first_name", .string("faxprobe")), .init("phone", .string(fax.number))], "contact_id")
        let program = try make("/programs/sendfax", [name, .init("document_id", .integer(document))], "program_id")
        let transmission = try make(
            "/transmissions",
            [
                .init("title", .string("faxprobe")), .init("contact_id", .integer(contact)),
                .init("program_id", .integer(program)), .init("direction", .string("outbound")),
            ], "transmission_id")
        _ = try good(try rest.ask(call(.post, "/transmissions/\(transmission)/send", [])), "the transmission")
        return String(transmission)
    }

    private func make(
        _ place: String, _ members: [JSONValue.Member], _ id: String
    ) throws(ServerFailure) -> Int {
        let reply = try rest.ask(call(.post, place, ICTCoreDocuments.body(members)))
        return try ICTCoreDocuments.id(good(reply, place), id)
    }

    /// As TIFF: the guide names PDF alone, `core/Message/Document.php` takes `image/tiff` too.
    private func upload(_ fax: ServerFax, to document: Int) throws(ServerFailure) {
        let place = "/messages/documents/\(document)/media"
        _ = try good(try rest.ask(call(.put, place, fax.tiff(), type: "image/tiff")), place)
    }

    public func status(of job: String) throws(ServerFailure) -> ServerJobStatus {
        guard let id = Int(job), id > 0 else { throw .noSuchJob(job) }
        let reply = try rest.ask(call(.get, "/transmissions/\(id)/status"))
        if reply.status == 404 { throw .noSuchJob(job) }
        var status = try ICTCoreDocuments.status(good(reply, "the status"))
        guard status.state.isEnd else { return status }
        // Its user may not be allowed to read results: that says nothing of the fax.
        let results = (try? results(of: id)) ?? [:]
        status.pagesSent = results["pages"].flatMap { Int($0) }
        if status.state == .failed { status.reason = results["error"] }
        return status
    }

    private func results(of id: Int) throws(ServerFailure) -> [String: String] {
        try ICTCoreDocuments.results(good(try rest.ask(call(.get, "/transmissions/\(id)/result")), "the results"))
    }

    public func cancel(_ job: String) throws(ServerFailure) {
        throw .unsupported("ICTCore's interface ends no transmission that was sent: only a schedule can be dropped")
    }

    // MARK: - Received faxes

    /// Inbound transmissions that came after the first look and have ended, with what their results say.
    public func receptions() throws(ServerFailure) -> [ServerReception] {
        let reply = try rest.ask(call(.get, "/transmissions?direction=inbound"))
        let rows = try ICTCoreDocuments.inbound(good(reply, "the list of transmissions"))
        guard let before else {
            self.before = Set(rows.map(\.id))
            return []
        }
        for row in rows where !before.contains(row.id) && received[row.id] == nil {
            guard ["completed", "failed", "invalid"].contains(row.status) else { continue }
            let results = try results(of: row.id)
            var reception = ServerReception(name: "transmission \(row.id)")
            reception.pages = results["pages"].flatMap { Int($0) }
            reception.problem = results["error"] ?? (row.status == "completed" ? nil : row.status)
            let document = results["document"].flatMap { Int($0) }
            // A call without a document and without a fault was no fax.
            guard document != nil || reception.problem != nil else { continue }
            received[row.id] = (reception, document)
        }
        return received.keys.sorted().compactMap { received[$0]?.reception }
    }

    /// As PDF.
    public func collect(_ reception: ServerReception) throws(ServerFailure) -> [UInt8] {
        guard let document = received.values.first(where: { $0.reception.name == reception.name })?.document else {
            throw .unsupported("\(reception.name) has no document in its results")
        }
        return try good(try rest.ask(call(.get, "/messages/documents/\(document)/media")), "the document")
    }

    public func close() { token = nil }

    // MARK: - Requests

    private func call(
        _ method: HTTPCall.Method, _ place: String, _ body: [UInt8] = [], type: String = "application/json"
    ) -> HTTPCall {
        var call = HTTPCall(method, path + place)
        if method != .get { call.headers.append(HTTPCall.Header("Content-Type", type)) }
        call.headers.append(HTTPCall.Header("Accept", "application/json"))
        if let token { call.headers.append(HTTPCall.Header("Authorization", "Bearer \(token)")) }
        call.body = body
        return call
    }

    private func good(_ reply: HTTPReply, _ step: String) throws(ServerFailure) -> [UInt8] {
        guard (200..<300).contains(reply.status) else { throw .refused(step: step, said: said(reply)) }
        return reply.body
    }

    private func said(_ reply: HTTPReply) -> String { ServerREST.said(reply, ICTCoreDocuments.error(reply.body)) }
}
