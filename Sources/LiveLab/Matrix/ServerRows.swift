import FaxCore
import FaxEndpoint
import FaxProtocol
import Foundation
import ServerDrivers

/// Fax servers driven through their own interfaces, our endpoint at the other end: a real HylaFAX, and emulations of the others.
enum ServerRows {
    static var all: [InteropRow] {
        [hylafaxSends, hylafaxReceives, goFaxServer] + EmulatedFaxServer.Interface.allCases.map { manager($0) }
    }

    private static let fax = ServerFax(pages: SoftwareCall.pages(1), number: "200", callerNumber: "5550200")

    private static func row(
        _ name: String, peer: String, role: InteropRow.Role, _ what: String,
        _ outcome: @escaping @Sendable (InteropBench, URL) throws -> ServerCheck.Outcome
    ) -> InteropRow {
        InteropRow("server-\(name)-t38", peer: peer, role: role, carriage: "t38", hasECM: nil, what) { bench in
            let record = bench.folder.appending(path: "call.pcapng")
            let facts = try outcome(bench, record).facts
            let problems = facts.isConfirmed ? [] : ["not confirmed"] + facts.findings.map(\.text)
            return InteropAttempt(succeeded: facts.isConfirmed ? 1 : 0, problems: problems, record: record)
        }
    }

    private static func settings(port: UInt16 = 0, _ record: URL) -> EndpointSettings {
        var settings = EndpointSettings(listen: Endpoint(LoopbackPort.address, port))
        settings.transport = .t38
        settings.mediaPorts = 30_000...39_999
        settings.recordPath = record.path
        return settings
    }

    private static func answering(_ bench: InteropBench, port: UInt16, _ record: URL) throws -> EndpointSettings {
        var settings = settings(port: port, record)
        settings.answering = Answering(folder: try ReceptionFolder(path: bench.folder.appending(path: "in").path))
        return settings
    }

    private static var hylafaxSends: InteropRow {
        row("hylafax-sends", peer: "HylaFAX client protocol", role: .answers, "a job handed in, followed, compared") {
            bench, record in
            let port = LoopbackPort.free()
            let server = try HylaFAXServer(.t38, in: bench.folder, calling: Endpoint(LoopbackPort.address, port))
            defer { server.close() }
            let address = try ServerAddress("hylafax://fax@127.0.0.1:\(server.port)")
            let check = ServerCheck { HylaFAXDriver(address, .init(user: "fax")) }
            return try check.sends(fax, answering(bench, port: port, record))
        }
    }

    private static var hylafaxReceives: InteropRow {
        row("hylafax-receives", peer: "HylaFAX client protocol", role: .calls, "what it received is fetched, compared")
        {
            bench, record in
            let nobody = Endpoint(LoopbackPort.address, LoopbackPort.free())
            let server = try HylaFAXServer(.t38, in: bench.folder, calling: nobody)
            defer { server.close() }
            let address = try ServerAddress("hylafax://fax@127.0.0.1:\(server.port)")
            let driver = HylaFAXDriver(address, .init(user: "fax"))
            let target = SIPTarget.destination("sip:200@\(server.sipAddress)", at: server.sipAddress)
            return try ServerCheck { HylaFAXDriver(address, .init(user: "fax")) }
                .receives(fax, at: target, settings(record), driver)
        }
    }

    private static var goFaxServer: InteropRow {
        row(
            "gofaxserver-emulated", peer: "gofaxserver REST (emulated)", role: .answers,
            "a job handed in, followed, compared"
        ) {
            bench, record in
            let port = LoopbackPort.free()
            let folder = bench.folder.appending(path: "server")
            let server = try Blocking.run { () async -> Result<EmulatedGoFaxServer, any Error> in
                do {
                    return .success(
                        try await EmulatedGoFaxServer(
                            .t38, calling: Endpoint(LoopbackPort.address, port), in: folder))
                } catch { return .failure(error) }
            }.get()
            defer { Blocking.run { () async in await server.close() } }
            let address = try ServerAddress("gofaxserver://admin@127.0.0.1:\(server.port)")
            let http = try GoFaxServerDriver.http(address, user: "admin", password: "secret")
            return try ServerCheck { GoFaxServerDriver(http) }.sends(fax, answering(bench, port: port, record))
        }
    }

    private static func manager(_ interface: EmulatedFaxServer.Interface) -> InteropRow {
        let peer = interface == .asterisk ? "Asterisk AMI (emulated)" : "FreeSWITCH event socket (emulated)"
        return row(
            "\(interface.rawValue)-emulated", peer: peer, role: .answers, "a job handed in, followed, compared"
        ) { bench, record in
            let port = LoopbackPort.free()
            let server = try EmulatedFaxServer(
                interface, .t38, calling: Endpoint(LoopbackPort.address, port),
                in: bench.folder.appending(path: "server"))
            defer { server.close() }
            let address = try ServerAddress("\(interface.rawValue)://admin@127.0.0.1:\(server.port)")
            let share = ServerShare(here: bench.folder.path)
            let check = ServerCheck {
                switch interface {
                case .asterisk:
                    return ManagerDriver<AsteriskSession>(
                        address, .init(user: "admin", password: "secret", dial: "PJSIP/{number}@trunk", share: share))
                case .freeswitch:
                    return ManagerDriver<FreeSwitchSession>(
                        address,
                        .init(user: "", password: "secret", dial: "sofia/gateway/trunk/{number}", share: share))
                }
            }
            return try check.sends(fax, answering(bench, port: port, record))
        }
    }
}
