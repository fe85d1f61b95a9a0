import ArgumentParser
import FaxReport
import Foundation

struct TruthCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "truth",
        abstract: "Analyse every capture of a folder and compare with the ground truth beside it.",
        discussion:
            """
            Reads NAME/capture.pcap with NAME/expected.json, NAME.pcap with NAME.json, and the recordings NAME.2ch.flac and \
            NAME.mix.flac with NAME.json. Ends with 1 when anything is wrong, the root cause included.
            """
    )

    @Argument(help: "The folder.") var folder: String

    func run() throws {
        let table = try TruthTable.run(folder: URL(filePath: folder))
        guard !table.rows.isEmpty else { throw LabError("no capture with ground truth in \(folder)") }
        print(table.text(), terminator: "")
        if !table.wrongs.isEmpty { throw ExitCode(1) }
    }
}
