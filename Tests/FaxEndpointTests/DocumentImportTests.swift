import FaxDSP
import Foundation
import Simulator
import Testing

@testable import FaxEndpoint

/// Documents of every kind become pages; what is no document is told in one line.
@Suite struct DocumentImportTests {
    private static func pages(_ octets: [UInt8], _ name: String = "document") throws -> [PageBitmap] {
        let path = FileManager.default.temporaryDirectory.appending(path: "faxprobe-\(UUID().uuidString)-\(name)").path
        try Data(octets).write(to: URL(filePath: path))
        defer { try? FileManager.default.removeItem(atPath: path) }
        return try DocumentImport.pages(of: path)
    }

    private static func problem(_ octets: [UInt8]) -> String? {
        do {
            _ = try pages(octets)
            return nil
        } catch {
            return "\(error)".split(separator: ": ", maxSplits: 1).last.map(String.init)
        }
    }

    private static func blackShare(_ page: PageBitmap) -> Double {
        Double(page.octets.reduce(0) { $0 + $1.nonzeroBitCount }) / Double(page.widthPx * page.heightPx)
    }

    @Test func aFaxPageStaysAsItIs() throws {
        let page = TextLikePage(heightPx: 200, seed: 1).bitmap()
        let areEqual = try Self.pages(try TIFFDocument.write([page])) == [page]
        #expect(areEqual)
    }

    /// 300 dots an inch, 8.5 × 11 inches: as wide as the fax's paper, as long as it was in proportion.
    @Test func anotherSizeIsScaled() throws {
        var page = PageBitmap(widthPx: 2_550, heightPx: 3_300, dpiX: 300, dpiY: 300, octets: [])
        page.octets =
            [UInt8](repeating: 0, count: page.octetsPerRow * 1_650)
            + [UInt8](repeating: 0xFF, count: page.octetsPerRow * 1_650)
        let scaled = try #require(try Self.pages(try TIFFDocument.write([page])).first)
        #expect(scaled.widthPx == 1_728 && scaled.dpiX == 204 && scaled.dpiY == 196)
        #expect(scaled.heightPx == 2_149)
        #expect(abs(Self.blackShare(scaled) - 0.5) < 0.01)
    }

    @Test func textIsDrawn() throws {
        let text = (1...70).map { "Line \($0) of a text, with (brackets) and \\ and — dashes" }.joined(separator: "\n")
        let pages = try Self.pages(Array(text.utf8))
        #expect(pages.map(\.widthPx) == [1_728, 1_728] && pages.map(\.heightPx) == [2_292, 2_292])
        let shares = pages.map(Self.blackShare)
        #expect(shares[0] > 0.01 && shares[0] < 0.3 && shares[1] > 0.0005 && shares[1] < shares[0], "\(shares)")
    }

    @Test func aPDFIsDrawn() throws {
        let pages = try Self.pages(try PlainPDF.pages(text: "one\u{0C}two\u{0C}three"))
        #expect(pages.count == 3 && pages.allSatisfy { $0.widthPx == 1_728 })
    }

    /// Grey of a half becomes black and white of about a half.
    @Test(arguments: [(UInt8(0), 0.98...1.0), (128, 0.35...0.65), (255, 0.0...0.02)])
    func greyOfAPNGIsDithered(grey: UInt8, share: ClosedRange<Double>) throws {
        let page = try #require(try Self.pages(Self.png(width: 60, height: 40, grey: grey)).first)
        // As wide as the paper and in proportion: 40/60 of 215 mm are 143 of 297 mm.
        let inside = PageBitmap(
            widthPx: 1_728, heightPx: 1_000, dpiX: 204, dpiY: 196,
            octets: Array(page.octets.prefix(1_000 * page.octetsPerRow)))
        #expect(share.contains(Self.blackShare(inside)), "\(Self.blackShare(inside))")
        let below = page.octets.suffix(1_000 * page.octetsPerRow).allSatisfy { $0 == 0 }
        #expect(below)
    }

    private static func png(width: Int, height: Int, grey: UInt8) -> [UInt8] {
        func word(_ value: Int) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * $0)) } }
        func chunk(_ name: String, _ content: [UInt8]) -> [UInt8] {
            word(content.count) + Array(name.utf8) + content + [0, 0, 0, 0]
        }
        let rows = [UInt8]((0..<height).flatMap { _ in [0] + [UInt8](repeating: grey, count: width) })
        // One stored block of deflate, and Adler-32 behind it.
        let length = [UInt8(truncatingIfNeeded: rows.count), UInt8(truncatingIfNeeded: rows.count >> 8)]
        var (low, high) = (1, 0)
        for octet in rows {
            low = (low + Int(octet)) % 65_521
            high = (high + low) % 65_521
        }
        let data = [0x78, 0x01, 0x01] + length + length.map { ~$0 } + rows + word(high << 16 | low)
        return [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
            + chunk("IHDR", word(width) + word(height) + [8, 0, 0, 0, 0]) + chunk("IDAT", data) + chunk("IEND", [])
    }

    @Test(arguments: [
        ("", "is empty"), ("\n\n\n", "holds no text"), ("a\u{0}b", "is no TIFF, PDF, PNG, JPEG or text"),
        ("%PDF-1.4\nnothing", "is broken: no page of it can be drawn whole"),
    ])
    func whatIsNoDocument(text: String, problem: String) {
        #expect(Self.problem(Array(text.utf8)) == problem)
    }

    @Test func brokenImages() {
        let png = Self.png(width: 60, height: 40, grey: 7)
        #expect(Self.problem(Array(png.prefix(png.count / 2))) == "is a broken PNG")
        #expect(Self.problem([0xFF, 0xD8, 0xFF, 0xE0, 0, 16]) == "is a broken JPEG")
        var huge = png
        huge.replaceSubrange(16..<24, with: [0, 0, 0xFF, 0xFF, 0, 0, 0xFF, 0xFF])
        #expect(Self.problem(huge) == "is too large: more than 100 million pixels")
        var interlaced = png
        interlaced[28] = 1
        #expect(Self.problem(interlaced) == "is an interlaced PNG, which is not read")
    }

    @Test func cutPNGsNeverTrap() {
        let png = Self.png(width: 6, height: 4, grey: 7)
        for length in 8..<png.count {
            #expect(throws: DocumentProblem.self) { try PNGImage(Array(png.prefix(length))) }
        }
    }

    @Test func rawBitmaps() {
        let two = Array("P4\n# made here\n10 2\n".utf8) + [0xFF, 0xFF, 0x00, 0x00] + Array("P4 8 1 ".utf8) + [0xAA]
        let pages = PBMReader.pages(two, dpiX: 204, dpiY: 196)
        #expect(pages.map(\.octets) == [[0xFF, 0xC0, 0, 0], [0xAA]])
        #expect(PBMReader.pages(Array(two.dropLast()), dpiX: 204, dpiY: 196).count == 1)
    }
}
