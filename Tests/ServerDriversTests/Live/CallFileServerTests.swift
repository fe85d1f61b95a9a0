import FaxCore
import FaxEndpoint
import Foundation
import LiveLab
import ServerDrivers
import TestSupport
import Testing

/// Call files against an emulated spool of ours, over real calls.
@Suite(.live) struct CallFileServerTests {
    static let rows = [
        ServerTrial(testDescription: "all is well", state: .ended, isConfirmed: true),
        ServerTrial(testDescription: "all is well in audio", transport: .g711, state: .ended, isConfirmed: true),
        ServerTrial(testDescription: "the fax fails, the call was answered", refusesFax: true, state: .ended),
        ServerTrial(testDescription: "the file cannot be read", fault: .refuses, state: .failed, kinds: [.noCall]),
        ServerTrial(
            testDescription: "the end is never told", fault: .neverEnds, state: .running, kinds: [.neverEnded]),
        ServerTrial(
            testDescription: "it expires, and the fax is there", fault: .claimsFailure, state: .failed,
            kinds: [.failureButReceived]),
        ServerTrial(
            testDescription: "the file is gone", fault: .disconnects, state: .running,
            kinds: [.neverEnded, .jobLost]),
        ServerTrial(
            testDescription: "a status that is none", fault: .garbage, state: .unknown, kinds: [.neverEnded]),
    ]

    @Test(arguments: rows) func anEmulatedSpool(row: ServerTrial) async throws {
        try await ServerTrial.inFolder("spool") { folder in
            try await OwnThread.run {
                let port = LoopbackPort.free()
                let server = try EmulatedCallSpool(
                    row.transport, fault: row.fault, calling: Endpoint(LoopbackPort.address, port),
                    in: folder.appending(path: "asterisk"))
                defer { server.close() }
                let setting = CallFileDriver.Setting(
                    spool: server.spool.path, dial: "PJSIP/{number}@trunk", share: ServerShare(here: folder.path))
                try row.run(port: port, in: folder) { CallFileDriver(setting) }
            }
        }
    }

    /// No call is taken: Asterisk tries again after `EndRetry`, and gives up.
    @Test func nobodyAnswers() async throws {
        try await ServerTrial.inFolder("spool") { folder in
            try await OwnThread.run {
                let far = try SoloEndpoint(.t38, in: folder.appending(path: "far"), answers: false)
                defer { far.endpoint.close() }
                let server = try EmulatedCallSpool(.t38, calling: far.endpoint.address, in: folder)
                defer { server.close() }
                let driver = CallFileDriver(
                    .init(spool: server.spool.path, dial: "PJSIP/{number}", share: ServerShare(here: folder.path)))
                try driver.open()
                var fax = ServerFax(pages: SoftwareCall.pages(1), number: "200")
                fax.tries = 2
                let job = try driver.submit(fax)
                let limit = ContinuousClock.now + .seconds(90)
                while try !driver.status(of: job).state.isEnd, ContinuousClock.now < limit {
                    Thread.sleep(forTimeInterval: 0.1)
                }
                #expect(try driver.status(of: job).said == "Status: Expired")
                let file = folder.appending(path: "outgoing_done/faxprobe-\(job).call")
                let text = try String(contentsOf: file, encoding: .utf8)
                #expect(text.contains("EndRetry: 4711 1") && text.contains("StartRetry: 4711 2"))
            }
        }
    }
}
