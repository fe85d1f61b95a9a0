import CSpanDSP
import FaxCore
import FaxDSP
import Foundation
import PlacedText
import Testing

@testable import FaxEndpoint

/// The parts of a list of faxes, each alone.
@Suite struct JobPartTests {
    private static let start = Instant(seconds: 1_800_000_000)

    // MARK: - The list

    @Test func aListIsRead() throws {
        let text = """
            name,destination,files,transport,max-rate,ecm,id,header,sub,not-before,tries
            first,sip:1@192.0.2.1,a.pdf | /b.tif,t38,9600,no,+1 555,"Hello, you",12#3,2026-11-21T21:15:00+01:00,5
            ,sip:2@192.0.2.1,a.pdf,,,,,,,,
            ,sip:2@192.0.2.1,a.pdf,,,,,,,2026-11-21T20:15:00Z,

            """
        let jobs = try JobListReader.read(text, folder: "/lists")
        #expect(jobs.map(\.label) == ["first", "job 2", "job 3"] && jobs.map(\.line) == [2, 3, 4])
        #expect(jobs[0].files == ["/lists/a.pdf", "/b.tif"] && jobs[0].choices.pageHeader == "Hello, you")
        #expect(jobs[0].choices.transport == .t38 && jobs[0].choices.maxRate == 9_600)
        #expect(jobs[0].choices.hasECM == false && jobs[0].choices.tries == 5)
        var machine = FaxProfile()
        machine.abilities.subaddress = "9"
        #expect(jobs.map { $0.choices.profile(over: machine).abilities.subaddress } == ["12#3", "9", "9"])
        #expect(jobs[1].choices == CallChoices())
        #expect(jobs[0].notBefore == jobs[2].notBefore && jobs[0].notBefore == Instant(seconds: 1_795_292_100))
        #expect(Set(jobs.map(\.key)).count == 3)
        // A row more does not change what the others are known by.
        let more = try JobListReader.read(text + ",sip:3@192.0.2.1,a.pdf,,,,,,,,\n", folder: "/lists")
        #expect(more.prefix(3).map(\.key) == jobs.map(\.key))
    }

    /// The same faxes in both forms are known by the same keys.
    @Test func aListOfYAMLIsTheSame() throws {
        let csv = """
            name,destination,files,transport,max-rate,ecm,not-before
            first,sip:1@192.0.2.1,a.pdf | /b.tif,t38,9600,no,2026-11-21T20:15:00Z
            ,sip:2@192.0.2.1,a.pdf,,,,
            """
        let yaml = """
            - name: first
              destination: sip:1@192.0.2.1
              files: [a.pdf, /b.tif]
              transport: t38
              max-rate: 9600
              ecm: false
              not-before: 2026-11-21T20:15:00Z
            - {destination: "sip:2@192.0.2.1", files: a.pdf}
            """
        let expected = try JobListReader.read(csv, folder: "/lists")
        for text in [yaml, "jobs:\n" + yaml.split(separator: "\n").map { "  " + $0 }.joined(separator: "\n")] {
            let jobs = try JobListReader.read(text, .yaml, folder: "/lists")
            #expect(jobs.map(\.key) == expected.map(\.key) && jobs.map(\.files) == expected.map(\.files))
            #expect(jobs.map(\.choices) == expected.map(\.choices) && jobs.map(\.label) == expected.map(\.label))
            #expect(jobs.map(\.notBefore) == expected.map(\.notBefore))
        }
    }

    private static let badYAML: [(String, Int, Int, String)] = [
        ("a: 1\n", 1, 1, "'jobs' is missing"), ("jobs: 5\n", 1, 7, "list is wanted"),
        ("- {destination: \"sip:1@h\"}\n", 1, 3, "has files"),
        ("- {destination: \"sip:1@h\", files: a, file: b}\n", 1, 38, "meant is perhaps 'files'"),
        ("- {destination: \"sip:1@h\", files: a, concurrency: 2}\n", 1, 38, "unknown field 'concurrency'"),
        ("- {destination: \"5551234\", files: a}\n", 1, 17, "no SIP URI"),
        ("- {destination: \"sip:1@h\", files: [a, \"\"]}\n", 1, 39, "empty"),
    ]

