import FaxCore
import FaxDSP
import Testing

/// Our page decoder against two readers that are not ours: libtiff on clean data, spandsp's receiver on damaged data.
@Suite struct PageWitnessTests {
    @Test(arguments: PageDecoder.Compression.allCases, [1728, 2048, 2432, 1721])
    func cleanPagesAreReadAsLibtiffWroteThem(compression: PageDecoder.Compression, width: Int) throws {
        let page = PageSamples.page(widthPx: width)
        let decoded = try #require(PageSamples.decode(PageSamples.coded(page, compression), compression, page))
        #expect(decoded.bitmap == page)
        #expect(decoded.badRows == 0)
        #expect(decoded.endedBy == (compression == .mmr ? .eofb : decoded.endedBy))
    }

    /// Flipped bits, dropped and repeated octets: rows, bad rows and pixels must come out as the receiver's. (T.6 comes
    /// with error correction; a damaged T.6 page is noise from there on, in which no two readers agree.)
    @Test(arguments: [PageDecoder.Compression.mh, .mr])
    func damagedPagesCountAsInSpanDSP(compression: PageDecoder.Compression) throws {
        let page = PageSamples.page(heightPx: 120, seed: 7)
        let clean = try PageSamples.coded(page, compression)
        var random = SeededRandom(seed: 42)
        var damagedRows = 0
        for round in 0..<120 {
            let octets = round == 0 ? clean : Self.damage(clean, &random)
            damagedRows += try expectAgreement(octets, compression, page, "round \(round)")
        }
        #expect(damagedRows > 120)
    }

    @Test func cutT6PagesCountAsInSpanDSP() throws {
        let page = PageSamples.page(heightPx: 120, seed: 8)
        let clean = try PageSamples.coded(page, .mmr)
        for length in stride(from: 20, through: clean.count, by: 41) {
            _ = try expectAgreement(Array(clean[..<length]), .mmr, page, "length \(length)")
        }
    }

    /// Returns the bad rows.
    func expectAgreement(
        _ octets: [UInt8], _ compression: PageDecoder.Compression, _ page: PageBitmap, _ what: String
    ) throws -> Int {
        let ours = try #require(PageSamples.decode(octets, compression, page))
        let theirs = try #require(
            SpanDSPPageReceiver.read(
                PageSamples.bitsReversed(octets), compression: compression, widthPx: page.widthPx,
                scratchPath: PageSamples.scratchPath()))
        #expect(ours.rows == theirs.rows, "\(what)")
        #expect(ours.badRows == theirs.badRows, "\(what)")
        #expect(ours.longestBadRun == theirs.longestBadRun, "\(what)")
        #expect(ours.bitmap.octets == theirs.pixels, "\(what)")
        return ours.badRows
    }

    static func damage(_ clean: [UInt8], _ random: inout SeededRandom) -> [UInt8] {
        var octets = clean
        for _ in 0..<1 + random.next() % 4 {
            let place = Int(random.next() % UInt64(octets.count))
            switch random.next() % 3 {
            case 0: octets[place] ^= 1 << UInt8(random.next() % 8)
            case 1: octets.removeSubrange(place..<min(octets.count, place + 1 + Int(random.next() % 40)))
            default: octets.insert(contentsOf: octets[place..<min(octets.count, place + 20)], at: place)
            }
        }
        return octets
    }

    @Test(arguments: PageDecoder.Compression.allCases)
    func everyTruncationIsReadAsFarAsItGoes(compression: PageDecoder.Compression) throws {
        let page = PageSamples.page(widthPx: 256, heightPx: 60)
        let coded = try PageSamples.coded(page, compression)
        var rows = 0
        for length in 0...coded.count {
            let decoded = try #require(PageSamples.decode(Array(coded[..<length]), compression, page))
            #expect(decoded.rows >= rows && decoded.rows <= page.heightPx)
            #expect(decoded.bitmap.octets.count == decoded.rows * page.octetsPerRow)
            rows = decoded.rows
        }
        #expect(rows == page.heightPx)
    }

    @Test(arguments: PageDecoder.Compression.allCases)
    func noiseNeverTrapsAndStaysBounded(compression: PageDecoder.Compression) throws {
        var random = SeededRandom(seed: 9)
        for _ in 0..<200 {
            let octets = (0..<2000).map { _ in UInt8(truncatingIfNeeded: random.next() & random.next()) }
            let width = 1 + Int(random.next() % 3000)
            let decoded = try #require(
                PageDecoder.decode(
                    octets, compression: compression, bitOrder: .leastSignificantFirst, widthPx: width, dpiX: 204,
                    dpiY: 196))
            #expect(decoded.rows <= octets.count * 8)
            #expect(decoded.bitmap.octets.count == decoded.rows * decoded.bitmap.octetsPerRow)
        }
    }

    /// A row of nothing but empty runs: as long as it likes, one bad row.
    @Test func emptyRunsDoNotGrowARow() throws {
        let empty = String(repeating: "00110101" + "0000110111", count: 20_000)
        let bits = PageDecoderTests.eol + empty + PageDecoderTests.eol + PageDecoderTests.markedRow
        let page = try #require(PageDecoderTests.decode(bits + PageDecoderTests.eol + "0000", .mh))
        #expect(page.rows == 1)
    }
}
