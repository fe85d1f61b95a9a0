import FaxReport
import Foundation

/// Trials that were run, a line each, so that a run that was stopped can go on. The first line says of what.
public final class SuiteJournal {
    private let handle: FileHandle
    private let path: String

    /// Digest of the suite, the shard, and how calls are diagnosed: what the trials of a journal hang on.
    public struct Header: Codable, Hashable, Sendable {
        public var schema = "faxprobe-regress-journal/1"
        public var digest: String
        public var shard: String
        public var diagnose: String

        public init(digest: String, shard: SuiteResult.Shard?, diagnose: TrialRunner.Diagnosing) {
            self.digest = digest
            self.shard = shard?.text ?? "1/1"
            self.diagnose = diagnose.rawValue
        }
    }

    /// Writes on at the end of what was read, or anew.
    public init(path: String, header: Header, known: Read?) throws {
        self.path = path
        if known == nil {
            try Data().write(to: URL(fileURLWithPath: path))
        }
        handle = try FileHandle(forUpdating: URL(fileURLWithPath: path))
        if let known {
            // What follows the last whole line was cut off by whatever stopped the run.
            try handle.truncate(atOffset: UInt64(known.octets))
            try handle.seekToEnd()
        } else {
            let encoder = JSONEncoder()
            encoder.outputFormatting = .sortedKeys
            try handle.write(contentsOf: try encoder.encode(header) + Data("\n".utf8))
        }
    }

    public func add(cell: Int, _ trial: SuiteTrial) throws {
        let line = JSONValue.object([.init("cell", .integer(cell)), .init("record", trial.value)])
        try handle.write(contentsOf: Data((JSONWriter.text(line, style: .line) + "\n").utf8))
    }

    /// The run is over: nothing is left to go on with.
    public func remove() {
        try? handle.close()
        unlink(path)
    }

    // MARK: - Reading

    public struct Read {
        public var known: SuiteRunner.Known = [:]
        public var count = 0
        /// Up to the end of the last whole line.
        var octets = 0
    }

    private struct Line: Decodable {
        var cell: Int
        var record: StoredTrial
    }

    /// `nil`: there is no such file.
    public static func read(
        path: String, header: Header, suite: Suite, plan: SuitePlan
    ) throws(StoredSuite.Failure) -> Read? {
        guard let data = FileManager.default.contents(atPath: path) else { return nil }
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        var read = Read()
        for line in data.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).dropLast() {
            defer { read.octets += line.count + 1 }
            if read.octets == 0 {
                guard (try? decoder.decode(Header.self, from: Data(line))) == header else {
                    throw StoredSuite.Failure("\(path) is of another suite, shard or diagnosis")
                }
                continue
            }
            guard let item = try? decoder.decode(Line.self, from: Data(line)),
                let trial = try? item.record.trial(suite.seed), plan.cells.indices.contains(item.cell),
                trial.number < plan.cells[item.cell].trials
            else { throw StoredSuite.Failure("\(path): line after octet \(read.octets) is no trial of this suite") }
            if read.known[item.cell, default: [:]].updateValue(trial, forKey: trial.number) == nil { read.count += 1 }
        }
        return read.octets == 0 ? nil : read
    }
}
