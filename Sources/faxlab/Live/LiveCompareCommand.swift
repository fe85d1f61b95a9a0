import ArgumentParser
import FaxCore
import FaxEndpoint
import Foundation
import LiveLab
import Simulator

struct LiveCompareCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "live-compare",
        abstract: "Hold live calls through the impairing proxy against simulated ones: do both agree?",
        discussion: """
            Ends with 1 when a setting differs significantly (Fisher's exact test, Holm's correction for all settings, 5 %).
            """)

    @Option(help: "Live calls of each setting.") var calls = 60
    @Option(help: "Of them at one time.") var atOnce = 20
    @Option(help: "Simulated calls of each setting.") var trials = 1_000
    @Option(help: "Of the first call.") var seed: UInt64 = 1
    @Option(help: "Settings that are tried at one time.") var settings = 2
    @Option(help: "Only settings whose name begins so.") var only: String?
    @Flag(help: "Simulate only.") var simulateOnly = false
    @Option(help: "Write this page.") var report: String?

    func validate() throws {
        guard (1...10_000).contains(calls), (1...500).contains(atOnce), (1...1_000_000).contains(trials),
            (1...6).contains(settings)
        else { throw ValidationError("--calls, --at-once, --trials and --settings want numbers above 0.") }
    }

    func run() throws {
        var run = LiveComparisonRun()
        (run.calls, run.atOnce, run.trials, run.seed) = (calls, atOnce, trials, seed)
        let chosen = LiveSetting.all.filter { setting in only.map { setting.name.hasPrefix($0) } ?? true }
        var results = try chosen.map { setting in
            let simulated = try run.simulate(setting)
            print("simulated \(setting.name): \(simulated.count(where: \.isSuccess)) of \(simulated.count)")
            return LiveComparison(setting: setting, simulated: simulated)
        }
        if simulateOnly { return }
        for start in stride(from: 0, to: results.count, by: settings) {
            try tryLive(run, &results, start..<min(start + settings, results.count))
        }
        let page = LiveCompareReport(results: results, run: run)
        print(page.table)
        if let report { try Data(page.markdown.utf8).write(to: URL(filePath: report)) }
        if page.differs { throw ExitCode(1) }
    }

    private func tryLive(_ run: LiveComparisonRun, _ results: inout [LiveComparison], _ range: Range<Int>) throws {
        let group = DispatchGroup()
        let boxes = range.map { Box(results[$0].setting) }
        for box in boxes {
            group.enter()
            Thread.detachNewThread {
                box.result = Result { try run.live(box.setting) }
                group.leave()
            }
        }
        group.wait()
        for (place, box) in zip(range, boxes) {
            guard let live = try box.result?.get() else { continue }
            results[place].live = live.outcomes
            results[place].lateness = live.lateness
            print("live \(box.setting.name): \(live.outcomes.count(where: \.isSuccess)) of \(live.outcomes.count)")
        }
    }

    /// Written by one thread, read when it has ended.
    private final class Box: @unchecked Sendable {
        let setting: LiveSetting
        var result: Result<(outcomes: [LiveComparison.Outcome], lateness: DurationMeter), any Error>?
        init(_ setting: LiveSetting) { self.setting = setting }
    }
}
