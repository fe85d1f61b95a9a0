import Dispatch
import FaxCore
import FaxWire
import Foundation
import PcapDecode
import Synchronization
import TestSupport
import Testing

@testable import T30Analyzer

/// Several threads give what one gives, in the same order.
struct PipelinedRunTests {
    private static let captures = [
        "06-t38-redundancy-3pct-loss", "21-tcp-t38", "22-two-faxes-plus-voice", "17g-sip-icmp-port-unreachable",
        "48-sip-ip-fragmented-mtu600", "D08-truncated-file-t38",
    ].filter { FileManager.default.fileExists(atPath: Corpus.file("captures/\($0)/capture.pcap").path) }

    /// All that a run tells, as text.
    private func everything(_ source: CaptureInput, jobs: Int, comparesCalls: Bool = true) throws -> [String] {
        var options = AnalysisRunner.Options()
        options.jobs = jobs
        options.comparesCalls = comparesCalls
        var lines: [String] = []
        let summary = try AnalysisRunner(options).run(source) { lines += Self.text($0) }
        return lines + ["\(summary)"]
    }

    private static func text(_ analyzed: AnalyzedCall) -> [String] {
        var call = analyzed.call
        // Dictionaries print in any order.
        call.signalling.sessions = []
        for index in call.signalling.steps.indices {
            let lines = call.signalling.steps[index].sdp?.lines.count ?? 0
            for line in 0..<lines { call.signalling.steps[index].sdp?.lines[line].codecs = [:] }
        }
        for index in call.streams.indices {
            call.streams[index].statistics.lossBursts = [:]
            call.streams[index].audio = nil
        }
        return ["\(call)", "\(analyzed.fax.outcome) \(analyzed.fax.messages)"] + analyzed.findings.map { "\($0)" }
    }

    /// Batches, on one thread and on two, give what frames give that are fed one by one.
    @Test(arguments: captures)
    func sameAsFrameByFrame(_ name: String) throws {
        let path = Corpus.file("captures/\(name)/capture.pcap").path
        let analyzer = FaxAnalyzer()
        var lines: [String] = []
        let decoder = CaptureDecoder { lines += Self.text(AnalysisRunner.analyze($0, analyzer)) }
        let source = try CaptureInput(path: path)
        source.forEachFrame { frame, bytes in
            decoder.feed(frame, bytes)
            return true
        }
        decoder.finish()
        #expect(!lines.isEmpty)
        for jobs in [1, 2] {
            let batched = try everything(CaptureInput(path: path), jobs: jobs, comparesCalls: false)
            #expect(batched.dropLast() == lines[...])
        }
    }

