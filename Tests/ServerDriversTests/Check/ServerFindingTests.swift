import FaxEndpoint
import ServerDrivers
import Testing

/// Three views held against each other: each disagreement is a finding, and agreement is none.
@Suite struct ServerFindingTests {
    struct Row: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var change: @Sendable (inout ServerFacts) -> Void
        var kinds: [ServerFinding.Kind]
        var isConfirmed = false
    }

    /// A server that sent two pages, and a receiver that has them.
    static func sent() -> ServerFacts {
        var facts = ServerFacts(.sends, pages: 2)
        facts.told.job = "7"
        facts.told.status = ServerJobStatus(.done, said: "D")
        facts.told.status?.pagesSent = 2
        facts.calls = [ServerFacts.Call(isWhole: true, pages: 2, isConfirmed: true)]
        facts.matching = .matched
        facts.recorded = [ServerFacts.Recorded(outcome: "success", sentence: "Fax delivered.")]
        return facts
    }

    private static let failedCall = ServerFacts.Call(isWhole: false, pages: 1, isConfirmed: false)

    static let rows = [
        Row(testDescription: "all agree", change: { _ in }, kinds: [], isConfirmed: true),
        Row(
            testDescription: "success, and no MCF",
            change: {
                $0.calls = [failedCall]
                $0.recorded = [ServerFacts.Recorded(outcome: "failed", sentence: "Fax failed.")]
                $0.told.status?.pagesSent = nil
            }, kinds: [.successNotReceived]),
        Row(
            testDescription: "success, and no call",
            change: {
                $0.calls = []
                $0.matching = nil
                $0.recorded = []
                $0.told.status?.pagesSent = nil
            }, kinds: [.successNotReceived, .noCall]),
        Row(
            testDescription: "failure, and all is there", change: { $0.told.status?.state = .failed },
            kinds: [.failureButReceived]),
        Row(
            testDescription: "failure, and it failed",
            change: {
                $0.told.status?.state = .failed
                $0.calls = [failedCall]
                $0.matching = nil
                $0.recorded = [ServerFacts.Recorded(outcome: "failed", sentence: "Fax failed.")]
            }, kinds: []),
        Row(
            testDescription: "over, without a word on the fax",
            change: {
                $0.told.status?.state = .ended
                $0.told.status?.pagesSent = nil
            }, kinds: [], isConfirmed: true),
        Row(
            testDescription: "over, without a word on the fax, which failed",
            change: {
                $0.told.status?.state = .ended
                $0.told.status?.pagesSent = nil
                $0.calls = [failedCall]
                $0.matching = nil
                $0.recorded = [ServerFacts.Recorded(outcome: "failed", sentence: "Fax failed.")]
            }, kinds: []),
        Row(testDescription: "never ended", change: { $0.told.status?.state = .running }, kinds: [.neverEnded]),
        Row(testDescription: "never said anything", change: { $0.told.status = nil }, kinds: [.neverEnded]),
        Row(
            testDescription: "the job is gone", change: { $0.told = .init(lostJob: "7") }, kinds: [.jobLost]),
        Row(testDescription: "fewer pages told", change: { $0.told.status?.pagesSent = 1 }, kinds: [.pageCount]),
        Row(testDescription: "a damaged page", change: { $0.matching = .differs }, kinds: [.pagesDiffer]),
        Row(testDescription: "a page missing", change: { $0.matching = .missing }, kinds: [.pagesDiffer]),
        Row(
            testDescription: "the record shows a failure",
            change: { $0.recorded = [ServerFacts.Recorded(outcome: "failed", sentence: "Fax failed.")] },
            kinds: [.recordDisagrees]),
        Row(testDescription: "the record is empty", change: { $0.recorded = [] }, kinds: [.recordDisagrees]),
        Row(
            testDescription: "a second call was needed",
            change: {
                $0.calls.insert(failedCall, at: 0)
                $0.recorded?.insert(ServerFacts.Recorded(outcome: "failed", sentence: "Fax failed."), at: 0)
            }, kinds: [.furtherCalls], isConfirmed: true),
    ]

    @Test(arguments: rows) func whatTheServerSays(row: Row) {
        var facts = Self.sent()
        row.change(&facts)
        #expect(facts.findings.map(\.kind) == row.kinds)
        #expect(facts.isConfirmed == row.isConfirmed)
    }

    /// A server that has the fax which we sent.
    static func received() -> ServerFacts {
        var facts = sent()
        facts.direction = .receives
        facts.told = .init()
        facts.told.reception = ServerReception(name: "fax00001.tif")
        facts.told.reception?.pages = 2
        return facts
    }

    static let receptions = [
        Row(testDescription: "all agree", change: { _ in }, kinds: [], isConfirmed: true),
        Row(
            testDescription: "nothing is listed",
            change: {
                $0.told.reception = nil
                $0.matching = nil
            }, kinds: [.notListed]),
        Row(testDescription: "a page less", change: { $0.told.reception?.pages = 1 }, kinds: [.pageCount]),
        Row(
            testDescription: "damaged, it says", change: { $0.told.reception?.problem = "E123" },
            kinds: [.receptionDamaged]),
        Row(testDescription: "an empty file", change: { $0.matching = .didNotCome }, kinds: [.pagesDiffer]),
    ]

    @Test(arguments: receptions) func whatTheServerHas(row: Row) {
        var facts = Self.received()
        row.change(&facts)
        #expect(facts.findings.map(\.kind) == row.kinds)
        #expect(facts.isConfirmed == row.isConfirmed)
    }
}

extension ServerFacts.Told {
    fileprivate init(lostJob job: String) {
        self.init()
        self.job = job
        failure = .noSuchJob(job)
    }
}
