import FaxCore
import FaxWire
import Testing

@testable import PcapDecode

/// A later call on the ports of an earlier one whose end the capture shows in part or not at all.
@Suite("Ports used again")
struct ReusedPortsTests {
    private let aMedia = Endpoint(WireScript.a, 10_000)
    private let bMedia = Endpoint(WireScript.b, 20_000)
    private let second = WireScript.Dialog(callID: "two@test")

    private func talk(_ wire: WireScript, _ dialog: WireScript.Dialog = .init(), ssrc: UInt32) {
        wire.answer(dialog, callerMedia: (WireScript.a, 10_000), calleeMedia: (WireScript.b, 20_000))
        wire.rtp(aMedia, bMedia, count: 10, ssrc: ssrc)
        wire.rtp(bMedia, aMedia, count: 10, ssrc: ssrc + 1)
    }

    private func ssrcs(_ calls: [Call]) -> [[UInt32?]] {
        calls.sorted { $0.id < $1.id }.map { $0.streams.map(\.ssrc) }
    }

    @Test func afterABYEWithoutAnswer() {
        let wire = WireScript()
        talk(wire, ssrc: 1)
        wire.sip("BYE", "2 BYE", byCaller: true)
        talk(wire, second, ssrc: 11)
        wire.bye(second)
        #expect(ssrcs(wire.finish()) == [[1, 2], [11, 12]])
    }

    @Test func afterAnEndThatWasNotSeen() {
        let wire = WireScript()
        talk(wire, ssrc: 1)
        wire.clock += 5
        talk(wire, second, ssrc: 11)
        wire.bye(second)
        // What is late of the first call opens no third one.
        wire.bye()
        #expect(ssrcs(wire.finish()) == [[1, 2], [11, 12]])
    }

    /// Media that go between the phones themselves are those of both legs: the first goes on as the second begins.
    @Test func legsOfOneCallShareTheirMedia() {
        let wire = WireScript()
        wire.answer(callerMedia: (WireScript.a, 10_000), calleeMedia: (WireScript.b, 20_000))
        wire.rtp(aMedia, bMedia, count: 200, ssrc: 1)
        wire.answer(second, callerMedia: (WireScript.a, 10_000), calleeMedia: (WireScript.b, 20_000))
        wire.rtp(aMedia, bMedia, count: 10, ssrc: 1, start: 300)
        wire.bye(second)
        wire.bye()
        #expect(ssrcs(wire.finish()) == [[1], [1]])
    }

    @Test func aBYEWithoutAnswerEndsTheCall() {
        let wire = WireScript()
        talk(wire, ssrc: 1)
        wire.sip("BYE", "2 BYE", byCaller: true)
        for _ in 0..<6 {
            wire.clock += 10
            wire.packet(Endpoint(WireScript.c, 1), Endpoint(WireScript.c, 2), [0])
        }
        #expect(wire.openCalls == 0)
        #expect(wire.calls.first?.signalling.endedBy == .caller)
    }
}
