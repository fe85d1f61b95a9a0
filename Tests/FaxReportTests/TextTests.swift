import FaxCore
import PcapDecode
import T30Analyzer
import TestSupport
import Testing

@testable import FaxReport

@Suite struct ReportGoldenTests {
    @Test(arguments: [
        ("text", ReportOptions.Form.text), ("verbose", .verbose), ("calls", .calls), ("quiet", .quiet),
    ])
    func theReportReadsAsInItsGoldenFile(name: String, form: ReportOptions.Form) throws {
        try Golden.expect(AnalysisDocumentTests.written(form), equals: "reports/golden/sample-\(name).txt")
    }
}

@Suite struct TextTests {
    @Test func nothingFromTheCaptureReachesTheTerminalRaw() throws {
        for form in [ReportOptions.Form.text, .verbose, .calls, .quiet, .json, .jsonLines] {
            let text = try AnalysisDocumentTests.written(form)
            #expect(
                text.unicodeScalars.allSatisfy { $0 == "\n" || ($0.value >= 0x20 && !(0x7F...0x9F).contains($0.value)) }
            )
            #expect(!text.unicodeScalars.contains("\u{202E}"))
        }
    }

    @Test func colourOnlyWhereItIsAllowed() throws {
        let analyzed = try SampleCall.analyzed()
        let plain = CallText(terminal: TerminalText(usesColour: false), isVerbose: false, files: [])
        let coloured = CallText(terminal: TerminalText(usesColour: true), isVerbose: false, files: [])
        #expect(!plain.text(analyzed).contains("\u{1B}"))
        #expect(coloured.text(analyzed).contains("\u{1B}[32mFax delivered"))
    }

    @Test(arguments: [
        ("0", 0), ("1795231955.25", 1_795_231_955_250_000_000), ("2026-11-21T03:32:35Z", 1_795_231_955_000_000_000),
        ("2026-11-21 03:32:35.5", 1_795_231_955_500_000_000), ("2026-11-21", 1_795_219_200_000_000_000),
        ("2000-02-29T00:00", 951_782_400_000_000_000), ("", nil), ("now", nil), ("2026-13-01", nil),
        ("1.", nil),
        ("99999999999", nil), ("2026-11-21T25:00", nil), ("-5", nil),
    ])
    func timesAsTyped(text: String, nanoseconds: Int64?) {
        #expect(TimeArgument.instant(text)?.nanoseconds == nanoseconds)
    }

    @Test(arguments: [
        (0, "1970-01-01 00:00:00.000 UTC"), (1_795_231_955_325_123_000, "2026-11-21 03:32:35.325 UTC"),
        (951_827_696_000_000_000, "2000-02-29 12:34:56.000 UTC"), (-1_000_000, "1969-12-31 23:59:59.999 UTC"),
    ])
    func datesAsShown(nanoseconds: Int64, text: String) {
        #expect(Clock.date(Instant(nanoseconds: nanoseconds)) == text)
    }

    @Test(arguments: [([0, 1, 2, 5], "0–2, 5"), ([], nil), ([3], "3"), ([255, 0], "255, 0"), ([1, 1, 2], "1–2")])
    func rangesOfNumbers(numbers: [Int], text: String?) {
        #expect(NumberRanges.text(numbers) == text)
    }
}
