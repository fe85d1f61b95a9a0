import FaxDSP
import Simulator
import Testing

@testable import FaxEndpoint

/// Pages that came back, told apart from others and held against those sent.
@Suite struct PageMatchingTests {
    private static func page(_ seed: UInt64, rows: Int = 230) -> PageBitmap {
        TextLikePage(heightPx: rows, seed: seed).bitmap()
    }

    /// The page drawn anew: pixel by pixel from where it came.
    private static func redrawn(
        _ page: PageBitmap, dpiY: Int = 98, scale: Double = 1, right: Int = 0, down: Int = 0
    ) -> PageBitmap {
        let height = Int(Double(page.heightPx) * Double(dpiY) / 98 * scale) + down
        var other = PageBitmap(widthPx: 1_728, heightPx: height, dpiX: 204, dpiY: dpiY, octets: [])
        other.octets = [UInt8](repeating: 0, count: other.octetsPerRow * height)
        for y in down..<height {
            let row = Int(Double(y - down) / scale * 98 / Double(dpiY))
            guard row < page.heightPx else { continue }
            for x in max(0, right)..<1_728 {
                let column = Int(Double(x - right) / scale)
                guard column >= 0, column < page.widthPx else { continue }
                if page.octets[row * page.octetsPerRow + column / 8] & (0x80 >> UInt8(column % 8)) != 0 {
                    other.octets[y * other.octetsPerRow + x / 8] |= 0x80 >> UInt8(x % 8)
                }
            }
        }
        return other
    }

    /// A line of marks at the head, as fax machines print it.
    private static func headed(_ page: PageBitmap) -> PageBitmap {
        var page = page
        for row in 0..<12 {
            for octet in stride(from: 10, to: 150, by: 3) { page.octets[row * page.octetsPerRow + octet] = 0xF0 }
        }
        return page
    }

    private struct Change: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let make: @Sendable (PageBitmap) -> PageBitmap
    }

    private static let changes = [
        Change(testDescription: "as it was") { $0 },
        Change(testDescription: "twice the resolution") { redrawn($0, dpiY: 196) },
        Change(testDescription: "97 %") { redrawn($0, scale: 0.97) },
        Change(testDescription: "106 %") { redrawn($0, scale: 1.06) },
        Change(testDescription: "shifted") { redrawn($0, right: 40, down: 25) },
        Change(testDescription: "header line") { headed($0) },
        Change(testDescription: "scaled, shifted, finer, headed") {
            headed(redrawn($0, dpiY: 196, scale: 0.96, right: 20, down: 30))
        },
    ]

    @Test(arguments: changes.indices)
    func aPageIsKnownAgain(change: Int) {
        let change = Self.changes[change]
        let sent = Self.page(1)
        let matching = PageMatching(sent: [sent], returned: [change.make(sent)])
        let likeness = PageLikeness(Layers(sent), Layers(change.make(sent)))
        #expect(matching.verdict == .matched, "\(change.testDescription): \(likeness.likeness) \(likeness.worstPart)")
        #expect(matching.extra.isEmpty)
    }

    @Test func anotherPageIsNot() {
        let matching = PageMatching(sent: [Self.page(1)], returned: [Self.page(2)])
        let likeness = PageLikeness(Layers(Self.page(1)), Layers(Self.page(2))).likeness
        #expect(matching.verdict == .missing && matching.extra == [1], "\(likeness)")
    }

    @Test func coversInFrontAreLeftOver() {
        let (first, second, third) = (Self.page(1), Self.page(2), Self.page(3))
        let cover = Self.page(9, rows: 150)
        let matching = PageMatching(sent: [first, second, third], returned: [cover, first, third])
        #expect(matching.verdict == .missing && matching.extra == [1])
        #expect(matching.pages.map(\.state) == [.matched, .missing, .matched])
        #expect(matching.pages.map(\.returned) == [2, nil, 3])
    }

    /// Cut off below, or a part of it white: however much of the rest is right.
    @Test(arguments: [(0.5, 1.0), (0.4, 0.75)])
    func aPageOfWhichAPartIsGoneDiffers(from: Double, to: Double) {
        let sent = Self.page(1)
        var damaged = sent
        for row in Int(from * Double(sent.heightPx))..<Int(to * Double(sent.heightPx)) {
            for octet in 0..<sent.octetsPerRow { damaged.octets[row * sent.octetsPerRow + octet] = 0 }
        }
        let matching = PageMatching(sent: [sent], returned: [damaged])
        let likeness = PageLikeness(Layers(sent), Layers(damaged))
        #expect(matching.verdict == .differs, "\(likeness.likeness) \(likeness.worstPart)")
    }

    @Test func blankPagesAndNothing() {
        var blank = Self.page(1)
        blank.octets = [UInt8](repeating: 0, count: blank.octets.count)
        #expect(PageMatching(sent: [blank], returned: [blank]).verdict == .matched)
        #expect(PageMatching(sent: [blank], returned: [Self.page(1)]).verdict == .missing)
        #expect(PageMatching(sent: [Self.page(1)], returned: []).verdict == .didNotCome)
        let broken = PageBitmap(widthPx: 0, heightPx: 5, dpiX: 0, dpiY: 0, octets: [])
        let short = PageBitmap(widthPx: 1_728, heightPx: 90_000, dpiX: 1, dpiY: 1, octets: [1])
        #expect(PageMatching(sent: [Self.page(1, rows: 60)], returned: [broken, short]).verdict == .missing)
    }
}