    @Test(arguments: badYAML)
    func whatIsWrongInYAMLHasItsPlace(text: String, line: Int, column: Int, problem: String) {
        let error = #expect(throws: PlacedError.self) { try JobListReader.read(text, .yaml, folder: ".") }
        #expect(error?.line == line && error?.column == column, "\(String(describing: error))")
        #expect(error?.problem.contains(problem) == true, "\(String(describing: error))")
    }

    private static let head = "destination,files,transport,ecm,not-before\n"
    private static let bad: [(String, Int, Int, String)] = [
        ("destination\n", 1, 1, "'files' is missing"), ("destinaton,files\n", 1, 1, "meant is perhaps 'destination'"),
        ("destination,files,files\n", 1, 19, "twice"), (head + "5551234,a,,,\n", 2, 1, "no SIP URI"),
        (head + "sip:1@h,,,,\n", 2, 1, "has files"), (head + "sip:1@h,a| ,,,\n", 2, 9, "empty"),
        (head + "sip:1@h,a,fax,,\n", 2, 11, "unknown word"), (head + "sip:1@h,a,,maybe,\n", 2, 12, "yes or no"),
        (head + "sip:1@h,a,,,tomorrow\n", 2, 13, "no date"), (head + "sip:1@h,a\n", 2, 1, "5 columns"),
        ("name,destination,files\nx,sip:1@h,a\nx,sip:2@h,a\n", 3, 1, "two faxes"),
        ("destination,files,transport,policy\nsip:1@h,a,t38,flip-flop\n", 2, 15, "exclude"),
        ("destination,files,sub\nsip:1@h,a,12-3\n", 2, 11, "an address has"),
    ]

    @Test(arguments: bad)
    func whatIsWrongInAListHasItsPlace(text: String, line: Int, column: Int, problem: String) {
        let error = #expect(throws: PlacedError.self) { try JobListReader.read(text, folder: ".") }
        #expect(error?.line == line && error?.column == column, "\(String(describing: error))")
        #expect(error?.problem.contains(problem) == true, "\(String(describing: error))")
    }

    // MARK: - Again

    private static let verdicts: [(FailureKind, Int, Int, RetryRules.Verdict?)] = [
        (.busy, 1, 0, .again(after: .seconds(60))), (.busy, 3, 0, nil), (.noAnswer, 2, 0, .again(after: .seconds(300))),
        (.congestion, 1, 0, .again(after: .seconds(30))), (.congestion, 2, 0, .again(after: .seconds(60))),
        (.fax, 1, 0, .again(after: .seconds(60))), (.noFax, 1, 1, .again(after: .seconds(300))),
        (.noFax, 2, 2, nil), (.refused, 1, 0, nil), (.noT38, 1, 0, nil), (.incapable, 1, 0, nil),
        (.unwanted, 1, 0, nil), (.ownFault, 1, 0, nil),
    ]

    @Test(arguments: verdicts)
    func whetherAFaxIsSentAgain(kind: FailureKind, tries: Int, noFax: Int, expected: RetryRules.Verdict?) {
        let verdict = RetryRules().verdict(kind, tries: tries, noFax: noFax)
        if let expected {
            #expect(verdict == expected)
        } else if case .again = verdict {
            Issue.record("\(verdict)")
        }
    }

    @Test func pausesAreTheUsersAndTheOtherSides() {
        let rules = RetryRules(tries: 3, pause: .seconds(5))
        #expect(rules.verdict(.busy, tries: 1) == .again(after: .seconds(5)))
        #expect(rules.verdict(.congestion, tries: 1, retryAfter: .seconds(90)) == .again(after: .seconds(90)))
        #expect(RetryRules().verdict(.noT38, tries: 1, changesTransport: true) == .again(after: .seconds(10)))
    }

