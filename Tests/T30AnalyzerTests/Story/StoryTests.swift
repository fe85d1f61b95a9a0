import FaxCore
import FaxWire
import PcapDecode
import Testing

@testable import T30Analyzer

extension LineScript {
    /// Phase B up to CFR; the callee sends DIS, the caller trains.
    mutating func negotiate(_ dcs: [UInt8] = Say.dcs, answer: [UInt8]? = Say.cfr) {
        indicate(.callee, .ced)
        wait(.seconds(3))
        command(.callee, Say.csi, Say.dis)
        train(dcs, answer: answer)
    }

    mutating func train(_ dcs: [UInt8] = Say.dcs, ones: Int = 0, answer: [UInt8]? = Say.cfr) {
        command(.caller, Say.tsi, dcs)
        training(.caller, ones: ones)
        if let answer { command(.callee, answer) }
    }
}

@Suite struct StoryTests {
    @Test func onePageWithoutECM() {
        var script = LineScript()
        script.negotiate()
        script.page(.caller, CodedPage.white(rows: 20))
        script.command(.caller, Say.eop)
        script.command(.callee, Say.mcf)
        script.command(.caller, Say.dcn)
        let fax = script.session
        #expect(fax.outcome == .success)
        #expect(fax.sender == .caller)
        #expect(fax.senderID == "+1 555 0100" && fax.receiverID == "+1 555 0200")
        #expect(fax.modem == "V.17" && fax.rateBps == 14_400 && fax.ecm == false && fax.compression == "MH")
        #expect(fax.pages.count == 1)
        #expect(fax.pages.first?.rows == 20 && fax.pages.first?.badRows == 0)
        #expect(fax.pages.first?.confirmedBy == "MCF")
        #expect(fax.trainings.count == 1)
        #expect(fax.trainings.first?.answer == "CFR" && fax.trainings.first?.longestZeroRunBits == 21_600)
        #expect(fax.trainings.first?.errors == 0)
        #expect(fax.phases.map(\.phase) == [.A, .B, .C, .D, .E])
        #expect(fax.messages.map(\.name) == ["CSI", "DIS", "TSI", "DCS", "CFR", "EOP", "MCF", "DCN"])
        #expect(fax.messages.allSatisfy { $0.crcOK == true })
        #expect(fax.messages.first?.octets.prefix(3) == [0xFF, 0x03, 0x40])
        #expect(fax.remarks.isEmpty)
    }

    @Test func severalPages() {
        var script = LineScript()
        script.negotiate()
        for page in 1...3 {
            script.page(.caller, CodedPage.white(rows: 10 * page))
            script.command(.caller, page == 3 ? Say.eop : Say.mps)
            script.command(.callee, Say.mcf)
        }
        let fax = script.session
        #expect(fax.outcome == .success)
        #expect(fax.pages.map(\.rows) == [10, 20, 30])
        #expect(fax.pagesSent == 3 && fax.pagesConfirmed == 3)
    }

    @Test func secondPageNotConfirmed() {
        var script = LineScript()
        script.negotiate()
        script.page(.caller, CodedPage.white(rows: 10))
        script.command(.caller, Say.mps)
        script.command(.callee, Say.mcf)
        script.page(.caller, CodedPage.white(rows: 10))
        for _ in 0..<3 {
            script.command(.caller, Say.eop)
            script.wait(.seconds(3))
        }
        script.command(.caller, Say.dcn)
        let fax = script.session
        #expect(fax.outcome == .partial)
        #expect(fax.pagesSent == 2 && fax.pagesConfirmed == 1)
        #expect(fax.remarks.filter { $0.name == "command-repeated" }.count == 2)
        #expect(!fax.remarks.contains { $0.name.hasPrefix("t4") })
    }

    @Test func failureToTrainLowersTheRate() {
        var script = LineScript()
        script.negotiate(answer: nil)
        script.command(.callee, Say.ftt)
        script.train(Say.dcs9600, answer: Say.cfr)
        script.page(.caller, CodedPage.white(rows: 10))
        script.command(.caller, Say.eop)
        script.command(.callee, Say.mcf)
        let fax = script.session
        #expect(fax.trainings.map(\.answer) == ["FTT", "CFR"])
        #expect(fax.trainings.map(\.rateBps) == [14_400, 9600])
        #expect(fax.trainings.map(\.modem) == ["V.17", "V.29"])
        #expect(fax.outcome == .success)
    }

    @Test func trainingWithErrors() {
        var script = LineScript()
        script.negotiate(answer: nil)
        script.train(ones: 5, answer: Say.ftt)
        let training = script.session.trainings.last
        #expect(training?.errors == 5)
        #expect((training?.longestZeroRunBits ?? 0) < 14_400)
        #expect(training?.answer == "FTT")
    }

