import Foundation
import Testing

/// `faxlab alarms`, shortened: every kind of sound, and not one fax signal.
@Suite struct AlarmsCommandTests {
    static func run(_ arguments: [String]) throws -> (status: Int32, lines: [Substring]) {
        let process = Process()
        process.executableURL = AnalyzeCommandTests.executable.deletingLastPathComponent().appending(path: "faxlab")
        process.arguments = ["alarms"] + arguments
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let text = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: text, as: UTF8.self).split(separator: "\n"))
    }

    @Test func noFaxIsHeardWhereThereIsNone() throws {
        let outcome = try Self.run(["--scale", "0.04", "--seed", "7"])
        #expect(outcome.status == 0, "\(outcome.lines.joined(separator: "\n"))")
        let rows = outcome.lines.dropFirst(2).map {
            $0.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
        }
        #expect(rows.count == 10 && rows.allSatisfy { $0.count >= 3 && $0[2] == "0" }, "\(rows)")
        let minutes = rows.dropLast().compactMap { $0.count > 1 ? Double($0[1]) : nil }
        #expect(minutes.count == 9 && minutes.allSatisfy { $0 > 0.1 } && minutes.reduce(0, +) > 4)
    }

    @Test func wrongUse() throws {
        let outcome = try Self.run(["--scale", "0"])
        #expect(outcome.status != 0 && outcome.lines.isEmpty)
    }
}
