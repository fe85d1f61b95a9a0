import PlacedText
import Testing

@Suite struct PlacedTextTests {
    private struct Good: Sendable, CustomTestStringConvertible {
        var name: String
        var text: String
        var rows: [[String]]
        var testDescription: String { name }
    }

    private static let good: [Good] = [
        Good(name: "plain", text: "a,b\n1,2\n", rows: [["1", "2"]]),
        Good(name: "no line end at the end", text: "a,b\n1,2", rows: [["1", "2"]]),
        Good(name: "CRLF", text: "a,b\r\n1,2\r\n\r\n3,4\r\n", rows: [["1", "2"], ["3", "4"]]),
        Good(name: "quotes", text: "a,b\n\"1,\"\"x\"\"\n2\",\"\"\n", rows: [["1,\"x\"\n2", ""]]),
        Good(name: "empty values", text: "a,b\n,\n", rows: [["", ""]]),
        Good(name: "comments", text: "# list\na,b\n# one\n1,#2\n", rows: [["1", "#2"]]),
        Good(name: "byte order mark", text: "\u{FEFF}a\nä\n", rows: [["ä"]]),
        Good(name: "header alone", text: "a,b\n", rows: []),
    ]

    @Test(arguments: good)
    private func aListIsRead(_ good: Good) throws {
        let rows = try CSVTable(good.text).rows.map { $0.values.map(\.text) }
        #expect(rows == good.rows)
    }

    /// Line, column, and a word of the problem.
    private static let bad: [(String, Int, Int, String)] = [
        ("", 1, 1, "no header"), ("\n# x\n", 1, 1, "no header"), ("a,b\n1\n", 2, 1, "2 columns"),
        ("a,b\n1,2,3\n", 2, 5, "2 columns"), ("a,b\n1,\"2\n", 2, 3, "never closed"),
        ("a,b\n\"1\"x,2\n", 2, 4, "comma"), ("a,b\n1x\"y\",2\n", 2, 3, "quote inside"),
        ("a,b\n\"1\n2\",3,4\n", 3, 6, "2 columns"),
    ]

    @Test(arguments: bad)
    func whatIsWrongHasItsPlace(text: String, line: Int, column: Int, problem: String) {
        let error = #expect(throws: PlacedError.self) { try CSVTable(text) }
        #expect(error?.line == line && error?.column == column, "\(String(describing: error))")
        #expect(error?.problem.contains(problem) == true, "\(String(describing: error))")
    }

    @Test func aListHasItsLimits() throws {
        let rows = String(repeating: "1\n", count: CSVTable.rowLimit)
        #expect(try CSVTable("a\n" + rows).rows.count == CSVTable.rowLimit)
        #expect(throws: PlacedError.self) { try CSVTable("a\n" + rows + "1\n") }
        let value = String(repeating: "x", count: CSVTable.valueLimit)
        #expect(try CSVTable("a\n" + value + "\n").rows.count == 1)
        #expect(throws: PlacedError.self) { try CSVTable("a\n" + value + "xx\n") }
        let columns = Array(repeating: "c", count: CSVTable.columnLimit)
        #expect(try CSVTable(columns.joined(separator: ",")).header.count == CSVTable.columnLimit)
        #expect(throws: PlacedError.self) { try CSVTable((columns + ["c"]).joined(separator: ",")) }
    }

    @Test(arguments: [
        ("max_rate", "max-rate"), ("transprot", "transport"), ("polcy", "policy"), ("Header", "header"),
        ("retrypause", "retry-pause"), ("zebra", nil), ("", nil),
    ])
    func theNearestWordIsFound(word: String, nearest: String?) {
        let known = ["max-rate", "transport", "policy", "header", "retry-pause"]
        #expect(NearestWord.of(word, among: known) == nearest)
    }
}
