import FaxCore
import FaxWire
import PcapDecode
import T30Analyzer
import Testing

/// The T.30 story read from IFP packets, in the order of T.30's phases. Facsimile control octets as in T.30 5.3.6.1.
@Suite struct ScriptedCallTests {
    static let white = SamplePage(row: .white, rows: 400)
    static let black = SamplePage(row: .black, rows: 400)

    private func analyze(
        ecm: Bool = false, seen: [Party] = Party.allCases, _ steps: (inout FaxScript) -> Void
    ) -> FaxSession {
        var script = FaxScript()
        script.isECM = ecm
        steps(&script)
        return FaxAnalyzer().analyze(script.call(seen: seen))
    }

    private func opening(_ script: inout FaxScript) {
        script.identify()
        script.train()
        script.frame(.callee, 0x84)
    }

    private func closing(_ script: inout FaxScript) {
        script.frame(.callee, 0x8C)
        script.frame(.caller, 0xFB)
    }

    // MARK: - Whole calls

    @Test func onePageWithoutECM() {
        let fax = analyze { script in
            opening(&script)
            script.page(Self.white)
            script.frame(.caller, 0x2F)
            closing(&script)
        }
        #expect(fax.outcome == .success)
        #expect(fax.messages.map(\.name) == ["CSI", "DIS", "TSI", "DCS", "CFR", "EOP", "MCF", "DCN"])
        #expect(fax.sender == .caller)
        #expect(fax.senderID == "100")
        #expect(fax.receiverID == "200")
        #expect(fax.modem == "V.17" && fax.rateBps == 14_400 && fax.ecm == false && fax.compression == "MH")
        #expect(fax.trainings.map(\.answer) == ["CFR"])
        #expect(fax.trainings.first?.longestZeroRunBits == 21_600)
        #expect(fax.pages.map(\.rows) == [400])
        #expect(fax.pages.map(\.badRows) == [0])
        #expect(fax.pages.map(\.confirmedBy) == ["MCF"])
        #expect(fax.phases.map(\.phase) == [.A, .B, .C, .D, .E])
        #expect(fax.remarks.map(\.name) == [])
    }

    @Test func phasesLieInARowAndNoneIsNegative() {
        let fax = analyze { script in
            opening(&script)
            script.page(Self.white)
            script.frame(.caller, 0x8F)
            script.frame(.callee, 0x8C)
            opening(&script)
            script.page(Self.black)
            script.frame(.caller, 0x2F)
            closing(&script)
        }
        #expect(fax.phases.map(\.phase) == [.A, .B, .C, .D, .B, .C, .D, .E])
        #expect(fax.phases.allSatisfy { $0.start < $0.end })
        #expect(zip(fax.phases, fax.phases.dropFirst()).allSatisfy { $0.end <= $1.start })
        #expect(fax.outcome == .success)
        #expect(fax.pages.map(\.number) == [1, 2])
    }

    @Test func pagesOfOneDocumentAreCounted() {
        let fax = analyze { script in
            opening(&script)
            for (page, command) in [(Self.white, UInt8(0x4F)), (Self.black, 0x4F), (Self.white, 0x2F)] {
                script.page(page)
                script.frame(.caller, command)
                script.frame(.callee, 0x8C)
            }
            script.frame(.caller, 0xFB)
        }
        #expect(fax.outcome == .success)
        #expect(fax.pages.map(\.number) == [1, 2, 3])
        #expect(fax.pagesSent == 3 && fax.pagesConfirmed == 3)
    }

    @Test func pollingSendsFromTheCalledSide() {
        let fax = analyze { script in
            script.identify()
            script.frame(.caller, 0x81, 0x00, 0x46, 0x88)
            script.train(.callee)
            script.frame(.caller, 0x85)
            script.page(Self.white, .callee)
            script.frame(.callee, 0x2E)
            script.frame(.caller, 0x8D)
            script.frame(.callee, 0xFA)
        }
        #expect(fax.sender == .callee)
        #expect(fax.outcome == .success)
        #expect(fax.messages.map(\.name).contains("DTC"))
    }

    // MARK: - Training

    @Test func failedTrainingsAreCountedAndPhaseBGoesOn() {
        let fax = analyze { script in
            script.identify()
            script.train(zeroSeconds: 0.5)
            script.frame(.callee, 0x44)
            script.type = .v29At9600
            script.rateBps = 9600
            script.train()
            script.frame(.callee, 0x84)
            script.page(Self.white)
            script.frame(.caller, 0x2F)
            closing(&script)
        }
        #expect(fax.trainings.map(\.answer) == ["FTT", "CFR"])
        #expect(fax.trainings.map(\.rateBps) == [14_400, 9600])
        #expect(fax.rateBps == 9600 && fax.modem == "V.29")
        #expect(fax.phases.map(\.phase) == [.A, .B, .C, .D, .E])
    }

