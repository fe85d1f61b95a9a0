import FaxDSP
import Foundation
import Simulator
import TestSupport
import Testing

/// `faxprobe` as a process, whose lines can be waited for.
final class JobCommand {
    private static let executable = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent().appending(
        path: "faxprobe")

    private let process = Process()
    private let output: URL
    private let errors: URL

    init(_ arguments: [String], in folder: URL) throws {
        let name = UUID().uuidString
        (output, errors) = (folder.appending(path: name + ".out"), folder.appending(path: name + ".err"))
        for file in [output, errors] { try Data().write(to: file) }
        process.executableURL = Self.executable
        process.arguments = arguments
        process.currentDirectoryURL = folder
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = try FileHandle(forWritingTo: output)
        process.standardError = try FileHandle(forWritingTo: errors)
        try process.run()
    }

    deinit { if process.isRunning { kill(process.processIdentifier, SIGKILL) } }

    var text: String { (try? String(contentsOf: output, encoding: .utf8)) ?? "" }
    var complaint: String { (try? String(contentsOf: errors, encoding: .utf8)) ?? "" }
    var events: [[String: Any]] {
        text.split(separator: "\n").compactMap {
            try? JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any]
        }
    }
    var jobs: [String: Int] { events.last?["jobs"] as? [String: Int] ?? [:] }
    /// Of every job, in order.
    var states: [String] { events.filter { $0["event"] as? String == "job" }.compactMap { $0["state"] as? String } }

    func end() -> Int32 {
        process.waitUntilExit()
        return process.terminationStatus
    }

    func signal(_ number: Int32) { kill(process.processIdentifier, number) }

    func awaits(_ mark: String, for patience: Double = 60) -> Bool {
        let limit = Date.now.addingTimeInterval(patience)
        while Date.now < limit {
            if text.contains(mark) { return true }
            Thread.sleep(forTimeInterval: 0.02)
        }
        return false
    }

    static func ports() -> [String] {
        let first = Int.random(in: 110...590) * 100
        return ["--media-ports", "\(first)-\(first + 99)"]
    }

    static func withFolder(_ body: @escaping (URL) throws -> Void) async throws {
        try await OwnThread.run {
            let folder = FileManager.default.temporaryDirectory.appending(path: "faxprobe-\(UUID().uuidString)")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
            defer { try? FileManager.default.removeItem(at: folder) }
            try body(folder)
        }
    }
}

/// A folder with a page, a fax of two pages, and a machine that receives.
struct JobPlace {
    let folder: URL
    let address: String
    let receiver: JobCommand

    init(_ folder: URL, transport: String = "auto") throws {
        self.folder = folder
        let pages = [TextLikePage(heightPx: 120, seed: 3).bitmap(), TextLikePage(heightPx: 140, seed: 4).bitmap()]
        try Data(try TIFFDocument.write([pages[0]])).write(to: folder.appending(path: "one.tif"))
        try Data(try TIFFDocument.write(pages)).write(to: folder.appending(path: "two.tif"))
        receiver = try JobCommand(
            [
                "receive", "--listen", "127.0.0.1:0", "--dir", "in", "--timeout", "150", "--json", "--transport",
                transport,
            ] + JobCommand.ports(), in: folder)
        #expect(receiver.awaits("\"listening\""), "\(receiver.complaint)")
        address = try #require(receiver.events.first?["address"] as? String)
    }

    func write(_ list: String) throws {
        let text = list.replacingOccurrences(of: "HERE", with: address)
        try Data(text.utf8).write(to: folder.appending(path: "list.csv"))
    }

    func send(_ more: [String] = []) throws -> JobCommand {
        try JobCommand(
            ["send", "--jobs", "list.csv", "--json", "--timeout", "120"] + JobCommand.ports() + more,
            in: folder)
    }

    /// Pages in all that lie in the receiver's folder, after it was stopped.
    func received() throws -> [Int] {
        receiver.signal(SIGTERM)
        _ = receiver.end()
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.appending(path: "in").path).sorted()
        return try names.filter { $0.hasSuffix(".tif") }.map {
            try TIFFDocument.read(Array(Data(contentsOf: folder.appending(path: "in").appending(path: $0)))).count
        }
    }
}
