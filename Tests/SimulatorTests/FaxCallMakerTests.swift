import FaxDSP
import Simulator
import Testing

/// Calls between two engines in virtual time.
@Suite struct FaxCallMakerTests {
    @Test func theReceiverWritesWhatWasSent() throws {
        let page = TextLikePage(heightPx: 120, seed: 1).bitmap()
        let call = try FaxCallMaker(pages: [page]).call()
        #expect(call.callerReport.completion == 0 && call.answererReport.completion == 0)
        #expect(call.answererReport.remoteIdentification == "+1 555 0100")
        #expect(call.callerReport.remoteIdentification == "+1 555 0200")
        #expect(call.answererReport.rateBps == 14_400 && call.answererReport.hasECM)
        #expect(call.callerReport.pagesSent == 1 && call.answererReport.pagesReceived == 1)
        #expect((call.received.map(\.octets) == [page.octets]) as Bool)
        #expect(call.caller.count == call.answerer.count && call.sampleCount < 60 * 8_000)
        // DIS and DCS, each as the other side took it (T.30 5.3.6.1).
        #expect(call.framesTaken(from: .answerer).contains { $0.starts(with: [0xFF, 0x13, 0x80]) })
        #expect(call.framesTaken(from: .caller).contains { $0.starts(with: [0xFF, 0x13, 0x83]) })
        let again = try FaxCallMaker(pages: [page]).call()
        #expect((again.caller == call.caller && again.answerer == call.answerer) as Bool)
    }

    @Test func damagedTrainingsLowerTheRate() throws {
        let page = TextLikePage(heightPx: 60, seed: 2).bitmap()
        var maker = FaxCallMaker(pages: [page], modems: [.v27ter, .v29], hasECM: false)
        maker.damagedTrainings = 1
        let call = try maker.call()
        #expect(call.answererReport.rateBps == 7_200 && !call.answererReport.hasECM)
        #expect((call.received.map(\.octets) == [page.octets]) as Bool)
        // FTT, once.
        #expect(call.framesTaken(from: .answerer).count { $0.count > 2 && $0[2] == 0x44 } == 1)
    }
}
