import ArgumentParser
import FaxCore
import FaxEndpoint
import Foundation
import LiveLab

struct SoakCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "soak", abstract: "A steady load of live faxes for long: is memory flat, is nothing left open?",
        discussion: "Ends with 1 when memory or descriptors grow, or a fax is not whole.")

    @Option(help: "Of steady load, after two minutes and a half of settling.") var minutes = 30.0
    @Option(help: "T.38 calls at one time.") var t38 = 40
    @Option(help: "G.711 calls at one time.") var g711 = 10
    @Option(help: "Write this page.") var report: String?

    func validate() throws {
        guard (0.5...1_440).contains(minutes), (1...1_000).contains(t38), (1...300).contains(g711) else {
            throw ValidationError("--minutes wants 0.5 to 1440, --t38 1 to 1000, --g711 1 to 300.")
        }
    }

    func run() throws {
        var soak = Soak(time: .seconds(minutes * 60))
        soak.crowds = [(.t38, t38), (.g711, g711)]
        // A short trial is sampled more often, so that there is something to test.
        soak.step = .seconds(max(1, min(5, minutes * 60 / 60)))
        let page = SoakReport(soak: soak, outcome: try soak.run(), minutes: minutes)
        print(page.table)
        for problem in page.problems { print("✗ \(problem)") }
        if let report { try Data(page.markdown.utf8).write(to: URL(filePath: report)) }
        if !page.problems.isEmpty { throw ExitCode(1) }
    }
}

/// What a soak came to, as a page.
struct SoakReport {
    var soak: Soak
    var outcome: Soak.Outcome
    var minutes: Double

    /// Growth that counts as such, of the memory at the start.
    private static let share = 0.02

    private var memory: Trend? { Trend(outcome.samples.map { Double($0.figures.residentKiB) }) }

    var problems: [String] {
        var found: [String] = []
        guard let memory else { return ["too few samples of memory: a longer time is wanted"] }
        if memory.rises(share: Self.share) {
            found.append(
                "memory grew by \(LabText.number(memory.growth * 100, 1)) % (p \(LabText.number(memory.p, 4)))")
        }
        for (crowd, result) in zip(soak.crowds, outcome.crowds) {
            let row = LoadRow(wanted: crowd.atOnce, outcome: result, limit: .seconds(60))
            found += row.problems.prefix(10).map { "\(crowd.transport.rawValue): \($0)" }
        }
        found += outcome.filesLeft.map { "left open: \($0)" }
        if outcome.crowds.count < soak.crowds.count { found.append("a crowd told nothing") }
        return found
    }

    var table: String {
        let rows = zip(soak.crowds, outcome.crowds).map { crowd, result in
            let lateness = result.times.lateness
            func ms(_ share: Double) -> String {
                lateness.quantile(share).map { LabText.number($0.inMilliseconds, 1) } ?? "–"
            }
            return [
                crowd.transport.rawValue, "\(crowd.atOnce)", "\(result.total)", "\(result.whole)", ms(0.5), ms(0.99),
                LabText.number(lateness.longest.inMilliseconds, 1),
            ]
        }
        return LabText.table(
            ["carried by", "at once", "calls", "whole and equal", "late p50 ms", "p99 ms", "most ms"], rows)
    }

    private var course: String {
        let step = max(1, outcome.samples.count / 12)
        let rows = stride(from: 0, to: outcome.samples.count, by: step).map { place in
            let sample = outcome.samples[place]
            return [
                LabText.number(sample.time / .seconds(60), 1),
                LabText.number(Double(sample.figures.residentKiB) / 1_024, 1),
                "\(sample.figures.descriptors)", "\(sample.figures.threads)",
                LabText.number(sample.figures.cpu / .seconds(1), 0),
            ]
        }
        return LabText.table(["minute", "RSS MB", "descriptors", "threads", "CPU s so far"], rows)
    }

    private var sizes: String {
        soak.crowds.map { " --\($0.transport.rawValue) \($0.atOnce)" }.joined()
    }

    private var beside: String {
        outcome.beside.map {
            "Meanwhile the host of this (virtual) machine took \(LabText.number($0.stolen * 100, 1)) % of its processors' time away, other "
                + "programs \(LabText.number($0.others * 100, 1)) %."
        } ?? ""
    }

    var markdown: String {
        let trend = memory.map {
            "From the first quarter to the last memory changed by \(LabText.number($0.growth * 100, 2)) %; Mann and Kendall's test "
                + "on twelve blocks for a rise: p = \(LabText.number($0.p, 3)). It counts as growth at p < 0.01 and more than "
                + "\(LabText.number(Self.share * 100, 0)) %."
        }
        let verdict =
            problems.isEmpty ? "Flat, and nothing is left open." : problems.map { "- \($0)" }.joined(separator: "\n")
        return """
            # Soak

            `faxlab soak --minutes \(LabText.number(minutes, 0))\(sizes)`: \(LabMachine.line) Sender and receiver in one process; who ends makes room for the \
            next call. Every page is compared with the one that was sent, pixel by pixel. \
            \(beside)

            \(table)

            \(course)

            \(trend ?? "") Descriptors left open when everything was closed: \
            \(outcome.filesLeft.count).

            \(verdict)

            """
    }
}
