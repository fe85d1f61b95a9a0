import FaxReport
import Foundation
import TestSupport
import Testing

/// What would have carried a call, as people and programs read it.
@Suite struct WhatIfReportTests {
    private func report(_ name: String, _ change: (inout AnalyzeRun) -> Void = { _ in }) -> String {
        var text = ""
        var run = AnalyzeRun(write: { text += $0 }, complain: { Issue.record("\($0)") })
        change(&run)
        _ = run.run([Corpus.file("captures/\(name)/capture.pcap").path])
        return text
    }

    @Test func textSaysWhatItTakes() {
        let text = report("07-t38-noec-3pct-loss")
        #expect(text.contains("What if"))
        #expect(text.contains("21 lost, 21 not repaired: earlier packets must go along, 1 with indicators"))
        #expect(text.contains("or parity, 1 over 2 packets each"))
    }

    @Test func nothingIsSaidWhereNothingWasLost() {
        #expect(!report("01-t38-clean-1page-ecm").contains("What if"))
    }

    @Test func figuresStandWhereTheContractPutsThem() throws {
        let data = Data(report("07-t38-noec-3pct-loss") { $0.report.form = .json }.utf8)
        let document = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        let calls = try #require(document["calls"] as? [[String: Any]])
        let whatIf = try #require(calls.first?["what_if"] as? [String: Any])
        let relay = try #require((whatIf["relays"] as? [[String: Any]])?.first)
        #expect(relay["lost"] as? Int == 21 && relay["unrepaired"] as? Int == 21)
        #expect(relay["depth_needed"] as? Int == 2)
        let trials = try #require(relay["trials"] as? [[String: Any]])
        #expect(trials.compactMap { $0["unrepaired"] as? Int }.last == 0)
        #expect(trials.compactMap { $0["depth"] as? Int } == [0, 1, 2])
    }
}
