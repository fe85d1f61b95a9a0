import FaxCore
import FaxDSP
import FaxWire
import Simulator
import Testing

/// A terminal on the IP network, a gateway, and a machine on the line behind it.
@Suite struct T38GatewayTests {
    private struct Result {
        var caller: FaxStationReport
        var answerer: FaxStationReport
        var received: [UInt8]
        var statistics: T38Gateway.Statistics
    }

    private func call(_ configuration: T38Gateway.Configuration) throws -> Result {
        let sent = try MemoryFile(TIFFDocument.write([samplePage]))
        let received = try MemoryFile()
        var (callerStation, answererStation) = (FaxStation(.caller), FaxStation(.answerer))
        callerStation.documentPath = sent.path
        answererStation.receptionPath = received.path
        guard var caller = T38Terminal(callerStation), var gateway = T38Gateway(configuration),
            var answerer = FaxEngine(answererStation)
        else { throw BareCall.Failure.noEngine }
        var packets: [T38Outgoing] = []
        var line = [Int16](repeating: 0, count: 160)
        var numbers = (0, 0)
        while !caller.isDone || !answerer.isDone {
            guard caller.sampleCount < 8_000 * 200 else { throw BareCall.Failure.endless }
            caller.step(samples: 160, into: &packets)
            for packet in packets {
                gateway.receive(packet.octets.span.bytes, sequence: numbers.0)
                numbers.0 += 1
            }
            packets.removeAll()
            answerer.step(&line)
            gateway.step(&line, into: &packets)
            for packet in packets {
                caller.receive(packet.octets.span.bytes, sequence: numbers.1)
                numbers.1 += 1
            }
            packets.removeAll()
        }
        caller.hangUp()
        answerer.hangUp()
        return Result(
            caller: caller.report, answerer: answerer.report, received: try received.octets(),
            statistics: gateway.statistics)
    }

    @Test(arguments: [true, false]) func pageGoesThrough(withECM allowsECM: Bool) throws {
        var configuration = T38Gateway.Configuration()
        configuration.allowsECM = allowsECM
        let result = try call(configuration)
        #expect(result.caller.completion == 0)
        #expect(result.answerer.completion == 0)
        #expect(result.caller.hasECM == allowsECM)
        #expect(try receivedPage(result.received).octets == samplePage.octets)
        #expect(result.statistics.hasECM == allowsECM)
        #expect(result.statistics.pages == 1)
        #expect(result.statistics.rateBps == result.caller.rateBps)
    }

    /// What the gateway does not let pass is not agreed on.
    @Test func modemsOfTheGatewayBound() throws {
        var configuration = T38Gateway.Configuration()
        configuration.modems = [.v27ter, .v29]
        let result = try call(configuration)
        #expect(result.caller.completion == 0)
        #expect(result.caller.rateBps == 9_600)
    }
}
