import FaxCore
import PcapDecode
import T30Analyzer
import Testing

@testable import FaxReport

/// Calls end in any order; stories are told in order of their numbers, lines as they end.
@Suite struct CallOrderTests {
    private func numbers(_ form: ReportOptions.Form, ending ids: [Int], only call: Int? = nil) -> [Int] {
        var options = ReportOptions()
        options.form = form
        options.call = call
        var shown: [Int] = []
        let report = CaptureReport(ReportSource(files: ["x.pcap"]), options: options) { text in
            for line in text.split(separator: "\n") {
                let words = line.split { !$0.isNumber && !$0.isLetter }
                if form == .calls, let id = words.first.flatMap({ Int($0) }) { shown.append(id) }
                if form == .quiet, words.first == "call", let id = Int(words[1]) { shown.append(id) }
            }
        }
        for id in ids {
            let call = Call(id: id, signalling: Signalling(.none), firstTime: .zero, firstFrame: FrameRef(number: 1))
            report.add(AnalyzedCall(call: call, fax: FaxSession(), findings: []))
        }
        report.end(CaptureSummary(files: ["x.pcap"], format: "pcap"))
        return shown
    }

    @Test func storiesComeInOrder() {
        #expect(numbers(.quiet, ending: [3, 1, 2, 5, 4]) == [1, 2, 3, 4, 5])
        #expect(numbers(.quiet, ending: [3, 5]) == [3, 5])
    }

    @Test func linesComeAsCallsEnd() {
        #expect(numbers(.calls, ending: [3, 1, 2]) == [3, 1, 2])
    }

    @Test func oneCallAlone() {
        #expect(numbers(.quiet, ending: [3, 1, 2], only: 2) == [2])
    }

    /// A call that lasts does not hold back thousands of others.
    @Test func onlySoManyWait() {
        let others = Array(2...500)
        let shown = numbers(.quiet, ending: others + [1])
        #expect(shown.sorted() == Array(1...500))
        #expect(shown.last == 1)
        #expect(Array(shown.dropLast()) == others)
    }
}
