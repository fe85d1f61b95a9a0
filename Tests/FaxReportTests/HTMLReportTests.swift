import FaxCore
import FaxDSP
import FaxWire
import Foundation
import PcapDecode
import T30Analyzer
import Testing

@testable import FaxReport

@Suite struct HTMLReportTests {
    static let hostile =
        "</script><script>alert(1)</script>\"'&\u{0}\u{1B}[31m\u{202E}\u{2028}" + String(repeating: "x", count: 1 << 20)

    /// The sample call with the same text wherever a capture can put one.
    static func bitten(_ hostile: String) throws -> AnalyzedCall {
        var analyzed = try SampleCall.analyzed()
        analyzed.call.signalling.caller = hostile
        analyzed.call.signalling.callerAgent = hostile
        analyzed.call.signalling.finalReason = hostile
        analyzed.call.signalling.steps[0].summary = hostile
        analyzed.call.signalling.steps[0].remarks = [hostile]
        analyzed.call.signalling.t38Switch?.offer.attributes.append(.init(name: hostile, value: hostile))
        analyzed.call.streams[0].codec = hostile
        analyzed.fax.senderID = hostile
        analyzed.fax.carriedBy = hostile
        analyzed.fax.messages[0].name = hostile
        analyzed.fax.messages[1].fields = [.init(name: hostile, bit: 27, value: .text(hostile), meaning: hostile)]
        analyzed.fax.pages[0].confirmedBy = hostile
        analyzed.fax.pages[0].compression = hostile
        analyzed.fax.signals[0].name = hostile
        analyzed.findings[0].title = hostile
        analyzed.findings[0].because = hostile
        analyzed.findings[0].remedy = hostile
        return analyzed
    }

    static func report(_ calls: [AnalyzedCall], inputs: Int = 1) throws -> String {
        let report = HTMLReport(try ExportFile(path: "/nonexistent/report.html", overwrites: false))
        for number in 0..<inputs {
            let source = ReportSource(
                number: number, files: ["sample.pcap"], prefix: inputs > 1 ? "file-\(number + 1)-" : "")
            for call in calls { report.add(call, of: source) }
            report.end(SampleCall.summary(), of: source)
        }
        return report.document()
    }

    @Test func anUnseenOfferIsNotToldByItsAnswer() throws {
        var sample = try SampleCall.analyzed()
        #expect(try !Self.report([sample]).contains("not in the capture"))
        sample.call.signalling.t38Switch?.isOfferSeen = false
        #expect(try Self.report([sample]).contains(", not in the capture"))
    }

    static func numbered(_ count: Int) throws -> [AnalyzedCall] {
        let sample = try SampleCall.analyzed()
        return (1..<count + 1).map { number in
            var call = sample
            call.call.id = number
            return call
        }
    }

    @Test func aCallHasItsPartsWithoutAnyScript() throws {
        let html = try Self.report([SampleCall.analyzed()])
        for part in [
            "<h2 id=\"call-1-title\">Fax delivered: 1 page confirmed at 14400 bit/s (V.17, ECM, MMR). 1 row came damaged.",
            "id=\"call-1-f1\"", "Loss that was repaired", "id=\"call-1-ladder-table\"", "FCD 0–3, 7–8",
            "alt=\"Page 1 as received, 16 × 3 pixels\"", "lang=\"en\"", "<title>Fax delivered",
        ] {
            #expect(html.contains(part), "\(part)")
        }
        #expect(!html.contains("id=\"overview\""))
    }

