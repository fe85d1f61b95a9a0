import FaxCore
import FaxWire
import Foundation
import PcapDecode
import T30Analyzer
import TestSupport
import Testing

/// What the fax engines at both ends logged as received is what we read from the wire.
@Suite struct LoggedSequenceTests {
    private struct Truth: Decodable {
        struct Event: Decodable {
            var ev: String
            var msg: String
            var count: Int?
        }
        var t30_sequence: [String: [Event]]?
    }

    /// Frames one end says it sent, image frames apart; PPS without its command, as the log has it.
    private func sent(_ events: [Truth.Event]) -> [String] {
        events.filter { $0.ev == "tx" && $0.msg != "FCD" && $0.msg != "RCP" }.flatMap {
            Array(repeating: $0.msg, count: $0.count ?? 1)
        }
    }

    /// Captures of one call without loss: what was sent is what was on the wire.
    @Test(arguments: [
        "01-t38-clean-1page-ecm", "02-t38-clean-3pages-fine-noecm", "13-t38-caller-hangup-midpage",
        "15b-t38-v29-9600", "15c-t38-v27ter-4800", "20-ipv6-t38",
    ])
    func bothEndsSentWhatWeRead(_ name: String) throws {
        let octets = try Corpus.bytes("captures/\(name)/expected.json")
        let truth = try JSONDecoder().decode(Truth.self, from: Data(octets))
        let sequence = try #require(truth.t30_sequence)
        var messages: [T30Message] = []
        let input = try CaptureInput(path: Corpus.file("captures/\(name)/capture.pcap").path(percentEncoded: false))
        _ = try AnalysisRunner().run(input) { messages += $0.fax.messages }
        for (end, party) in [("A", Party.caller), ("B", Party.callee)] {
            let logged = sent(sequence[end] ?? [])
            let read = messages.filter { $0.direction == party && !$0.name.hasPrefix("FCD") && $0.name != "RCP" }
                .map { $0.name.hasPrefix("PPS") ? "PPS" : $0.name }
            #expect(!logged.isEmpty)
            #expect(read == logged, "\(end)")
        }
    }
}
