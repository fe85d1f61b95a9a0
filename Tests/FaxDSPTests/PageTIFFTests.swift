import FaxDSP
import Testing

@Suite struct PageTIFFTests {
    @Test(arguments: TIFFDocument.Coding.allCases)
    func pagesSurviveWritingAndReading(coding: TIFFDocument.Coding) throws {
        var second = PageSamples.page(widthPx: 1721, heightPx: 300, seed: 3)
        second.dpiY = 391
        let pages = [PageSamples.page(), second, PageSamples.page(widthPx: 4864, heightPx: 61)]
        let octets = try TIFFDocument.write(pages, coding: coding)
        #expect(try TIFFDocument.read(octets) == pages)
    }

    @Test func whatIsNoTIFFIsRefused() {
        #expect(throws: TIFFDocument.Failure.notATIFF) { try TIFFDocument.read([1, 2, 3]) }
        #expect(throws: TIFFDocument.Failure.notATIFF) { try TIFFDocument.read([]) }
    }

    @Test func everyCutIsRefusedOrRead() throws {
        let page = PageSamples.page(widthPx: 128, heightPx: 40)
        let octets = try TIFFDocument.write([page])
        for length in 0..<octets.count {
            let pages = try? TIFFDocument.read(Array(octets[..<length]))
            #expect((pages ?? []).count <= 1)
        }
    }

    @Test func anEmptyPageIsNotWritten() {
        let empty = PageBitmap(widthPx: 1728, heightPx: 0, dpiX: 204, dpiY: 98, octets: [])
        #expect(throws: TIFFDocument.Failure.unwritable(page: 1)) { try TIFFDocument.write([empty]) }
    }
}