    @Test(arguments: ["CFR", "FTT"])
    func lostAnswerToTraining(lost: String) {
        let fax = analyze { script in
            script.identify()
            script.train()
            script.losing { $0.frame(.callee, lost == "CFR" ? 0x84 : 0x44) }
            script.wait(2)
            script.train()
            script.frame(.callee, 0x84)
            script.page(Self.white)
            script.frame(.caller, 0x2F)
            closing(&script)
        }
        #expect(fax.trainings.map(\.answer) == [nil, "CFR"])
        #expect(fax.remarks.map(\.name) == ["command-repeated"])
        #expect(fax.outcome == .success)
    }

    @Test func localTCFIsNotCarried() {
        let fax = analyze { script in
            script.identify()
            script.sendDCS()
            script.frame(.callee, 0x84)
            script.page(Self.white)
            script.frame(.caller, 0x2F)
            closing(&script)
        }
        #expect(fax.trainings.map(\.longestZeroRunBits) == [nil])
        #expect(fax.trainings.map(\.answer) == ["CFR"])
        #expect(fax.pages.map(\.rows) == [400])
    }

    // MARK: - Answers to pages

    @Test func rejectedPageComesAgainUnderItsNumber() {
        let fax = analyze { script in
            opening(&script)
            script.page(Self.white, losingPackets: [3, 4, 7])
            script.frame(.caller, 0x2F)
            script.frame(.callee, 0x4C)
            script.train()
            script.frame(.callee, 0x84)
            script.page(Self.white)
            script.frame(.caller, 0x2F)
            closing(&script)
        }
        #expect(fax.pages.map(\.number) == [1, 1])
        #expect(fax.pages.map(\.rejectedBy) == ["RTN", nil])
        #expect(fax.pages.map(\.confirmedBy) == [nil, "MCF"])
        #expect(fax.outcome == .success)
        #expect((fax.pages.first?.badRows ?? 0) > 0)
    }

    @Test func rtpConfirmsAndAsksForTraining() {
        let fax = analyze { script in
            opening(&script)
            script.page(Self.white)
            script.frame(.caller, 0x4F)
            script.frame(.callee, 0xCC)
            script.train()
            script.frame(.callee, 0x84)
            script.page(Self.black)
            script.frame(.caller, 0x2F)
            closing(&script)
        }
        #expect(fax.pages.map(\.confirmedBy) == ["RTP", "MCF"])
        #expect(fax.outcome == .success)
    }

    @Test(arguments: [(UInt8(0x3F), "PRI-EOP", UInt8(0xAC), "PIP"), (0x3F, "PRI-EOP", 0x2C, "PIN")])
    func operatorIsCalled(command: UInt8, name: String, answer: UInt8, answerName: String) {
        let fax = analyze { script in
            opening(&script)
            script.page(Self.white)
            script.frame(.caller, command)
            script.frame(.callee, answer)
        }
        #expect(fax.messages.suffix(2).map(\.name) == [name, answerName])
        #expect(fax.pages.first?.confirmedBy == (answerName == "PIP" ? "PIP" : nil))
        #expect(fax.pages.first?.rejectedBy == (answerName == "PIN" ? "PIN" : nil))
        #expect(fax.remarks.map(\.name) == ["pri-q", answerName.lowercased()])
    }

    @Test func confirmationThatTheSenderMissedCountsOnce() {
        let fax = analyze { script in
            opening(&script)
            script.page(Self.white)
            for _ in 0..<2 {
                script.frame(.caller, 0x2F)
                script.frame(.callee, 0x8C)
                script.wait(2)
            }
            script.frame(.caller, 0xFB)
        }
        #expect(fax.pages.map(\.number) == [1])
        #expect(fax.outcome == .success)
        #expect(fax.remarks.map(\.name) == [])
    }

    @Test func unansweredEndOfPage() {
        let fax = analyze { script in
            opening(&script)
            script.page(Self.white)
            for _ in 0..<3 {
                script.frame(.caller, 0x2F)
                script.wait(3)
            }
            script.frame(.caller, 0xFB)
        }
        #expect(fax.outcome == .failed)
        #expect(fax.pages.map(\.number) == [1])
        #expect(fax.remarks.map(\.name) == ["command-repeated", "command-repeated"])
    }

