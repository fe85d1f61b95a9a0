import FaxDSP
import FaxStation
import Simulator
import TestSupport
import Testing

@testable import FaxEndpoint

/// Documents that are long, high or wide, whole over each transport.
@Suite(.live) struct LargeDocumentTests {
    private static func arrives(_ fax: FaxOnLoopback) async throws {
        let outcome = try await fax.run()
        let story = outcome.senderEvents.story + "--\n" + outcome.receiverEvents.story
        #expect(outcome.sent?.outcome == .success && outcome.received?.outcome == .success, "\(story)")
        let areEqual = outcome.pages.map(\.octets) == fax.pages.map(\.octets)
        #expect(areEqual && outcome.pages.count == fax.pages.count, "\(story)")
    }

    @Test(arguments: [FaxTransport.t38, .g711]) func twentyPages(transport: FaxTransport) async throws {
        var fax = FaxOnLoopback(transport)
        fax.pages = (0..<20).map { TextLikePage(heightPx: 40, seed: 100 + $0).bitmap() }
        fax.patience = .seconds(300)
        try await Self.arrives(fax)
    }

    @Test(arguments: [FaxTransport.t38, .g711]) func threeThousandRows(transport: FaxTransport) async throws {
        var fax = FaxOnLoopback(transport)
        var page = TextLikePage(heightPx: 400, seed: 7).bitmap()
        page.octets += [UInt8](repeating: 0, count: page.octetsPerRow * 2_600)
        page.heightPx = 3_000
        fax.pages = [page]
        fax.patience = .seconds(180)
        try await Self.arrives(fax)
    }

    /// 2048 pixels across 255 mm.
    @Test(arguments: [FaxTransport.t38, .g711]) func widthsOfB4(transport: FaxTransport) async throws {
        var fax = FaxOnLoopback(transport)
        let narrow = TextLikePage(heightPx: 400, seed: 8).bitmap()
        var page = PageBitmap(widthPx: 2_048, heightPx: 400, dpiX: 204, dpiY: 196, octets: [])
        for row in 0..<400 {
            page.octets += narrow.octets[row * narrow.octetsPerRow..<(row + 1) * narrow.octetsPerRow]
            page.octets += [UInt8](repeating: 0, count: page.octetsPerRow - narrow.octetsPerRow)
        }
        fax.pages = [page]
        fax.sender.fax.abilities.width = .b4
        fax.receiver.fax.abilities.width = .b4
        try await Self.arrives(fax)
    }
}
