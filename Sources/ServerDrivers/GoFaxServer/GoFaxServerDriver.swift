import ATALive
import FaxCore
import FaxDSP
import FaxEndpoint
import Foundation
import Synchronization

/// gofaxserver by its REST interface: `/fax/send`, `/fax/status`, and the webhook that tells the end of a job.
public final class GoFaxServerDriver: FaxServerDriver {
    public let product: String? = "gofaxserver"
    public private(set) var words = ServerWords()
    public var waitsForNotice: Bool { hook != nil }
    private let http: DeviceHTTP
    private let hook: GoFaxServerHook?

    /// - Parameter hook: takes webhooks; `nil`: none are waited for, and that a job failed for good is not known.
    public init(_ http: DeviceHTTP, hook: GoFaxServerHook? = nil) {
        self.http = http
        self.hook = hook
    }

    /// The way to a server, with its login.
    public static func http(
        _ address: ServerAddress, user: String, password: String?
    ) throws(DeviceHTTP.BadAddress) -> DeviceHTTP {
        let host = address.host.contains(":") ? "[\(address.host)]" : address.host
        return try DeviceHTTP("http://\(host):\(address.port)", DeviceCredentials(user: user, password: password))
    }

    /// Asks whether the login is taken.
    public func open() throws(ServerFailure) {
        let reply = try ask(HTTPCall(.post, "/tenant/user/authenticate"))
        guard reply.status == 200 else { throw .refused(step: "the login", said: said(reply)) }
    }

    public func submit(_ fax: ServerFax) throws(ServerFailure) -> String {
        let file: [UInt8]
        do {
            file = try TIFFDocument.write(fax.pages)
        } catch {
            throw .unsupported("the document cannot be written as TIFF: \(error)")
        }
        let boundary = "faxprobe-\(UUID().uuidString)"
        var call = HTTPCall(.post, "/fax/send")
        call.headers = [HTTPCall.Header("Content-Type", "multipart/form-data; boundary=\(boundary)")]
        call.body = GoFaxServerDocuments.form(fax, file: file, boundary: boundary)
        let reply = try ask(call)
        guard reply.status == 200 else { throw .refused(step: "/fax/send", said: said(reply)) }
        return try GoFaxServerDocuments.job(reply.body)
    }

    public func status(of job: String) throws(ServerFailure) -> ServerJobStatus {
        guard UUID(uuidString: job) != nil else { throw .noSuchJob(job) }
        let reply = try ask(HTTPCall(.get, "/fax/status?uuid=\(job)"))
        guard reply.status == 200 else { throw .refused(step: "/fax/status", said: said(reply)) }
        let rows = try GoFaxServerDocuments.rows(reply.body)
        return GoFaxServerDocuments.status(rows, hasFailed: hook?.notice(of: job) == true)
    }

    public func wasNoticed(_ job: String) -> Bool { hook?.notice(of: job) != nil }

    public func cancel(_ job: String) throws(ServerFailure) {
        throw .unsupported("gofaxserver's interface has nothing that ends a job")
    }

    public func receptions() throws(ServerFailure) -> [ServerReception] {
        throw .unsupported("gofaxserver's interface lists no received faxes")
    }

    public func collect(_ reception: ServerReception) throws(ServerFailure) -> [UInt8] {
        throw .unsupported("gofaxserver's interface gives no received faxes")
    }

    public func close() {}

    private func said(_ reply: HTTPReply) -> String {
        let text =
            GoFaxServerDocuments.error(reply.body)
            ?? String(decoding: reply.body.prefix(200), as: UTF8.self)
        return "\(reply.status) \(text.oneLine)"
    }

    private func ask(_ call: HTTPCall) throws(ServerFailure) -> HTTPReply {
        words.said("\(call.method.rawValue) \(call.target)")
        let http = http
        let result = Blocking.run { () async -> Result<HTTPReply, ATAFailure> in
            do throws(ATAFailure) { return .success(try await http.send(call)) } catch {
                return .failure(error)
            }
        }
        switch result {
        case .success(let reply):
            words.heard(
                "\(reply.status) \(String(decoding: reply.body.prefix(300), as: UTF8.self).oneLine)")
            return reply
        case .failure(.unreachable(let reason)): throw .unreachable(reason)
        case .failure(.wrongPassword(let user)): throw .loginRefused(user: user, said: "401")
        case .failure(.passwordWanted(let realm)): throw .passwordWanted(said: "401 for '\(realm)'")
        case .failure(let failure): throw .unreadable("\(failure)")
        }
    }
}

/// Takes the webhooks of gofaxserver.
public final class GoFaxServerHook: Sendable {
    /// Jobs that are remembered.
    private static let limit = 1_000
    private let notices: Notices
    private let server: WebServer

    /// - Parameter listen: port 0: any free one. Its address goes into `notify` of the tenant: `webhook->http://…`.
    public init(_ listen: Endpoint) throws {
        let notices = Notices()
        self.notices = notices
        server = try Blocking.run { () async -> Result<WebServer, WebServer.Failure> in
            do throws(WebServer.Failure) {
                return .success(
                    try await WebServer(listen) { call in
                        guard let notice = GoFaxServerDocuments.notice(call.body) else {
                            return WebServer.Answer(HTTPReply(400))
                        }
                        notices.take(notice.job, hasFailed: notice.hasFailed)
                        return WebServer.Answer(HTTPReply(200))
                    })
            } catch { return .failure(error) }
        }.get()
    }

    public var address: Endpoint { server.address }

    /// Whether every attempt failed; `nil`: nothing came of that job.
    func notice(of job: String) -> Bool? { notices.hasFailed(job) }

    public func close() {
        let server = server
        Blocking.run { () async in await server.close() }
    }

    private final class Notices: Sendable {
        private let jobs = Mutex<[String: Bool]>([:])

        func take(_ job: String, hasFailed: Bool) {
            jobs.withLock {
                if $0.count < GoFaxServerHook.limit || $0[job] != nil { $0[job] = hasFailed }
            }
        }

        func hasFailed(_ job: String) -> Bool? { jobs.withLock { $0[job] } }
    }
}

/// From a thread of its own into a task and back.
package enum Blocking {
    package static func run<Value: Sendable>(_ body: @escaping @Sendable () async -> Value) -> Value {
        let box = Box<Value>()
        Task.detached { box.put(await body()) }
        return box.take()
    }

    private final class Box<Value: Sendable>: Sendable {
        private let value = Mutex<Value?>(nil)
        private let done = MonotonicSemaphore()

        func put(_ value: Value) {
            self.value.withLock { $0 = value }
            done.signal()
        }

        func take() -> Value {
            while true {
                if done.wait(for: .seconds(3_600)), let value = value.withLock({ $0 }) { return value }
            }
        }
    }
}
