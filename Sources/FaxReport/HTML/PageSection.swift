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
        html.element("div", ["class": "wide", "tabindex": "0", "role": "region", "aria-label": "Table of pages"]) {
            html in
            html.element("table", ["class": "figures"]) { html in
                html.element("thead") { html in
                    html.element("tr") { html in
                        for (name, isNumber) in Self.columns {
                            html.element("th", ["scope": "col", "class": isNumber ? "num" : ""], name)
                        }
                    }
                }
                html.element("tbody") { html in for page in pages { row(page, &html) } }
            }
        }
    }

    private static let columns = [
        ("page", true), ("rows", true), ("bad rows", true), ("octets", true), ("bit/s", true), ("coding", false),
        ("dpi", false), ("ECM frames", true), ("sent again", true), ("missing", true), ("answer", false),
        ("frames", false),
    ]

    private func row(_ page: FaxPage, _ html: inout HTMLWriter) {
        let frames = [place.number(page.firstFrame), place.number(page.lastFrame)].compactMap(\.self)
        let cells = [
            "\(page.number)", shown(page.rows), shown(page.badRows), shown(page.octets), shown(page.rateBps),
            page.compression ?? "?", page.resolutionDPI.map { "\($0.x)×\($0.y)" } ?? "?", shown(page.ecmFrames),
            shown(page.ecmRetransmitted), shown(page.ecmMissing), answer(page), frames.joined(separator: "–"),
        ]
        html.element("tr") { html in
            for (index, cell) in cells.enumerated() {
                if index == 0 {
                    html.element("th", ["scope": "row", "class": "num"], cell)
                } else {
                    html.element("td", ["class": Self.columns[index].1 ? "num" : ""], cell)
                }
            }
        }
    }

    private func shown(_ number: Int?) -> String { number.map(String.init) ?? "–" }

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
