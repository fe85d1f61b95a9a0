import ArgumentParser
import FaxCore
import Foundation
import Simulator

struct GrowCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "grow", abstract: "Make a big capture out of small ones, their calls shifted in time and address.")

    @Argument(help: "Classic pcap files of Ethernet frames.") var captures: [String]
    @Option(name: .shortAndLong, help: "The file to write.") var output: String
    @Option(help: "Its size in megabytes, about.") var megabytes = 500
    @Option(help: "Calls at one time, about.") var concurrency = 50
    @Option(help: "The same seed makes the same file.") var seed: UInt64 = 1

    func validate() throws {
        guard megabytes > 0, concurrency > 0 else { throw ValidationError("sizes and counts are above 0") }
    }

    func run() throws {
        let templates = try GrownFile.templates(captures) { print($0) }
        guard !templates.isEmpty else { throw LabError("no capture that can be copied") }
        let plan = CaptureGrower.Plan(octets: megabytes * 1_000_000, concurrency: concurrency, seed: seed)
        let result = try GrownFile.write(templates, plan: plan, to: output)
        print("\(output): \(result.copies) copies, \(result.frames) frames, \(result.octets) octets")
    }
}
