import Foundation
import Testing

/// How the memory of a command that reads captures is laid out, seen from outside.
@Suite struct LargePagesTests {
    private static let isKnownToKernel = FileManager.default.fileExists(
        atPath: "/sys/kernel/mm/transparent_hugepage/enabled")

    @Test(.enabled(if: isKnownToKernel, "this kernel has no large pages on request"))
    func `Most of the heap of a run that reads is asked for in large pages`() throws {
        let process = Process()
        process.executableURL = AnalyzeCommandTests.executable
        process.arguments = ["analyze", "-"]
        let input = Pipe()
        process.standardInput = input
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        defer {
            try? input.fileHandleForWriting.close()
            process.waitUntilExit()
        }
        // It waits for the capture's first octets; before that it has set itself up.
        let limit = Date(timeIntervalSinceNow: 20)
        var asked = 0
        while asked == 0, Date() < limit, process.isRunning {
            asked = try Self.heapAskedFor(process.processIdentifier)
            Thread.sleep(forTimeInterval: 0.01)
        }
        #expect(asked >= 60 << 10)
    }

    /// KiB of the heap that the kernel has noted as wanted in large pages ("hg" among the flags of proc(5)).
    private static func heapAskedFor(_ process: pid_t) throws -> Int {
        // Read to the end: the kernel hands such files out in pieces.
        let file = try FileHandle(forReadingFrom: URL(filePath: "/proc/\(process)/smaps"))
        let text = String(decoding: try file.readToEnd() ?? Data(), as: UTF8.self)
        var (isHeap, size, asked) = (false, 0, 0)
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ")
            switch words[0] {
            case "Size:": size = Int(words[1]) ?? 0
            case "VmFlags:": asked += isHeap && words.contains("hg") ? size : 0
            default: if !words[0].hasSuffix(":") { isHeap = words.last == "[heap]" }
            }
        }
        return asked
    }
}
