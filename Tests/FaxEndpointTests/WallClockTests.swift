import Dispatch
import FaxCore
import Foundation
import Synchronization
import TestSupport
import Testing

@testable import FaxEndpoint

/// A date that jumps moves no call and loses no record. Nobody can set the clock of the machine in a test: what is tested is
/// who reads it, by which clock waits are, and what is made of dates that jumped.
@Suite(.live) struct WallClockTests {
    // MARK: - Who reads it

    /// Every place in live code that may, and what for. None of them times a call.
    private static let readers = [
        // Once, when an endpoint begins; from there on by the monotonic clock.
        "FaxEndpoint/Endpoint/LiveClock.swift: CLOCK_REALTIME",
        // What a modem shows of a caller.
        "FaxEndpoint/Modem/ModemBank.swift: Date()",
        // In the name of a damaged file.
        "FaxEndpoint/Policy/PolicyMemoryFile.swift: Date.now",
        // Once, when the screen is made.
        "faxprobe/DashboardScreen.swift: Date.now",
        // A dry run says what would be done now.
        "faxprobe/Send.swift: Date.now",
    ]

    private static let words = [
        "CLOCK_REALTIME", "gettimeofday", "time(nil)", "Date()", "Date.now", "timeIntervalSinceNow", "CFAbsoluteTime",
        "DispatchTime", "DispatchWallTime", "wait(timeout:", "asyncAfter", "sleep(until:", "scheduledTimer(", "RunLoop",
        "SuspendingClock",
    ]

    @Test func onlyTheseReadTheDate() throws {
        let sources = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../Sources").standardized
        var found: [String] = []
        for target in ["FaxCore", "FaxDSP", "FaxEndpoint", "FaxProtocol", "FaxStation", "FaxWire", "faxprobe"] {
            let folder = sources.appending(path: target)
            let names = try #require(FileManager.default.enumerator(atPath: folder.path)).compactMap { $0 as? String }
            #expect(!names.isEmpty)
            for name in names where name.hasSuffix(".swift") {
                let lines = try String(contentsOf: folder.appending(path: name), encoding: .utf8).split(separator: "\n")
                let code = lines.filter { !$0.drop { $0 == " " }.hasPrefix("//") }.joined(separator: "\n")
                for word in Self.words where code.contains(word) { found.append("\(target)/\(name): \(word)") }
            }
        }
        #expect(found.sorted() == Self.readers.sorted())
    }

    // MARK: - By which clock it waits

    /// What a thread waits for, as the kernel sees it: number and arguments of its system call.
    private static func systemCall(of wait: @escaping @Sendable () -> Void) async throws -> [UInt64] {
        try await OwnThread.run {
            let place = Mutex<String?>(nil)
            let hasEnded = Mutex(false)
            Thread.detachNewThread {
                let link = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/thread-self")
                place.withLock { $0 = link }
                wait()
                hasEnded.withLock { $0 = true }
            }
            let limit = ContinuousClock.now + .seconds(30)
            while ContinuousClock.now < limit {
                defer { usleep(5_000) }
                guard let thread = place.withLock({ $0 }) else { continue }
                let text = try String(contentsOfFile: "/proc/\(thread)/syscall", encoding: .utf8)
                let fields = text.split(separator: " ").compactMap { field in
                    field.hasPrefix("0x") ? UInt64(field.dropFirst(2), radix: 16) : UInt64(field)
                }
                // The fourth argument of `futex` is how long.
                if fields.count > 4, fields[0] == Self.futex, fields[4] != 0 { return fields }
                try #require(!hasEnded.withLock { $0 }, "the wait was over before it was looked at")
            }
            throw CocoaError(.fileReadUnknown)
        }
    }

    #if arch(arm64)
        private static let futex: UInt64 = 98
    #else
        private static let futex: UInt64 = 202
    #endif
    /// `FUTEX_CLOCK_REALTIME` of the second argument.
    private static let isByDate: UInt64 = 256

    @Test func waitsAreByTheMonotonicClock() async throws {
        let queue = EventQueue()
        let ours = try await Self.systemCall { _ = queue.next(within: .seconds(4)) }
        #expect(ours[2] & Self.isByDate == 0, "\(ours)")
    }

    /// The other kind, so that the test above can fail.
    @Test func theSystemsSemaphoreWaitsByDate() async throws {
        let theirs = try await Self.systemCall { _ = DispatchSemaphore(value: 0).wait(timeout: .now() + 4) }
        #expect(theirs[2] & Self.isByDate != 0, "\(theirs)")
    }

