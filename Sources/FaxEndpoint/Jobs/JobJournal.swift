import FaxCore
import FaxReport
import Foundation

/// What became of the jobs of a list, one line a change, only ever added to. It belongs to one process at a time; a run
/// that was ended at any moment goes on from it.
public final class JobJournal {
    public struct Failure: Error, Sendable, CustomStringConvertible {
        public var description: String
    }

    public static let schema = "faxprobe-jobs/1"
    static let octetLimit = 1 << 30

    public let path: String
    public private(set) var records: [String: JobRecord] = [:]
    /// What a person has to be told of the journal as it was found.
    public private(set) var complaint: String?
    private let descriptor: Int32
    /// Something could not be written: nothing more is.
    private var isBroken = false

    /// Opens or makes it, and locks it until the process ends.
    public init(path: String) throws(Failure) {
        self.path = path
        let isNew = access(path, F_OK) != 0
        descriptor = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw Self.failure("cannot open \(path)") }
        // From here on `deinit` closes it.
        try lock()
        try replay()
        if isNew { try Self.flushFolder(path) }
    }

    deinit { close(descriptor) }

    /// What a dry run may do: nothing is locked or changed.
    public static func look(_ path: String) throws(Failure) -> [String: JobRecord] {
        guard access(path, F_OK) == 0 else { return [:] }
        return try Reading(path).records
    }

    /// - Parameter isDurable: it is on the disk when this returns.
    func add(_ line: JobLine, isDurable: Bool) throws(Failure) {
        guard !isBroken else { throw Failure(description: "\(path) could not be written") }
        records[line.job, default: JobRecord()].apply(line)
        try write(line.text, isDurable: isDurable)
    }

    private func write(_ text: String, isDurable: Bool) throws(Failure) {
        guard FileOctets.append(Array(text.utf8), to: descriptor), !isDurable || fsync(descriptor) == 0 else {
            isBroken = true
            throw Self.failure("cannot write \(path)")
        }
    }

    /// A call whose end is not known may be tried again.
    func reopenUnknown(_ key: String) {
        if records[key]?.state == .unknown { records[key]?.state = .open(retryAt: nil) }
    }

    /// A job that failed for good gets its tries anew.
    func reopenFailed(_ key: String) {
        guard case .failed = records[key]?.state else { return }
        records[key]?.state = .open(retryAt: nil)
        let tries = records[key]?.tries ?? 0
        records[key]?.forgiven = tries
        records[key]?.noFax = 0
    }

    private static let lockTries = 20

    /// A process that is just ending, or one that it has just forked, may hold it for a moment.
    private func lock() throws(Failure) {
        for attempt in 1...Self.lockTries {
            if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return }
            guard errno == EWOULDBLOCK else { throw Self.failure("cannot lock \(path)") }
            if attempt < Self.lockTries { usleep(50_000) }
        }
        throw Failure(description: "\(path) is in use: another process sends the same jobs")
    }

    private func replay() throws(Failure) {
        let reading = try Reading(path)
        records = reading.records
        if reading.torn > 0 {
            complaint = "\(path): its last line was never written to the end, and is left out"
            guard ftruncate(descriptor, off_t(reading.octets)) == 0 else { throw Self.failure("cannot write \(path)") }
        }
        if reading.octets == 0 { try write("{\"journal\":\"\(Self.schema)\"}\n", isDurable: true) }
    }

    private static func flushFolder(_ path: String) throws(Failure) {
        do {
            try DurableFile.flush(DurableFile.folder(of: path))
        } catch {
            throw Failure(description: error.description)
        }
    }

    private static func failure(_ what: String) -> Failure {
        Failure(description: "\(what): \(String(cString: strerror(errno)))")
    }

    // MARK: - Reading

    private struct Head: Decodable { var journal: String }

    /// A journal as it stands in its file.
    private struct Reading {
        var records: [String: JobRecord] = [:]
        /// Of whole lines, and behind them.
        var octets = 0
        var torn = 0

        init(_ path: String) throws(Failure) {
            let data: Data
            do {
                data = Data(try FileOctets.read(path, limit: JobJournal.octetLimit))
            } catch {
                throw Failure(description: error.description)
            }
            let decoder = JSONDecoder()
            decoder.keyDecodingStrategy = .convertFromSnakeCase
            let lines = data.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            for (index, line) in lines.dropLast().enumerated() {
                if index == 0 {
                    guard (try? decoder.decode(Head.self, from: Data(line)))?.journal == JobJournal.schema else {
                        throw Failure(description: "\(path) is no journal of jobs, or one of another version")
                    }
                } else if let line = try? decoder.decode(JobLine.self, from: Data(line)), line.try > 0 {
                    records[line.job, default: JobRecord()].apply(line)
                } else {
                    throw Failure(
                        description:
                            "\(path):\(index + 1): this is no line of a journal. Nothing is sent: a fax that was "
                            + "confirmed could be sent again")
                }
                octets += line.count + 1
            }
            torn = data.count - octets
        }
    }
}
