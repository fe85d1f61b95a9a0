import FaxCore

/// One trial as results of suites keep it.
public struct SuiteTrial: Sendable, Hashable {
    /// From 0; the seed is the suite's plus this.
    public var number: Int
    public var seed: UInt64
    public var isSuccess: Bool
    public var durationMs = 0
    /// From the first DCS to the end of T.30 at the sender; `nil`: it did not come so far.
    public var transferMs: Int?
    public var pagesSent = 0
    public var pagesReceived = 0
    public var ecmRetries = 0
    public var trainings = 0
    public var failedTrainings = 0
    public var badRows = 0
    /// Of the last DCS.
    public var rateBps = 0
    /// Of the pages that were confirmed, as coded on the line.
    public var codedOctets = 0
    /// IFP packets that neither came nor could be repaired, both directions.
    public var unrecovered = 0
    /// Id of the finding that explains the failure; ``unexplained``, ``undiagnosed``; `nil` of a success.
    public var failure: String?
    /// What must not be, whatever the network does.
    public var violations: [String] = []

    /// Of which nothing else is known yet.
    public init(number: Int, seed: UInt64, isSuccess: Bool) {
        self.number = number
        self.seed = seed
        self.isSuccess = isSuccess
    }

    public static let unexplained = "unexplained"
    public static let undiagnosed = "undiagnosed"

    /// Coded bits of pages over the time of transfer, in bit/s; `nil` without either.
    public var effectiveBps: Double? {
        guard let transferMs, transferMs > 0, codedOctets > 0 else { return nil }
        return Double(codedOctets) * 8_000 / Double(transferMs)
    }
}

extension SuiteTrial {
    init(_ record: TrialRecord, number: Int) {
        self.init(number: number, seed: record.seed, isSuccess: record.isSuccess)
        durationMs = Self.milliseconds(record.duration)
        transferMs = record.transferTime.map(Self.milliseconds)
        pagesSent = record.pagesSent
        pagesReceived = record.pagesReceived
        ecmRetries = record.caller.ecmRetries
        trainings = record.caller.trainings
        failedTrainings = record.caller.failedTrainings
        badRows = record.answerer.badRows
        rateBps = record.caller.rateBps
        codedOctets = record.caller.codedOctets
        unrecovered = record.caller.unrecoveredIFPs + record.answerer.unrecoveredIFPs
        failure = record.isSuccess ? nil : Self.failure(record)
        violations = record.violations
    }

    private static func failure(_ record: TrialRecord) -> String {
        guard let diagnosis = record.diagnosis else { return undiagnosed }
        return diagnosis.rootCause ?? unexplained
    }

    private static func milliseconds(_ duration: Duration) -> Int { Int((duration.inSeconds * 1_000).rounded()) }
}
