import ArgumentParser
import FaxReport
import Foundation
import PcapDecode
import Sanitizer

struct Sanitize: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sanitize",
        abstract: "Write a capture with everything personal replaced, to share it.",
        discussion: """
            Numbers, names, idents, addresses, domains, tokens and passwords become
            others of the same length, the same ones everywhere; pages become other
            pages, audio other audio. Frames, times, losses and the diagnosis stay. What
            was written is read again: if anything of the original is found, the file is
            removed. docs/sanitize.md tells what is replaced, what stays, and the limits.

            EXAMPLES
              faxprobe sanitize call.pcap shared.pcap
              faxprobe sanitize --map who.txt call.pcapng shared.pcapng
                                            and keep, for yourself, who is who
              faxprobe sanitize --seed 7 call.pcap shared.pcap
                                            the same result every time

            EXIT STATUS
              0  written, and its diagnosis is that of the original
              1  written, but its diagnosis differs
              2  wrong usage
              3  nothing was written: a file cannot be read or written, or something
                 was left over
            """)

    @Argument(help: ArgumentHelp("The capture (pcap or pcapng, also gzip or zstd).", valueName: "in"))
    var input: String
    @Argument(help: ArgumentHelp("The file to write, of the same kind, not packed.", valueName: "out"))
    var output: String

    @Option(
        help: ArgumentHelp(
            "Make replacements from this number instead of a random key. Whoever knows it can undo them.",
            valueName: "n"))
    var seed: UInt64?
    @Option(
        help: ArgumentHelp("Write originals and replacements into this file, for your eyes only.", valueName: "file"))
    var map: String?
    @Flag(help: "Write the summary as JSON.") var json = false
    @Flag(help: "Overwrite files that exist.") var force = false

    func validate() throws {
        if input == "-" || output == "-" {
            throw ValidationError("The capture is read several times: give files, not - for standard input or output.")
        }
    }

    func run() throws {
        do {
            var run = SanitizeRun(seed.map(SanitizeOptions.init(seed:)) ?? SanitizeOptions())
            run.overwrites = force
            run.map = map
            let summary = try run.run(input: input, output: output)
            let text = json ? SanitizeText.json(summary, output) : SanitizeText.text(summary, output)
            FileHandle.standardOutput.write(Data(text.utf8))
            if !summary.differences.isEmpty { throw ExitCode(1) }
        } catch let code as ExitCode {
            throw code
        } catch {
            Console.complain("faxprobe: \(error)")
            throw ExitCode(3)
        }
    }
}

/// The summary in words and as JSON.
enum SanitizeText {
    static func text(_ summary: SanitizeSummary, _ output: String) -> String {
        var lines = ["\(output): \(summary.frames) frames written, nothing of the original found in them"]
        func add(_ title: String, _ counts: [SanitizeSummary.Count]) {
            if !counts.isEmpty {
                lines.append("  \(title): " + counts.map { "\($0.count) \($0.kind)" }.joined(separator: ", "))
            }
        }
        add("replaced", summary.replaced)
        add("rewritten", summary.content)
        lines += summary.warnings.map { "  warning: \($0)" }
        if summary.calls == 0 {
            lines.append("  diagnosis: none to compare, as there is no call in the capture")
        } else if summary.differences.isEmpty {
            lines.append("  diagnosis: the same")
        } else {
            lines += ["  diagnosis differs:"] + summary.differences.map { "    \($0)" }
        }
        return lines.map { TerminalText.harmless($0, limit: 400) }.joined(separator: "\n") + "\n"
    }

    static func json(_ summary: SanitizeSummary, _ output: String) -> String {
        func counts(_ list: [SanitizeSummary.Count]) -> JSONValue {
            .object(list.map { JSONValue.Member($0.kind, .integer($0.count)) })
        }
        let document = JSONValue.object([
            JSONValue.Member("output", .string(output)), JSONValue.Member("frames", .integer(summary.frames)),
            JSONValue.Member("calls", .integer(summary.calls)),
            JSONValue.Member("replaced", counts(summary.replaced)),
            JSONValue.Member("rewritten", counts(summary.content)),
            JSONValue.Member("warnings", .array(summary.warnings.map(JSONValue.string))),
            JSONValue.Member("differences", .array(summary.differences.map(JSONValue.string))),
        ])
        return JSONWriter.text(document, style: .indented) + "\n"
    }
}
