import FaxCore
import FaxReport
import Foundation
import PcapDecode
import T30Analyzer
import TestSupport
import Testing

@Suite struct AnalysisDocumentTests {
    static let schema = Corpus.folder.deletingLastPathComponent().appending(path: "docs/analysis-schema.json")

    static func written(_ form: ReportOptions.Form) throws -> String {
        var options = ReportOptions()
        options.form = form
        var text = ""
        let report = CaptureReport(ReportSource(files: ["sample.pcap"]), options: options) { text += $0 }
        report.begin()
        report.add(try SampleCall.analyzed())
        var second = try SampleCall.analyzed()
        second.call.id = 2
        second.fax = FaxSession()
        second.findings = []
        report.add(second)
        report.end(SampleCall.summary())
        return text
    }

    @Test func theDocumentFitsItsSchema() throws {
        let validator = try SchemaValidator(Data(contentsOf: Self.schema))
        #expect(try validator.problems(Data(Self.written(.json).utf8)) == [])
        let lines = try Self.written(.jsonLines).split(separator: "\n")
        #expect(lines.count == 3)
        for line in lines { #expect(try validator.problems(Data(line.utf8)) == []) }
    }

    /// The schema is worth something only if it refuses what the contract forbids.
    @Test(arguments: [
        ("\"success\"", "\"fine\""), ("\"rate_bps\":14400", "\"rate_bps\":\"14400\""),
        ("\"octets\":\"ff1380\"", "\"octets\":\"FF 13\""),
        ("\"crc_ok\":true", "\"crc_ok\":1"), ("\"pages_confirmed\"", "\"pagesConfirmed\""),
        ("faxprobe.analysis/1", "faxprobe/1"),
        ("\"resolution_dpi\":[204,98]", "\"resolution_dpi\":[204]"), ("\"id\":1", "\"id\":0"),
    ])
    func theSchemaRefuses(original: String, broken: String) throws {
        let validator = try SchemaValidator(Data(contentsOf: Self.schema))
        let line = try #require(Self.written(.jsonLines).split(separator: "\n").first)
        #expect(line.contains(original))
        #expect(try !validator.problems(Data(line.replacing(original, with: broken).utf8)).isEmpty)
    }

    @Test func factsStandWhereTheContractPutsThem() throws {
        let call = AnalysisDocument(files: ["a"]).call(try SampleCall.analyzed(), images: [1: "call-1.tif#1"])
        let fax = try #require(call["fax"])
        #expect(fax["outcome"] == .string("success"))
        #expect(fax["resolution_dpi"] == .array([.integer(204), .integer(98)]))
        guard case .array(let frames)? = fax["t30"], case .array(let pages)? = fax["pages"] else {
            Issue.record("t30 and pages are lists")
            return
        }
        // FCD frames are counted in their page, not listed; time and frame are of the last bit.
        #expect(frames.map { $0["name"] } == ["CSI", "DIS", "DCS", "CFR", "PPS-EOP", "MCF"].map { .string($0) })
        #expect(frames[0]["frame"] == .integer(31))
        #expect(frames[0]["time"] == .decimal("1795231963.025123"))
        #expect(frames[1]["fields"] == .object([.init("ecm", .bool(true))]))
        #expect(pages[0]["image"] == .string("call-1.tif#1"))
        let change = try #require(call["signalling"]?["t38_switch"])
        #expect(change["after_answer_ms"] == .decimal("2697.000"))
        #expect(
            change["parameters"]?["offer"]
                == .object([
                    .init("T38FaxVersion", .integer(0)), .init("T38FaxUdpEC", .string("t38UDPRedundancy")),
                    .init("T38FaxFillBitRemoval", .bool(true)),
                ]))
        #expect(call["signalling"]?["setup_ms"] == .decimal("303.000"))
        #expect(
            call["streams"].flatMap { value -> JSONValue? in
                if case .array(let streams) = value { streams.first?["jitter_ms"] } else { nil }
            } == .decimal("1.250"))
    }

    @Test func evidenceNamesItsFileWhenThereAreSeveral() throws {
        var analyzed = try SampleCall.analyzed()
        analyzed.call.signalling.inviteFrame = FrameRef(file: 1, number: 7)
        let call = AnalysisDocument(files: ["a", "b"]).call(analyzed)
        let expected = JSONValue.object([.init("file", .string("b")), .init("frame", .integer(7))])
        #expect(call["signalling"]?["invite_frame"] == expected)
    }

    @Test(arguments: [
        "02-t38-clean-3pages-fine-noecm", "07-t38-noec-3pct-loss", "16-gateway-t38-to-g711", "17a-sip-fail-486",
    ])
    func realCapturesFitTheSchema(name: String) throws {
        let validator = try SchemaValidator(Data(contentsOf: Self.schema))
        var text = ""
        var run = AnalyzeRun(write: { text += $0 }, complain: { Issue.record("\($0)") })
        run.report.form = .json
        _ = run.run([Corpus.file("captures/\(name)/capture.pcap").path])
        #expect(try validator.problems(Data(text.utf8)) == [])
    }
}
