import Foundation
import TestSupport
import Testing

@testable import Regression

/// The page in a real browser. One after the other: a browser is work for the machine.
@Suite(.serialized) struct RegressionBrowserTests {
    /// The page in a file that is gone when this is.
    private final class Page {
        let file = FileManager.default.temporaryDirectory.appending(path: "faxprobe-regress-\(UUID().uuidString).html")

        init(_ report: RegressionReport) throws { try Data(RegressionPage(report).text.utf8).write(to: file) }
        deinit { try? FileManager.default.removeItem(at: file) }
    }

    @Test(arguments: ["light", "dark"])
    func `Anybody can read it, in both schemes`(_ scheme: String) throws {
        let page = try Page(SampleRun.report())
        let browser = try Browser(.init(scheme: scheme))
        try browser.visit(page.file)
        try browser.evaluate("for (const d of document.querySelectorAll('details')) d.open = true")
        try browser.settle()
        #expect(try browser.texts(Accessibility.problems) == [])
        #expect(try browser.texts(Accessibility.faintTexts) == [])
        // Fields have backgrounds of their own, so that a wrong variable would show.
        let backs =
            "new Set([...document.querySelectorAll('td.heat')].map((f) => getComputedStyle(f).backgroundColor)).size"
        #expect(try browser.number(backs) >= 4)
        let strokes = "new Set([...document.querySelectorAll('.curve')].map((f) => getComputedStyle(f).stroke)).size"
        #expect(try browser.number(strokes) == 2)
        #expect(browser.complaints == [])
    }

    @Test func `Cells can be filtered, sorted and reached by their links`() throws {
        let page = try Page(SampleRun.report())
        let browser = try Browser()
        try browser.visit(page.file)
        let shown = "[...document.querySelectorAll('#cell-table tbody tr')].filter((r) => !r.hidden).map((r) => r.id)"
        try browser.evaluate(
            "(() => { const s = document.querySelector('select[aria-label=\"Path\"]'); s.value = 'g711'; s.dispatchEvent(new Event('change')); })()"
        )
        #expect(try browser.texts(shown) == ["cell-2", "cell-4", "cell-6", "cell-8"])
        #expect(try browser.text("document.querySelector('#cells output').value") == "4 of 8 cells")
        try browser.click("#cell-table th:nth-child(5) button")
        #expect(try browser.texts(shown) == ["cell-8", "cell-6", "cell-4", "cell-2"])
        #expect(
            try browser.text("document.querySelector('#cell-table th:nth-child(5)').getAttribute('aria-sort')")
                == "ascending")
        // A link leads to a row that the filter hides.
        try browser.evaluate("location.hash = 'cell-1'")
        try browser.settle()
        #expect(try browser.holds("document.activeElement.id === 'cell-1' && !document.activeElement.hidden"))
        #expect(browser.complaints == [])
    }

    @Test func `The keyboard reaches everything, and it shows where it is`() throws {
        let page = try Page(SampleRun.report())
        let browser = try Browser()
        try browser.visit(page.file)
        var names: [String] = []
        for _ in 0..<60 {
            try browser.press("Tab")
            let focus = try browser.evaluate(Accessibility.focus) as? [String: Any] ?? [:]
            let name = focus["name"] as? String ?? ""
            if name.hasPrefix("<body") { break }
            #expect(focus["isShown"] as? Bool == true, "\(name)")
            names.append(name)
        }
        for part in ["class=\"skip\"", "Dark colours", "href=\"#cell-8\"", "<summary", "Copy the command", "pcapng"] {
            #expect(names.contains { $0.contains(part) }, "\(part)")
        }
    }

    @Test func `It prints, on white and with what was closed`() throws {
        let page = try Page(SampleRun.report())
        let browser = try Browser(.init(scheme: "dark"))
        try browser.visit(page.file)
        try browser.media("print", scheme: "dark")
        try browser.evaluate("dispatchEvent(new Event('beforeprint'))")
        try browser.settle()
        #expect(try browser.text("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)")
        #expect(try browser.holds("[...document.querySelectorAll('details')].every((d) => d.open)"))
        #expect(try browser.texts(Accessibility.faintTexts) == [])
    }

    @Test func `Hostile text stays text, and a narrow window is no trouble`() throws {
        let page = try Page(SampleRun.bitten())
        let browser = try Browser(.init(width: 360, height: 700))
        try browser.visit(page.file)
        try browser.settle()
        #expect(try browser.number("document.scripts.length") == 2)
        #expect(try browser.holds("[...document.links].every((a) => /^(file:|#)/.test(a.protocol + a.hash))"))
        #expect(try browser.number("document.documentElement.scrollWidth") <= 360)
        #expect(browser.complaints == [])
    }
}
