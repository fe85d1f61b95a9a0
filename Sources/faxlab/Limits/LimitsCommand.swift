import ArgumentParser
import FaxCore
import FaxDSP
import Foundation
import Simulator
import T30Analyzer

struct LimitsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "limits",
        abstract: "Tell how much noise, echo, offset, loss and so on the reading of fax in audio bears.",
        discussion:
            "Makes fax calls with two engines over a clean line, impairs what the capture sees of them, and compares what is read with what the engines said. Prints a table."
    )

    @Option(help: "The same seed makes the same calls, noise and losses.") var seed: UInt64 = 1
    @Option(help: "Only calls whose name holds this.") var call: String?
    @Option(help: "Only faults whose group or name holds this.") var fault: String?
    @Flag(help: "Also print what became of each burst of calls that were not read whole, and what an engine took.")
    var explain = false
    @Option(help: "Also write the table, with date and command, to this file.") var report: String?

    func run() throws {
        let kinds = LimitCall.all.filter { call.map($0.name.contains) ?? true }
        let faults = LimitFault.all(seed: seed).filter { fault.map("\($0.group) \($0.name)".contains) ?? true }
        let calls = try kinds.map { try $0.make(seed: seed) }
        var lines = [
            "| fault | | " + kinds.map(\.name).joined(separator: " | ") + " |",
            "|---|---" + String(repeating: "|--:", count: kinds.count) + "|",
        ]
        lines.forEach { print($0) }
        for fault in faults {
            let cells = try zip(kinds, calls).map { kind, call in
                let session = FaxAnalyzer().analyze(fault.apply(to: call, seed: seed))
                let result = LimitResult(call, as: kind, analyzed: session)
                if explain, !result.isWhole { try explain(session, result, call, kind, fault) }
                return result.text
            }
            lines.append("| \(fault.group) | \(fault.name) | " + cells.joined(separator: " | ") + " |")
            print(lines[lines.count - 1])
        }
        if let report { try write(lines, to: report) }
    }

    private func explain(
        _ session: FaxSession, _ result: LimitResult, _ call: EngineCall, _ kind: LimitCall, _ fault: LimitFault
    ) throws {
        let taken = try fault.framesTakenByEngine(of: call, kind: kind)
        print(
            "\(kind.name), \(fault.group) \(fault.name): \(result.fromSender) frames of the sender, an engine took \(taken)"
        )
        for burst in session.bursts {
            let party = burst.party?.rawValue ?? "both"
            let error = burst.errorVectorRatio.map { "error \(Int($0 * 100)) %" } ?? ""
            let place = (burst.training.lowerBound - .zero).inSeconds
            let end = ((burst.data ?? burst.training).upperBound - .zero).inSeconds
            print(
                "  \(party) \(place)–\(end) s \(burst.modem) \(burst.rateBps) \(burst.hasShortTraining ? "short" : "long")",
                burst.isTrained ? "trained" : "NOT trained", burst.content.rawValue,
                "frames \(burst.goodFrames)+\(burst.badFrames)", error, burst.levelDBm0.map { "\(Int($0)) dBm0" } ?? "")
        }
        for message in session.messages where !message.name.hasPrefix("FCD") {
            let isGood = message.crcOK == true ? "" : " damaged"
            print(
                "  \((message.time - .zero).inSeconds) s \(message.direction?.rawValue ?? "-") \(message.name)\(isGood)"
            )
        }
        for page in session.pages {
            print(
                "  page \(page.number) rows \(page.rows ?? -1) bad \(page.badRows ?? -1) missing \(page.ecmMissing ?? -1)"
            )
        }
    }

    private func write(_ lines: [String], to path: String) throws {
        let date = Date().formatted(.iso8601.year().month().day())
        let text = """
            # What the reading of fax in audio bears

            \(date), `make limits SEED=\(seed)`. Two engines of libspandsp hold each call over a clean line: two pages of text-like print, \
            the modem and rate named above the column, ECM unless said otherwise; the lower rates follow trainings that failed in \
            noise. Only what the capture sees is then impaired, both sides alike: so the engines' own account is what could be \
            read at best, whatever the fault. G.711 µ-law, 20 ms a packet.

            `✓`: every frame, both pages with equal pixels, modem, rate and ECM named right, outcome `success`. Else, from the left: of \
            the V.21 frames that the engines took, the percentage that was read; the same of frames of ECM pages; pages with \
            equal pixels; `✗` when modem, rate or ECM is not named right; the outcome given.

            - *white noise*: from 0 to 4 kHz, all the time, so far below the level of the side's own signals.
            - *echo*: what the other side sends comes back in the stream, 12 dB weaker.
            - *frequency*: every frequency moved. T.30's modems must bear ±7 Hz (V.17 2.2, V.29 2, V.27ter 2.2).
            - *level*: of the side's signals, in dBm0; V.17, V.29 and V.27ter ask receivers to hear 0 to −43 dBm.
            - *clock*: of the capture against the sender's. The Recommendations allow ±100 ppm a side.
            - *packets lost*: each with this chance; the gap is filled by repeating the 20 ms before it, so bits in it are wrong.

            \(lines.joined(separator: "\n"))

            """
        try Data(text.utf8).write(to: URL(filePath: path))
    }
}
