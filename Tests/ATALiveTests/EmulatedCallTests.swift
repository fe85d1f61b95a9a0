import ATADrivers
import ATALive
import FaxCore
import FaxDSP
import FaxEndpoint
import FaxProtocol
import FaxStation
import Foundation
import Synchronization
import TestSupport
import Testing

@Suite("Emulated ATAs in calls", .live)
struct EmulatedCallTests {
    struct Row: Sendable, CustomTestStringConvertible {
        var model: EmulatedModel
        var hasT38: Bool
        /// The machine behind the device sends.
        var sends: Bool
        var testDescription: String { "\(model), T.38 \(hasT38), sends \(sends)" }
    }

    static let rows = [
        Row(model: .spa2102, hasT38: true, sends: true), Row(model: .spa112, hasT38: true, sends: false),
        Row(model: .spa112, hasT38: false, sends: true), Row(model: .spa2102, hasT38: false, sends: false),
    ]

    @Test("Faxes go as the settings say, and the device's page tells of them", arguments: rows)
    func faxes(row: Row) async throws {
        var isThrough = false
        // Sound that a busy machine tears is no fault of the device: such a call gets further tries.
        for _ in 0..<(row.hasT38 ? 1 : 4) where !isThrough { isThrough = try await fax(row) }
        #expect(isThrough)
    }

    /// `false`: the fax did not come through.
    private func fax(_ row: Row) async throws -> Bool {
        let (center, registrar) = try Units.center()
        let unit = try await Units.start(
            row.model,
            preset: [
                (.proxy, "\(center.address)"), (.user, "5551"), (.t38, row.hasT38 ? "yes" : "no"),
                (.passthroughMethod, "reinvite"), (.packetTime, "0.020"), (.jitterLevel, "extremely-high"),
            ])
        let device = try await Units.device(unit)
        try await device.waitUntilRegistered(line: 1)
        let binding = try #require(registrar.binding(of: "5551"))
        #expect(
            binding.product.flatMap { ATAIdentity(userAgent: $0) }?.model
                == (row.model == .spa2102 ? "SPA2102" : "SPA112"))

        let document = try OutgoingDocument.ruled
        if row.sends {
            try unit.send(document, to: "4711")
        } else {
            center.send(OutgoingFax(document, to: try SIPTarget.destination(binding.contact)))
        }
        let seen = Mutex<[ATAStatus.Call]>([])
        let isOver = Mutex(false)
        let watch = Task {
            try await ATAWatch(device.driver).run {
                isOver.withLock { $0 }
            } _: { event in
                if case .status(let status) = event, let call = status.line(1)?.calls.first(where: \.isActive) {
                    seen.withLock { $0.append(call) }
                }
            }
        }
        var result: FaxResult?
        let limit = ContinuousClock.now + .seconds(120)
        while result == nil, ContinuousClock.now < limit {
            if case .result(let found)? = center.events.next(within: .milliseconds(50))?.kind { result = found }
            await Task.yield()
        }
        isOver.withLock { $0 = true }
        try await watch.value
        let outcome = result
        await unit.close()
        center.stop()
        center.close()
        guard let outcome, outcome.isSuccess else { return false }
        let media = outcome.carriedBy
        #expect(media == (row.hasT38 ? .t38 : .audio))
        let calls = seen.withLock { $0 }
        #expect(calls.contains { $0.direction == (row.sends ? "Outbound" : "Inbound") })
        #expect(calls.contains { ($0.packetsReceived ?? 0) > 0 })
        #expect(calls.contains { $0.isFax == row.hasT38 })
        return true
    }
}

extension OutgoingDocument {
    /// One page of 200 rows with some lines.
    static var ruled: OutgoingDocument {
        get throws {
            let row = (0..<216).map { UInt8($0 % 9 == 0 ? 0xFF : 0) }
            let rows = (0..<200).flatMap { $0 % 5 == 0 ? row : [UInt8](repeating: 0, count: 216) }
            return try OutgoingDocument(
                [PageBitmap(widthPx: 1_728, heightPx: 200, dpiX: 204, dpiY: 98, octets: rows)])
        }
    }
}