    @Test func answersToRepeatedCommandsAreNoRepeats() {
        let fax = analyze(ecm: true) { script in
            opening(&script)
            script.ecmPage(Self.white, losing: [2])
            for _ in 0..<3 {
                script.pps(0x2F, frames: Self.white.imageFrames.count)
                script.ppr([2])
            }
            script.frame(.caller, 0xFB)
        }
        #expect(fax.remarks.map(\.name) == ["ppr", "ppr", "ppr"])
        #expect(fax.outcome == .failed)
    }

    // MARK: - ECM

    @Test func lostFramesComeAgain() {
        let count = Self.white.imageFrames.count
        let fax = analyze(ecm: true) { script in
            opening(&script)
            script.ecmPage(Self.white, losing: [1, 3])
            script.pps(0x2F, frames: count)
            script.ppr([1, 3])
            script.ecmPage(Self.white, only: [1, 3])
            script.pps(0x2F, frames: count)
            closing(&script)
        }
        let page = fax.pages.first
        #expect(page?.ecmFrames == count && page?.ecmRetransmitted == 2 && page?.ecmMissing == 0)
        #expect(page?.rows == 400 && page?.badRows == 0)
        #expect(fax.outcome == .success)
        #expect(fax.phases.map(\.phase) == [.A, .B, .C, .D, .C, .D, .E])
    }

    @Test func longPageInBlocks() {
        let page = SamplePage(row: .black, rows: 14_000)
        let frames = page.imageFrames
        let fax = analyze(ecm: true) { script in
            opening(&script)
            script.imageFrames(.caller, frames[..<256].enumerated().map { ($0.offset, $0.element) })
            script.pps(0x00, frames: 256)
            script.frame(.callee, 0x8C)
            script.imageFrames(.caller, frames[256...].enumerated().map { ($0.offset, $0.element) })
            script.pps(0x2F, block: 1, frames: frames.count - 256)
            closing(&script)
        }
        #expect(frames.count > 256)
        #expect(fax.pages.map(\.number) == [1])
        #expect(fax.pages.first?.ecmFrames == frames.count)
        #expect(fax.pages.first?.rows == 14_000)
        #expect(fax.outcome == .success)
    }

    @Test func fourRequestsThenContinueAtALowerRate() {
        let count = Self.white.imageFrames.count
        let fax = analyze(ecm: true) { script in
            opening(&script)
            script.ecmPage(Self.white, losing: [0])
            for _ in 0..<4 {
                script.pps(0x2F, frames: count)
                script.ppr([0])
            }
            script.frame(.caller, 0x13, 0x00, 0x04)
            script.frame(.callee, 0xC4)
            script.type = .v29At9600
            script.ecmPage(Self.white, only: [0])
            script.pps(0x2F, frames: count)
            closing(&script)
        }
        #expect(fax.messages.map(\.name).contains("CTC") && fax.messages.map(\.name).contains("CTR"))
        #expect(fax.outcome == .success)
        #expect(fax.pages.first?.rows == 400)
        #expect(fax.modem == "V.29")
    }

    @Test func framesGivenUp() {
        let count = Self.white.imageFrames.count
        let fax = analyze(ecm: true) { script in
            opening(&script)
            script.ecmPage(Self.white, losing: [0])
            script.pps(0x2F, frames: count)
            script.ppr([0])
            script.frame(.caller, 0xCF, 0x2F)
            script.frame(.callee, 0x1C)
            script.frame(.caller, 0xFB)
        }
        #expect(fax.messages.map(\.name).contains("EOR-EOP") && fax.messages.map(\.name).contains("ERR"))
        #expect(fax.pages.map(\.confirmedBy) == [nil])
        #expect(fax.pages.first?.ecmMissing == 1)
        #expect(fax.outcome == .failed)
    }

    @Test func receiverNotReady() {
        let fax = analyze(ecm: true) { script in
            opening(&script)
            script.ecmPage(Self.white)
            script.pps(0x2F, frames: Self.white.imageFrames.count)
            for _ in 0..<11 {
                script.frame(.callee, 0xEC)
                script.wait(5)
                script.frame(.caller, 0x6F)
            }
            closing(&script)
        }
        #expect(fax.outcome == .success)
        #expect(fax.remarks.filter { $0.name == "t5-expired" }.count == 1)
    }

    // MARK: - Broken off and begun anew

