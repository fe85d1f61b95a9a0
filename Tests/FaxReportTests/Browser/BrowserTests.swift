import FaxCore
import FaxDSP
import Foundation
import T30Analyzer
import TestSupport
import Testing

@testable import FaxReport

/// Reports in a real browser. One after the other: a browser is work for the machine.
@Suite(.serialized) struct BrowserTests {
    static let t38 = "30d-t38-media-dies-midpage/capture.pcap"
    static let audio = "15h-g711u-tcf-loss-fallback/capture.pcap.zst"
    static let several = [
        "07-t38-noec-3pct-loss/capture.pcap", "17a-sip-fail-486/capture.pcap", "22-two-faxes-plus-voice/capture.pcap",
    ]

    /// Both bounds of the part of the timeline that is shown.
    static let range =
        "[...document.querySelectorAll('.call:not([hidden]) .controls input[type=number]')].map((i) => i.value)"
    static func range(_ browser: Browser) throws -> (from: Double, to: Double) {
        let bounds = try browser.texts(range).compactMap { Double($0) }
        try #require(bounds.count == 2)
        return (bounds[0], bounds[1])
    }

    // MARK: - Timeline

    @Test func theTimelineZoomsAndMoves() throws {
        let files = try ReportFiles()
        let browser = try Browser()
        try browser.visit(files.report([Self.t38]))
        try browser.settle()
        let whole = try Self.range(browser)
        #expect(whole.from == 0 && abs(whole.to - 45.95) < 0.02)
        #expect(try browser.number("document.querySelectorAll('.plot .box').length") > 10)
        for label in ["DCS", "CFR", "page 1", "INVITE 1"] {
            #expect(try browser.text("document.querySelector('.plot svg').textContent").contains(label), "\(label)")
        }

        try browser.evaluate("document.querySelector('.plot').focus()")
        try browser.press("+", text: "+")
        try browser.press("+", text: "+")
        let near = try Self.range(browser)
        #expect(abs((near.to - near.from) - (whole.to - whole.from) / 4) < 0.05)
        try browser.press("ArrowRight")
        #expect(try Self.range(browser).from > near.from)
        try browser.press("End")
        #expect(try abs(Self.range(browser).to - whole.to) < 0.02)
        try browser.press("0", text: "0")
        #expect(try Self.range(browser) == whole)

        let middle = try browser.middle(of: ".plot")
        try browser.wheel(middle, by: -120, modifiers: 2)
        let wheeled = try Self.range(browser)
        #expect(wheeled.to - wheeled.from < whole.to - whole.from)
        try browser.drag(middle, to: (middle.x - 200, middle.y))
        #expect(try Self.range(browser).from > wheeled.from)
        try browser.drag((middle.x - 100, middle.y), to: (middle.x + 100, middle.y), modifiers: 8)
        let brushed = try Self.range(browser)
        #expect(brushed.to - brushed.from < (wheeled.to - wheeled.from) / 3)
        try browser.click(".controls button[aria-label='Show all']")
        #expect(try Self.range(browser) == whole)
        let strip = try browser.middle(of: ".strip")
        try browser.drag((strip.x - 300, strip.y), to: (strip.x - 100, strip.y))
        let picked = try Self.range(browser)
        #expect(picked.from > 5 && picked.to < 22 && picked.to > picked.from)
        try browser.evaluate(
            "(() => { const i = document.querySelector('.controls input[type=number]'); i.value = 10; i.dispatchEvent(new Event('change')); })()"
        )
        try browser.settle()
        #expect(try Self.range(browser).from == 10)
        #expect(browser.complaints == [])
    }

    /// Sound is drawn, and lanes can be left out.
    @Test func audioHasItsSpectrogramAndPlots() throws {
        let files = try ReportFiles()
        let browser = try Browser()
        try browser.visit(files.report([Self.audio]))
        try browser.settle()
        #expect(try browser.number("document.querySelectorAll('.plot image.sound').length") > 4)
        #expect(try browser.number("document.querySelectorAll('.plot .series.delay').length") == 2)
        #expect(try browser.number("document.querySelectorAll('.plot .loss.lost').length") >= 5)
        #expect(try browser.number("document.querySelectorAll('.constellations svg').length") == 4)
        for _ in 0..<2 { try browser.click(".controls input[type=checkbox]:checked") }
        #expect(try browser.number("document.querySelectorAll('.plot image, .plot .series').length") == 0)
        #expect(browser.complaints == [])
    }

    // MARK: - Ways through the report

