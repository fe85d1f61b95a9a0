import FaxCore
import FaxDSP
import FaxStation
import PcapDecode
import Simulator
import Testing

@Suite struct B2BUATests {
    private func scenario(_ transport: CallScenario.Transport, _ middle: CallScenario.Middle) throws -> CallScenario {
        var scenario = CallScenario(
            document: try SimulatedDocument([TextLikePage(heightPx: 200, seed: 3).bitmap()]))
        scenario.transport = transport
        scenario.b2bua = middle
        return scenario
    }

    private static let rows = CallScenario.Transport.allCases.flatMap { transport in
        [(transport, CallScenario.Middle.signalling), (transport, .anchoring)]
    }

    @Test(arguments: rows)
    func `A call through it delivers its page`(_ row: (CallScenario.Transport, CallScenario.Middle)) throws {
        let result = try CallTrial(try scenario(row.0, row.1), seed: 1).run()
        #expect(result.isSuccess)
        #expect(result.violations == [])
        #expect(result.caller.carriedBy == (row.0 == .g711 ? .audio : .t38))
    }

    /// UDP payloads by the addresses they go to, as the capture at the B2BUA has them.
    private func streams(_ middle: CallScenario.Middle) throws -> [MediaStream] {
        let result = try CallTrial(try scenario(.t38, middle), seed: 2, tap: .b2bua).run()
        let capture = try #require(result.capture)
        var calls: [Call] = []
        let decoder = CaptureDecoder(CaptureDecoder.Options()) { calls.append($0) }
        capture.forEachFrame { frame, octets in decoder.feed(frame, octets.span.bytes) }
        decoder.finish()
        #expect(calls.count == 2, "both legs")
        return calls.flatMap(\.streams)
    }

    @Test func `Anchored media pass it on both legs, others do not pass it`() throws {
        let anchored = try streams(.anchoring).filter { $0.kind == .udptl }
        #expect(anchored.count == 4)
        let direct = try streams(.signalling)
        #expect(direct.isEmpty)
    }

    @Test func `A refusal of T.38 goes through, and the call stays in audio`() throws {
        var scenario = try scenario(.t38, .anchoring)
        scenario.caller.acceptsT38 = false
        let result = try CallTrial(scenario, seed: 3).run()
        #expect(result.isSuccess)
        #expect(result.answerer.carriedBy == .audio)
        #expect(result.answerer.events.contains { $0.event == .t38Refused(status: 488) })
    }

    @Test func `Both sides may offer at once`() throws {
        var scenario = try scenario(.t38, .anchoring)
        scenario.caller.offersT38 = scenario.switchDelay
        let result = try CallTrial(scenario, seed: 4).run()
        #expect(result.hasEnded)
        #expect(result.violations == [])
    }
}
