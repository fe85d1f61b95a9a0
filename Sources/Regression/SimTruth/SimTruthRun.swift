import Dispatch
import Simulator
import Synchronization

/// All cases, on several threads; the rows come in the order of the cases.
public struct SimTruthRun: Sendable {
    public var jobs = 1
    /// Told how many are done.
    public var progress: (@Sendable (Int) -> Void)?

    public init() {}

    private struct State: Sendable {
        var next = 0
        var done = 0
        var rows: [SimTruthRow?]
        var failure: (any Error)?
    }

    public func rows(_ cases: [SimTruthCase]) throws -> [SimTruthRow] {
        let document = try SimTruthCase.document()
        let state = Mutex(State(rows: [SimTruthRow?](repeating: nil, count: cases.count)))
        DispatchQueue.concurrentPerform(iterations: max(1, jobs)) { _ in
            while let number = state.withLock({ begin(&$0, cases.count) }) {
                do {
                    let row = try cases[number].run(document)
                    let done = state.withLock { finish(&$0, number, row) }
                    progress?(done)
                } catch {
                    state.withLock { $0.failure = error }
                }
            }
        }
        return try state.withLock { state in
            if let failure = state.failure { throw failure }
            return state.rows.compactMap { $0 }
        }
    }

    private func begin(_ state: inout State, _ count: Int) -> Int? {
        guard state.failure == nil, state.next < count else { return nil }
        state.next += 1
        return state.next - 1
    }

    private func finish(_ state: inout State, _ number: Int, _ row: SimTruthRow) -> Int {
        state.rows[number] = row
        state.done += 1
        return state.done
    }
}
