import FaxCore
import FaxDSP
import FaxEndpoint
import FaxProtocol
import Foundation
import LiveLab
import ServerDrivers
import TestSupport
import Testing

/// Drivers against emulations of ours, over real calls: what goes well, and every fault that can be set.
@Suite(.live) struct EmulatedServerTests {
    struct Row: Sendable, CustomTestStringConvertible {
        var interface: EmulatedFaxServer.Interface
        var fault: EmulatedServerFault?
        /// Our endpoint takes no fax of this sender: it fails in T.30.
        var refusesFax = false
        var kinds: [ServerFinding.Kind] = []
        var isConfirmed = false
        var testDescription: String {
            "\(interface) \(fault?.rawValue ?? "without a fault")\(refusesFax ? ", the fax fails" : "")"
        }
    }

    static let rows = EmulatedFaxServer.Interface.allCases.flatMap { interface in
        [
            Row(interface: interface, isConfirmed: true), Row(interface: interface, refusesFax: true),
            Row(interface: interface, fault: .neverEnds, kinds: [.neverEnded]),
            Row(
                interface: interface, fault: .claimsSuccess, refusesFax: true,
                kinds: [.successNotReceived, .pageCount]),
            Row(interface: interface, fault: .claimsFailure, kinds: [.failureButReceived]),
            Row(interface: interface, fault: .disconnects, kinds: [.neverEnded]),
            Row(interface: interface, fault: .garbage, kinds: [.neverEnded]),
        ]
    }

    @Test(arguments: rows) func anEmulatedServerSends(row: Row) async throws {
        let folder = URL.temporaryDirectory.appending(path: "emulated-\(UUID().uuidString.prefix(8))")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try await OwnThread.run { try Self.send(row, in: folder) }
    }

