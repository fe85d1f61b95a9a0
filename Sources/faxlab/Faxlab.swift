import ArgumentParser

@main
struct Faxlab: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "faxlab", abstract: "The project's own bench: truth tables, big captures, fuzzing, speed.",
        subcommands: [GrowCommand.self])
}
