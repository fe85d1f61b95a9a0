import ArgumentParser
import FaxEndpoint
import Foundation

struct ModemSend: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "modem-send", abstract: "Send a fax through a fax modem on a serial port.",
        discussion: """
            All files become one fax, in their order. In Class 1 and 1.0 (T.31) the T.30 is our own, in Class 2 and 2.0 (T.32) the
            modem's. docs/modem.md tells of modems.

            EXAMPLES
              faxprobe modem-send /dev/ttyACM0 page.tif --number 5551234
              faxprobe modem-send /dev/ttyS0 page.pdf --number 9,5551234 --class 1.0 --no-ecm --max-rate 9600 --json
              faxprobe modem-send /dev/ttyUSB0 a.tif b.tif --number 5551234 --flow-control xonxoff --connect-delay 400
              faxprobe modem-send /dev/ttyUSB0 a.tif --number 5551234 --class 2.0

            EXIT STATUS
              0  every page was confirmed
              1  there was no call, or the fax failed
              2  wrong usage
              3  a document cannot be read, or the modem cannot be used or has vanished
            """)

    @Argument(help: ArgumentHelp("The modem, such as /dev/ttyACM0.", valueName: "device")) var device: String
    @Argument(help: ArgumentHelp("What to send.", valueName: "file")) var files: [String]
    @Option(help: ArgumentHelp("What to dial, as in ATDT.", valueName: "number")) var number: String
    @Option(help: ArgumentHelp("From dialling to a carrier (S7).", valueName: "seconds")) var patience = 60
    @Option(help: ArgumentHelp("Printed at the head of each page, with date and number.", valueName: "text"))
    var header = ""
    @OptionGroup(title: "Modem") var modem: SerialModemArguments

    func validate() throws {
        guard !files.isEmpty else { throw ValidationError("Name a document to send.") }
        guard !number.isEmpty, number.utf8.count <= 64, number.allSatisfy({ "0123456789*#ABCD+,W@-! ".contains($0) })
        else { throw ValidationError("--number wants what ATDT takes: digits, * # A to D + , W @ and blanks.") }
        guard (1...255).contains(patience) else { throw ValidationError("--patience wants 1 to 255 seconds.") }
        guard header.isEmpty || !modem.serviceClass.doesT30 else {
            throw ValidationError("--header goes with --class 1 and 1.0: in Class 2 the modem has the page as it is.")
        }
        guard header.utf8.count <= 50 else { throw ValidationError("--header wants at most 50 characters.") }
    }

    func run() throws {
        var tally = SerialFaxTally(writesJSON: modem.json)
        let document = try tally.complaining {
            try OutgoingDocument(try files.flatMap { try DocumentImport.pages(of: $0, as: PageForm()) })
        }
        var profile = modem.profile
        profile.pageHeader = header
        let teller = SerialFaxTeller(tally)
        let fax = try modem.fax(on: device, patience: patience, profile, teller)
        teller.tell(fax.send(document, to: number))
        try teller.end()
    }
}
