import ATALive
import FaxCore
import FaxDSP
import FaxEndpoint
import FaxReport
import Foundation
import ServerDrivers
import Synchronization

/// ICTCore's REST interface below `/api`, **emulated**: authenticate, documents and their media, contacts, programs/sendfax,
/// transmissions with send, status and result, and the inbound ones. Its user is `admin`, its password `secret`.
public final class EmulatedICTCore: Sendable {
    private struct Transmission {
        var direction = "outbound"
        var status = "pending"
        var number = ""
        var file = ""
        /// Name and data.
        var results: [(String, String)] = []
    }

    private struct State {
        var lastID = 0
        /// Files of documents, documents of programs, numbers of contacts.
        var documents: [Int: String] = [:]
        var programs: [Int: Int] = [:]
        var contacts: [Int: String] = [:]
        var transmissions: [Int: Transmission] = [:]

        mutating func next() -> Int {
            lastID += 1
            return lastID
        }
    }

    private final class Box: Sendable {
        let state = Mutex(State())
        let folder: URL
        let fault: EmulatedServerFault?

        init(_ folder: URL, _ fault: EmulatedServerFault?) {
            self.folder = folder
            self.fault = fault
        }
    }

    private static let token = "emulated-token"
    private let line: EmulatedServerLine
    private let server: WebServer