    private static func send(_ row: Row, in folder: URL) throws {
        let port = LoopbackPort.free()
        let server = try EmulatedFaxServer(
            row.interface, .t38, fault: row.fault, calling: Endpoint(LoopbackPort.address, port),
            in: folder.appending(path: "server"))
        defer { server.close() }
        var settings = EndpointSettings(listen: Endpoint(LoopbackPort.address, port))
        settings.transport = .t38
        settings.mediaPorts = 30_000...39_999
        settings.answering = Answering(
            folder: try ReceptionFolder(path: folder.appending(path: "in").path))
        if row.refusesFax { settings.fax.abilities.requiredPassword = "1234" }
        let driver = driver(row.interface, server.port, in: folder)
        var check = ServerCheck { driver() }
        check.patience.all = .seconds(100)
        check.patience.question = .milliseconds(200)
        check.patience.lastWord = .seconds(4)
        let outcome = try check.sends(ServerFax(pages: SoftwareCall.pages(1), number: "200"), settings)
        #expect(
            outcome.facts.findings.map(\.kind) == row.kinds, "\(outcome.text)\n\(outcome.words.lines)")
        #expect(outcome.facts.isConfirmed == row.isConfirmed)
        #expect(outcome.facts.calls.first?.isWhole == !row.refusesFax)
        #expect(!outcome.words.lines.contains { $0.contains("secret") })
    }

    private static func driver(
        _ interface: EmulatedFaxServer.Interface, _ port: UInt16, password: String = "secret",
        in folder: URL
    ) -> @Sendable () -> any FaxServerDriver {
        let address = try? ServerAddress("\(interface.rawValue)://admin@127.0.0.1:\(port)")
        let share = ServerShare(here: folder.path)
        return {
            guard let address else { preconditionFailure("an address of ours") }
            switch interface {
            case .asterisk:
                return ManagerDriver<AsteriskSession>(
                    address,
                    .init(user: "admin", password: password, dial: "PJSIP/{number}@trunk", share: share))
            case .freeswitch:
                return ManagerDriver<FreeSwitchSession>(
                    address,
                    .init(user: "", password: password, dial: "sofia/gateway/trunk/{number}", share: share))
            }
        }
    }

    @Test(arguments: EmulatedFaxServer.Interface.allCases)
    func loginsNumbersAndRefusals(interface: EmulatedFaxServer.Interface) async throws {
        let folder = URL.temporaryDirectory.appending(path: "emulated-\(UUID().uuidString.prefix(8))")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try await OwnThread.run {
            let server = try EmulatedFaxServer(
                interface, .t38, fault: .refuses,
                calling: Endpoint(LoopbackPort.address, LoopbackPort.free()),
                in: folder.appending(path: "server"))
            defer { server.close() }
            do {
                try Self.driver(interface, server.port, password: "wrong", in: folder)().open()
                Issue.record("a wrong password was taken")
            } catch let failure as ServerFailure {
                guard case .loginRefused = failure else { throw failure }
            }
            let driver = Self.driver(interface, server.port, in: folder)()
            try driver.open()
            defer { driver.close() }
            for number in ["", "200\r\nAction: Command", "200 &txfax(x)", "a"] {
                #expect(throws: ServerFailure.self) {
                    try driver.submit(ServerFax(pages: SoftwareCall.pages(1), number: number))
                }
            }
            do {
                _ = try driver.submit(ServerFax(pages: SoftwareCall.pages(1), number: "200"))
                Issue.record("it took the job")
            } catch let failure as ServerFailure {
                guard case .refused = failure else { throw failure }
            }
        }
    }

    /// The job is ended by command while the fax runs.
    @Test(arguments: EmulatedFaxServer.Interface.allCases)
    func aJobIsEnded(interface: EmulatedFaxServer.Interface) async throws {
        let folder = URL.temporaryDirectory.appending(path: "emulated-\(UUID().uuidString.prefix(8))")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try await OwnThread.run {
            let far = try SoloEndpoint(.t38, in: folder.appending(path: "far"), answers: true)
            let server = try EmulatedFaxServer(
                interface, .t38, calling: far.endpoint.address, in: folder.appending(path: "server"))
            defer { server.close() }
            let driver = Self.driver(interface, server.port, in: folder)()
            try driver.open()
            defer { driver.close() }
            let job = try driver.submit(ServerFax(pages: SoftwareCall.pages(3), number: "200"))
            let limit = ContinuousClock.now + .seconds(30)
            while try driver.status(of: job).state != .running, ContinuousClock.now < limit {
                Thread.sleep(forTimeInterval: 0.05)
            }
            try driver.cancel(job)
            while try !driver.status(of: job).state.isEnd, ContinuousClock.now < limit {
                Thread.sleep(forTimeInterval: 0.05)
            }
            #expect(try driver.status(of: job).state == .failed)
            let outcome = far.end(within: .seconds(20))
            #expect(outcome.result?.isSuccess == false)
        }
    }

    /// Asterisk tells of what it received, and where it lies.
    @Test func anEmulatedServerReceives() async throws {
        let folder = URL.temporaryDirectory.appending(path: "emulated-\(UUID().uuidString.prefix(8))")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try await OwnThread.run {
            let server = try EmulatedFaxServer(
                .asterisk, .t38, calling: Endpoint(LoopbackPort.address, LoopbackPort.free()),
                in: folder.appending(path: "server"))
            defer { server.close() }
            var settings = EndpointSettings(listen: LoopbackPort.any)
            settings.transport = .t38
            settings.mediaPorts = 30_000...39_999
            let driver = Self.driver(.asterisk, server.port, in: folder)
            let check = ServerCheck(driver)
            let target = SIPTarget.destination("sip:200@\(server.sipAddress)", at: server.sipAddress)
            let fax = ServerFax(pages: SoftwareCall.pages(1), number: "200")
            let outcome = try check.receives(fax, at: target, settings, driver())
            #expect(outcome.facts.isConfirmed, "\(outcome.text)\n\(outcome.words.lines)")
        }
    }
}
