import FaxCore
import Testing

@testable import FaxDSP

/// Pages put in the place of others: as long, and a decoder counts the same.
@Suite struct PageSubstituteTests {
    private static let widthPx = 1728

    /// Rows of words: some black runs in a part of the row, and blank rows between lines.
    private static func rows(_ count: Int) -> [[Int]] {
        var random = SeededRandom(seed: 5)
        return (0..<count).map { index in
            if index % 20 > 12 { return [] }
            var row: [Int] = []
            var place = 100
            while place < 1500 {
                row += [place, place + Int.random(in: 2...9, using: &random)]
                place += Int.random(in: 14...60, using: &random)
            }
            return row
        }
    }

    private static func coded(_ rows: [[Int]], _ compression: PageDecoder.Compression) -> [UInt8] {
        let coder = RowCoder(widthPx: widthPx)
        let eol: RowCoder.Bits = [UInt8](repeating: 0, count: 11) + [1]
        var bits: RowCoder.Bits = []
        var above: [Int] = []
        for (index, row) in rows.enumerated() {
            let is2D = compression == .mmr || (compression == .mr && index % 4 != 0)
            if compression != .mmr { bits += eol + (compression == .mr ? [is2D ? 0 : 1] : []) }
            bits += coder.bits(row, reference: is2D ? above : nil)
            above = row
        }
        switch compression {
        case .mmr: bits += eol + eol
        case .mh: for _ in 0..<6 { bits += eol }
        case .mr: for _ in 0..<6 { bits += eol + [1] }
        }
        while bits.count & 7 != 0 { bits.append(0) }
        return stride(from: 0, to: bits.count, by: 8).map { start in
            bits[start..<start + 8].reduce(0) { $0 << 1 | $1 }
        }
    }

    private static func decoded(_ octets: [UInt8], _ compression: PageDecoder.Compression) -> DecodedPage? {
        PageDecoder.decode(
            octets, compression: compression, bitOrder: .mostSignificantFirst, widthPx: widthPx, dpiX: 204, dpiY: 98)
    }

    /// As far as the row codes read back, they are those of T.4.
    @Test(arguments: PageDecoder.Compression.allCases)
    func theCoderIsReadByTheDecoder(compression: PageDecoder.Compression) throws {
        let page = try #require(Self.decoded(Self.coded(Self.rows(60), compression), compression))
        #expect(page.rows == 60)
        #expect(page.badRows == 0)
    }

    @Test(arguments: PageDecoder.Compression.allCases)
    func anotherPageOfTheSameSize(compression: PageDecoder.Compression) throws {
        let octets = Self.coded(Self.rows(120), compression)
        let new = PageSubstitute.octets(
            for: octets, compression: compression, bitOrder: .mostSignificantFirst, widthPx: Self.widthPx,
            random: SeededRandom(seed: 9))
        #expect(new.count == octets.count)
        #expect(new != octets)
        let (old, page) = (
            try #require(Self.decoded(octets, compression)), try #require(Self.decoded(new, compression))
        )
        #expect(page.rows == old.rows)
        #expect(page.badRows == 0)
        #expect(page.endedBy == old.endedBy)
        #expect(Self.sharedRows(old.bitmap, page.bitmap) == 0)
    }

    /// HDLC has to insert about as many zeros as into the original, so that frames stay as long as they were.
    @Test(arguments: [UInt64(1), 2, 3])
    func hardlyMoreZerosAreInserted(seed: UInt64) {
        let octets = Self.coded(Self.rows(300), .mmr)
        let new = PageSubstitute.octets(
            for: octets, compression: .mmr, bitOrder: .mostSignificantFirst, widthPx: Self.widthPx,
            random: SeededRandom(seed: seed))
        let (old, now) = (
            InsertedZeros.counts(octets, .mostSignificantFirst), InsertedZeros.counts(new, .mostSignificantFirst)
        )
        let most = zip(now, old).map { Int($0) - Int($1) }.max() ?? 0
        #expect(old.last ?? 0 > 20)
        #expect(most <= 8, "\(most) zeros more")
    }

