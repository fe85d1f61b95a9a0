import FaxCore
import Foundation
import Simulator
import Synchronization
import TestSupport
import Testing

@testable import FaxEndpoint

/// An echo that may not call back.
@Suite(.live) struct EchoCostTests {
    /// It is told as an echo that failed, and the run ends when those that were wanted have come.
    @Test func whatIsNotSentBackCounts() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "faxprobe-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        var settings = EndpointSettings(listen: FaxOnLoopback.anyPort)
        settings.mediaPorts = 58_020...58_029
        settings.answering = Answering(folder: try ReceptionFolder(path: folder.path))
        settings.answering?.calls = 1
        settings.answering?.echoes = true
        settings.costs.inside = .nowhere
        settings.costs.calls = 0
        var sending = EndpointSettings(listen: FaxOnLoopback.anyPort)
        sending.mediaPorts = 58_030...58_039
        let sender = try LiveEndpoint(sending)
        defer { sender.close() }
        let document = try OutgoingDocument([TextLikePage(heightPx: 60, seed: 1).bitmap()])
        let lines = Mutex<[String]>([])
        let limit = Duration.seconds(150)
        let (status, took) = try await OwnThread.run {
            var run = EndpointRun(write: { text in lines.withLock { $0.append(text) } }, complain: { _ in })
            run.timeout = limit
            run.writesJSON = true
            run.onListening = { address in
                sender.send(OutgoingFax(document, to: SIPTarget.destination("sip:1@\(address)", at: address)))
            }
            let begin = ContinuousClock.now
            let status = run.receive(settings)
            sender.stop(patience: .zero)
            return (status, ContinuousClock.now - begin)
        }
        let text = lines.withLock { $0.joined() }
        #expect(status == .failed && took < limit, "\(text)")
        #expect(text.contains("\"event\":\"not-returned\""), "\(text)")
        let last = lines.withLock { $0.last ?? "" }
        #expect(last.contains("0 calls outside are allowed; --max-calls allows more"), "\(last)")
        #expect(last.contains("\"calls\":1,\"succeeded\":0"), "\(last)")
        // The fax itself came, and is kept.
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).count == 1)
    }
}
