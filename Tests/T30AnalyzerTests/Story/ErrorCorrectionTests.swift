import FaxCore
import FaxWire
import Testing

@testable import T30Analyzer

@Suite struct ErrorCorrectionTests {
    static let data = CodedPage.whiteECM(rows: 100)
    static let count = (data.count + 63) / 64
    static let all = Array(0..<count)

    private func begun() -> LineScript {
        var script = LineScript()
        script.negotiate(Say.dcsECM)
        return script
    }

    @Test func onePartialPage() {
        var script = begun()
        script.frames(.caller, Self.all, of: Self.data)
        script.command(.caller, Say.pps(0x2F, frames: Self.count))
        script.command(.callee, Say.mcf)
        let fax = script.session
        #expect(fax.outcome == .success && fax.ecm == true)
        let page = fax.pages.first
        #expect(page?.rows == 100 && page?.badRows == 0)
        #expect(page?.ecmFrames == Self.count && page?.ecmRetransmitted == 0 && page?.ecmMissing == 0)
        #expect(fax.messages.contains { $0.name == "PPS-EOP" })
    }

    @Test func framesAreSentAgain() {
        var script = begun()
        script.frames(.caller, Self.all, of: Self.data, bad: [1, 3])
        script.command(.caller, Say.pps(0x2F, frames: Self.count))
        script.command(.callee, Say.ppr([1, 3]))
        script.frames(.caller, [1, 3], of: Self.data, bad: [3])
        script.command(.caller, Say.pps(0x2F, frames: Self.count))
        script.command(.callee, Say.ppr([3]))
        script.frames(.caller, [3], of: Self.data)
        script.command(.caller, Say.pps(0x2F, frames: Self.count))
        script.command(.callee, Say.mcf)
        let fax = script.session
        let page = fax.pages.first
        #expect(fax.pages.count == 1)
        #expect(page?.rows == 100 && page?.badRows == 0)
        #expect(page?.ecmRetransmitted == 3 && page?.ecmMissing == 0)
        #expect(fax.remarks.filter { $0.name == "ppr" }.count == 2)
        #expect(fax.outcome == .success)
    }

    /// A frame that never came whole leaves a hole, and the page says so.
    @Test func missingFrame() {
        var script = begun()
        script.frames(.caller, Self.all.filter { $0 != 2 }, of: Self.data)
        script.command(.caller, Say.pps(0x2F, frames: Self.count))
        script.command(.callee, Say.mcf)
        let page = script.session.pages.first
        #expect(page?.ecmMissing == 1)
        #expect((page?.badRows ?? 0) >= 1)
    }

    @Test func severalBlocks() {
        var script = begun()
        let half = Self.count / 2
        let first = Array(Self.data.prefix(half * 64))
        let second = Array(Self.data.dropFirst(half * 64))
        script.frames(.caller, Array(0..<half), of: first)
        script.command(.caller, Say.pps(0x00, frames: half))
        script.command(.callee, Say.mcf)
        script.frames(.caller, Array(0..<Self.count - half), of: second)
        script.command(.caller, Say.pps(0x2F, block: 1, frames: Self.count - half))
        script.command(.callee, Say.mcf)
        let fax = script.session
        #expect(fax.pages.count == 1 && fax.outcome == .success)
        #expect(fax.pages.first?.rows == 100 && fax.pages.first?.ecmFrames == Self.count)
    }

    /// Without the receiver's side page and block counters keep blocks and pages apart.
    @Test func senderOnly() {
        var script = begun()
        let half = Self.count / 2
        for page: UInt8 in 0...1 {
            script.frames(.caller, Array(0..<half), of: Array(Self.data.prefix(half * 64)))
            script.command(.caller, Say.pps(0x00, page: page, frames: half))
            script.command(.callee, Say.mcf)
            script.frames(.caller, Array(0..<Self.count - half), of: Array(Self.data.dropFirst(half * 64)))
            let command: UInt8 = page == 0 ? 0x4F : 0x2F
            script.command(.caller, Say.pps(command, page: page, block: 1, frames: Self.count - half))
            script.command(.callee, Say.mcf)
        }
        let whole = script.session
        #expect(whole.outcome == .success && whole.pages.map(\.rows) == [100, 100])
        script.visible = [.caller]
        let fax = script.session
        #expect(fax.outcome == .unknown)
        #expect(fax.pages.map(\.rows) == [100, 100])
        #expect(fax.pages.map(\.ecmRetransmitted) == [0, 0])
    }

    @Test func continueToCorrectChangesTheRate() {
        var script = begun()
        script.frames(.caller, Self.all, of: Self.data, bad: [0])
        for _ in 0..<4 {
            script.command(.caller, Say.pps(0x2F, frames: Self.count))
            script.command(.callee, Say.ppr([0]))
        }
        script.command(.caller, Say.ctc9600)
        script.command(.callee, Say.ctr)
        script.frames(.caller, [0], of: Self.data)
        script.command(.caller, Say.pps(0x2F, frames: Self.count))
        script.command(.callee, Say.mcf)
        let fax = script.session
        #expect(fax.outcome == .success)
        #expect(fax.rateBps == 9600 && fax.modem == "V.29")
        #expect(fax.remarks.contains { $0.name == "ctc" })
    }

    /// EOR: the sender gives up what is missing; the page was not confirmed.
    @Test func endOfRetransmission() {
        var script = begun()
        script.frames(.caller, Self.all, of: Self.data, bad: [5])
        script.command(.caller, Say.pps(0x2F, frames: Self.count))
        script.command(.callee, Say.ppr([5]))
        script.command(.caller, [0xCF, 0x2F])
        script.command(.callee, Say.err)
        let fax = script.session
        #expect(fax.pages.first?.confirmedBy == nil)
        #expect(fax.pages.first?.ecmMissing == 1)
        #expect(fax.outcome == .failed)
    }
}
