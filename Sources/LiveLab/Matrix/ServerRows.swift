import FaxCore
import FaxEndpoint
import FaxProtocol
import Foundation
import ServerDrivers

/// Fax servers driven through their own interfaces, our endpoint at the other end: a real HylaFAX, and emulations of the others.
enum ServerRows {
    static var all: [InteropRow] {
        let both: [FaxTransport] = [.t38, .g711]
        return [hylafaxSends, hylafaxReceives, goFaxServer, goFaxServerDelivers]
            + both.flatMap { transport in
                EmulatedFaxServer.Interface.allCases.map { manager($0, transport) } + [
                    callFiles(transport), ictCore(transport),
                ]
            }
    }

    private static let fax = ServerFax(pages: SoftwareCall.pages(1), number: "200", callerNumber: "5550200")

    private static func row(
        _ name: String, _ transport: FaxTransport = .t38, peer: String, role: InteropRow.Role, _ what: String,
        _ outcome: @escaping @Sendable (InteropBench, URL) throws -> ServerCheck.Outcome
    ) -> InteropRow {
        InteropRow(
            "server-\(name)-\(transport.rawValue)", peer: peer, role: role, carriage: transport.rawValue, hasECM: nil,
            what
        ) { bench in
            let record = bench.folder.appending(path: "call.pcapng")
            let facts = try outcome(bench, record).facts
            let problems = facts.isConfirmed ? [] : ["not confirmed"] + facts.findings.map(\.text)
            return InteropAttempt(succeeded: facts.isConfirmed ? 1 : 0, problems: problems, record: record)
        }
    }

    private static func settings(port: UInt16 = 0, _ record: URL, _ transport: FaxTransport = .t38) -> EndpointSettings
    {
        var settings = EndpointSettings(listen: Endpoint(LoopbackPort.address, port))
        settings.transport = transport
        settings.mediaPorts = 30_000...39_999
        settings.recordPath = record.path
        return settings
    }

    private static func answering(
        _ bench: InteropBench, port: UInt16, _ record: URL, _ transport: FaxTransport = .t38
    ) throws -> EndpointSettings {
        var settings = settings(port: port, record, transport)
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

    /// From a task, on the row's thread.
    private static func waiting<Value: Sendable>(_ body: @escaping @Sendable () async throws -> Value) throws -> Value {
        try Blocking.run { () async -> Result<Value, any Error> in
            do { return .success(try await body()) } catch { return .failure(error) }
        }.get()
    }

    private static var goFaxServer: InteropRow {
        row(
            "gofaxserver-emulated", peer: "gofaxserver REST (emulated)", role: .answers,
            "a job handed in, followed, compared"
        ) { bench, record in
            let port = LoopbackPort.free()
            let folder = bench.folder.appending(path: "server")
            let server = try waiting {
                try await EmulatedGoFaxServer(.t38, calling: Endpoint(LoopbackPort.address, port), in: folder)
            }
            defer { Blocking.run { () async in await server.close() } }
            let address = try ServerAddress("gofaxserver://admin@127.0.0.1:\(server.port)")
            let http = try GoFaxServerDriver.http(address, user: "admin", password: "secret")
            return try ServerCheck { GoFaxServerDriver(http) }.sends(fax, answering(bench, port: port, record))
        }
    }

    private static var goFaxServerDelivers: InteropRow {
        row(
            "gofaxserver-delivers-emulated", peer: "gofaxserver webhook (emulated)", role: .calls,
            "what it received is delivered, compared"
        ) { bench, record in
            let hook = try GoFaxServerHook(LoopbackPort.any)
            defer { hook.close() }
            let folder = bench.folder.appending(path: "server")
            let server = try waiting {
                let nobody = Endpoint(LoopbackPort.address, LoopbackPort.free())
                return try await EmulatedGoFaxServer(.t38, calling: nobody, in: folder, delivery: hook.address)
            }
            defer { Blocking.run { () async in await server.close() } }
            let address = try ServerAddress("gofaxserver://admin@127.0.0.1:\(server.port)")
            let http = try GoFaxServerDriver.http(address, user: "admin", password: "secret")
            let target = SIPTarget.destination("sip:200@\(server.sipAddress)", at: server.sipAddress)
            let driver = GoFaxServerDriver(http, hook: hook)
            return try ServerCheck { GoFaxServerDriver(http) }.receives(fax, at: target, settings(record), driver)
        }
    }

    private static func ictCore(_ transport: FaxTransport) -> InteropRow {
        row(
            "ictcore-emulated", transport, peer: "ICTCore REST (emulated)", role: .answers,
            "a job handed in, followed, compared"
        ) { bench, record in
            let port = LoopbackPort.free()
            let folder = bench.folder.appending(path: "server")
            let server = try waiting {
                try await EmulatedICTCore(transport, calling: Endpoint(LoopbackPort.address, port), in: folder)
            }
            defer { Blocking.run { () async in await server.close() } }
            let http = try ICTCoreDriver.http(try ServerAddress("ictcore://127.0.0.1:\(server.port)/api"))
            let check = ServerCheck { ICTCoreDriver(http, path: "/api", user: "admin", password: "secret") }
            return try check.sends(fax, answering(bench, port: port, record, transport))
        }
    }

    private static func callFiles(_ transport: FaxTransport) -> InteropRow {
        row(
            "asterisk-spool-emulated", transport, peer: "Asterisk call files (emulated)", role: .answers,
            "a call file followed, the fax judged by our endpoint"
        ) { bench, record in
            let port = LoopbackPort.free()
            let server = try EmulatedCallSpool(
                transport, calling: Endpoint(LoopbackPort.address, port), in: bench.folder.appending(path: "server"))
            defer { server.close() }
            let setting = CallFileDriver.Setting(
                spool: server.spool.path, dial: "PJSIP/{number}@trunk", share: ServerShare(here: bench.folder.path))
            return try ServerCheck { CallFileDriver(setting) }
                .sends(fax, answering(bench, port: port, record, transport))
        }
    }

    private static func manager(
        _ interface: EmulatedFaxServer.Interface, _ transport: FaxTransport
    ) -> InteropRow {
        let peer = interface == .asterisk ? "Asterisk AMI (emulated)" : "FreeSWITCH event socket (emulated)"
        return row(
            "\(interface.rawValue)-emulated", transport, peer: peer, role: .answers,
            "a job handed in, followed, compared"
        ) { bench, record in
            let port = LoopbackPort.free()
            let server = try EmulatedFaxServer(
                interface, transport, calling: Endpoint(LoopbackPort.address, port),
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
            return try check.sends(fax, answering(bench, port: port, record, transport))
        }
    }
}
