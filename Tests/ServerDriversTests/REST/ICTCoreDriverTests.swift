import ATALive
import FaxCore
import FaxReport
import Foundation
import LiveLab
import ServerDrivers
import Synchronization
import TestSupport
import Testing

/// The driver of ICTCore against answers that the test gives: what it asks for, and what it says when answers are refusals.
@Suite struct ICTCoreDriverTests {
    /// A server that answers with the first row whose beginning fits.
    private final class Script: Sendable {
        let asked = Mutex<[HTTPCall]>([])
        let rows: [(String, Int, String)]

        init(_ rows: [(String, Int, String)]) { self.rows = rows }

        func answer(_ call: HTTPCall) -> WebServer.Answer {
            asked.withLock { $0.append(call) }
            let line = "\(call.method.rawValue) \(call.target)"
            let row = rows.first { line.hasPrefix($0.0) } ?? ("", 404, "")
            return .init(HTTPReply(row.1, body: Array(row.2.utf8)))
        }
    }

    private static func run(
        _ rows: [(String, Int, String)], password: String? = "hidden",
        _ body: @escaping @Sendable (ICTCoreDriver, Script) throws -> Void
    ) async throws {
        let script = Script(rows)
        let server = try await WebServer(LoopbackPort.any) { script.answer($0) }
        let http = try ICTCoreDriver.http(try ServerAddress("ictcore://127.0.0.1:\(server.address.port)/api"))
        do {
            try await OwnThread.run {
                try body(ICTCoreDriver(http, path: "/api", user: "me@here", password: password), script)
            }
        } catch {
            await server.close()
            throw error
        }
        await server.close()
    }

    private static let login = ("POST /api/authenticate", 200, "{\"token\":\"tok\"}")
    private static let fax = ServerFax(pages: SoftwareCall.pages(1), number: "+1555")

