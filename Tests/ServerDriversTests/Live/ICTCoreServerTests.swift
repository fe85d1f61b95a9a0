import FaxCore
import FaxEndpoint
import FaxProtocol
import Foundation
import LiveLab
import ServerDrivers
import TestSupport
import Testing

/// The driver of ICTCore against an emulation of ours, over real calls.
@Suite(.live) struct ICTCoreServerTests {
    static let rows = [
        ServerTrial(testDescription: "all is well", state: .done, isConfirmed: true),
        ServerTrial(testDescription: "all is well in audio", transport: .g711, state: .done, isConfirmed: true),
        ServerTrial(testDescription: "the fax fails", refusesFax: true, state: .failed),
        ServerTrial(
            testDescription: "success is claimed", fault: .claimsSuccess, refusesFax: true, state: .done,
            kinds: [.successNotReceived, .pageCount]),
        ServerTrial(
            testDescription: "a failure is claimed", fault: .claimsFailure, state: .failed,
            kinds: [.failureButReceived]),
        ServerTrial(
            testDescription: "it stays in processing", fault: .neverEnds, state: .running, kinds: [.neverEnded]),
        ServerTrial(testDescription: "what it says is damaged", fault: .garbage, kinds: [.neverEnded]),
        ServerTrial(testDescription: "it takes no job", fault: .refuses),
    ]

    @Test(arguments: rows) func anEmulatedServerSends(row: ServerTrial) async throws {
        try await ServerTrial.inFolder("ictcore") { folder in
            let port = LoopbackPort.free()
            let server = try await EmulatedICTCore(
                row.transport, fault: row.fault, calling: Endpoint(LoopbackPort.address, port),
                in: folder.appending(path: "server"))
            let http = try ICTCoreDriver.http(try ServerAddress("ictcore://127.0.0.1:\(server.port)/api"))
            try await OwnThread.run {
                try row.run(port: port, in: folder, secrets: ["secret", "emulated-token"]) {
                    ICTCoreDriver(http, path: "/api", user: "admin", password: "secret")
                }
            }
            await server.close()
        }
    }

    @Test(arguments: [nil, EmulatedServerFault.neverEnds])
    func anEmulatedServerReceives(fault: EmulatedServerFault?) async throws {
        try await ServerTrial.inFolder("ictcore") { folder in
            let server = try await EmulatedICTCore(
                .t38, fault: fault, calling: Endpoint(LoopbackPort.address, LoopbackPort.free()), in: folder)
            let http = try ICTCoreDriver.http(try ServerAddress("ictcore://127.0.0.1:\(server.port)/api"))
            try await OwnThread.run {
                @Sendable func driver() -> ICTCoreDriver {
                    ICTCoreDriver(http, path: "/api", user: "admin", password: "secret")
                }
                let target = SIPTarget.destination("sip:200@\(server.sipAddress)", at: server.sipAddress)
                let fax = ServerFax(pages: SoftwareCall.pages(2), number: "200")
                let outcome = try ServerTrial.check { driver() }
                    .receives(fax, at: target, ServerTrial.settings(), driver())
                #expect(outcome.facts.isConfirmed == (fault == nil), "\(outcome.text)\n\(outcome.words.lines)")
                #expect(outcome.facts.findings.map(\.kind) == (fault == nil ? [] : [.notListed]))
            }
            await server.close()
        }
    }
}
