import FaxProtocol
import FaxStation
import Foundation
import PlacedText
import Regression
import Simulator
import TestSupport
import Testing

@Suite struct SuiteReaderTests {
    static let small = """
        name: small
        documents: {slip: {rows: 60}}
        paths:
          t38: {transport: t38}
          bare: {transport: t38, redundancy: 0}
        impairments:
          clean: {}
          loss: {loss: 5%}
        trials: 10
        """

    @Test func `Every combination is a cell, and changes hold for those they name`() throws {
        let text =
            Self.small + """

                cells:
                  - {path: bare, trials: 3}
                  - {path: bare, impairment: clean, skip: true}
                """
        let plan = SuitePlan(try SuiteReader().read(text))
        #expect(plan.cells.map(\.name) == ["slip/t38/clean", "slip/t38/loss", "slip/bare/loss"])
        #expect(plan.cells.map(\.trials) == [10, 10, 3])
        #expect(plan.scenarios[1].forth.text == "loss=5% delay=60ms")
        #expect(plan.scenarios[2].caller.t38.errorCorrections == [.none])
    }

    @Test func `Faults of a path are in its calls, and in its name for seeds and baselines`() throws {
        let text =
            "name: x\npaths: {a: {}, b: {faults: vad@caller}, c: {faults: [vad, local-tfc]}}\nimpairments: {c: {}}\n"
        let suite = try SuiteReader().read(text)
        #expect(suite.paths.map(\.options.faults) == [[], ["vad@caller"], ["vad", "local-tfc"]])
        let plan = SuitePlan(suite)
        #expect(plan.scenarios.map { $0.caller.audio.silenceSuppression != nil } == [false, true, false])
        #expect(plan.scenarios.map { $0.answerer.sdpQuirks.rateManagementText } == [nil, nil, "localTFC"])
        #expect(Set(plan.cells.map(\.digest)).count == 3)
    }

    struct Bad: Sendable, CustomTestStringConvertible {
        var text: String
        var line: Int
        var column: Int
        var problem: String
        var testDescription: String { problem }
    }

    private static let head = "name: x\npaths: {a: {}}\nimpairments: {c: {}}\n"

    static let bad: [Bad] = [
        Bad(text: "", line: 1, column: 1, problem: "empty"),
        Bad(text: "- a\n", line: 1, column: 1, problem: "mapping"),
        Bad(text: "name: x\n", line: 1, column: 1, problem: "has paths"),
        Bad(text: head + "trails: 5\n", line: 4, column: 1, problem: "unknown field 'trails'"),
        Bad(text: head + "trials: 0\n", line: 4, column: 9, problem: "whole number from 1"),
        Bad(text: head + "trials: many\n", line: 4, column: 9, problem: "whole number"),
        Bad(text: head + "name: y\n", line: 1, column: 1, problem: "'name' is given twice"),
        Bad(text: head + "seed: -1\n", line: 4, column: 7, problem: "seed"),
        Bad(text: head + "gates:\n  - {success: 120%}\n", line: 5, column: 15, problem: "from 0% to 100%"),
        Bad(text: head + "gates:\n  - {success: 100%}\n", line: 5, column: 15, problem: "between 0% and 100%"),
        Bad(
            text: head + "gates:\n  - {path: b, success: 90%}\n", line: 5, column: 12,
            problem: "no path is called 'b'"),
        Bad(text: head + "gates:\n  - {within: 60s}\n", line: 5, column: 5, problem: "one rule"),
        Bad(
            text: head + "gates:\n  - sequential: {good: 90%, bad: 95%}\n", line: 5, column: 17,
            problem: "bad < good"),
        Bad(text: head + "documents: {d: {rows: 5}}\n", line: 4, column: 23, problem: "from 40"),
        Bad(text: head + "documents: {d: {file: x.tif}}\n", line: 4, column: 23, problem: "no files"),
        Bad(text: head + "cells: [{skip: true}]\n", line: 1, column: 1, problem: "no cell is left"),
        Bad(text: head + "cells: [{path: a}]\n", line: 4, column: 9, problem: "either trials or skip"),
        Bad(
            text: "name: x\npaths:\n  a:\n    plc: hope\nimpairments: {c: {}}\n", line: 4, column: 10, problem: "plc"),
        Bad(text: "name: x\npaths: {a: {}}\nimpairments:\n  c: {loss: 3}\n", line: 4, column: 13, problem: "3%"),
        Bad(text: "name: x\npaths: {a: {}}\nimpairments:\n  c: {burst: 3}\n", line: 4, column: 6, problem: "burst"),
        Bad(
            text: "name: x\npaths:\n  a: {faults: [vad, no-such]}\nimpairments: {c: {}}\n", line: 3, column: 21,
            problem: "no such fault"),
        Bad(
            text: "name: x\npaths: {a: {faults: refuses-488@callee}}\nimpairments: {c: {}}\n", line: 2, column: 21,
            problem: "wants caller behind the @"),
        Bad(
            text: "name: x\npaths:\n  a: {faults: loss-1}\nimpairments: {c: {loss: 2%}}\n", line: 3, column: 6,
            problem: "do not go with impairment 'c'"),
        Bad(text: "name: a b\n", line: 1, column: 7, problem: "a name has"),
        Bad(text: "name: [x\n", line: 2, column: 1, problem: "no YAML"),
        Bad(text: "name: *nobody\n", line: 1, column: 7, problem: "alias"),
        Bad(
            text: head + "gates:\n  - {success: 90%}\n  - sequential: {good: 90%, bad: 80%}\n", line: 1, column: 1,
            problem: "another gate"),
    ]

