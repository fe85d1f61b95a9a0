import FaxDSP
import FaxSoftware
import FaxStation
import Simulator
import Testing

@testable import FaxEndpoint

/// efax and HylaFAX (Debian's packages) on soft modems: T.30 by others, at either end. Without them these tests fail.
@Suite struct FaxSoftwareTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let sender: SoftwareCall.Party
        let receiver: SoftwareCall.Party
        let transport: FaxTransport
        var testDescription: String { "\(sender) to \(receiver) over \(transport)" }
    }

    static let rows: [Row] = [
        (.efax, .faxprobe), (.faxprobe, .efax), (.hylafax, .faxprobe), (.faxprobe, .hylafax), (.efax, .hylafax),
        (.hylafax, .efax), (.efax, .efax), (.hylafax, .hylafax),
    ].flatMap { (pair: (SoftwareCall.Party, SoftwareCall.Party)) in
        [FaxTransport.g711, .t38].map { Row(sender: pair.0, receiver: pair.1, transport: $0) }
    }

    private static let page = TextLikePage(heightPx: 300, seed: 9).bitmap()

    @Test(arguments: rows) func aPageArrivesAsItWasSent(row: Row) async throws {
        let call = SoftwareCall(from: row.sender, to: row.receiver, over: row.transport, pages: [Self.page])
        let outcome = try await OwnThread.run { try call.run() }
        #expect(outcome.sent && outcome.received, "\(outcome.story)")
        #expect(outcome.carriedBy == (row.transport == .t38 ? .t38 : .audio), "\(outcome.story)")
        #expect(outcome.arePagesEqual, "\(outcome.receivedPages.count) pages\n\(outcome.story)")
    }
}