    @Test func findingsLeadToTheirPlacesAndBack() throws {
        let files = try ReportFiles()
        let browser = try Browser()
        try browser.visit(files.report([Self.t38]))
        try browser.evaluate("document.querySelector('.finding .evidence a').focus()")
        try browser.press("Enter", text: "\r")
        let inSight =
            "(() => { const b = document.activeElement.getBoundingClientRect(); return b.top >= 0 && b.bottom <= innerHeight; })()"
        #expect(try browser.text("document.activeElement.className").contains("chosen"))
        #expect(try browser.text("document.activeElement.textContent").contains("622"))
        #expect(try browser.holds(inSight))
        #expect(try browser.number("document.querySelectorAll('.plot .cursor').length") == 1)
        // The octets of the frame are there, and go with Escape.
        #expect(try browser.text("document.querySelector('tr.octets pre').textContent").hasPrefix("0000  "))
        try browser.press("Escape")
        #expect(try browser.number("document.querySelectorAll('tr.octets').length") == 0)
        try browser.click(".ladder tr.chosen a.mark")
        #expect(try browser.text("document.activeElement.id") == "call-1-f1" && browser.holds(inSight))
        // From the timeline to finding and ladder.
        try browser.drag(try browser.middle(of: ".finding-mark circle"))
        #expect(try browser.text("document.activeElement.id") == "call-1-f1")
        try browser.drag(try browser.middle(of: ".plot .box.command"))
        #expect(try browser.text("document.activeElement.textContent").contains("T.30"))
        #expect(browser.complaints == [])
    }

    @Test func framesShowTheirOctetsAndFields() throws {
        let files = try ReportFiles()
        let browser = try Browser()
        try browser.visit(files.report([Self.t38]))
        let dis = "[...document.querySelectorAll('.ladder tr')].find((r) => r.textContent.includes('DIS '))"
        try browser.evaluate("\(dis).querySelector('button.frame').click()")
        #expect(try browser.text("document.querySelector('tr.octets').textContent").contains("error correction mode"))
        let wire = try browser.text("document.querySelector('tr.octets pre').textContent")
        // Ethernet, then IPv4.
        #expect(wire.contains("08 00  45") || wire.contains("08 00 45"))
        #expect(try browser.text("\(dis).querySelector('button.frame').ariaExpanded") == "true")
        try browser.evaluate("\(dis).querySelector('button.frame').click()")
        #expect(try browser.number("document.querySelectorAll('tr.octets').length") == 0)
    }

