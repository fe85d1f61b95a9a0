import ArgumentParser
import FaxCore
import Foundation
import Glibc

/// Fuzzes one parser in this process, which `fuzz` watches. The input at hand is always in `FOLDER/input`, so that it
/// is there when the process dies.
struct FuzzWorkCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "fuzz-work", shouldDisplay: false)

    @Argument var target: Int
    @Option var folder: String
    @Option var corpus: String
    @Option var rounds: Int
    @Option var seed: UInt64

    /// Address space and CPU time: beyond them the process dies and is reported.
    static let memoryLimit = rlim_t(4 << 30)
    static let secondsLimit = rlim_t(3600)

    func run() throws {
        try limit(__rlimit_resource_t(UInt32(RLIMIT_AS.rawValue)), Self.memoryLimit)
        try limit(__rlimit_resource_t(UInt32(RLIMIT_CPU.rawValue)), Self.secondsLimit)
        let targets = FuzzTarget.all(file: "\(folder)/capture")
        let next = try targets[target].inputs(try FuzzCorpus(folder: corpus), seed)
        let input = open("\(folder)/input", O_RDWR | O_CREAT | O_TRUNC, 0o644)
        guard input >= 0 else { throw LabError("cannot write in \(folder)") }
        defer { close(input) }

        let clock = ContinuousClock()
        var slowest = Duration.zero
        var count = 0
        let wanted = targets[target].isCounted ? .max : rounds / targets[target].oneIn
        while count < wanted, let octets = next() {
            pwrite(input, octets, octets.count, 0)
            ftruncate(input, off_t(octets.count))
            let time = try clock.measure { try targets[target].feed(octets) }
            slowest = max(slowest, time)
            count += 1
        }
        try Data("\(count) \(slowest.wholeNanoseconds)".utf8).write(to: URL(filePath: "\(folder)/result"))
    }

    private func limit(_ what: __rlimit_resource_t, _ value: rlim_t) throws {
        var limits = rlimit(rlim_cur: value, rlim_max: value)
        guard setrlimit(what, &limits) == 0 else { throw LabError("cannot set a limit on this process") }
    }
}
