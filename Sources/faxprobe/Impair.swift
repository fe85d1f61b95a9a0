import ArgumentParser
import FaxCore
import FaxEndpoint
import FaxReport
import Regression
import Simulator

struct Impair: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "impair",
        abstract: "Stand between two SIP endpoints and be a bad network.",
        discussion: """
            Callers send their INVITEs here; they go on to the target, and SIP and media of the call go through here both
            ways, impaired by the models of simulate (docs/impairments.md) in the time of the machine. Outages that wait
            for an event of the call are not known here. Each call has the seed of the one before and one more.

            EXAMPLES
              faxprobe impair --listen 127.0.0.1:5070 --to 127.0.0.1:5060 --loss 3% --delay 60ms
              faxprobe impair --listen 192.0.2.1:5070 --to 192.0.2.20:5060 --profile G.1050:E --seed 7 --json

            EXIT STATUS
              0  ran until it was stopped, or its time was over
              2  wrong usage
              3  no port
            """)

    @Option(help: ArgumentHelp("Where callers send to; an address that both sides reach.", valueName: "address:port"))
    var listen: String
    @Option(help: ArgumentHelp("Where their calls go on to.", valueName: "address:port")) var to: String
    @OptionGroup(title: "Network") var network: NetworkArguments
    @Option(help: ArgumentHelp("Of the first call.", valueName: "number")) var seed: UInt64 = 1
    @Option(help: ArgumentHelp("Seconds to run.", valueName: "seconds")) var timeout: Double?
    @Flag(help: "Write a line of JSON for each call when it is over.") var json = false

    func validate() throws {
        for (name, text) in [("--listen", listen), ("--to", to)]
        where EndpointText.endpoint(text, port: 5_060) == nil {
            throw ValidationError("\(name) wants an IP address and a port, such as 127.0.0.1:5060.")
        }
        if let timeout, !(timeout > 0 && timeout <= 1e7) { throw ValidationError("--timeout wants seconds above 0.") }
        do {
            _ = try network.specs()
        } catch {
            throw ValidationError("\(error)")
        }
    }

    func run() throws {
        guard let own = EndpointText.endpoint(listen, port: 5_060),
            let target = EndpointText.endpoint(to, port: 5_060)
        else { return }
        Console.catchSignals(.both)
        let output = StandardOutput(flushesEachTime: true)
        do {
            let network = try network.specs()
            var settings = ImpairSettings(listen: own, target: target, forth: network.forth, back: network.back)
            settings.seed = seed
            var run = ImpairRun(write: { output.write($0) })
            run.writesJSON = json
            run.timeout = timeout.map { .seconds($0) }
            run.shouldStop = { Console.wasStopped }
            try run.run(settings)
        } catch {
            Console.complain("faxprobe: \(error)")
            throw ExitCode(EndpointRun.Status.couldNotRun.rawValue)
        }
    }
}
