import FaxDSP
import FaxEndpoint
import FaxReport
import LiveLab
import Testing

/// Received faxes as servers hand them over.
@Suite struct ReceivedPagesTests {
    @Test func tiff() throws {
        let pages = SoftwareCall.pages(2)
        #expect(try DocumentImport.receivedPages(TIFFDocument.write(pages), name: "fax") == pages)
    }

    /// A short page stays short: set onto a sheet it would lie elsewhere than it was sent.
    @Test func pdf() throws {
        let pages = SoftwareCall.pages(2)
        let drawn = try DocumentImport.receivedPages(PDFWriter.octets(pages), name: "fax")
        #expect(drawn.count == 2)
        for page in drawn { #expect((290...310).contains(page.heightPx) && page.widthPx == 1_728) }
        #expect(PageMatching(sent: pages, returned: drawn).verdict == .matched)
    }

    @Test(arguments: ["", "a page of text", "%PDF-1.4 and nothing else", "II*\u{0}", "<html>"])
    func noFax(text: String) {
        #expect(throws: DocumentImport.Failure.self) {
            try DocumentImport.receivedPages(Array(text.utf8), name: "fax")
        }
    }
}
