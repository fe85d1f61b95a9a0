import ArgumentParser
import FaxEndpoint
import Foundation

/// A group of options that a configuration may set as well; the command line comes before it.
protocol ConfiguredOptions: ParsableArguments {
    static var names: [String] { get }
    /// Those among them that are flags: `true` or `false`.
    static var flags: [String] { get }
    /// What is not given here comes from there.
    func over(_ other: Self) -> Self
}

extension ConfiguredOptions {
    static var flags: [String] { [] }

    func over(_ choices: CallChoices) throws -> Self {
        let environment = ProcessInfo.processInfo.environment
        var words: [String] = []
        for option in choices.options where Self.names.contains(option.name) {
            words.append(Self.word(option.name, try option.word(environment)))
        }
        return words.isEmpty ? self : over(try Self.parse(words))
    }

    private static func word(_ name: String, _ word: String) -> String {
        guard flags.contains(name) else { return word }
        return word.hasSuffix("=true") ? "--\(name)" : "--no-\(name)"
    }

    /// What is wrong with that value of that option; `nil`: nothing.
    static func problem(_ name: String, _ value: String) -> String? {
        if flags.contains(name), value != "true", value != "false" { return "'\(name)' is true or false" }
        do {
            _ = try parse([word(name, "--\(name)=\(value)")])
            return nil
        } catch {
            return message(for: error).replacing("--\(name)", with: name)
        }
    }
}

extension OptionKeys {
    /// What `docs/configuration.md` lists beside the keys that FaxEndpoint reads itself.
    static let ofCommands: OptionKeys = {
        var keys = OptionKeys()
        keys.secrets = MachineArguments.secrets
        keys.names = MachineArguments.names.filter { !MachineArguments.secrets.contains($0) } + CarriageArguments.names
        keys.files = SIPTransportArguments.names
        keys.problem = { name, value in
            CarriageArguments.names.contains(name)
                ? CarriageArguments.problem(name, value) : MachineArguments.problem(name, value)
        }
        return keys
    }()
}
