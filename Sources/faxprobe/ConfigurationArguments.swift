import ArgumentParser
import FaxEndpoint
import PlacedText

/// A file of lines and profiles, and which of them.
struct ConfigurationArguments: ParsableArguments {
    @Option(help: ArgumentHelp("Lines and profiles, as docs/configuration.md describes them.", valueName: "file"))
    var config: String?
    @Option(help: ArgumentHelp("Line of the configuration.", valueName: "name")) var line: String?
    @Option(help: ArgumentHelp("Profile of the configuration; it comes before the line.", valueName: "name"))
    var profile: String?

    func validate() throws {
        if config == nil, line != nil || profile != nil {
            throw ValidationError("--line and --profile want a configuration: --config FILE.")
        }
    }

    /// What the configuration says; nothing without one. What is wrong in it is told with file, line and column.
    func choices() throws -> EndpointChoices {
        guard let config else { return EndpointChoices() }
        let text = String(decoding: try FileOctets.read(config, limit: 1 << 20), as: UTF8.self)
        let folder = config.lastIndex(of: "/").map { String(config[..<$0]) } ?? "."
        do {
            return try Configuration(yaml: text, folder: folder.isEmpty ? "/" : folder, options: .ofCommands)
                .choices(line: line, profile: profile)
        } catch let error as PlacedError {
            throw ValidationError("\(config):\(error)")
        } catch let error as Configuration.Failure {
            throw ValidationError("\(config): \(error)")
        }
    }
}
