import ArgumentParser
import FaxReport
import Foundation
import Sanitizer

/// Sanitises every capture of some folders and tells whether the diagnosis is still the same.
struct SanitizeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sanitize",
        abstract: "Sanitise every capture of some folders, analyse the result, and compare the diagnoses.",
        discussion: """
            Reads NAME/capture.pcap (also .pcapng and .pcap.zst) and NAME.pcap. What is written is thrown away. Ends with 1 \
            when a diagnosis differs, or when something of an original was left over.
            """)

    @Argument(help: "The folders.") var folders: [String]
    @Option(help: "Makes the replacements.") var seed: UInt64 = 7
    @Option(help: "Writes the table into this file, as Markdown.") var report: String?

    func run() throws {
        let captures = try folders.flatMap(Self.captures)
        guard !captures.isEmpty else { throw LabError("no capture in \(folders.joined(separator: ", "))") }
        var rows: [SanitizeRow] = []
        for (name, path) in captures {
            let row = SanitizeRow(name: name, path: path, seed: seed)
            print("\(row.isSame ? "same   " : "differs") \(name)")
            for line in row.differences + row.warnings { print("        \(line)") }
            rows.append(row)
        }
        let text = SanitizeRow.table(rows, seed: seed)
        if let report { try Data(text.utf8).write(to: URL(filePath: report)) }
        print(SanitizeRow.summary(rows))
        if !rows.allSatisfy(\.isSame) { throw ExitCode(1) }
    }

    /// By name, in order.
    private static func captures(_ folder: String) throws -> [(name: String, path: String)] {
        let endings = [".pcap", ".pcapng", ".pcap.zst"]
        let files = FileManager.default
        return try files.contentsOfDirectory(atPath: folder).sorted().compactMap { entry in
            let inside = endings.map { "\(folder)/\(entry)/capture\($0)" }
            if let path = inside.first(where: files.fileExists(atPath:)) { return (entry, path) }
            guard let ending = endings.first(where: entry.hasSuffix) else { return nil }
            return (String(entry.dropLast(ending.count)), "\(folder)/\(entry)")
        }
    }
}

/// What became of one capture.
struct SanitizeRow {
    var name: String
    var content = ""
    var differences: [String] = []
    var warnings: [String] = []

    var isSame: Bool { differences.isEmpty }

    init(name: String, path: String, seed: UInt64) {
        self.name = name
        let output = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).pcap")
            .path(percentEncoded: false)
        defer { try? FileManager.default.removeItem(atPath: output) }
        do {
            let summary = try SanitizeRun(SanitizeOptions(seed: seed)).run(input: path, output: output)
            content = summary.content.map { "\($0.count) \($0.kind)" }.joined(separator: ", ")
            differences = summary.differences
            warnings = summary.warnings
        } catch {
            differences = ["\(error)"]
        }
    }

    static func summary(_ rows: [SanitizeRow]) -> String {
        "\(rows.count) captures: \(rows.count(where: \.isSame)) with the same diagnosis, "
            + "\(rows.count { !$0.isSame }) with another"
    }

    static func table(_ rows: [SanitizeRow], seed: UInt64) -> String {
        var lines = [
            "# Captures, sanitised and analysed again", "",
            "Made by `make sanitize`, seed \(seed). \"Same\" means what `faxprobe sanitize` compares: outcome, verdict, findings, "
                + "signalling, trainings, pages with rows and bad rows, frames, streams with their losses.", "",
            summary(rows) + ".", "", "| capture | rewritten | diagnosis |", "|---|---|---|",
        ]
        for row in rows {
            let told = (row.differences.isEmpty ? ["same"] : row.differences) + row.warnings.map { "warning: \($0)" }
            lines.append("| \(row.name) | \(row.content) | \(told.map(cell).joined(separator: "<br>")) |")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func cell(_ text: String) -> String {
        TerminalText.harmless(text, limit: 300).replacing("|", with: "\\|")
    }
}