    @Test(arguments: [
        (486, FailureKind.busy), (600, .busy), (480, .noAnswer), (408, .noAnswer), (503, .congestion),
        (500, .congestion),
        (404, .refused), (403, .refused), (603, .refused), (488, .refused), (401, .refused),
    ])
    func whatAStatusMeans(status: Int, kind: FailureKind) { #expect(FailureKind.ofStatus(status) == kind) }

    @Test(arguments: [
        (T30_ERR_OK, FaxCompletion.success), (T30_ERR_CEDTONE, .noFax), (T30_ERR_T1_EXPIRED, .noFax),
        (T30_ERR_T3_EXPIRED, .line), (T30_ERR_CANNOT_TRAIN, .line), (T30_ERR_OPER_INT_FAIL, .ownFault),
        (T30_ERR_INCOMPATIBLE, .incapable), (T30_ERR_NOSIZESUPPORT, .incapable), (T30_ERR_UNEXPECTED, .line),
        (T30_ERR_TX_T5EXP, .line), (T30_ERR_RX_DCNNORTN, .line), (T30_ERR_FILEERROR, .ownFault),
        (T30_ERR_NOMEM, .ownFault), (T30_ERR_RETRYDCN, .line), (T30_ERR_CALLDROPPED, .line),
        (T30_ERR_NOPOLL, .incapable), (T30_ERR_IDENT_UNACCEPTABLE, .unwanted), (T30_ERR_CSA_UNACCEPTABLE, .unwanted),
    ])
    func whatACompletionMeans(code: Int, meaning: FaxCompletion) { #expect(FaxCompletion(code: code) == meaning) }

    // MARK: - The queue

    @Test func oneDestinationAtATime() {
        var queue = JobQueue(destinations: ["a", "A", "b", "c"], concurrency: 1, callsPerMinute: nil)
        let now = Self.start
        #expect(queue.next(at: now) == .start(0))
        #expect(queue.next(at: now) == .wait(until: nil))
        queue.wait(0, until: now + .seconds(60))
        #expect(queue.next(at: now) == .start(1))
        queue.end(1)
        #expect(queue.next(at: now) == .start(2))
        queue.end(2)
        queue.end(3)
        #expect(queue.next(at: now) == .wait(until: now + .seconds(60)))
        #expect(queue.next(at: now + .seconds(60)) == .start(0))
        queue.end(0)
        #expect(queue.next(at: now) == .finished)
    }

    @Test func severalDestinationsButNeverTwoCallsToOne() {
        var queue = JobQueue(destinations: ["a", "a", "b", "c"], concurrency: 2, callsPerMinute: nil)
        #expect(queue.next(at: Self.start) == .start(0) && queue.next(at: Self.start) == .start(2))
        #expect(queue.next(at: Self.start) == .wait(until: nil))
        queue.end(2)
        #expect(queue.next(at: Self.start) == .start(3))
        queue.end(0)
        #expect(queue.next(at: Self.start) == .start(1))
    }

    @Test func soManyCallsAMinute() {
        var queue = JobQueue(destinations: ["a", "b", "c"], concurrency: 3, callsPerMinute: 30)
        #expect(queue.next(at: Self.start) == .start(0))
        #expect(queue.next(at: Self.start + .seconds(1)) == .wait(until: Self.start + .seconds(2)))
        #expect(queue.next(at: Self.start + .seconds(2)) == .start(1))
    }

    // MARK: - The journal

    private func withJournal(_ body: (String) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "faxprobe-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(at: folder) }
        try body(folder.appending(path: "jobs.journal").path)
    }

    private func line(_ state: JobLine.State, confirmed: Int? = nil, outcome: JobLine.Outcome? = nil) -> JobLine {
        var line = JobLine("job", state, try: 1, time: Self.start)
        (line.confirmed, line.outcome) = (confirmed, outcome)
        if state == .calling { line.pages = 3 }
        if outcome == .failed { (line.kind, line.reason) = (FailureKind.refused.rawValue, "refused with 404") }
        if outcome == .again { line.retryAt = 1_800_000_060 }
        return line
    }

    /// Every line of a call's life, and what a run that was killed behind it goes on from.
    @Test func aRunGoesOnFromAnyLine() throws {
        let lives: [([JobLine], JobRecord.State)] = [
            ([line(.calling), line(.answered), line(.page, confirmed: 1), line(.page, confirmed: 3)], .confirmed),
            ([line(.calling), line(.ended, confirmed: 3, outcome: .confirmed)], .confirmed),
            ([line(.calling), line(.ended, outcome: .failed)], .failed("refused with 404")),
            ([line(.calling), line(.ended, outcome: .again)], .open(retryAt: Instant(seconds: 1_800_000_060))),
            ([line(.calling), line(.answered), line(.ended, confirmed: 1, outcome: .cut)], .open(retryAt: nil)),
            ([line(.calling)], .unknown), ([line(.calling), line(.answered), line(.page, confirmed: 2)], .unknown),
            ([], .open(retryAt: nil)),
        ]
        for (lines, state) in lives {
            try withJournal { path in
                do {
                    let journal = try JobJournal(path: path)
                    for line in lines { try journal.add(line, isDurable: true) }
                }
                let again = try JobJournal(path: path)
                #expect((again.records["job"] ?? JobRecord()).state == state, "\(lines.map(\.text))")
                #expect(again.complaint == nil)
            }
        }
    }

    /// Cut at every octet: what was whole counts, what was torn is left out, and the file can be written on.
    @Test func aTornLineIsLeftOut() throws {
        let whole = "{\"journal\":\"\(JobJournal.schema)\"}\n" + line(.calling).text
        let text = whole + line(.ended, confirmed: 3, outcome: .confirmed).text
        for count in 0...text.utf8.count {
            try withJournal { path in
                try Data(text.utf8.prefix(count)).write(to: URL(filePath: path))
                let state = try JobJournal(path: path).records["job"]?.state
                let expected: JobRecord.State? =
                    count == text.utf8.count ? .confirmed : count >= whole.utf8.count ? .unknown : nil
                #expect(state == expected, "\(count)")
                var other = line(.calling)
                other.job = "other"
                try JobJournal(path: path).add(other, isDurable: false)
                let records = try JobJournal(path: path).records
                #expect(records["other"]?.state == .unknown && records["job"]?.state == expected, "\(count)")
            }
        }
    }

    @Test func aDamagedLineInTheMiddleStopsEverything() throws {
        try withJournal { path in
            let text = "{\"journal\":\"\(JobJournal.schema)\"}\n{\"job\":\n" + line(.calling).text
            try Data(text.utf8).write(to: URL(filePath: path))
            #expect(throws: JobJournal.Failure.self) { try JobJournal(path: path) }
            try Data("{\"journal\":\"faxprobe-jobs/9\"}\n".utf8).write(to: URL(filePath: path))
            #expect(throws: JobJournal.Failure.self) { try JobJournal(path: path) }
            try Data("destination,files\nx,y\n".utf8).write(to: URL(filePath: path))
            #expect(throws: JobJournal.Failure.self) { try JobJournal(path: path) }
        }
    }

    @Test func aJournalIsOfOneRunAtATime() throws {
        try withJournal { path in
            let journal = try JobJournal(path: path)
            let error = #expect(throws: JobJournal.Failure.self) { try JobJournal(path: path) }
            #expect(error?.description.contains("in use") == true)
            #expect(journal.path == path)
        }
    }

    /// A call that this side cut counts among the tries of nobody; a pause is known by its length.
    @Test func whatACutCallLeaves() {
        var record = JobRecord()
        for line in [line(.calling), line(.ended, outcome: .cut)] { record.apply(line) }
        #expect(record.tries == 1 && record.forgiven == 1 && record.state == .open(retryAt: nil))
        for line in [line(.calling), line(.ended, outcome: .again)] { record.apply(line) }
        #expect(record.forgiven == 1 && record.retryPause == .seconds(60))
    }

    @Test func whatFailedGetsItsTriesAnew() throws {
        try withJournal { path in
            let journal = try JobJournal(path: path)
            for line in [line(.calling), line(.ended, outcome: .failed)] { try journal.add(line, isDurable: false) }
            journal.reopenFailed("job")
            #expect(journal.records["job"]?.state == .open(retryAt: nil) && journal.records["job"]?.forgiven == 1)
        }
    }
}