    @Test func theOverviewFiltersSortsAndLeadsToCalls() throws {
        let files = try ReportFiles()
        let browser = try Browser()
        try browser.visit(files.report(Self.several))
        let shown =
            "[...document.querySelectorAll('#calls tbody tr')].filter((r) => r.checkVisibility()).map((r) => r.cells[0].textContent)"
        #expect(try browser.texts(shown) == ["1·1", "2·1", "3·1", "3·2", "3·3"])
        #expect(
            try browser.number("[...document.querySelectorAll('.call')].filter((c) => c.checkVisibility()).length") == 0
        )
        func choose(_ name: String, _ value: String) throws {
            try browser.evaluate(
                "(() => { const s = document.querySelector('select[aria-label=\"\(name)\"]'); s.value = '\(value)'; s.dispatchEvent(new Event('change')); })()"
            )
        }
        try choose("Outcome", "delivered")
        #expect(try browser.texts(shown) == ["3·1", "3·2"])
        try choose("Outcome", "")
        try browser.evaluate("document.querySelector('input[type=search]').focus()")
        try browser.call("Input.insertText", ["text": "5550103"])
        #expect(try browser.texts(shown) == ["3·3"])
        #expect(try browser.text("document.querySelector('.overview output').value") == "1 of 5 calls")
        try browser.evaluate(
            "(() => { const s = document.querySelector('input[type=search]'); s.value = ''; s.dispatchEvent(new Event('input')); })()"
        )
        for order in [["2·1", "3·3", "3·1", "3·2", "1·1"], ["1·1", "3·2", "3·1", "3·3", "2·1"]] {
            try browser.click("#calls th[data-key=length] button")
            #expect(try browser.texts(shown) == order)
        }
        #expect(try browser.text("document.querySelector('th[data-key=length]').ariaSort") == "descending")
        try browser.click("#calls a[href='#file-3-call-2']")
        let call = "[...document.querySelectorAll('.call')].filter((c) => c.checkVisibility()).map((c) => c.id)"
        #expect(try browser.texts(call) == ["file-3-call-2"])
        #expect(try !browser.holds("document.querySelector('#overview').checkVisibility()"))
        try browser.click("button[aria-label='Next call']")
        #expect(try browser.texts(call) == ["file-3-call-3"])
        try browser.click(".tools .all")
        #expect(try browser.texts(shown).count == 5)
        #expect(browser.complaints == [])
    }

    // MARK: - For everybody

    @Test(arguments: ["light", "dark"]) func everybodyCanReadIt(scheme: String) throws {
        let files = try ReportFiles()
        let browser = try Browser(.init(scheme: scheme))
        for captures in [[Self.t38], [Self.audio], Self.several] {
            let file = try files.report(captures)
            for fragment in captures.count > 1 ? ["", "#file-1-call-1"] : [""] {
                try browser.visit(file, fragment: fragment)
                try browser.evaluate("document.querySelectorAll('details').forEach((d) => d.open = true)")
                try browser.evaluate("document.querySelector('.call:not([hidden]) .ladder button.frame')?.click()")
                try browser.settle()
                #expect(try browser.texts(Accessibility.problems) == [], "\(captures[0])\(fragment)")
                #expect(try browser.texts(Accessibility.faintTexts) == [], "\(captures[0])\(fragment)")
            }
        }
        #expect(browser.complaints == [])
    }

    /// The other colours by hand: they hold whatever the system likes.
    @Test(arguments: ["light", "dark"]) func coloursCanBeChosen(scheme: String) throws {
        let files = try ReportFiles()
        let browser = try Browser(.init(scheme: scheme))
        try browser.visit(files.report([Self.t38]))
        let paper = "getComputedStyle(document.body).backgroundColor"
        let before = try browser.text(paper)
        try browser.click(".tools button[aria-label$='colours']")
        #expect(try browser.text(paper) != before)
        #expect(try browser.texts(Accessibility.faintTexts) == [])
    }

    @Test func tabGoesThroughInOrderAndIsSeen() throws {
        let files = try ReportFiles()
        let browser = try Browser()
        try browser.visit(files.report([Self.t38]))
        var last = -1.0
        var names: [String] = []
        for _ in 0..<40 {
            try browser.press("Tab")
            guard let focus = try browser.evaluate(Accessibility.focus) as? [String: Any] else { break }
            let name = focus["name"] as? String ?? ""
            let place = (focus["place"] as? NSNumber)?.doubleValue ?? -1
            #expect(place > last, "\(name)")
            #expect(focus["isShown"] as? Bool == true, "\(name)")
            last = place
            names.append(name)
        }
        #expect(names.first?.contains("skip") == true)
        #expect(names.contains { $0.contains("class=\"plot\"") } && names.contains { $0.contains("<summary") })
    }

    @Test(arguments: [360, 768]) func narrowScreensDoNotScrollSideways(width: Int) throws {
        let files = try ReportFiles()
        let browser = try Browser(.init(width: width, height: 800))
        for captures in [[Self.t38], [Self.audio], Self.several] {
            try browser.visit(files.report(captures))
            try browser.settle()
            #expect(try browser.number("document.scrollingElement.scrollWidth") <= Double(width), "\(captures[0])")
        }
    }

    /// Without scripts all calls are there, one after the other, with verdict, ladder and pages.
    @Test func itReadsWithoutScripts() throws {
        let files = try ReportFiles()
        let browser = try Browser()
        try browser.call("Emulation.setScriptExecutionDisabled", ["value": true])
        try browser.visit(files.report(Self.several))
        let seen =
            "[...document.querySelectorAll('.call h2, .ladder, .page summary img')].filter((e) => e.checkVisibility()).length"
        #expect(try browser.number(seen) >= 5 + 4 + 3)
        #expect(try browser.number("document.querySelectorAll('button').length") == 0)
        #expect(try browser.texts(Accessibility.problems) == [])
    }

    @Test func itPrints() throws {
        let files = try ReportFiles()
        let browser = try Browser(.init(scheme: "dark"))
        try browser.visit(files.report([Self.t38]))
        try browser.media("print", scheme: "dark")
        try browser.settle()
        #expect(try browser.text("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)")
        #expect(try browser.texts(Accessibility.faintTexts) == [])
        #expect(
            try browser.number(
                "[...document.querySelectorAll('.controls, .tools, .hint')].filter((e) => e.checkVisibility()).length")
                == 0)
        let pdf = Data(base64Encoded: try browser.call("Page.printToPDF")["data"] as? String ?? "") ?? Data()
        #expect(pdf.starts(with: Data("%PDF".utf8)) && pdf.count > 10_000)
    }

    // MARK: - Hostile and big

    @Test func hostileTextStaysText() throws {
        let files = try ReportFiles()
        let browser = try Browser()
        let hostile = HTMLReportTests.hostile + "<img src=x onerror=alert(2)>"
        try browser.visit(
            files.report(of: [HTMLReportTests.bitten(hostile), HTMLReportTests.bitten("<svg onload=alert(3)>")]),
            fragment: "#call-1")
        try browser.settle()
        #expect(try browser.number("[...document.scripts].filter((s) => !s.type).length") == 2)
        #expect(try browser.number("document.querySelectorAll('img:not([src^=\"data:image/png\"])').length") == 0)
        #expect(try browser.number("document.querySelectorAll('[onerror], [onload], [onclick]').length") == 0)
        #expect(try browser.text("document.body.innerText").contains("<script>alert(1)"))
        #expect(browser.complaints == [])
    }

    /// Even text that would get in could not run or fetch: the policy holds in the browser.
    @Test func thePolicyHolds() throws {
        let files = try ReportFiles()
        let browser = try Browser()
        try browser.visit(files.report([Self.t38]))
        try browser.evaluate(
            """
            (() => {
              const script = document.createElement("script");
              script.textContent = "window.ran = true";
              document.body.append(script);
              const image = new Image();
              image.src = "https://example.invalid/x.png";
              document.body.append(image);
            })()
            """)
        try browser.settle()
        #expect(try !browser.holds("window.ran === true"))
        let refused = browser.complaints.filter { $0.contains("Content Security Policy") }
        #expect(refused.contains { $0.contains("script-src") } && refused.contains { $0.contains("img-src") })
    }

    @Test func fiftyPagesStayUsable() throws {
        let files = try ReportFiles()
        let browser = try Browser()
        var random = SeededRandom(seed: 1)
        // More detail than any print, so that not all of it fits.
        let octets = (0..<216 * 1_100).map { _ in UInt8(truncatingIfNeeded: random.next()) }
        let image = PageBitmap(widthPx: 1_728, heightPx: 1_100, dpiX: 204, dpiY: 98, octets: octets)
        var call = try SampleCall.analyzed()
        call.fax.pages = (1...50).map { number in
            var page = FaxPage(number: number)
            page.image = image
            page.confirmedBy = "MCF"
            return page
        }
        let file = try files.report(of: [call])
        let size = try FileManager.default.attributesOfItem(atPath: file.path)[.size] as? Int ?? 0
        #expect(size < HTMLReport.Limit.pictures + (2 << 20))
        let time = try browser.visit(file)
        #expect(time < .seconds(10))
        let shown = try browser.number("document.querySelectorAll('.page').length")
        #expect(shown >= 5 && shown < 50)
        #expect(
            try browser.text("document.querySelector('.call').innerText").contains(
                "Left out to keep this file small: page "))
        try browser.click(".page summary")
        #expect(try browser.number("document.querySelector('.page[open] > img').naturalWidth") == 1_728)
        #expect(browser.complaints == [])
    }

    @Test func fiveHundredCallsStayUsable() throws {
        let files = try ReportFiles()
        let browser = try Browser()
        var calls = try HTMLReportTests.numbered(500)
        for index in stride(from: 0, to: 500, by: 3) { calls[index].fax.outcome = .failed }
        let file = try files.report(of: calls)
        let size = try FileManager.default.attributesOfItem(atPath: file.path)[.size] as? Int ?? 0
        #expect(size < 20 << 20)
        let clock = ContinuousClock()
        #expect(try browser.visit(file) < .seconds(10))
        let filtering = try clock.measure {
            try browser.evaluate(
                "(() => { const s = document.querySelector('select[aria-label=\"Outcome\"]'); s.value = 'failed'; s.dispatchEvent(new Event('change')); })()"
            )
            try browser.settle()
        }
        #expect(filtering < .seconds(3))
        #expect(try browser.text("document.querySelector('.overview output').value") == "167 of 500 calls")
        let going = try clock.measure {
            try browser.evaluate("location.hash = 'call-400'")
            try browser.settle()
        }
        #expect(going < .seconds(3))
        #expect(try browser.text("document.querySelector('.call:not([hidden])').id") == "call-400")
        #expect(browser.complaints == [])
    }
}