    public init(
        _ transport: FaxTransport, fault: EmulatedServerFault? = nil, calling peer: Endpoint, in folder: URL
    ) async throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let line = try EmulatedServerLine(transport, calling: peer, in: folder)
        let box = Box(folder, fault)
        self.line = line
        server = try await WebServer(LoopbackPort.any) { Self.answer($0, line, box) }
        line.subscribe { Self.take($0, box) }
    }

    public var port: UInt16 { server.address.port }
    public var sipAddress: Endpoint { line.sipAddress }

    public func close() async {
        await server.close()
        let line = line
        await Task.detached { line.close() }.value
    }

    // MARK: - The line

    private static func take(_ news: EmulatedNews, _ box: Box) {
        box.state.withLock { state in
            switch news {
            case .sent(let job, let result):
                guard let id = Int(job), box.fault != .neverEnds else { return }
                let isSuccess = box.fault == .claimsSuccess || (result.isSuccess && box.fault != .claimsFailure)
                let pages = box.fault == .claimsSuccess ? result.pagesWanted ?? 0 : result.pagesConfirmed
                state.transmissions[id]?.status = isSuccess ? "completed" : "failed"
                state.transmissions[id]?.results =
                    isSuccess ? [("pages", "\(pages)")] : [("error", result.reason ?? "failed")]
            case .received(let result):
                guard box.fault != .neverEnds, let file = result.files.first else { return }
                let (document, id) = (state.next(), state.next())
                state.documents[document] = file
                var transmission = Transmission(direction: "inbound", status: "completed")
                transmission.results = [("document", "\(document)"), ("pages", "\(result.pagesConfirmed)")]
                state.transmissions[id] = transmission
            case .answered, .killed: return
            }
        }
    }

    // MARK: - The interface

    private static func answer(_ call: HTTPCall, _ line: EmulatedServerLine, _ box: Box) -> WebServer.Answer {
        let path = call.target.prefix { $0 != "?" }.split(separator: "/").map(String.init)
        guard path.first == "api" else { return error(404, "Not Found") }
        let members = (try? JSONSerialization.jsonObject(with: Data(call.body))) as? [String: Any] ?? [:]
        if call.method == .post, path == ["api", "authenticate"] {
            let isRight = members["username"] as? String == "admin" && members["password"] as? String == "secret"
            return isRight
                ? .json(200, .object([.init("token", .string(token)), .init("token_type", .string("Bearer"))]))
                : error(401, "Invalid user name and password")
        }
        guard call.header("Authorization") == "Bearer \(token)" else { return error(401, "Unknown token") }
        return box.state.withLock { state in
            switch (call.method, path.count) {
            case (.post, _): create(call, path, members, &state, line, box)
            case (.put, 5) where path[4] == "media": upload(call, path, &state, box)
            case (.get, _): read(path, &state, box)
            default: error(404, "Not Found")
            }
        }
    }

    private static func create(
        _ call: HTTPCall, _ path: [String], _ members: [String: Any], _ state: inout State,
        _ line: EmulatedServerLine, _ box: Box
    ) -> WebServer.Answer {
        let id = state.next()
        switch path.dropFirst().joined(separator: "/") {
        case "messages/documents": state.documents[id] = ""
        case "contacts":
            guard let phone = members["phone"] as? String else { return error(412, "phone is missing") }
            state.contacts[id] = phone
        case "programs/sendfax":
            guard let document = members["document_id"] as? Int, state.documents[document] != nil else {
                return error(412, "document_id is missing")
            }
            state.programs[id] = document
        case "transmissions":
            guard box.fault != .refuses, let program = (members["program_id"] as? Int).flatMap({ state.programs[$0] }),
                let number = (members["contact_id"] as? Int).flatMap({ state.contacts[$0] })
            else { return error(412, "program_id is missing") }
            state.transmissions[id] = Transmission(number: number, file: state.documents[program] ?? "")
        default:
            guard path.count == 4, path[3] == "send", let id = Int(path[2]), let job = state.transmissions[id] else {
                return error(404, "Transmission not found")
            }
            state.transmissions[id]?.status = "processing"
            line.call("\(id)", job.number, job.file)
        }
        return .json(200, .integer(id))
    }

    private static func upload(
        _ call: HTTPCall, _ path: [String], _ state: inout State, _ box: Box
    ) -> WebServer.Answer {
        guard let id = Int(path[3]), state.documents[id] != nil else { return error(404, "Document not found") }
        guard call.header("Content-Type") == "image/tiff" else {
            return error(415, "Document media upload failed, invalid file type")
        }
        let file = box.folder.appending(path: "document-\(id).tif")
        guard (try? Data(call.body).write(to: file)) != nil else { return error(417, "Document media upload failed") }
        state.documents[id] = file.path
        return .json(200, .integer(id))
    }

    private static func read(_ path: [String], _ state: inout State, _ box: Box) -> WebServer.Answer {
        if path == ["api", "transmissions"] {
            return .json(200, .array(state.transmissions.keys.sorted().map { row($0, state.transmissions[$0]) }))
        }
        if path.count == 5, path[4] == "media" { return media(Int(path[3]).flatMap { state.documents[$0] }) }
        guard path.count == 4, let id = Int(path[2]), let job = state.transmissions[id] else {
            return error(404, "Transmission not found")
        }
        switch path[3] {
        case "status": return .json(200, box.fault == .garbage ? .integer(7) : .string(job.status))
        case "result":
            return .json(
                200,
                .array(
                    job.results.map { .object([.init("name", .string($0.0)), .init("data", .string($0.1))]) }))
        default: return error(404, "Not Found")
        }
    }

    private static func row(_ id: Int, _ transmission: Transmission?) -> JSONValue {
        .object([
            .init("transmission_id", .string("\(id)")), .init("status", .optional(transmission?.status)),
            .init("direction", .optional(transmission?.direction)),
        ])
    }

    /// A fax as PDF.
    private static func media(_ path: String?) -> WebServer.Answer {
        guard let path, let pdf = pdf(path) else { return error(404, "Document media not found") }
        return .init(HTTPReply(200, headers: [HTTPCall.Header("Content-Type", "application/pdf")], body: pdf))
    }

    static func pdf(_ path: String) -> [UInt8]? {
        guard let octets = try? FileOctets.read(path, limit: 64 << 20), let pages = try? TIFFDocument.read(octets)
        else { return nil }
        return try? PDFWriter.octets(pages)
    }

    private static func error(_ code: Int, _ message: String) -> WebServer.Answer {
        .json(
            code,
            .object([
                .init("error", .object([.init("code", .integer(code)), .init("message", .string(message))]))
            ]))
    }
}
