import FaxCore
import FaxDSP
import FaxProtocol
import FaxStation
import FaxWire
import Simulator
import TestSupport
import Testing

@testable import FaxEndpoint

/// Faxes between two endpoints over real sockets.
@Suite(.live) struct LiveFaxTests {
    @Test(arguments: [(FaxTransport.t38, "t38"), (.auto, "t38"), (.g711, "g711")])
    func aFaxArrivesAsItWasSent(transport: FaxTransport, carriedBy: String) async throws {
        let fax = FaxOnLoopback(transport)
        let outcome = try await fax.run()
        let story = outcome.senderEvents.story + "--\n" + outcome.receiverEvents.story
        #expect(outcome.sent?.outcome == .success && outcome.received?.outcome == .success, "\(story)")
        #expect(outcome.sent?.carriedBy?.documentName == carriedBy)
        let areEqual = outcome.pages.map(\.octets) == fax.pages.map(\.octets)
        #expect(areEqual, "\(story)")
        #expect(outcome.files.count == 1 && outcome.files.first?.hasSuffix(".tif") == true, "\(outcome.files)")
    }

    @Test func aRefusedSwitchGoesOnInAudio() async throws {
        var fax = FaxOnLoopback(.auto)
        fax.sender.transport = .g711
        let outcome = try await fax.run()
        #expect(outcome.senderEvents.has(.refusedT38(status: 488)), "\(outcome.senderEvents.story)")
        #expect(outcome.receiverEvents.has(.t38Refused(status: 488)))
        #expect(outcome.sent?.outcome == .success && outcome.sent?.carriedBy == .audio, "\(outcome.senderEvents.story)")
        let areEqual = outcome.pages.map(\.octets) == fax.pages.map(\.octets)
        #expect(areEqual)
    }

    @Test func withoutT38ThereIsNoFaxWhereOnlyT38IsAllowed() async throws {
        var fax = FaxOnLoopback(.t38)
        fax.sender.transport = .g711
        let outcome = try await fax.run()
        #expect(outcome.sent?.isSuccess == false && outcome.received?.isSuccess == false)
        #expect(
            outcome.received?.reason?.contains("T.38 was refused with 488") == true, "\(outcome.receiverEvents.story)")
        #expect(outcome.files.isEmpty, "\(outcome.files)")
    }

    @Test func slowerModemsWithoutECM() async throws {
        var fax = FaxOnLoopback(.t38)
        fax.sender.fax.hasECM = false
        fax.sender.fax.maxRate = 4_800
        fax.sender.fax.identification = "+1 555 0100"
        let outcome = try await fax.run()
        #expect(outcome.sent?.outcome == .success, "\(outcome.senderEvents.story)")
        let command = outcome.received?.report.command
        #expect(command?.modulation?.text == "V.27ter 4800" && command?.ecm == false)
        #expect(outcome.received?.report.remoteIdentification == "+1 555 0100")
    }

    /// The one who stops says BYE, and the other side is not left hanging.
    @Test func aStopInMidCallEndsItInAnOrderlyWay() async throws {
        var fax = FaxOnLoopback(.t38)
        fax.onSenderEvent = { event, endpoint in
            if case .call(.mediaBegan(.t38)) = event.kind { endpoint.stop() }
        }
        let outcome = try await fax.run()
        #expect(outcome.sent?.outcome == .failed)
        let byes = outcome.receiverEvents.compactMap { event -> String? in
            if case .call(.ended(let ending)) = event.kind { "\(ending.side) \(ending.cause)" } else { nil }
        }
        #expect(byes == ["them bye"], "\(outcome.receiverEvents.story)")
        #expect(outcome.files.isEmpty, "\(outcome.files)")
    }

    @Test func whoMayNotCallIsRefused() async throws {
        var fax = FaxOnLoopback()
        fax.receiver.allowedCallers = [IPAddress(v4: 0xC000_0201)]
        let outcome = try await fax.run()
        #expect(outcome.sent?.outcome == .failed)
        #expect(outcome.sent?.reason == "refused with 403 Forbidden", "\(outcome.senderEvents.story)")
        #expect(outcome.received == nil && outcome.files.isEmpty)
    }

    @Test func nobodyThereIsNoSuccess() async throws {
        let socket = try BoundSocket(FaxOnLoopback.anyPort)
        var fax = FaxOnLoopback()
        fax.through = { _ in socket.endpoint }
        fax.patience = .seconds(2)
        fax.onSenderEvent = { event, endpoint in if case .call(.calling) = event.kind { endpoint.stop(patience: .zero) }
        }
        let outcome = try await fax.run()
        #expect(outcome.sent?.isSuccess != true)
    }

    /// Packets leave when they are due: the 99th percentile within 5 ms on a machine that is not overloaded; here, with
    /// other tests beside it, only that the meter measures.
    @Test func latenessIsMeasured() async throws {
        let outcome = try await FaxOnLoopback(.t38).run()
        #expect(outcome.lateness.count > 100)
        let median = try #require(outcome.lateness.quantile(0.5))
        #expect(median < .milliseconds(50), "\(median)")
    }
}
