import ArgumentParser
import FaxCore
import FaxEndpoint

/// What soft modems are called, and whom they call.
struct ModemArguments: ParsableArguments {
    @Option(help: ArgumentHelp("Link to the modem's terminal; of several, 0, 1 … is appended.", valueName: "path"))
    var link: String
    @Option(help: ArgumentHelp("Modems.", valueName: "n")) var count = 1
    @Option(
        help: ArgumentHelp(
            "Where a number leads that was dialled, such as sip:{number}@192.0.2.20.", valueName: "uri"))
    var to: String
    @Option(
        help: ArgumentHelp(
            "Where INVITEs go instead of where the URI says, such as tcp:192.0.2.1:5060.", valueName: "proxy"))
    var proxy: String?
    @Option(
        help: ArgumentHelp("Called number of a modem; one for each, in order.", valueName: "number"))
    var number: [String] = []
    @Option(help: ArgumentHelp("Permissions of the terminals, in octal.", valueName: "mode")) var mode = "600"
    @Option(help: ArgumentHelp("Seconds from one RING to the next.", valueName: "seconds")) var ringInterval = 6.0

    func validate() throws {
        guard (1...ModemSettings.limit).contains(count) else {
            throw ValidationError("--count wants 1 to \(ModemSettings.limit).")
        }
        guard to.contains(ModemSettings.placeholder) else {
            throw ValidationError("--to wants a SIP URI with {number} in it, such as sip:{number}@192.0.2.20.")
        }
        if let problem = proxy.flatMap({ SIPTarget.proxyProblem($0) }) { throw ValidationError("--proxy: \(problem).") }
        guard number.count <= count else { throw ValidationError("--number can be given once for each modem.") }
        guard let bits = UInt32(mode, radix: 8), bits <= 0o777 else {
            throw ValidationError("--mode wants three octal digits, such as 660.")
        }
        guard ringInterval >= 0.5, ringInterval <= 60 else {
            throw ValidationError("--ring-interval wants 0.5 to 60 seconds.")
        }
    }

    /// Looks the host of `--to` up.
    func settings() throws -> ModemSettings {
        let example = to.split(separator: ModemSettings.placeholder, omittingEmptySubsequences: false)
            .joined(separator: "0")
        let place = try SIPTarget.destination(example, proxy: proxy)
        var settings = ModemSettings(link: link, target: to, place: place)
        settings.count = count
        settings.numbers = number
        settings.mode = UInt32(mode, radix: 8) ?? settings.mode
        settings.ringInterval = .milliseconds(Int(ringInterval * 1_000))
        return settings
    }
}
