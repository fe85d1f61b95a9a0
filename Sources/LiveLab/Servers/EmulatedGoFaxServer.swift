import ATALive
import FaxCore
import FaxDSP
import FaxEndpoint
import FaxReport
import Foundation
import Synchronization

/// gofaxserver's REST interface, **emulated**: `/tenant/user/authenticate`, `/fax/send`, `/fax/status`, and a webhook. Its user is `admin`,
/// its password `secret`.
public final class EmulatedGoFaxServer: Sendable {
    private struct State {
        /// Rows of each job, the one of the hand-in first.
        var rows: [String: [JSONValue]] = [:]
        var number = 0
    }

    private let line: EmulatedServerLine
    private let state: Box
    private let server: WebServer

    private final class Box: Sendable {
        let state = Mutex(State())
    }

    /// - Parameters:
    ///   - webhook: where the end of jobs is told; `nil`: nowhere, or lost.
    ///   - delivery: an endpoint of the type `webhook` for the number: received faxes go there; `nil`: nowhere.
    public init(
        _ transport: FaxTransport, fault: EmulatedServerFault? = nil, calling peer: Endpoint,
        in folder: URL,
        webhook: Endpoint? = nil, delivery: Endpoint? = nil
    ) async throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let line = try EmulatedServerLine(transport, calling: peer, in: folder)
        let box = Box()
        self.line = line
        state = box
        server = try await WebServer(LoopbackPort.any) { Self.answer($0, line, box, fault, folder) }
        line.subscribe { news in
            if case .received(let result) = news, let delivery, fault != .neverEnds {
                Task.detached { await Self.deliver(result, to: delivery, fault) }
            }
            guard case .sent(let job, let result) = news, fault != .neverEnds else { return }
            let isSuccess = fault == .claimsSuccess || (result.isSuccess && fault != .claimsFailure)
            box.state.withLock { $0.rows[job]?.append(Self.row(job, result, isSuccess, fault)) }
            guard let webhook else { return }
            Task.detached { await Self.notify(webhook, job, isSuccess) }
        }
    }

    public var port: UInt16 { server.address.port }
    public var sipAddress: Endpoint { line.sipAddress }

    public func close() async {
        await server.close()
        let line = line
        await Task.detached { line.close() }.value
    }

    private static let authorization = "Basic " + Data("admin:secret".utf8).base64EncodedString()

    private static func answer(
        _ call: HTTPCall, _ line: EmulatedServerLine, _ box: Box, _ fault: EmulatedServerFault?,
        _ folder: URL
    ) -> WebServer.Answer {
        guard
            call.header("Authorization") == authorization
        else {
            return .init(
                HTTPReply(401, headers: [HTTPCall.Header("WWW-Authenticate", "Basic realm=\"Restricted\"")])
            )
        }
        if fault == .garbage, call.target.hasPrefix("/fax/status") {
            return .json(200, .string("nothing"))
        }
        switch call.target.prefix(while: { $0 != "?" }) {
        case "/tenant/user/authenticate":
            return .json(
                200,
                .object([
                    .init("message", .string("authentication successful")), .init("api_key", .string("key-of-admin")),
                ]))
        case "/fax/send": return send(call, line, box, fault, folder)
        case "/fax/status":
            let job = String(call.target.split(separator: "=").last ?? "")
            return .json(200, .array(box.state.withLock { $0.rows[job] ?? [] }))
        default: return .init(HTTPReply(404))
        }
    }

    private static func send(
        _ call: HTTPCall, _ line: EmulatedServerLine, _ box: Box, _ fault: EmulatedServerFault?,
        _ folder: URL
    ) -> WebServer.Answer {
        let parts = Self.parts(call)
        guard fault != .refuses, let file = parts["file"], let number = parts["callee_number"],
            parts["caller_number"]?.isEmpty == false
        else {
            return .json(500, .object([.init("error", .string("failed to validate caller number"))]))
        }
        let job = UUID().uuidString.lowercased()
        let path = folder.appending(path: "\(job).tif")
        guard (try? Data(file).write(to: path)) != nil else { return .init(HTTPReply(500)) }
        let taken = JSONValue.object([
            .init("job_uuid", .string(job)), .init("result_type", .string("submission")),
            .init("attempt_number", .integer(0)), .init("hangup_cause", .string("WEBHOOK")),
            .init("success", .bool(true)),
            .init("result_text", .string("processed")),
        ])
        box.state.withLock { $0.rows[job] = [taken] }
        line.call(job, String(decoding: number, as: UTF8.self), path.path)
        return .json(
            200, .object([.init("message", .string("fax enqueued")), .init("job_uuid", .string(job))]))
    }

    private static func row(
        _ job: String, _ result: FaxResult, _ isSuccess: Bool, _ fault: EmulatedServerFault?
    ) -> JSONValue {
        .object([
            .init("job_uuid", .string(job)), .init("result_type", .string("transmission")),
            .init("attempt_number", .integer(1)), .init("endpoint_type", .string("gateway")),
            .init("hangup_cause", .string("NORMAL_CLEARING")),
            .init("total_pages", .optional(result.pagesWanted)),
            .init(
                "transferred_pages",
                .integer(fault == .claimsSuccess ? result.pagesWanted ?? 0 : result.pagesConfirmed)),
            .init("success", .bool(isSuccess)),
            .init("result_text", .string(isSuccess ? "OK" : result.reason ?? "failed")),
        ])
    }

    private static func notify(_ place: Endpoint, _ job: String, _ isSuccess: Bool) async {
        let notice = JSONValue.object([
            .init(
                "fax_job_results",
                .object([
                    .init("fax_job", .object([.init("uuid", .string(job))])),
                    .init("all_attempts_failed", .bool(!isSuccess)),
                ])), .init("file_data", .string("")),
        ])
        _ = await post(notice, to: place)
    }

    /// Tried three times, as by default.
    private static func deliver(_ result: FaxResult, to place: Endpoint, _ fault: EmulatedServerFault?) async {
        guard let file = result.files.first, let pdf = EmulatedICTCore.pdf(file) else { return }
        let data = fault == .garbage ? "no base64" : Data(pdf).base64EncodedString()
        let delivery = JSONValue.object([
            .init("uuid", .string(UUID().uuidString.lowercased())), .init("number", .string("200")),
            .init("npages", .integer(result.pagesConfirmed)),
            .init("csi", .string(result.report.remoteIdentification)), .init("file_data", .string(data)),
        ])
        for _ in 0..<3 {
            if await post(delivery, to: place) { return }
            try? await Task.sleep(for: .milliseconds(200))
        }
    }

    private static func post(_ document: JSONValue, to place: Endpoint) async -> Bool {
        var call = HTTPCall(.post, "/")
        call.headers = [HTTPCall.Header("Content-Type", "application/json")]
        call.body = Array(JSONWriter.text(document, style: .line).utf8)
        let reply = try? await DeviceHTTP("http://\(place)").send(call)
        return reply.map { (200..<300).contains($0.status) } ?? false
    }

    /// The parts of a form, by name.
    private static func parts(_ call: HTTPCall) -> [String: [UInt8]] {
        guard let type = call.headers.first(where: { $0.name.lowercased() == "content-type" })?.value,
            let place = type.firstRange(of: "boundary=")
        else { return [:] }
        let mark = Data("--\(type[place.upperBound...])".utf8)
        let body = Data(call.body)
        var parts: [String: [UInt8]] = [:]
        var rest = body.startIndex
        while let begin = body[rest...].firstRange(of: mark),
            let end = body[begin.upperBound...].firstRange(of: mark)
        {
            let part = body[begin.upperBound..<end.lowerBound]
            rest = end.lowerBound
            guard let split = part.firstRange(of: Data("\r\n\r\n".utf8)),
                let name = String(decoding: part[..<split.lowerBound], as: UTF8.self).firstMatch(
                    of: /; name="([^"]*)"/)
            else { continue }
            parts[String(name.1)] = Array(part[split.upperBound...].dropLast(2))
        }
        return parts
    }
}
