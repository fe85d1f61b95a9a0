import FaxDSP
import FaxProtocol
import Simulator
import Testing

/// Two engines over RTP. What fills a hole decides what a modem makes of it.
@Suite struct FaxOverRTPTests {
    /// The middle of the page: packets of the caller while it sends the image.
    private func packetInThePage(_ call: BareCall) throws -> Int {
        let report = try call.audio().caller
        let start = try #require(report.trainings.first?.sample)
        let end = try #require(report.endSample)
        return (start + (end - start) / 2) / 160
    }

    @Test func cleanCall() throws {
        let carriage = try sampleCall().rtp(.fixed(.milliseconds(40)))
        #expect(carriage.outcome.caller.completion == 0)
        #expect(try receivedPage(carriage.outcome.received).octets == samplePage.octets)
        #expect(carriage.atAnswerer.concealed == 0 && carriage.atCaller.concealed == 0)
    }

    /// With ECM a repeated packet costs one or two frames; 20 ms of silence cost the carrier, and all frames after it.
    @Test(arguments: [LossConcealment.Method.repetition, .silence, .noise(gain: 1)])
    func oneLostPacket(_ method: LossConcealment.Method) throws {
        let call = try sampleCall()
        let lost = try packetInThePage(call)
        var settings = JitterBuffer.Settings.fixed(.milliseconds(40))
        settings.concealment = method
        let carriage = try call.rtp(settings) { $0 == .caller && $1 == lost }
        #expect(carriage.atAnswerer.lost == 1)
        #expect(carriage.atAnswerer.concealed == 160)
        let retries = carriage.outcome.caller.ecmRetries
        if method == .silence { #expect(retries > 3) } else { #expect((1...3).contains(retries)) }
    }

    /// Without ECM the rest of the page is gone after 20 ms of silence, and a few rows otherwise.
    @Test(arguments: [LossConcealment.Method.repetition, .silence])
    func oneLostPacketWithoutECM(_ method: LossConcealment.Method) throws {
        var call = try sampleCall()
        call.caller.hasECM = false
        call.answerer.hasECM = false
        let lost = try packetInThePage(call)
        var settings = JitterBuffer.Settings.fixed(.milliseconds(40))
        settings.concealment = method
        let carriage = try call.rtp(settings) { $0 == .caller && $1 == lost }
        let rows = carriage.outcome.answerer.events.compactMap { event in
            if case .pageEnded(let page) = event.kind { page.rows } else { nil }
        }
        if method == .silence {
            #expect(carriage.outcome.caller.completion != 0 || (rows.first ?? 0) < samplePage.heightPx * 3 / 4)
        } else {
            #expect(carriage.outcome.caller.completion == 0)
            #expect((rows.first ?? 0) > samplePage.heightPx * 9 / 10)
        }
    }
}
