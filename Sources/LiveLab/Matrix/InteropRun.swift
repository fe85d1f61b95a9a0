import FaxCore
import FaxReport
import Foundation
import PcapDecode
import Synchronization
import T30Analyzer

/// Tries rows of the matrix, some at one time.
public struct InteropRun: Sendable {
    public var jobs = 3
    /// Where captures of failures are kept.
    public var keep: URL
    /// Told of each row when it is through; on any thread, one at a time.
    public var onResult: @Sendable (InteropResult) -> Void = { _ in }

    public init(keep: URL) { self.keep = keep }

    /// Results in the order of the rows.
    ///
    /// Each job is a thread of its own: rows wait more than they compute, and Dispatch runs no more than there are processors.
    public func run(_ rows: [InteropRow]) -> [InteropResult] {
        let results = Mutex([InteropResult?](repeating: nil, count: rows.count))
        let next = Mutex(0)
        let group = DispatchGroup()
        for _ in 0..<max(1, min(jobs, rows.count)) {
            group.enter()
            Thread.detachNewThread {
                while let number = next.withLock({ Self.take(&$0, of: rows.count) }) {
                    let result = attempt(rows[number])
                    results.withLock {
                        $0[number] = result
                        onResult(result)
                    }
                }
                group.leave()
            }
        }
        group.wait()
        return results.withLock { $0.compactMap { $0 } }
    }

    private static func take(_ next: inout Int, of count: Int) -> Int? {
        guard next < count else { return nil }
        defer { next += 1 }
        return next
    }

    private func attempt(_ row: InteropRow) -> InteropResult {
        let folder = URL.temporaryDirectory.appending(path: "faxlab-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let clock = ContinuousClock()
        let start = clock.now
        func result(_ state: InteropResult.State, _ succeeded: Int, _ reasons: [String]) -> InteropResult {
            InteropResult(row: row, state: state, succeeded: succeeded, duration: clock.now - start, reasons: reasons)
        }
        do {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            let attempt = try row.attempt(InteropBench(folder: folder))
            guard !attempt.problems.isEmpty else { return result(.works, attempt.succeeded, []) }
            var failed = result(.fails, attempt.succeeded, attempt.problems)
            keepRecord(attempt, &failed)
            return failed
        } catch let missing as ChildProgram.Missing {
            return result(.notPossible, 0, [missing.description])
        } catch {
            return result(.fails, 0, ["\(error)"])
        }
    }

    private func keepRecord(_ attempt: InteropAttempt, _ result: inout InteropResult) {
        guard let record = attempt.record, FileManager.default.fileExists(atPath: record.path) else { return }
        result.verdicts = Self.verdicts(of: record)
        let place = keep.appending(path: "\(result.row.id).pcapng")
        try? FileManager.default.createDirectory(at: keep, withIntermediateDirectories: true)
        try? FileManager.default.removeItem(at: place)
        do {
            try FileManager.default.copyItem(at: record, to: place)
            result.record = place.path
        } catch {
            result.reasons.append("the capture could not be kept: \(error.localizedDescription)")
        }
    }

    /// What `analyze` says of a capture, a sentence a call.
    static func verdicts(of record: URL) -> [String] {
        let sentences = Sentences()
        var analysis = AnalyzeRun(write: { _ in }, complain: { _ in })
        analysis.analysis.decoder.keepsAudio = true
        analysis.exports = [sentences]
        _ = analysis.run([record.path])
        return sentences.lines
    }

    private final class Sentences: CallExport {
        var lines: [String] = []
        let needs: ExportNeeds = []
        func add(_ analyzed: AnalyzedCall, of source: ReportSource) { lines.append(OutcomeSentence.text(analyzed)) }
        func end(_ summary: CaptureSummary, of source: ReportSource) {}
        func finish() throws(OutputFolder.Failure) {}
    }
}