    @Test func identificationAfterPageDataBeginsThePageAnew() {
        let fax = analyze { script in
            opening(&script)
            script.page(Self.white)
            script.identify()
            script.train()
            script.frame(.callee, 0x84)
            script.page(Self.white)
            script.frame(.caller, 0x2F)
            closing(&script)
        }
        #expect(fax.pages.map(\.number) == [1, 1])
        #expect(fax.outcome == .success)
    }

    @Test func turnaround() {
        let fax = analyze { script in
            opening(&script)
            script.page(Self.white)
            script.frame(.caller, 0x8F)
            script.frame(.callee, 0x8C)
            script.frame(.caller, 0x81, 0x00, 0x46, 0x88)
            script.train(.callee)
            script.frame(.caller, 0x85)
            script.page(Self.black, .callee)
            script.frame(.callee, 0x2E)
            script.frame(.caller, 0x8D)
            script.frame(.callee, 0xFA)
        }
        #expect(fax.outcome == .success)
        #expect(fax.pages.map(\.confirmedBy) == ["MCF", "MCF"])
        #expect(fax.sender == .callee)
    }

    // MARK: - What the capture lacks

    @Test func oneDirectionOnlyKeepsPagesApart() {
        let steps: (inout FaxScript) -> Void = { script in
            opening(&script)
            script.page(Self.white)
            script.frame(.caller, 0x4F)
            script.frame(.callee, 0x8C)
            script.page(Self.black)
            script.frame(.caller, 0x2F)
            closing(&script)
        }
        let sent = analyze(seen: [.caller], steps)
        #expect(sent.outcome == .unknown)
        #expect(sent.pages.map(\.rows) == [400, 400])
        #expect(sent.pages.map(\.number) == [1, 2])
        #expect(sent.trainings.map(\.answer) == [nil])
        #expect(sent.remarks.map(\.name) == [])
        let received = analyze(seen: [.callee], steps)
        #expect(received.outcome == .unknown)
        #expect(received.pages.map(\.confirmedBy) == ["MCF", "MCF"])
        #expect(received.messages.map(\.name) == ["CSI", "DIS", "CFR", "MCF", "MCF"])
    }

    @Test func oneDirectionOfECMKeepsPagesApart() {
        let fax = analyze(ecm: true, seen: [.caller]) { script in
            opening(&script)
            script.ecmPage(Self.white)
            script.pps(0x4F, frames: Self.white.imageFrames.count)
            script.frame(.callee, 0x8C)
            script.ecmPage(Self.black)
            script.pps(0x2F, page: 1, frames: Self.black.imageFrames.count)
            closing(&script)
        }
        #expect(fax.pages.map(\.number) == [1, 2])
        #expect(fax.pages.map(\.rows) == [400, 400])
        #expect(fax.pages.map(\.ecmRetransmitted) == [0, 0])
    }

    @Test func captureThatBeginsInEachPhase() {
        let phases: [(inout FaxScript) -> Void] = [
            { $0.identify() }, { $0.train() }, { $0.frame(.callee, 0x84) }, { $0.page(Self.white) },
            { $0.frame(.caller, 0x2F) }, { $0.frame(.callee, 0x8C) }, { $0.frame(.caller, 0xFB) },
        ]
        for first in phases.indices {
            let fax = analyze { script in phases[first...].forEach { $0(&script) } }
            #expect(fax.outcome == (first <= 5 ? .success : .failed), "from step \(first)")
            #expect(fax.pages.map(\.number) == (first <= 5 ? [1] : []), "from step \(first)")
            #expect(fax.phases.allSatisfy { $0.start <= $0.end })
        }
    }

    @Test func captureThatCutsPacketsKnowsNoRows() {
        var script = FaxScript()
        opening(&script)
        for part in Self.white.octets.count > 0 ? [72, 72, 30] : [] {
            // An IFP packet that announces more octets than the capture kept.
            let whole = IFPPacket.data(.v17At14400, [.init(.t4NonECMData, [UInt8](repeating: 1, count: part))])
            script.wait(0.04)
            script.send(.caller, octets: Array((whole.octets(form: .v1998) ?? []).prefix(20)))
        }
        script.frame(.caller, 0x2F)
        closing(&script)
        let quirk = StreamQuirk(name: "packet-truncated", count: 3, frame: FrameRef(number: 1))
        let fax = FaxAnalyzer().analyze(script.call(quirks: [quirk]))
        #expect(fax.outcome == .success)
        #expect(fax.pages.map(\.confirmedBy) == ["MCF"])
        #expect(fax.pages.map(\.rows) == [nil])
        #expect(fax.pages.map(\.badRows) == [nil])
        #expect(fax.remarks.map(\.name) == [])
    }
}
