import ArgumentParser
import FaxCore
import FaxDSP
import FaxWire
import Foundation

struct AlarmsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "alarms",
        abstract: "Give the analysis speech, music, tones, data modems and noise without any fax in them.",
        discussion:
            "Prints how many fax signals were reported for each kind of sound; ends with 1 when there is any. Speech is made by espeak-ng."
    )

    @Option(help: "The same seed makes the same sounds.") var seed: UInt64 = 1
    @Option(help: "Shorten or lengthen each kind by this factor.") var scale = 1.0
    @Option(help: "Only kinds whose name holds this.") var only: String?
    @Option(help: "Also write the table, with date and command, to this file.") var report: String?

    func validate() throws {
        guard scale > 0, scale <= 100 else { throw ValidationError("--scale is more than 0 and at most 100") }
    }

    func run() throws {
        var lines = ["| sound | minutes | fax signals reported | which |", "|---|--:|--:|---|"]
        lines.forEach { print($0) }
        var total = (minutes: 0.0, count: 0)
        for (number, kind) in AlarmMaterial.allCases.enumerated() where only.map(kind.rawValue.contains) ?? true {
            let result = try hear(kind, number)
            total = (total.minutes + result.minutes, total.count + result.reported.count)
            lines.append(Self.line(kind.rawValue, result.minutes, result.reported.count, result.reported))
            print(lines[lines.count - 1])
        }
        lines.append(Self.line("all", total.minutes, total.count, []))
        print(lines[lines.count - 1])
        if let report { try write(lines, to: report) }
        if total.count > 0 { throw ExitCode(1) }
    }

    private func hear(_ kind: AlarmMaterial, _ number: Int) throws -> (minutes: Double, reported: [String]) {
        var samples = 0
        var reported: [String] = []
        try kind.pieces(seconds: kind.minutes * 60 * scale, seed: seed &* 1_000 &+ UInt64(number)) { piece in
            for law in G711.allCases {
                reported += AlarmTrial.reported(piece, law: law)
                samples += piece.count
            }
        }
        return (Double(samples) / 8_000 / 60, reported)
    }

    private static func line(_ name: String, _ minutes: Double, _ count: Int, _ reported: [String]) -> String {
        let shown = reported.prefix(4).joined(separator: ", ") + (reported.count > 4 ? " …" : "")
        let tenths = Int((minutes * 10).rounded())
        return "| \(name) | \(tenths / 10).\(tenths % 10) | \(count) | \(shown) |"
    }

    private func write(_ lines: [String], to path: String) throws {
        let date = Date().formatted(.iso8601.year().month().day())
        let voices = SpeechMaker.voices
        let languages = Set(voices.map(\.language)).count
        let text = """
            # False alarms

            \(date), `make alarms SEED=\(seed)`\(scale == 1 ? "" : ", `--scale \(scale)`"). Sounds without any fax, made from the seed, \
            at levels from −5 to −44 dBm0, each as a call in µ-law and in A-law (the minutes count both) through the whole analysis and \
            through the scanner of signals. Speech: espeak-ng, \(voices.count) voices, \(languages) languages. Call-progress tones: USA, \
            United Kingdom, Germany, France, Japan. Data modems: V.22bis by libspandsp, handshake and data, both sides; V.21 both channels.

            \(lines.joined(separator: "\n"))

            """
        try Data(text.utf8).write(to: URL(filePath: path))
    }
}