    @Test func zerosAreCountedAsHDLCInsertsThem() {
        #expect(InsertedZeros.counts([0xFF, 0xC0], .mostSignificantFirst).last == 2)
        #expect(InsertedZeros.counts([0xF7, 0xBC], .mostSignificantFirst).last == 0)
        #expect(InsertedZeros.counts([0x0F, 0xC0], .mostSignificantFirst).last == 1)
        #expect(InsertedZeros.counts([0xF0, 0x03], .leastSignificantFirst).last == 1)
        #expect(InsertedZeros.counts([], .leastSignificantFirst) == [0])
    }

    /// Rows of T.6 share their bits by chance: a page of which one half was blank has no blank half.
    @Test func nobodySeesWhereAPageWasBlank() throws {
        let half = Self.rows(60).map { $0.isEmpty ? [100, 300] : $0 }
        let octets = Self.coded(half + [[Int]](repeating: [], count: 60), .mmr)
        let new = PageSubstitute.octets(
            for: octets, compression: .mmr, bitOrder: .mostSignificantFirst, widthPx: Self.widthPx,
            random: SeededRandom(seed: 4))
        let (old, page) = (try #require(Self.decoded(octets, .mmr)), try #require(Self.decoded(new, .mmr)))
        func marked(_ page: DecodedPage) -> Int {
            (60..<120).count { row in
                let start = row * page.bitmap.octetsPerRow
                return page.bitmap.octets[start..<start + page.bitmap.octetsPerRow].contains { $0 != 0 }
            }
        }
        #expect(page.rows == old.rows && page.badRows == 0)
        #expect(marked(old) == 0)
        #expect(marked(page) > 50)
    }

    @Test(arguments: [PageDecoder.Compression.mh, .mr], [UInt64(1), 2, 3, 4])
    func damageStaysWhereItWas(compression: PageDecoder.Compression, seed: UInt64) throws {
        var octets = Self.coded(Self.rows(150), compression)
        var random = SeededRandom(seed: seed)
        for _ in 0..<5 {
            let start = Int.random(in: 100..<octets.count - 200, using: &random)
            octets.removeSubrange(start..<start + Int.random(in: 1...40, using: &random))
        }
        let new = PageSubstitute.octets(
            for: octets, compression: compression, bitOrder: .mostSignificantFirst, widthPx: Self.widthPx,
            random: SeededRandom(seed: seed))
        let (old, page) = (
            try #require(Self.decoded(octets, compression)), try #require(Self.decoded(new, compression))
        )
        #expect(old.badRows > 0)
        #expect(page.rows == old.rows)
        #expect(page.badRowNumbers == old.badRowNumbers)
        #expect(page.endedBy == old.endedBy)
    }

    @Test func anyOctetsMakeAsManyOctets() {
        var random = SeededRandom(seed: 77)
        for count in [0, 1, 2, 13, 400] {
            let octets = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
            for compression in PageDecoder.Compression.allCases {
                for widthPx in [0, 16, 17, 1728, 20_000] {
                    let new = PageSubstitute.octets(
                        for: octets, compression: compression, bitOrder: .leastSignificantFirst, widthPx: widthPx,
                        random: SeededRandom(seed: 1))
                    #expect(new.count == count)
                }
            }
        }
    }

    /// Rows that show something and stand in both.
    private static func sharedRows(_ one: PageBitmap, _ other: PageBitmap) -> Int {
        func rows(_ page: PageBitmap) -> [[UInt8]] {
            (0..<page.heightPx).map { Array(page.octets[$0 * page.octetsPerRow..<($0 + 1) * page.octetsPerRow]) }
                .filter { $0.contains { $0 != 0 } }
        }
        let known = Set(rows(one))
        return rows(other).count { known.contains($0) }
    }
}
