import FaxCore
import Foundation
import Simulator

/// Writes what a `CaptureGrower` makes to a file, a few megabytes at a time.
enum GrownFile {
    struct Result {
        var copies: Int
        var frames: Int
        var octets: Int
    }

    /// Templates of the captures at `paths`; what cannot be copied is named with its reason.
    static func templates(_ paths: [String], log: (String) -> Void) throws -> [CallTemplate] {
        try paths.compactMap { path in
            let octets = [UInt8](try Data(contentsOf: URL(filePath: path)))
            do {
                return try CallTemplate(name: path, pcap: octets)
            } catch {
                log("left out: \(path): \(error)")
                return nil
            }
        }
    }

    static func write(_ templates: [CallTemplate], plan: CaptureGrower.Plan, to path: String) throws -> Result {
        guard FileManager.default.createFile(atPath: path, contents: nil), let file = FileHandle(forWritingAtPath: path)
        else { throw LabError("cannot write \(path)") }
        defer { try? file.close() }
        var grower = CaptureGrower(templates: templates, plan: plan)
        var buffer = CaptureGrower.header
        var octets = 0
        func flush() throws {
            try file.write(contentsOf: buffer)
            octets += buffer.count
            buffer.removeAll(keepingCapacity: true)
        }
        while grower.appendRecord(to: &buffer) {
            if buffer.count > 4 << 20 { try flush() }
        }
        try flush()
        // Lest the system writes it to the disk while programs that read it are measured.
        try file.synchronize()
        return Result(copies: grower.copies, frames: grower.frames, octets: octets)
    }
}

/// What stops a subcommand, in one line.
struct LabError: Error, CustomStringConvertible {
    var description: String
    init(_ description: String) { self.description = description }
}
