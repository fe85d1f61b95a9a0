import FaxCore
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import Synchronization

/// A small web server: provisioning files, and the pages of emulated devices.
public final class WebServer: Sendable {
    public struct Failure: Error, Sendable, CustomStringConvertible {
        public var description: String
    }

    /// A reply, and how much of its body is sent before the connection is closed in the middle; `nil`: all.
    public struct Answer: Sendable {
        var reply: HTTPReply
        var octetsSent: Int?

        public init(_ reply: HTTPReply, octetsSent: Int? = nil) {
            self.reply = reply
            self.octetsSent = octetsSent
        }
    }

    /// Octets of a request's body at most, unless told otherwise.
    public static let bodyLimit = 4 << 20

    /// With the port in use.
    public let address: Endpoint
    private let task: Task<Void, any Error>

    /// - Parameter listen: port 0: any free one.
    public init(
        _ listen: Endpoint, bodyLimit: Int = WebServer.bodyLimit,
        _ answer: @escaping @Sendable (HTTPCall) async -> Answer
    ) async throws(Failure) {
        var logger = Logger(label: "faxprobe", factory: { _ in SwiftLogNoOpLogHandler() })
        logger.logLevel = .critical
        let running = Running()
        let application = Application(
            responder: Responder(answer: answer, bodyLimit: bodyLimit),
            configuration: ApplicationConfiguration(
                address: .hostname(listen.address.description, port: Int(listen.port)), serverName: nil),
            onServerRunning: { running.tell(port: $0.localAddress?.port) }, logger: logger)
        task = Task {
            do {
                try await application.run()
            } catch {
                running.fail("\(error)")
                throw error
            }
            running.fail("it ended")
        }
        do {
            let port = try await running.port()
            address = Endpoint(listen.address, UInt16(clamping: port))
        } catch {
            throw Failure(description: "cannot serve pages on \(listen): \(error)")
        }
    }

    public func close() async {
        task.cancel()
        _ = await task.result
    }

    deinit { task.cancel() }

    private struct Responder: HTTPResponder {
        typealias Context = BasicRequestContext
        let answer: @Sendable (HTTPCall) async -> Answer
        let bodyLimit: Int

        func respond(to request: Request, context: Context) async throws -> Response {
            var request = request
            var call = HTTPCall(HTTPCall.Method(rawValue: request.method.rawValue) ?? .get, request.head.path ?? "/")
            call.headers = request.headers.map { HTTPCall.Header($0.name.canonicalName, $0.value) }
            let body = try await request.collectBody(upTo: bodyLimit)
            call.body = Array(buffer: body)
            let answer = await answer(call)
            var fields = HTTPFields()
            for header in answer.reply.headers {
                if let name = HTTPField.Name(header.name) { fields.append(HTTPField(name: name, value: header.value)) }
            }
            let status = HTTPResponse.Status(code: answer.reply.status)
            guard let sent = answer.octetsSent, sent < answer.reply.body.count else {
                return Response(
                    status: status, headers: fields,
                    body: ResponseBody(byteBuffer: ByteBuffer(bytes: answer.reply.body)))
            }
            let part = ByteBuffer(bytes: answer.reply.body.prefix(max(0, sent)))
            return Response(
                status: status, headers: fields,
                body: ResponseBody(contentLength: answer.reply.body.count) { writer in
                    try await writer.write(part)
                    throw Failure(description: "cut off")
                })
        }
    }

    /// The port, as soon as somebody knows it.
    private final class Running: Sendable {
        private struct State {
            var known: Result<Int, Failure>?
            var waiting: CheckedContinuation<Int, any Error>?
        }

        private let state = Mutex(State())

        func tell(port: Int?) { settle(.success(port ?? 0)) }
        func fail(_ reason: String) { settle(.failure(Failure(description: reason))) }

        private func settle(_ result: Result<Int, Failure>) {
            let waiting = state.withLock { state in
                guard state.known == nil else { return nil as CheckedContinuation<Int, any Error>? }
                state.known = result
                defer { state.waiting = nil }
                return state.waiting
            }
            waiting?.resume(with: result.mapError { $0 as any Error })
        }

        func port() async throws -> Int {
            try await withCheckedThrowingContinuation { continuation in
                let known = state.withLock { state in
                    if state.known == nil { state.waiting = continuation }
                    return state.known
                }
                if let known { continuation.resume(with: known.mapError { $0 as any Error }) }
            }
        }
    }
}
