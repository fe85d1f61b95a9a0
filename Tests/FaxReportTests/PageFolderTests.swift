import FaxDSP
import FaxReport
import Foundation
import PcapDecode
import T30Analyzer
import Testing

@Suite struct PageFolderTests {
    static func folder() -> String {
        FileManager.default.temporaryDirectory.appending(path: "faxprobe-\(UUID().uuidString)").path
    }

    static func octets(_ path: String) throws -> [UInt8] { [UInt8](try Data(contentsOf: URL(filePath: path))) }

    @Test func everyFormIsWritten() throws {
        let path = Self.folder()
        let folder = try PageFolder(path: path, formats: [.tiff, .pdf, .png], overwrites: false)
        let images = try folder.write(SampleCall.analyzed())
        #expect(images == [1: "call-1.tif#1"])
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: path).sorted()
                == ["call-1-page-1.png", "call-1.pdf", "call-1.tif"])
        #expect(try TIFFDocument.read(Self.octets(path + "/call-1.tif")) == [SampleCall.page])
    }

    /// The picture in the PDF, read back with our T.6 decoder.
    @Test func thePDFHoldsThePage() throws {
        let path = Self.folder()
        _ = try PageFolder(path: path, formats: [.pdf], overwrites: false).write(SampleCall.analyzed())
        let pdf = try Self.octets(path + "/call-1.pdf")
        let text = String(decoding: pdf, as: Unicode.ASCII.self)
        #expect(text.hasPrefix("%PDF-1.4") && text.hasSuffix("%%EOF\n"))
        // 16 pixels at 204 dpi, 3 at 98.
        #expect(text.contains("/MediaBox [0 0 5.65 2.20]"))
        let image = try #require(text.range(of: "/Subtype /Image"))
        let start = try #require(text.range(of: "stream\n", range: image.upperBound..<text.endIndex)?.upperBound)
        let end = try #require(text.range(of: "\nendstream", range: start..<text.endIndex)?.lowerBound)
        let (from, to) = (
            text.unicodeScalars.distance(from: text.startIndex, to: start),
            text.unicodeScalars.distance(from: text.startIndex, to: end)
        )
        let page = PageDecoder.decode(
            Array(pdf[from..<to]), compression: .mmr, bitOrder: .mostSignificantFirst, widthPx: 16, dpiX: 204, dpiY: 98)
        #expect(page?.bitmap == SampleCall.page)
    }

    @Test func thePNGHasItsSizeAndResolution() throws {
        let path = Self.folder()
        #expect(
            try PageFolder(path: path, formats: [.png], overwrites: false).write(SampleCall.analyzed())
                == [1: "call-1-page-1.png"])
        let png = try Self.octets(path + "/call-1-page-1.png")
        #expect(Array(png[12..<33]) == Array("IHDR".utf8) + [0, 0, 0, 16, 0, 0, 0, 3, 1, 0, 0, 0, 0] + png[29..<33])
        // 204 and 98 dots an inch are 8031 and 3858 a metre.
        #expect(Array(png[37..<50]) == Array("pHYs".utf8) + [0, 0, 0x1F, 0x5F, 0, 0, 0x0F, 0x12, 1])
    }

    @Test func filesThatExistAreKept() throws {
        let path = Self.folder()
        _ = try PageFolder(path: path, formats: [], overwrites: false).write(SampleCall.analyzed())
        let failure = try #require(throws: PageFolder.Failure.self) {
            try PageFolder(path: path, formats: [], overwrites: false).write(SampleCall.analyzed())
        }
        #expect(failure.description == "\(path)/call-1.tif exists: --force overwrites it")
        _ = try PageFolder(path: path, formats: [], overwrites: true).write(SampleCall.analyzed())
        #expect(try FileManager.default.contentsOfDirectory(atPath: path) == ["call-1.tif"])
    }

    @Test func aFolderThatCannotBeIsAClearError() throws {
        let failure = try #require(throws: PageFolder.Failure.self) {
            try PageFolder(path: "/dev/null/pages", formats: [], overwrites: false)
        }
        #expect(failure.description.hasPrefix("cannot make the folder /dev/null/pages: "))
    }

    @Test func dataThatCannotBeDecodedIsKept() throws {
        var analyzed = try SampleCall.analyzed()
        analyzed.fax.pages[0].image = nil
        analyzed.fax.pages[0].compression = "JBIG"
        analyzed.fax.pages[0].rawData = [1, 2, 3]
        let path = Self.folder()
        #expect(try PageFolder(path: path, formats: [], overwrites: false).write(analyzed) == [1: "call-1-page-1.jbg"])
        #expect(try Self.octets(path + "/call-1-page-1.jbg") == [1, 2, 3])
    }
}
