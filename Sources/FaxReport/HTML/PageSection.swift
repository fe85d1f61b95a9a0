import FaxDSP
import Foundation
import T30Analyzer

/// The pages of a call: a table of what they came as, and each as a small picture that opens.
struct PageSection {
    let pages: [FaxPage]
    let place: CallPlace
    let isFailed: Bool

    func write(to html: inout HTMLWriter, budget: inout ByteBudget) {
        table(&html)
        var left: [Int] = []
        html.element("div", ["class": "pages"]) { html in
            for page in pages where !picture(page, &html, &budget) { left.append(page.number) }
        }
        note(left, &html)
    }

    private func note(_ left: [Int], _ html: inout HTMLWriter) {
        let missing = left.filter { number in pages.contains { $0.number == number && $0.image != nil } }
        if missing.isEmpty { return }
        let numbers = NumberRanges.text(missing) ?? ""
        html.element(
            "p", ["class": "quiet"],
            "Left out to keep this file small: page \(numbers). --pages writes every page to a file.")
    }

    // MARK: - Table

    private func table(_ html: inout HTMLWriter) {
        FigureTable(name: "Pages", columns: Self.columns, rows: pages.map(row), place: place).write(to: &html)
    }

    private static let columns: [FigureTable.Column] = [
        .number("page"), .number("rows"), .number("bad rows"), .number("octets"), .number("bit/s"), .text("coding"),
        .text("dpi"), .number("ECM frames"), .number("sent again"), .number("missing"), .text("answer"),
        .number("first frame"), .number("last frame"),
    ]

    private func row(_ page: FaxPage) -> [FigureTable.Cell] {
        [
            .text("\(page.number)"), .count(page.rows), .count(page.badRows), .count(page.octets), .count(page.rateBps),
            .text(page.compression ?? "?"), .text(page.resolutionDPI.map { "\($0.x)×\($0.y)" } ?? "?"),
            .count(page.ecmFrames), .count(page.ecmRetransmitted), .count(page.ecmMissing), .text(answer(page)),
            .frame(page.firstFrame), .frame(page.lastFrame),
        ]
    }

    private func answer(_ page: FaxPage) -> String {
        page.confirmedBy ?? page.rejectedBy.map { "\($0) (rejected)" } ?? "none"
    }

    // MARK: - Pictures

    /// `false`: there is no picture, or no room for it.
    private func picture(_ page: FaxPage, _ html: inout HTMLWriter, _ budget: inout ByteBudget) -> Bool {
        guard let image = page.image, let small = PageThumbnail.png(image), let whole = PNGWriter.octets(image) else {
            return false
        }
        let (thumbnail, full) = (Self.base64(small.octets), Self.base64(whole))
        guard budget.take(thumbnail.utf8.count + full.utf8.count, isFailed: isFailed) else { return false }
        let told = answer(page) == "none" ? "no answer" : answer(page)
        html.element("details", ["class": "page", "id": place.id("p\(page.number)")]) { html in
            html.element("summary") { html in
                html.image(
                    png: thumbnail, alt: "Page \(page.number), small", width: PageThumbnail.widthPx / 2,
                    height: max(1, small.heightPx / 2))
                html.element("span", [:], "Page \(page.number) · \(told)")
            }
            html.image(
                png: full, alt: "Page \(page.number) as received, \(image.widthPx) × \(image.heightPx) pixels",
                width: PageThumbnail.widthPx * 8, height: small.heightPx * 8)
        }
        return true
    }

    static func base64(_ octets: [UInt8]) -> String { Data(octets).base64EncodedString() }
}
