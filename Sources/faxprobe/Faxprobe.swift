import ArgumentParser

@main
struct Faxprobe: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "faxprobe", abstract: "Fax over IP, read and explained.")
}