    @Test func theStepsOfAJob() async throws {
        let rows = [
            Self.login, ("POST /api/messages/documents", 200, "11"),
            ("PUT /api/messages/documents/11/media", 200, "11"),
            ("POST /api/contacts", 200, "{\"contact_id\":12}"), ("POST /api/programs/sendfax", 200, "\"13\""),
            ("POST /api/transmissions/14/send", 200, "15"), ("POST /api/transmissions", 200, "14"),
        ]
        try await Self.run(rows) { driver, script in
            try driver.open()
            #expect(try driver.submit(Self.fax) == "14")
            let asked = script.asked.withLock { $0 }
            #expect(
                asked.map(\.target) == [
                    "/api/authenticate", "/api/messages/documents", "/api/messages/documents/11/media", "/api/contacts",
                    "/api/programs/sendfax", "/api/transmissions", "/api/transmissions/14/send",
                ])
            #expect(asked[2].method == .put && asked[2].body.starts(with: [0x49, 0x49, 0x2A, 0]))
            #expect(String(decoding: asked[3].body, as: UTF8.self).contains("\"phone\":\"+1555\""))
            let transmission = String(decoding: asked[5].body, as: UTF8.self)
            #expect(transmission.contains("\"contact_id\":12") && transmission.contains("\"program_id\":13"))
            let tokens = asked.map { $0.headers.first { $0.name.lowercased() == "authorization" }?.value }
            #expect(tokens == [nil] + Array(repeating: "Bearer tok", count: 6))
            #expect(!driver.words.lines.contains { $0.contains("hidden") || $0.contains("tok\"") })
        }
    }

    @Test(arguments: [
        ("POST /api/messages/documents", 403), ("PUT /api", 415), ("POST /api/contacts", 412),
        ("POST /api/programs", 417), ("POST /api/transmissions", 500), ("POST /api/transmissions/7/send", 423),
    ])
    func aStepThatIsRefused(begins: String, status: Int) async throws {
        let rows = [
            Self.login, (begins, status, "{\"error\":{\"code\":1,\"message\":\"for a reason\"}}"), ("P", 200, "7"),
        ]
        try await Self.run(rows) { driver, _ in
            try driver.open()
            do {
                _ = try driver.submit(Self.fax)
                Issue.record("it took the job")
            } catch let failure as ServerFailure {
                guard case .refused(_, "\(status) for a reason") = failure else { throw failure }
            }
        }
    }

    @Test func logins() async throws {
        try await Self.run([("POST", 401, "{\"error\":{\"code\":401,\"message\":\"no\"}}")]) { driver, _ in
            #expect(throws: ServerFailure.loginRefused(user: "me@here", said: "401 no")) { try driver.open() }
        }
        try await Self.run([("POST", 200, "{}")]) { driver, _ in
            #expect(throws: ServerFailure.unreadable("no token in the answer to /authenticate")) { try driver.open() }
        }
        try await Self.run([], password: nil) { driver, script in
            #expect(throws: ServerFailure.self) { try driver.open() }
            #expect(script.asked.withLock { $0.isEmpty })
        }
    }

    @Test func statuses() async throws {
        let rows = [
            Self.login, ("GET /api/transmissions/1/status", 200, "\"completed\""),
            ("GET /api/transmissions/1/result", 200, "[{\"name\":\"pages\",\"data\":\"3\"}]"),
            ("GET /api/transmissions/2/status", 200, "\"failed\""),
            ("GET /api/transmissions/2/result", 200, "[{\"name\":\"error\",\"data\":\"busy\"}]"),
            ("GET /api/transmissions/3/status", 200, "\"failed\""), ("GET /api/transmissions/3/result", 403, ""),
            ("GET /api/transmissions/4/status", 500, "down"),
        ]
        try await Self.run(rows) { driver, _ in
            try driver.open()
            var status = try driver.status(of: "1")
            #expect(status.state == .done && status.pagesSent == 3 && status.reason == nil)
            status = try driver.status(of: "2")
            #expect(status.state == .failed && status.reason == "busy" && status.pagesSent == nil)
            status = try driver.status(of: "3")
            #expect(status.state == .failed && status.reason == nil)
            #expect(throws: ServerFailure.refused(step: "the status", said: "500 down")) { try driver.status(of: "4") }
            for job in ["5", "x", "-1", "1/status?"] {
                #expect(throws: ServerFailure.noSuchJob(job)) { try driver.status(of: job) }
            }
            #expect(throws: ServerFailure.self) { try driver.cancel("1") }
            for number in ["", "1\r\n2", "a"] {
                #expect(throws: ServerFailure.self) {
                    try driver.submit(ServerFax(pages: SoftwareCall.pages(1), number: number))
                }
            }
        }
    }

    private final class Text: Sendable {
        private let text: Mutex<String>

        init(_ text: String) { self.text = Mutex(text) }

        var now: String {
            get { text.withLock { $0 } }
            set { text.withLock { $0 = newValue } }
        }
    }

    /// Only what came after the first look is asked for.
    @Test func receivedFaxes() async throws {
        let old = "{\"transmission_id\":\"1\",\"status\":\"completed\",\"direction\":\"inbound\"}"
        let list = Text("[\(old)]")
        let results = [
            "2": "[{\"name\":\"document\",\"data\":\"9\"},{\"name\":\"pages\",\"data\":\"2\"}]",
            "3": "[{\"name\":\"error\",\"data\":\"invalid fax\"}]", "4": "[]",
        ]
        let server = try await WebServer(LoopbackPort.any) { call in
            func reply(_ text: String) -> WebServer.Answer { .init(HTTPReply(200, body: Array(text.utf8))) }
            if call.method == .post { return reply("{\"token\":\"t\"}") }
            if call.target == "/transmissions?direction=inbound" { return reply(list.now) }
            if call.target == "/messages/documents/9/media" { return reply("%PDF-") }
            let id = call.target.split(separator: "/").dropFirst().first.map(String.init) ?? ""
            return results[id].map { reply($0) } ?? .init(HTTPReply(500))
        }
        let http = try ICTCoreDriver.http(try ServerAddress("ictcore://127.0.0.1:\(server.address.port)"))
        try await OwnThread.run {
            let driver = ICTCoreDriver(http, path: "", user: "me", password: "x")
            try driver.open()
            #expect(try driver.receptions().isEmpty)
            let new = [("2", "completed"), ("3", "failed"), ("4", "completed"), ("5", "processing")].map {
                "{\"transmission_id\":\"\($0.0)\",\"status\":\"\($0.1)\",\"direction\":\"inbound\"}"
            }
            list.now = "[" + ([old] + new).joined(separator: ",") + "]"
            let found = try driver.receptions()
            #expect(found.map(\.name) == ["transmission 2", "transmission 3"])
            #expect(found.map(\.pages) == [2, nil])
            #expect(found.map(\.problem) == [nil, "invalid fax"])
            #expect(try driver.collect(found[0]) == Array("%PDF-".utf8))
            #expect(throws: ServerFailure.self) { try driver.collect(found[1]) }
        }
        await server.close()
    }
}