    /// The end of TCF was lost: DCS comes again without FTT.
    @Test func repeatedCommandIsANewTraining() {
        var script = LineScript()
        script.negotiate(answer: nil)
        script.wait(.seconds(3))
        script.train()
        #expect(script.session.trainings.map(\.answer) == [nil, "CFR"])
    }

    @Test func pollingTurnsTheCallRound() {
        var script = LineScript()
        script.command(.callee, Say.csi, Say.dis)
        script.command(.caller, Say.cig, Say.dtc)
        script.command(.callee, [0x42] + Say.csi.dropFirst(), [0x82] + Say.dcs.dropFirst())
        script.training(.callee)
        script.command(.caller, [0x85])
        script.page(.callee, CodedPage.white(rows: 10))
        script.command(.callee, [0x2E])
        script.command(.caller, [0x8D])
        let fax = script.session
        #expect(fax.outcome == .success)
        #expect(fax.sender == .callee)
        #expect(fax.senderID == "+1 555 0200" && fax.receiverID == "+1 555 0100")
    }

    @Test func rejectedPageIsSentAgain() {
        var script = LineScript()
        script.negotiate()
        script.page(.caller, CodedPage.white(rows: 10))
        script.command(.caller, Say.eop)
        script.command(.callee, Say.rtn)
        script.train()
        script.page(.caller, CodedPage.white(rows: 10))
        script.command(.caller, Say.eop)
        script.command(.callee, Say.mcf)
        let fax = script.session
        #expect(fax.pages.map(\.number) == [1, 1])
        #expect(fax.pages.map(\.rejectedBy) == ["RTN", nil])
        #expect(fax.outcome == .success && fax.pagesSent == 1)
        #expect(fax.remarks.contains { $0.name == "rtn" })
    }

    @Test func severalDocuments() {
        var script = LineScript()
        script.negotiate()
        script.page(.caller, CodedPage.white(rows: 10))
        script.command(.caller, Say.eom)
        script.command(.callee, Say.mcf)
        script.negotiate()
        script.page(.caller, CodedPage.white(rows: 12))
        script.command(.caller, Say.eop)
        script.command(.callee, Say.mcf)
        let fax = script.session
        #expect(fax.outcome == .success)
        #expect(fax.pages.map(\.rows) == [10, 12])
        #expect(fax.phases.map(\.phase) == [.A, .B, .C, .D, .B, .C, .D])
    }

    /// Only the sender's packets are in the capture: what it does next tells pages apart, nothing tells the outcome.
    @Test func senderOnly() {
        var script = LineScript()
        script.negotiate()
        for page in 1...2 {
            script.page(.caller, CodedPage.white(rows: 10 * page))
            script.command(.caller, page == 2 ? Say.eop : Say.mps)
            script.command(.callee, Say.mcf)
        }
        script.visible = [.caller]
        let fax = script.session
        #expect(fax.outcome == .unknown)
        #expect(fax.pages.map(\.rows) == [10, 20])
        #expect(fax.pagesConfirmed == 0)
        #expect(fax.rateBps == 14_400 && fax.ecm == false)
        #expect(fax.trainings.map(\.answer) == [nil])
    }

    @Test func noFaxBeyondIdentification() {
        var script = LineScript()
        for _ in 0..<8 {
            script.command(.callee, Say.csi, Say.dis)
            script.wait(.seconds(3))
        }
        let fax = script.session
        #expect(fax.outcome == .failed)
        #expect(fax.pages.isEmpty && fax.trainings.isEmpty)
        #expect(fax.remarks.contains { $0.name == "t1-expired" })
    }

    @Test func disconnectWithoutCommandIsT2() {
        var script = LineScript()
        script.negotiate()
        script.wait(.seconds(7))
        script.command(.callee, [0xFA])
        #expect(script.session.remarks.contains { $0.name == "t2-expired" })
    }

    @Test func receiverNotReady() {
        var script = LineScript()
        script.negotiate(Say.dcsECM)
        let data = CodedPage.whiteECM(rows: 40)
        let count = (data.count + 63) / 64
        script.frames(.caller, Array(0..<count), of: data)
        script.command(.caller, Say.pps(0x2F, frames: count))
        script.command(.callee, Say.rnr)
        script.command(.caller, Say.rr)
        script.command(.callee, Say.mcf)
        let fax = script.session
        #expect(fax.outcome == .success)
        #expect(fax.remarks.contains { $0.name == "rnr" })
    }
}
