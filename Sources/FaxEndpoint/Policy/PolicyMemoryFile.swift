import FaxCore
import FaxReport
import Foundation

/// ``PolicyMemory`` in a file that several processes may use: read, changed and replaced as a whole under a lock beside it.
public struct PolicyMemoryFile: Sendable {
    public struct Failure: Error, Sendable, CustomStringConvertible {
        public var description: String
    }

    public static let schema = "faxprobe-policy-memory/1"
    private static let octetLimit = 16 << 20

    public let path: String

    public init(path: String) { self.path = path }

    /// What is remembered, and what a person has to be told: a damaged file is set aside under another name.
    public func read() throws(Failure) -> (memory: PolicyMemory, complaint: String?) {
        try locked { () throws(Failure) in try contents() }
    }

    /// What a dry run may do: nothing is locked, nothing set aside.
    public func look() throws(Failure) -> PolicyMemory {
        access(path, F_OK) == 0 ? try parse(octets()) ?? PolicyMemory() : PolicyMemory()
    }

    /// Reads, changes, and puts the result in the file's place; flushed to the disk.
    /// - Returns: what a person has to be told.
    public func update(_ change: (inout PolicyMemory) -> Void) throws(Failure) -> String? {
        try locked { () throws(Failure) in
            let found = try contents()
            var memory = found.memory
            change(&memory)
            if memory != found.memory { try write(memory) }
            return found.complaint
        }
    }

    private func locked<Value>(_ body: () throws(Failure) -> Value) throws(Failure) -> Value {
        let lock = open(path + ".lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard lock >= 0 else { throw failure("cannot open \(path).lock") }
        defer { close(lock) }
        while flock(lock, LOCK_EX) != 0 { guard errno == EINTR else { throw failure("cannot lock \(path).lock") } }
        return try body()
    }

    private func contents() throws(Failure) -> (memory: PolicyMemory, complaint: String?) {
        guard access(path, F_OK) == 0 else { return (PolicyMemory(), nil) }
        if let memory = try parse(octets()) { return (memory, nil) }
        let aside = "\(path).damaged-\(UTCDate.text(Instant(seconds: Date.now.timeIntervalSince1970)))"
        guard rename(path, aside) == 0 else { throw failure("cannot rename the damaged \(path)") }
        return (PolicyMemory(), "\(path) is damaged; it was set aside as \(aside), and nothing is remembered")
    }

    private func octets() throws(Failure) -> [UInt8] {
        do {
            return try FileOctets.read(path, limit: Self.octetLimit)
        } catch {
            throw Failure(description: error.description)
        }
    }

    // MARK: - The text

    private struct Stored: Decodable {
        struct Pair: Decodable {
            var ours: String
            var theirs: String
            var carriedBy: String
            var confirmed: Bool
            var at: Double
            var t38Failures: Int
            var t38FailedAt: Double?
            var permanentSince: Double?
        }

        var pairs: [Pair]
    }

    private struct Head: Decodable { var schema: String }

    /// `nil`: damaged.
    private func parse(_ octets: [UInt8]) throws(Failure) -> PolicyMemory? {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        let data = Data(octets)
        guard let head = try? decoder.decode(Head.self, from: data) else { return nil }
        guard head.schema == Self.schema else {
            throw Failure(description: "\(path) is '\(head.schema)', not '\(Self.schema)': another version wrote it")
        }
        guard let stored = try? decoder.decode(Stored.self, from: data) else { return nil }
        var memory = PolicyMemory()
        for pair in stored.pairs.prefix(PolicyMemory.limit) {
            guard let carrier = PolicyTrial.Carrier(rawValue: pair.carriedBy), pair.t38Failures >= 0,
                let at = Self.instant(pair.at)
            else { return nil }
            var entry = PolicyMemory.Entry(carrier: carrier, isGood: pair.confirmed, at: at)
            entry.t38Failures = pair.t38Failures
            entry.t38FailedAt = pair.t38FailedAt.flatMap(Self.instant)
            entry.permanentSince = pair.permanentSince.flatMap(Self.instant)
            memory[NumberPair(ours: pair.ours, theirs: pair.theirs)] = entry
        }
        return memory
    }

    private static func instant(_ seconds: Double) -> Instant? {
        abs(seconds) < 8e9 ? Instant(seconds: seconds) : nil
    }

    private func write(_ memory: PolicyMemory) throws(Failure) {
        let pairs = memory.all.map { pair, entry in
            JSONValue.object([
                .init("ours", .string(pair.ours)), .init("theirs", .string(pair.theirs)),
                .init("carried_by", .string(entry.carrier.rawValue)), .init("confirmed", .bool(entry.isGood)),
                .init("at", .time(entry.at)), .init("t38_failures", .integer(entry.t38Failures)),
                .init("t38_failed_at", .time(entry.t38FailedAt)), .init("permanent_since", .time(entry.permanentSince)),
            ])
        }
        let document = JSONValue.object([.init("schema", .string(Self.schema)), .init("pairs", .array(pairs))])
        let text = JSONWriter.text(document, style: .indented) + "\n"
        do {
            try DurableFile.replace(path, with: Array(text.utf8))
        } catch {
            throw Failure(description: error.description)
        }
    }

    private func failure(_ what: String) -> Failure {
        Failure(description: "\(what): \(String(cString: strerror(errno)))")
    }
}
