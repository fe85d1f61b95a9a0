import FaxCore
import FaxDSP
import FaxProtocol
import FaxStation
import FaxWire
import LiveLab
import Simulator
import TestSupport
import Testing

@testable import FaxEndpoint

/// rtpengine (Debian's `rtpengine-daemon`) between an endpoint of ours on T.38 and one on G.711: SDP, UDPTL and RTP by
/// others. Without it these tests fail. All eight combinations are rows of the interop matrix.
@Suite(.serialized, .live) struct RTPEngineTests {
    struct Row: Sendable, CustomTestStringConvertible {
        var t38: RTPEngineProxy.Party
        var codec: UInt8
        var hasECM: Bool

        var testDescription: String {
            "T.38 at the \(t38), \(codec == 0 ? "PCMU" : "PCMA"), \(hasECM ? "ECM" : "no ECM")"
        }
    }

    static let rows = [
        Row(t38: .caller, codec: 0, hasECM: true), Row(t38: .caller, codec: 8, hasECM: false),
        Row(t38: .callee, codec: 8, hasECM: true), Row(t38: .callee, codec: 0, hasECM: false),
    ]

    /// rtpengine makes its audio in the time of the machine: while that is busy with other tests the pauses break trainings.
    static let attempts = 3

    @Test(arguments: rows)
    func aFaxGoesThroughIt(row: Row) async throws {
        var fax = FaxOnLoopback(.auto)
        fax.sender.transport = row.t38 == .caller ? .t38 : .g711
        fax.receiver.transport = row.t38 == .callee ? .t38 : .g711
        fax.sender.fax.hasECM = row.hasECM
        var outcome: FaxOnLoopback.Outcome
        var story = ""
        var attempt = 1
        repeat {
            var proxy: RTPEngineProxy?
            fax.through = { receiver in
                let made = try RTPEngineProxy(target: receiver, t38: row.t38, codec: row.codec)
                proxy = made
                return made.address
            }
            outcome = try await fax.run()
            story = (proxy?.stop() ?? "") + outcome.senderEvents.story + "--\n" + outcome.receiverEvents.story
            attempt += 1
        } while outcome.sent?.outcome != .success && attempt <= Self.attempts
        #expect(outcome.sent?.outcome == .success && outcome.received?.outcome == .success, "\(story)")
        #expect(outcome.sent?.carriedBy == (row.t38 == .caller ? .t38 : .audio), "\(story)")
        #expect(outcome.received?.carriedBy == (row.t38 == .callee ? .t38 : .audio), "\(story)")
        let areEqual = outcome.pages.map(\.octets) == fax.pages.map(\.octets)
        #expect(areEqual, "\(story)")
        #expect(outcome.received?.report.command?.ecm == row.hasECM)
    }
}
