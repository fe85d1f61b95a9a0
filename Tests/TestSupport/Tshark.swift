import Foundation

/// Runs tshark, which the tests need; without it they fail.
public enum Tshark {
    public struct Failure: Error, CustomStringConvertible {
        public var description: String
    }

    /// Rows of the fields of all frames that pass the filter.
    public static func fields(
        _ path: String, filter: String, fields: [String], decodeAs: [String] = [], checking preferences: [String] = []
    ) throws -> [[String]] {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments =
            ["tshark", "-r", path, "-Y", filter, "-T", "fields", "-E", "separator=|"]
            + decodeAs.flatMap { ["-d", $0] } + preferences.flatMap { ["-o", $0] } + fields.flatMap { ["-e", $0] }
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        // Status 2 with output: the capture is cut off.
        guard process.terminationStatus == 0 || !data.isEmpty else {
            throw Failure(description: "tshark ended with status \(process.terminationStatus): is it installed?")
        }
        return String(decoding: data, as: UTF8.self).split(separator: "\n").map {
            $0.split(separator: "|", omittingEmptySubsequences: false).map(String.init)
        }
    }
}
