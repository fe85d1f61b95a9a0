import ArgumentParser
import FaxEndpoint

/// The cost guard: what calls outside may come to.
struct CostArguments: ParsableArguments {
    @Option(help: ArgumentHelp("Calls outside, in all; 20 unless told otherwise.", valueName: "n")) var maxCalls: Int?
    @Option(help: ArgumentHelp("Minutes of calls outside, in all; 60 unless told otherwise.", valueName: "n"))
    var maxMinutes: Int?
    @Option(help: ArgumentHelp("Numbers outside, in all; 1 unless told otherwise.", valueName: "n"))
    var maxDestinations: Int?
    @Option(help: ArgumentHelp("Numbers outside at one time; 1 unless told otherwise.", valueName: "n"))
    var parallelDestinations: Int?
    @Option(
        help: ArgumentHelp(
            "An address, network or host that is not outside, beside loopback and private ones; repeatable.",
            valueName: "place"))
    var inside: [String] = []

    func validate() throws {
        for (name, value) in [
            ("--max-calls", maxCalls), ("--max-minutes", maxMinutes), ("--max-destinations", maxDestinations),
            ("--parallel-destinations", parallelDestinations),
        ] {
            if let value, !(1...1_000_000).contains(value) {
                throw ValidationError("\(name) wants a number from 1 to 1000000.")
            }
        }
        guard InsidePlaces(inside) != nil else {
            throw ValidationError("--inside wants an address, a network such as 203.0.113.0/24, or a host name.")
        }
    }

    var limits: CostLimits {
        var limits = CostLimits()
        limits.calls = maxCalls ?? limits.calls
        if let maxMinutes { limits.time = .seconds(60 * maxMinutes) }
        limits.destinations = maxDestinations ?? limits.destinations
        limits.parallelDestinations = parallelDestinations ?? limits.parallelDestinations
        limits.inside = InsidePlaces(inside) ?? limits.inside
        return limits
    }
}
