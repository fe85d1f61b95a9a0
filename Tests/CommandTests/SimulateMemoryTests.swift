import Foundation
import Testing

/// What simulated calls hold in memory, seen from outside.
@Suite struct SimulateMemoryTests {
    @Test(arguments: ["t38", "g711", "gateway"])
    func `A call holds its pages and little else, however long it takes`(_ transport: String) throws {
        func peak(pages: Int, _ more: [String] = []) throws -> Int {
            let arguments = ["--transport", transport, "--pages", "\(pages)", "--rows", "\(Self.rows)"]
            return try Self.peakKiB(["simulate", "--trials", "2", "--diagnose", "off"] + arguments + more)
        }
        let short = try peak(pages: 1)
        // A third of the speed, nearly three times the packets.
        let (fast, slow) = (try peak(pages: 4), try peak(pages: 4, ["--max-rate", "4800"]))
        #expect(slow - fast < Self.slack)
        // Sent and received, and once more while they are compared.
        let pages = 19 * 3 * Self.rows * 1_728 / 8 / 1_024
        let long = try peak(pages: 20)
        #expect(long - short < pages + Self.slack)
    }

    private static let rows = 300
    /// 4 MiB.
    private static let slack = 4_096

    /// The most that a run of the command held at one time, in KiB. The kernel counts it (VmHWM) as long as the process is
    /// there; the second of two equal calls holds what the first one did.
    private static func peakKiB(_ arguments: [String]) throws -> Int {
        let process = Process()
        process.executableURL = AnalyzeCommandTests.executable
        process.arguments = arguments
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        var peak = 0
        while process.isRunning {
            peak = max(peak, held(process.processIdentifier) ?? 0)
            Thread.sleep(forTimeInterval: 0.01)
        }
        #expect(process.terminationStatus == 0)
        #expect(peak > 0)
        return peak
    }

    private static func held(_ process: pid_t) -> Int? {
        let status = try? String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)
        let line = status?.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
        return line?.split(separator: " ").dropFirst().compactMap { Int($0) }.first
    }
}
