import FaxCore
import FaxDSP
import FaxEndpoint
import FaxProtocol
import Foundation
import LiveLab
import ServerDrivers
import TestSupport
import Testing

/// The driver of gofaxserver against an emulation of ours, over real calls.
@Suite(.live) struct GoFaxServerTests {
    struct Row: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var fault: EmulatedServerFault?
        var hasHook = true
        var losesWebhook = false
        /// Our endpoint takes no fax of this sender: it fails in T.30.
        var refusesFax = false
        var state: ServerJobStatus.State?
        var kinds: [ServerFinding.Kind] = []
        var isConfirmed = false
    }

    static let rows = [
        Row(testDescription: "all is well", state: .done, isConfirmed: true),
        Row(testDescription: "no webhook is wanted", hasHook: false, state: .done, isConfirmed: true),
        Row(
            testDescription: "the webhook is lost", losesWebhook: true, state: .done, kinds: [.noticeLost]
        ),
        Row(testDescription: "the fax fails", refusesFax: true, state: .failed),
        Row(
            testDescription: "the fax fails, and no webhook says that it was the last try",
            hasHook: false, refusesFax: true,
            state: .waiting, kinds: [.neverEnded]),
        Row(
            testDescription: "success is claimed", fault: .claimsSuccess, refusesFax: true, state: .done,
            kinds: [.successNotReceived, .pageCount]),
        Row(
            testDescription: "a failure is claimed", fault: .claimsFailure, state: .failed,
            kinds: [.failureButReceived]),
        Row(
            testDescription: "the end is never told", fault: .neverEnds, state: .waiting,
            kinds: [.neverEnded]),
        Row(testDescription: "what it says is damaged", fault: .garbage, kinds: [.neverEnded]),
    ]

    @Test(arguments: rows) func anEmulatedServerSends(row: Row) async throws {
        let folder = URL.temporaryDirectory.appending(
            path: "gofaxserver-\(UUID().uuidString.prefix(8))")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let port = LoopbackPort.free()
        let hook = try await Self.hook(row)
        let server = try await EmulatedGoFaxServer(
            .t38, fault: row.fault, calling: Endpoint(LoopbackPort.address, port),
            in: folder.appending(path: "server"),
            webhook: row.losesWebhook ? nil : hook?.address)
        let address = try ServerAddress("gofaxserver://admin@127.0.0.1:\(server.port)")
        let http = try GoFaxServerDriver.http(address, user: "admin", password: "secret")
        try await OwnThread.run {
            try Self.send(row, port, in: folder) { GoFaxServerDriver(http, hook: hook) }
        }
        await server.close()
        try await OwnThread.run { hook?.close() }
    }

    private static func hook(_ row: Row) async throws -> GoFaxServerHook? {
        guard row.hasHook else { return nil }
        return try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread {
                continuation.resume(with: Result { try GoFaxServerHook(LoopbackPort.any) })
            }
        }
    }

    private static func send(
        _ row: Row, _ port: UInt16, in folder: URL, _ driver: @escaping @Sendable () -> any FaxServerDriver
    ) throws {
        var settings = EndpointSettings(listen: Endpoint(LoopbackPort.address, port))
        settings.transport = .t38
        settings.mediaPorts = 30_000...39_999
        settings.answering = Answering(
            folder: try ReceptionFolder(path: folder.appending(path: "in").path))
        if row.refusesFax { settings.fax.abilities.requiredPassword = "1234" }
        var check = ServerCheck(driver)
        check.patience.all = .seconds(100)
        check.patience.question = .milliseconds(200)
        check.patience.lastWord = .seconds(4)
        let fax = ServerFax(pages: SoftwareCall.pages(1), number: "200", callerNumber: "555")
        let outcome = try check.sends(fax, settings)
        #expect(
            outcome.facts.findings.map(\.kind) == row.kinds, "\(outcome.text)\n\(outcome.words.lines)")
        #expect(outcome.facts.told.status?.state == row.state)
        #expect(outcome.facts.isConfirmed == row.isConfirmed)
    }

    struct Delivery: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var fault: EmulatedServerFault?
        var kinds: [ServerFinding.Kind] = []
    }

    static let deliveries = [
        Delivery(testDescription: "a fax is delivered"),
        Delivery(testDescription: "nothing is delivered", fault: .neverEnds, kinds: [.notListed]),
        Delivery(
            testDescription: "what is delivered has no file", fault: .garbage, kinds: [.receptionDamaged, .pagesDiffer]),
    ]

    @Test(arguments: deliveries) func anEmulatedServerReceives(row: Delivery) async throws {
        try await ServerTrial.inFolder("gofaxserver") { folder in
            let found = try await Self.hook(Row(testDescription: ""))
            let hook = try #require(found)
            let server = try await EmulatedGoFaxServer(
                .t38, fault: row.fault, calling: Endpoint(LoopbackPort.address, LoopbackPort.free()), in: folder,
                delivery: hook.address)
            let address = try ServerAddress("gofaxserver://admin@127.0.0.1:\(server.port)")
            let http = try GoFaxServerDriver.http(address, user: "admin", password: "secret")
            try await OwnThread.run {
                let check = ServerTrial.check { GoFaxServerDriver(http) }
                let settings = ServerTrial.settings()
                let target = SIPTarget.destination("sip:200@\(server.sipAddress)", at: server.sipAddress)
                let fax = ServerFax(pages: SoftwareCall.pages(2), number: "200")
                let outcome = try check.receives(fax, at: target, settings, GoFaxServerDriver(http, hook: hook))
                #expect(outcome.facts.findings.map(\.kind) == row.kinds, "\(outcome.text)\n\(outcome.words.lines)")
                #expect(outcome.facts.isConfirmed == (row.fault == nil))
                #expect(!outcome.words.lines.contains { $0.contains("key-of-admin") })
                // Without a hook nothing is known of received faxes, and nobody is called.
                let blind = try check.receives(fax, at: target, settings, GoFaxServerDriver(http))
                #expect(blind.facts.calls.isEmpty && blind.couldNotBegin)
            }
            await server.close()
            try await OwnThread.run { hook.close() }
        }
    }

    @Test func loginsAndRefusals() async throws {
        let folder = URL.temporaryDirectory.appending(
            path: "gofaxserver-\(UUID().uuidString.prefix(8))")
        defer { try? FileManager.default.removeItem(at: folder) }
        let server = try await EmulatedGoFaxServer(
            .t38, fault: .refuses, calling: Endpoint(LoopbackPort.address, LoopbackPort.free()),
            in: folder)
        let address = try ServerAddress("gofaxserver://admin@127.0.0.1:\(server.port)")
        try await OwnThread.run {
            func driver(_ password: String?) throws -> GoFaxServerDriver {
                GoFaxServerDriver(try GoFaxServerDriver.http(address, user: "admin", password: password))
            }
            let none = try driver(nil)
            #expect(throws: ServerFailure.passwordWanted(said: "401 for 'Restricted'")) {
                try none.open()
            }
            let wrong = try driver("wrong")
            #expect(throws: ServerFailure.loginRefused(user: "admin", said: "401")) { try wrong.open() }
            let driver = try driver("secret")
            try driver.open()
            do {
                _ = try driver.submit(ServerFax(pages: SoftwareCall.pages(1), number: "200"))
                Issue.record("it took the job")
            } catch let failure as ServerFailure {
                guard case .refused = failure else { throw failure }
            }
            #expect(throws: ServerFailure.noSuchJob("x&y")) { try driver.status(of: "x&y") }
            #expect(throws: ServerFailure.self) { try driver.cancel("x") }
            #expect(!driver.words.lines.contains { $0.contains("secret") })
        }
        await server.close()
    }
}