    /// The frames of a finding lead to steps that are there, and these lead back.
    @Test func linksHaveTargets() throws {
        for html in [try Self.report([SampleCall.analyzed()]), try Self.report(Self.numbered(2), inputs: 2)] {
            let ids = html.matches(of: #/ id="([^"]+)"/#).map { String($0.1) }
            #expect(Set(ids).count == ids.count)
            let links = html.matches(of: #/ href="#([^"]+)"/#).map { String($0.1) }
            #expect(links.count > 4)
            for link in links { #expect(ids.contains(link), "\(link)") }
        }
    }

    @Test func nothingHostileGetsOut() throws {
        let clean = try Self.report([SampleCall.analyzed()])
        let html = try Self.report([Self.bitten(Self.hostile)])
        #expect(html.utf8.count < clean.utf8.count + 100_000)
        for element in ["<script", "</script"] {
            #expect(html.components(separatedBy: element).count == clean.components(separatedBy: element).count)
        }
        #expect(
            html.unicodeScalars.allSatisfy { $0 == "\n" || ($0.value >= 0x20 && !(0x7F...0x9F).contains($0.value)) })
        #expect(!html.unicodeScalars.contains("\u{202E}") && !html.unicodeScalars.contains("\u{2028}"))
    }

    /// What may run is named by its hash (checked with another implementation), and nothing may be fetched.
    @Test func thePolicyNamesTheOneScript() throws {
        let html = try Self.report([SampleCall.analyzed()]).replacing("&#39;", with: "'")
        for element in ["script", "style"] {
            let contents = html.matches(of: try Regex("<\(element)>([\\s\\S]*?)</\(element)>"))
            #expect(contents.count == (element == "script" ? 2 : 1))
            let directive = try #require(
                html.firstMatch(of: try Regex("\(element)-src ([^;]*);"))?.output[1].substring)
            for content in contents {
                let text = try #require(content.output[1].substring)
                #expect(try directive.contains("'sha256-\(Self.hash(String(text)))'"))
            }
        }
        #expect(html.contains("default-src 'none'"))
        let addresses = html.replacing("http://www.w3.org/2000/svg", with: "")
        #expect(!addresses.contains("http:") && !addresses.contains("https:"))
    }

    /// By coreutils.
    private static func hash(_ text: String) throws -> String {
        let file = FileManager.default.temporaryDirectory.appending(path: "faxprobe-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: file) }
        try Data(text.utf8).write(to: file)
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["sha256sum", file.path]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        let digits = String(decoding: data.prefix(64), as: UTF8.self)
        let octets = stride(from: 0, to: 64, by: 2).compactMap { place in
            UInt8(digits.dropFirst(place).prefix(2), radix: 16)
        }
        try #require(octets.count == 32)
        return Data(octets).base64EncodedString()
    }

    @Test func severalCallsHaveAnOverview() throws {
        var calls = try Self.numbered(3)
        calls[1].fax.outcome = .failed
        let html = try Self.report(calls.reversed())
        #expect(html.contains("3 calls: 1 failed, 2 delivered"))
        let places = ["#call-1\"", "#call-2\"", "#call-3\""].compactMap { html.firstRange(of: $0)?.lowerBound }
        #expect(places.count == 3 && places == places.sorted())
    }

    /// Pages past the budget are named, those of calls that failed have room of their own.
    @Test func picturesAreBounded() {
        var budget = ByteBudget(octets: 100)
        #expect(budget.take(30, isFailed: false) && !budget.take(30, isFailed: false))
        #expect(budget.take(50, isFailed: true) && budget.take(20, isFailed: true) && !budget.take(1, isFailed: true))
        #expect(budget.refused == 2)
    }

    @Test func aPageLeftOutIsNamed() throws {
        var none = ByteBudget(octets: 0)
        var html = HTMLWriter()
        let place = CallPlace(ReportSource(files: ["x"]), call: 1)
        PageSection(pages: SampleCall.fax().pages, place: place, isFailed: false).write(to: &html, budget: &none)
        #expect(html.text.contains("Left out to keep this file small: page 1.") && !html.text.contains("<img"))
    }

    /// 16 pixels by 3 at 204×98 dpi: twice as high as its rows.
    @Test func thumbnailsHaveTheShapeOfPaper() throws {
        let small = try #require(PageThumbnail.png(SampleCall.page))
        #expect(small.heightPx == 216 * 3 * 204 / (16 * 98))
        #expect(PageThumbnail.png(PageBitmap(widthPx: 0, heightPx: 0, dpiX: 0, dpiY: 0, octets: [])) == nil)
        let long = PageBitmap(
            widthPx: 8, heightPx: 100_000, dpiX: 0, dpiY: 0, octets: [UInt8](repeating: 0, count: 100_000))
        #expect(PageThumbnail.png(long)?.heightPx == PageThumbnail.heightLimitPx)
    }
}
