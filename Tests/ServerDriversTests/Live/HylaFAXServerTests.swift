import FaxCore
import FaxDSP
import FaxEndpoint
import FaxProtocol
import Foundation
import LiveLab
import ServerDrivers
import TestSupport
import Testing

/// A real HylaFAX (Debian's packages), driven by its client protocol. Without it these tests fail.
@Suite(.live) struct HylaFAXServerTests {
    private static func address(_ server: HylaFAXServer, user: String = "fax") throws -> ServerAddress {
        try ServerAddress("hylafax://\(user)@127.0.0.1:\(server.port)")
    }

    private static func folder() -> URL {
        URL.temporaryDirectory.appending(path: "serverdrivers-\(UUID().uuidString.prefix(8))")
    }

    private static func settings(port: UInt16, in folder: URL) throws -> EndpointSettings {
        var settings = EndpointSettings(listen: Endpoint(LoopbackPort.address, port))
        settings.transport = .t38
        settings.mediaPorts = 30_000...39_999
        settings.answering = Answering(folder: try ReceptionFolder(path: folder.appending(path: "in").path))
        return settings
    }

    private static let pages = SoftwareCall.pages(1)

    @Test func aRealServerSendsToUs() async throws {
        let folder = Self.folder()
        defer { try? FileManager.default.removeItem(at: folder) }
        try await OwnThread.run {
            let port = LoopbackPort.free()
            let server = try HylaFAXServer(.t38, in: folder, calling: Endpoint(LoopbackPort.address, port))
            defer { server.close() }
            try Self.sends(server, port: port, in: folder)
        }
    }

    @Test func aRealServerReceivesAndRefuses() async throws {
        let folder = Self.folder()
        defer { try? FileManager.default.removeItem(at: folder) }
        try await OwnThread.run {
            let nobody = Endpoint(LoopbackPort.address, LoopbackPort.free())
            let server = try HylaFAXServer(.t38, in: folder, calling: nobody)
            defer { server.close() }
            try Self.receives(server)
            try Self.logins(server)
            try Self.cancels(server)
        }
    }

    private static func logins(_ server: HylaFAXServer) throws {
        let guarded = try address(server, user: "guarded")
        let wanted = HylaFAXDriver(guarded, .init(user: "guarded"))
        #expect(throws: ServerFailure.self) { try wanted.open() }
        let wrong = HylaFAXDriver(guarded, .init(user: "guarded", password: "wrong"))
        do {
            try wrong.open()
            Issue.record("a wrong password was taken")
        } catch {
            guard case .loginRefused(let user, _) = error else { throw error }
            #expect(user == "guarded")
        }
        let admin = HylaFAXDriver(guarded, .init(user: "guarded", password: "secret", admin: "adminkey"))
        try admin.open()
        defer { admin.close() }
        #expect(admin.product?.contains("HylaFAX") == true)
        #expect(!admin.words.lines.contains { $0.contains("secret") || $0.contains("adminkey") })
        #expect(throws: ServerFailure.noSuchJob("999")) { try admin.status(of: "999") }
        #expect(throws: ServerFailure.self) { try admin.cancel("999") }
        #expect(throws: ServerFailure.self) { try admin.collect(ServerReception(name: "fax99999.tif")) }
        #expect(throws: ServerFailure.self) { try admin.collect(ServerReception(name: "../etc/config")) }
    }

    private static func sends(_ server: HylaFAXServer, port: UInt16, in folder: URL) throws {
        let address = try address(server)
        var check = ServerCheck { HylaFAXDriver(address, .init(user: "fax")) }
        check.patience.all = .seconds(150)
        let outcome = try check.sends(ServerFax(pages: pages, number: "200"), settings(port: port, in: folder))
        #expect(outcome.facts.isConfirmed, "\(outcome.text)\n\(outcome.words.lines)\n\(server.story)")
        #expect(outcome.facts.told.status?.pagesSent == 1)
        #expect(outcome.facts.recorded?.map(\.outcome) == ["success"])
        #expect(outcome.words.lines.contains { $0.contains("< 226 Transfer complete") })
    }

    private static func receives(_ server: HylaFAXServer) throws {
        let address = try address(server)
        var check = ServerCheck { HylaFAXDriver(address, .init(user: "fax")) }
        check.patience.all = .seconds(150)
        var settings = EndpointSettings(listen: LoopbackPort.any)
        settings.transport = .t38
        settings.mediaPorts = 30_000...39_999
        let target = SIPTarget.destination("sip:200@\(server.sipAddress)", at: server.sipAddress)
        let outcome = try check.receives(
            ServerFax(pages: pages, number: "200"), at: target, settings, HylaFAXDriver(address, .init(user: "fax")))
        #expect(outcome.facts.isConfirmed, "\(outcome.text)\n\(outcome.words.lines)\n\(server.story)")
        #expect(outcome.facts.told.reception?.pages == 1)
    }

    private static func cancels(_ server: HylaFAXServer) throws {
        let driver = HylaFAXDriver(try address(server), .init(user: "fax"))
        try driver.open()
        defer { driver.close() }
        let job = try driver.submit(ServerFax(pages: pages, number: "200"))
        #expect(try !driver.status(of: job).state.isEnd)
        try driver.cancel(job)
        let limit = ContinuousClock.now + .seconds(30)
        while try !driver.status(of: job).state.isEnd, ContinuousClock.now < limit {
            Thread.sleep(forTimeInterval: 0.2)
        }
        #expect(try driver.status(of: job).state == .failed)
    }

    @Test func nobodyAtThePort() throws {
        let driver = HylaFAXDriver(
            try ServerAddress("hylafax://127.0.0.1:\(LoopbackPort.free())"), .init(user: "fax"))
        #expect(throws: ServerFailure.self) { try driver.open() }
    }
}
