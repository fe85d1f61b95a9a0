import FaxReport
import Foundation
import T30Analyzer
import Testing

/// `faxprobe explain`, as a user runs it.
@Suite struct ExplainCommandTests {
    private func run(_ arguments: String...) throws -> AnalyzeCommandTests.Outcome {
        try AnalyzeCommandTests.run(["explain"] + arguments)
    }

    @Test func oneEntryIsTold() throws {
        let outcome = try run("t38-refused")
        #expect(outcome.status == 0)
        #expect(outcome.errors == "")
        #expect(outcome.output.hasPrefix("t38-refused: T.38 re-INVITE refused\n"))
        for label in ["layer", "certainty", "rule", "symptom", "signature", "cause", "remedy", "source"] {
            #expect(
                outcome.output.contains("\n  \(label.padding(toLength: 11, withPad: " ", startingAt: 0))"), "\(label)")
        }
        #expect(outcome.output.split(separator: "\n").allSatisfy { $0.count <= 80 })
        #expect(try run("T38-Refused").output == outcome.output)
    }

    @Test func everyEntryFitsTheTerminal() {
        for columns in [40, 80, 132] {
            let text = CatalogueText(columns: columns)
            for entry in FailureCatalogue.entries {
                let longest = ([entry.id + ":"] + words(entry)).map(\.count).max() ?? 0
                let lines = text.entry(entry).split(separator: "\n")
                #expect(lines.allSatisfy { $0.count <= max(columns, longest + 13) }, "\(entry.id)")
            }
        }
    }

    private func words(_ entry: CatalogueEntry) -> [String] {
        [entry.symptom, entry.signature, entry.cause, entry.remedy, entry.source].flatMap {
            $0.split(separator: " ").map(String.init)
        }
    }

    @Test func theListHasEveryEntryAndSaysWhatIsMissing() throws {
        let outcome = try run("--list")
        #expect(outcome.status == 0)
        for entry in FailureCatalogue.entries { #expect(outcome.output.contains("  \(entry.id) ")) }
        #expect(outcome.output.contains("B. SDP and T.38 negotiation: "))
        let one = try run("--list", "--layer", "b")
        #expect(one.output.contains("t38-refused") && !one.output.contains("sip-busy"))
        #expect(try run("--layer", "B").output == one.output)
        #expect(one.output.contains("(needs both legs of a call"))
    }

    @Test func jsonHasTheSame() throws {
        let one = try run("--json", "t38-refused")
        let object = try #require(
            try JSONSerialization.jsonObject(with: Data(one.output.utf8)) as? [String: Any])
        #expect(object["id"] as? String == "t38-refused")
        #expect(object["rule"] as? Bool == true)
        #expect(object["needs"] as? String == "call")
        let all = try run("--json", "--list")
        let list = try #require(try JSONSerialization.jsonObject(with: Data(all.output.utf8)) as? [String: Any])
        #expect((list["entries"] as? [Any])?.count == FailureCatalogue.entries.count)
    }

    @Test(arguments: [
        ("t38-refusd", "t38-refused"), ("glare", "t38-reinvite-glare"), ("no_t38_reinvite", "no-t38-reinvite"),
        ("busy", "sip-busy"),
    ])
    func anUnknownIdNamesTheNearest(word: String, near: String) throws {
        let outcome = try run(word)
        #expect(outcome.status == 2)
        #expect(outcome.output == "")
        #expect(outcome.errors.contains("no failure mode '\(word)'; nearest: \(near)"), "\(outcome.errors)")
    }

    @Test(arguments: [[], ["--layer", "Q"], ["--list", "t38-refused"], ["--json"]])
    func wrongUsageIsStatus2(arguments: [String]) throws {
        let outcome = try AnalyzeCommandTests.run(["explain"] + arguments)
        #expect(outcome.status == 2 && outcome.output == "" && !outcome.errors.isEmpty)
    }

    @Test func helpHasExamples() throws {
        let outcome = try run("--help")
        #expect(outcome.status == 0 && outcome.output.contains("faxprobe explain --list"))
    }
}
