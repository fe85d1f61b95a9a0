import Foundation

/// A pair of programs, how they speak with each other, and a way to try it.
public struct InteropRow: Sendable {
    public enum Role: String, Sendable {
        /// Of our endpoint.
        case calls, answers, both
    }

    public var id: String
    /// The other program.
    public var peer: String
    public var signalling = "UDP"
    public var role: Role
    /// What carries the fax: `t38`, `g711`, or nothing.
    public var carriage: String
    public var hasECM: Bool?
    /// What is tried, and what has to come of it.
    public var what: String
    public var calls = 1
    public var attempt: @Sendable (InteropBench) throws -> InteropAttempt

    public init(
        _ id: String, peer: String, role: Role, carriage: String, hasECM: Bool? = true, _ what: String, calls: Int = 1,
        attempt: @escaping @Sendable (InteropBench) throws -> InteropAttempt
    ) {
        self.id = id
        self.peer = peer
        self.role = role
        self.carriage = carriage
        self.hasECM = hasECM
        self.what = what
        self.calls = calls
        self.attempt = attempt
    }
}

/// Where a row is tried.
public struct InteropBench: Sendable {
    /// Its own, empty; kept when the row fails.
    public var folder: URL
}

/// What came of trying.
public struct InteropAttempt: Sendable {
    public var succeeded: Int
    /// What was not as it should be; empty: it works.
    public var problems: [String]
    /// Of calls that failed: a capture file.
    public var record: URL?

    public init(succeeded: Int, problems: [String], record: URL?) {
        self.succeeded = succeeded
        self.problems = problems
        self.record = record
    }
}

/// A row with its verdict.
public struct InteropResult: Sendable {
    public enum State: String, Sendable {
        case works, fails
        case notPossible = "not possible"
    }

    public var row: InteropRow
    public var state: State
    public var succeeded: Int
    public var duration: Duration
    /// Why it fails, or is not possible.
    public var reasons: [String] = []
    /// What `analyze` says of the record of a failure, a sentence a call.
    public var verdicts: [String] = []
    /// Where that record is kept.
    public var record: String?
}
