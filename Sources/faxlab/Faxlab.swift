import ArgumentParser

@main
struct Faxlab: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "faxlab", abstract: "The project's own bench: truth tables, big captures, fuzzing, speed.",
        subcommands: [
            TruthCommand.self, BenchCommand.self, FuzzCommand.self, GrowCommand.self, AlarmsCommand.self,
            LimitsCommand.self, SanitizeCommand.self, SimTruthCommand.self, CurvesCommand.self, FuzzWorkCommand.self,
            LoadCommand.self, InteropCommand.self, LiveCompareCommand.self, SoakCommand.self,
            FaultsCommand.self,
        ])
}
