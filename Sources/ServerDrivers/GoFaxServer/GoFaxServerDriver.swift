import ATALive
import Foundation

/// gofaxserver by its REST interface: `/fax/send`, `/fax/status`, and the webhook that tells the end of a job.
public final class GoFaxServerDriver: FaxServerDriver {
    public let product: String? = "gofaxserver"
    public var words: ServerWords { rest.words }
    public var waitsForNotice: Bool { hook != nil }
    private let rest: ServerREST
    private let hook: GoFaxServerHook?

    /// - Parameter hook: takes webhooks; `nil`: none are waited for, and neither that a job failed for good nor what was
    ///   received is known.
    public init(_ http: DeviceHTTP, hook: GoFaxServerHook? = nil) {
        rest = ServerREST(http)
        self.hook = hook
    }

    /// The way to a server, with its login.
    public static func http(
        _ address: ServerAddress, user: String, password: String?
    ) throws(DeviceHTTP.BadAddress) -> DeviceHTTP {
        try DeviceHTTP(address.webAddress, DeviceCredentials(user: user, password: password))
    }

    /// Asks whether the login is taken; the answer has a key in it.
    public func open() throws(ServerFailure) {
        let reply = try rest.ask(HTTPCall(.post, "/tenant/user/authenticate"), isSecret: true)
        guard reply.status == 200 else { throw .refused(step: "the login", said: said(reply)) }
    }

    public func submit(_ fax: ServerFax) throws(ServerFailure) -> String {
        let boundary = "faxprobe-\(UUID().uuidString)"
        var call = HTTPCall(.post, "/fax/send")
        call.headers = [HTTPCall.Header("Content-Type", "multipart/form-data; boundary=\(boundary)")]
        call.body = GoFaxServerDocuments.form(fax, file: try fax.tiff(), boundary: boundary)
        let reply = try rest.ask(call)
        guard reply.status == 200 else { throw .refused(step: "/fax/send", said: said(reply)) }
        return try GoFaxServerDocuments.job(reply.body)
    }

    public func status(of job: String) throws(ServerFailure) -> ServerJobStatus {
        guard UUID(uuidString: job) != nil else { throw .noSuchJob(job) }
        let reply = try rest.ask(HTTPCall(.get, "/fax/status?uuid=\(job)"))
        guard reply.status == 200 else { throw .refused(step: "/fax/status", said: said(reply)) }
        let rows = try GoFaxServerDocuments.rows(reply.body)
        return GoFaxServerDocuments.status(rows, hasFailed: hook?.notice(of: job) == true)
    }

    public func wasNoticed(_ job: String) -> Bool { hook?.notice(of: job) != nil }

    public func cancel(_ job: String) throws(ServerFailure) {
        throw .unsupported("gofaxserver's interface has nothing that ends a job")
    }

    /// What its endpoint of the type `webhook` delivered since the hook is there (`docs/TENANTS.md`, `docs/PORTAL.md` of
    /// gofaxserver): nothing lists received faxes.
    public func receptions() throws(ServerFailure) -> [ServerReception] {
        guard let hook else {
            throw .unsupported(
                "gofaxserver's interface lists no received faxes, it delivers them: give --webhook, and the number an "
                    + "endpoint of the type webhook with that address")
        }
        return hook.receptions
    }

    public func collect(_ reception: ServerReception) throws(ServerFailure) -> [UInt8] {
        guard let file = hook?.file(of: reception.name) else {
            throw .unsupported("\(reception.name) was not delivered, or without a file that can be read")
        }
        return file
    }

    public func close() {}

    private func said(_ reply: HTTPReply) -> String {
        ServerREST.said(reply, GoFaxServerDocuments.error(reply.body))
    }
}