    @Test(arguments: bad)
    func `What cannot be is told with line and column`(_ bad: Bad) {
        let error = #expect(throws: PlacedError.self) { try SuiteReader().read(bad.text) }
        #expect(error?.line == bad.line)
        #expect(error?.column == bad.column)
        #expect(error?.problem.contains(bad.problem) == true, "\(error.map(String.init(describing:)) ?? "no error")")
    }

    @Test func `Aliases are expanded, but not without end`() throws {
        let anchored = "name: x\npaths: {a: &stations {redundancy: 1}, b: *stations}\nimpairments: {c: {}}\n"
        let suite = try SuiteReader().read(anchored)
        #expect(suite.paths.map(\.options.redundancy) == [1, 1])

        // 60 values, five times five times five.
        var bomb = "name: x\na0: &a0 [\(Array(repeating: "x", count: 60).joined(separator: ","))]\n"
        for level in 1...3 {
            let before = Array(repeating: "*a\(level - 1)", count: 5).joined(separator: ", ")
            bomb += "a\(level): &a\(level) [\(before)]\n"
        }
        let error = #expect(throws: PlacedError.self) { try SuiteReader().read(bomb) }
        #expect(error?.problem == "a suite has paths")

        let many = "name: x\na: &a x\nb: [\(Array(repeating: "*a", count: 17).joined(separator: ", "))]\n"
        let refused = #expect(throws: PlacedError.self) { try SuiteReader().read(many) }
        #expect(refused?.problem == "more than 16 aliases")
        #expect(refused?.line == 3)
    }

    @Test func `A bomb of aliases ends at the limit of values`() {
        // 3,000 values, and 16 aliases that make 81 times as many of them.
        var bomb = "name: x\na0: &a0 [\(Array(repeating: "x", count: 3_000).joined(separator: ","))]\n"
        for level in 1...4 {
            let before = Array(repeating: "*a\(level - 1)", count: 3).joined(separator: ", ")
            bomb += "a\(level): &a\(level) [\(before)]\n"
        }
        let error = #expect(throws: PlacedError.self) { try SuiteReader().read(bomb) }
        #expect(error?.problem.contains("values, aliases expanded") == true)
    }

    @Test func `Nesting and size have limits`() {
        let deep = "name: " + String(repeating: "[", count: 500) + String(repeating: "]", count: 500)
        #expect(throws: PlacedError.self) { try SuiteReader().read(deep) }
        let long = "name: x\n" + String(repeating: "#", count: 300_000)
        let error = #expect(throws: PlacedError.self) { try SuiteReader().read(long) }
        #expect(error?.problem.contains("octets") == true)
    }

    @Test func `Octets at random are refused or read, nothing else`() {
        var drawn = SeededText(seed: 1)
        for number in 0..<300 {
            let text = drawn.mutation(of: Self.small)
            do {
                _ = try SuiteReader().read(text)
            } catch {
                #expect(error.line >= 0 && error.column >= 0, "text \(number)")
            }
        }
    }

    /// The schema knows the fields that the reader knows.
    @Test func `The schema names every field`() throws {
        let folder = Corpus.folder.deletingLastPathComponent()
        let data = try Data(contentsOf: folder.appending(path: "docs/suite-schema.json"))
        let schema = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        let parts = try #require(schema["$defs"] as? [String: [String: Any]])
        func fields(_ part: [String: Any]?) -> Set<String> {
            Set((part?["properties"] as? [String: Any])?.keys.map { $0 } ?? [])
        }
        #expect(fields(schema) == Self.known("unknown: 1\n", after: Self.head))
        #expect(fields(parts["document"]) == Self.known("documents: {d: {unknown: 1}}\n", after: Self.head))
        #expect(fields(parts["change"]) == Self.known("cells: [{unknown: 1, skip: true}]\n", after: Self.head))
        #expect(fields(parts["gate"]) == Self.known("gates: [{unknown: 1, success: 90%}]\n", after: Self.head))
        #expect(
            fields(parts["path"]) == Self.known("paths: {a: {unknown: 1}}\nimpairments: {c: {}}\n", after: "name: x\n"))
        #expect(
            fields(parts["impairment"])
                == Self.known("paths: {a: {}}\nimpairments: {c: {unknown: 1}}\n", after: "name: x\n"))
    }

    /// What the message about an unknown field lists.
    private static func known(_ text: String, after head: String) -> Set<String> {
        do {
            _ = try SuiteReader().read(head + text)
            return []
        } catch {
            let list = error.problem.split(separator: "known are: ").last ?? ""
            return Set(list.split(separator: ", ").map(String.init))
        }
    }

    @Test(arguments: ["smoke", "nightly", "carrier-acceptance"])
    func `The suites that ship can be read`(_ name: String) throws {
        let text = String(decoding: try Corpus.bytes("suites/\(name).yaml"), as: UTF8.self)
        let suite = try SuiteReader().read(text)
        #expect(suite.name == name)
        #expect(!suite.gates.isEmpty)
        let calls = SuitePlan(suite).cells.reduce(0) { $0 + $1.trials }
        #expect(calls >= 2_000)
    }
}

/// Texts with a few characters changed.
private struct SeededText {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    private mutating func next(below limit: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int(state >> 33) % max(1, limit)
    }

    mutating func mutation(of text: String) -> String {
        var scalars = Array(text)
        let signs = Array("{}[]:,-&*!|>'\"#%@ \n\t?~<é\u{0}9")
        for _ in 0..<1 + next(below: 6) {
            let place = next(below: scalars.count)
            switch next(below: 3) {
            case 0: scalars[place] = signs[next(below: signs.count)]
            case 1: scalars.insert(signs[next(below: signs.count)], at: place)
            default: scalars.remove(at: place)
            }
        }
        return String(scalars)
    }
}