    @Test(arguments: captures)
    func sameForAnyNumberOfJobs(_ name: String) throws {
        let path = Corpus.file("captures/\(name)/capture.pcap").path
        let one = try everything(CaptureInput(path: path), jobs: 1)
        for jobs in [2, 3, 8] { #expect(try everything(CaptureInput(path: path), jobs: jobs) == one) }
    }

    @Test func sameForMergedFiles() throws {
        let paths = Self.captures.map { Corpus.file("captures/\($0)/capture.pcap").path }
        let one = try everything(CaptureInput(merging: paths), jobs: 1)
        #expect(one.count > paths.count)
        for jobs in [2, 4] { #expect(try everything(CaptureInput(merging: paths), jobs: jobs) == one) }
    }

    /// A call that has ended is told while the feed waits for more.
    @Test(arguments: [1, 2])
    func liveFeed(jobs: Int) throws {
        let path = Corpus.file("captures/22-two-faxes-plus-voice/capture.pcap").path
        let octets = try Data(contentsOf: URL(filePath: path))
        let pipe = FileManager.default.temporaryDirectory.appending(path: "faxprobe-feed-\(UUID())").path
        try #require(mkfifo(pipe, 0o600) == 0)
        defer { unlink(pipe) }
        let told = DispatchSemaphore(value: 0)
        let inTime = Atomic<Bool>(false)
        DispatchQueue.global().async {
            guard let feed = FileHandle(forWritingAtPath: pipe) else { return }
            try? feed.write(contentsOf: octets)
            inTime.store(told.wait(timeout: .now() + 20) == .success, ordering: .relaxed)
            try? feed.close()
        }
        var options = AnalysisRunner.Options()
        options.jobs = jobs
        var calls = 0
        _ = try AnalysisRunner(options).run(CaptureInput(path: pipe)) { _ in
            calls += 1
            told.signal()
        }
        #expect(calls == 3)
        let wasInTime = inTime.load(ordering: .relaxed)
        #expect(wasInTime)
    }
}

/// Batches arrive in order and few at a time; what comes of work is delivered in order whoever does it.
struct SharedWorkTests {
    @Test(arguments: [0, 1, 4])
    func orderAndRoom(helpers: Int) {
        let results = Mutex<[Int]>([])
        let delivering = Atomic<Int>(0)
        let mostDelivering = Atomic<Int>(0)
        let inFlight = Atomic<Int>(0)
        let mostInFlight = Atomic<Int>(0)
        let shared = SharedWork<Int, Int, Int>(
            perform: { number in
                // The earlier of two neighbours takes longer.
                if number % 8 == 0 { usleep(200) }
                return number * 3
            },
            deliver: { result in
                mostDelivering.max(delivering.add(1, ordering: .relaxed).newValue, ordering: .relaxed)
                results.withLock { $0.append(result) }
                if result % 5 == 0 { usleep(100) }
                delivering.subtract(1, ordering: .relaxed)
                inFlight.subtract(1, ordering: .relaxed)
            })
        let queue = DispatchQueue(label: "helpers", attributes: .concurrent)
        let team = DispatchGroup()
        let ahead = Atomic<Int>(0)
        let furthest = Atomic<Int>(0)
        queue.async(group: team) {
            var taken = 0
            var used: Int?
            follow: while true {
                let step = shared.next(after: used, mayWait: taken % 3 > 0)
                used = nil
                switch step {
                case .batch(let batch):
                    #expect(batch == taken)
                    taken += 1
                    ahead.subtract(1, ordering: .relaxed)
                    if batch % 4 == 0 {
                        mostInFlight.max(inFlight.add(1, ordering: .relaxed).newValue, ordering: .relaxed)
                        shared.submit(batch, limit: 6)
                    }
                    used = batch
                case .none: break
                case .end: break follow
                }
            }
            shared.finish()
        }
        for _ in 0..<helpers { queue.async(group: team) { shared.help() } }
        for batch in 0..<400 {
            _ = shared.put(batch)
            let now = ahead.add(1, ordering: .relaxed).newValue
            furthest.max(now, ordering: .relaxed)
        }
        shared.endReading()
        shared.help()
        team.wait()
        let all = results.withLock { $0 }
        #expect(all == stride(from: 0, to: 400, by: 4).map { $0 * 3 })
        #expect(mostDelivering.load(ordering: .relaxed) == 1)
        // One that waits to be taken is counted before it is.
        #expect(mostInFlight.load(ordering: .relaxed) <= 7)
        // One more may be in the follower's hands when it is counted.
        let most = furthest.load(ordering: .relaxed)
        #expect(most <= SharedWork<Int, Int, Int>.batchLimit + 1)
    }
}

/// Frames are counted as Wireshark counts: those too that cannot be read or that a filter keeps out.
struct FrameCountTests {
    @Test func framesThatCannotBeRead() throws {
        var writer = PcapngWriter()
        writer.interface(PcapngInterface(linkType: .ethernet))
        for _ in 0..<3 {
            writer.packet(interface: 9, ticks: 1_000_000, frame: [UInt8](repeating: 0, count: 60))
            writer.packet(ticks: 2_000_000, frame: [UInt8](repeating: 0, count: 60))
        }
        let file = FileManager.default.temporaryDirectory.appending(path: "faxprobe-count-\(UUID()).pcapng")
        try Data(writer.bytes).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        for jobs in [1, 2] {
            var options = AnalysisRunner.Options()
            options.jobs = jobs
            let summary = try AnalysisRunner(options).run(CaptureInput(path: file.path)) { _ in }
            #expect(summary.frames == 6)
            #expect(summary.warnings.compactMap { $0.frame?.number }.max() == 5)
            let filtered = try AnalysisRunner(options).run(CaptureInput(path: file.path, filter: "udp")) { _ in }
            #expect(filtered.frames == 6)
        }
    }
}