    @Test func aSemaphoreCounts() async throws {
        let semaphore = MonotonicSemaphore()
        semaphore.signal()
        semaphore.signal()
        #expect(semaphore.wait(for: .zero) && semaphore.wait(for: .seconds(-5)) && !semaphore.wait(for: .zero))
        let begin = ContinuousClock.now
        #expect(!semaphore.wait(for: .milliseconds(1_100)))
        #expect(ContinuousClock.now - begin >= .milliseconds(1_100))
        try await OwnThread.run {
            Thread.detachNewThread {
                usleep(20_000)
                semaphore.signal()
            }
            #expect(semaphore.wait(for: .seconds(1_000_000_000_000)))
        }
    }

    // MARK: - Dates that jumped

    private static let start = Instant(seconds: 1_800_000_000)
    private static let jumps: [Duration] = [
        .seconds(-400 * 86_400), .seconds(-3_600), .seconds(3_600), .seconds(400 * 86_400),
    ]

    /// Dates of events and records: as far apart as the moments, whatever the date was when the endpoint began.
    @Test func recordsKeepTheirOrder() {
        let moment = Instant(seconds: 1_000)
        for jump in Self.jumps {
            let clock = LiveClock(date: Self.start + jump, at: moment)
            #expect(clock.date(of: moment) == Self.start + jump)
            #expect(clock.date(of: moment + .seconds(5)) - clock.date(of: moment) == .seconds(5))
        }
    }

    /// A run ends with a fax that waits, the date jumps, and another run goes on.
    @Test(arguments: jumps.indices) func aJournalSurvivesIt(jump: Int) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "faxprobe-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appending(path: "list.journal").path
        let now = Self.start + Self.jumps[jump]
        do {
            let journal = try JobJournal(path: path)
            try journal.add(Self.calling("waits", 1), isDurable: true)
            var end = JobLine("waits", .ended, try: 1, time: Self.start + .seconds(30))
            (end.outcome, end.retryAt, end.confirmed) = (.again, (Self.start + .seconds(90)).seconds, 1)
            try journal.add(end, isDurable: true)
        }
        do {
            // A run after the jump: its dates are before or far behind those above.
            let journal = try JobJournal(path: path)
            let record = try #require(journal.records["waits"])
            #expect(record.confirmed == 1 && record.tries == 1)
            #expect(try #require(record.due(at: now)) <= now + .seconds(60), "nobody waits longer than the pause")
            var second = Self.calling("waits", 2)
            second.time = now.seconds
            try journal.add(second, isDurable: true)
            var end = JobLine("waits", .ended, try: 2, time: now + .seconds(30))
            (end.outcome, end.confirmed) = (.confirmed, 3)
            try journal.add(end, isDurable: true)
        }
        let record = try #require(try JobJournal(path: path).records["waits"])
        #expect(record.state == .confirmed && record.tries == 2 && record.confirmed == 3)
    }

    private static func calling(_ job: String, _ number: Int) -> JobLine {
        var line = JobLine(job, .calling, try: number, time: start)
        line.pages = 3
        return line
    }

    /// What is remembered of the future is not gone by, what is of long ago neither; what is for good stays.
    @Test(arguments: jumps.indices) func aPolicyMemorySurvivesIt(jump: Int) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "faxprobe-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = PolicyMemoryFile(path: folder.appending(path: "memory.json").path)
        let (once, always) = (NumberPair(ours: "1", theirs: "sip:2@h"), NumberPair(ours: "1", theirs: "sip:3@h"))
        let policy = FaxPolicy(.flipFlop)
        let failed = PolicyTrial(.t38, .otherMayHelp)
        _ = try file.update { memory in
            policy.learn(failed, of: once, into: &memory, now: Self.start)
            for _ in 0..<3 { policy.learn(failed, of: always, into: &memory, now: Self.start) }
        }
        let now = Self.start + Self.jumps[jump]
        let memory = try file.read().memory
        #expect(policy.decide(once, memory: memory, now: Self.start).transport == .g711)
        #expect(policy.decide(once, memory: memory, now: now).transport == .auto)
        #expect(policy.decide(always, memory: memory, now: now).transport == .g711)
        // What is learnt after the jump counts from there on.
        _ = try file.update { policy.learn(failed, of: once, into: &$0, now: now) }
        #expect(policy.decide(once, memory: try file.read().memory, now: now + .seconds(60)).transport == .g711)
        #expect(policy.decide(once, memory: try file.read().memory, now: now + .seconds(1_000)).transport == .auto)
    }
}
