import ArgumentParser
import FaxDSP
import FaxEndpoint
import Foundation

struct ModemReceive: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "modem-receive", abstract: "Answer calls with a fax modem on a serial port and keep the faxes.",
        discussion: """
            EXAMPLES
              faxprobe modem-receive /dev/ttyACM0 --dir inbox                    until Ctrl-C
              faxprobe modem-receive /dev/ttyS0 --dir inbox --calls 1 --class 1.0 --json

            EXIT STATUS
              0  every fax was received whole
              1  at least one was not
              2  wrong usage
              3  no folder, or the modem cannot be used or has vanished
            """)

    @Argument(help: ArgumentHelp("The modem, such as /dev/ttyACM0.", valueName: "device")) var device: String
    @Option(help: ArgumentHelp("Folder for faxes; made when missing.", valueName: "folder")) var dir: String
    @Option(help: ArgumentHelp("Calls to take, one after the other.", valueName: "n")) var calls: Int?
    @OptionGroup(title: "Modem") var modem: SerialModemArguments

    func validate() throws {
        if let calls, calls < 1 { throw ValidationError("--calls wants a number of at least 1.") }
        guard FaxProfile.receivingRates.contains(modem.maxRate) else {
            throw ValidationError(
                "--max-rate: a receiver says which modems it has, not a rate; 14400, 9600, 4800 and 2400 are possible.")
        }
    }

    func run() throws {
        var tally = SerialFaxTally(writesJSON: modem.json)
        let folder = try tally.complaining { try ReceptionFolder(path: dir) }
        let teller = SerialFaxTeller(tally)
        let fax = try modem.fax(on: device, patience: 60, modem.profile, teller)
        var number = 1
        while number <= calls ?? .max, teller.status != .couldNotRun, !Console.wasStopped {
            let result = try teller.complaining { try fax.receive(into: folder, number: number) }
            // Nobody called until it was stopped.
            if result.ending == .stopped, !result.hadCall { break }
            teller.tell(result)
            number += 1
        }
        try teller.end()
    }
}
