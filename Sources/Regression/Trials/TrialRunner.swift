import FaxCore
import FaxDSP
import Foundation
import Simulator
import Synchronization

/// Runs trials on several threads. Records come out in the order of the plan, whatever the number of threads.
public struct TrialRunner: Sendable {
    /// Which calls the analyser looks at.
    public enum Diagnosing: String, Sendable, CaseIterable {
        case all, failed, off
    }

    public struct Output: Sendable {
        public var record: TrialRecord
        /// Where asked for.
        public var capture: WorldCapture?
    }

    public var jobs = 1
    public var diagnosing = Diagnosing.failed
    public var tap = WorldCapture.Tap.answerer
    /// Hand the captures out with the records.
    public var keepsCaptures = false
    /// Asked between trials; `true`: no further ones are begun.
    public var shouldStop: @Sendable () -> Bool = { false }

    public init() {}

    private struct State: Sendable {
        var next = 0
        var due = 0
        var waiting: [Int: Output] = [:]
        var failure: MemoryFile.Failure?
    }

    /// Calls `take` for every finished trial, in order, on one thread at a time. After ``shouldStop`` said so, those that
    /// were begun are finished first.
    /// - Parameter plan: scenario and seed of the trial with this number.
    public func run(
        count: Int, plan: @Sendable (Int) -> CallTrial, take: @Sendable (Output) -> Void
    ) throws(MemoryFile.Failure) {
        let state = Mutex(State())
        DispatchQueue.concurrentPerform(iterations: max(1, min(jobs, count))) { _ in
            while let number = state.withLock({ begin(&$0, count) }) {
                do throws(MemoryFile.Failure) {
                    let output = try run(number, plan(number))
                    state.withLock { finish(&$0, number, output, take) }
                } catch {
                    state.withLock { $0.failure = error }
                }
            }
        }
        if let failure = state.withLock(\.failure) { throw failure }
    }

    private func begin(_ state: inout State, _ count: Int) -> Int? {
        guard state.failure == nil, state.next < count, !shouldStop() else { return nil }
        state.next += 1
        return state.next - 1
    }

    private func finish(_ state: inout State, _ number: Int, _ output: Output, _ take: (Output) -> Void) {
        state.waiting[number] = output
        while let ready = state.waiting.removeValue(forKey: state.due) {
            state.due += 1
            take(ready)
        }
    }

    private func run(_ number: Int, _ trial: CallTrial) throws(MemoryFile.Failure) -> Output {
        var trial = trial
        trial.tap = diagnosing == .off && !keepsCaptures ? nil : tap
        let result = try trial.run()
        let isDiagnosed =
            switch diagnosing {
            case .all: true
            case .failed: !result.isSuccess
            case .off: false
            }
        let diagnosis = isDiagnosed ? result.capture.map(TrialDiagnosis.init) : nil
        return Output(
            record: TrialRecord(number, result, diagnosis), capture: keepsCaptures ? result.capture : nil)
    }
}
