import Dispatch
import Synchronization

/// Runs work on other threads and hands the results out in the order of submission, on the submitting thread. At most
/// `depth` pieces are in flight, so that memory does not grow when the workers are slower than the source.
final class OrderedWorkers<Work: Sendable, Result: Sendable> {
    private struct State {
        var done: [Int: Result] = [:]
    }

    private final class Shared: Sendable {
        let state = Mutex(State())
        let finished = DispatchSemaphore(value: 0)
    }

    private let shared = Shared()
    private let queue: DispatchQueue
    private let slots: DispatchSemaphore
    private let depth: Int
    private let perform: @Sendable (Work) -> Result
    private let deliver: (Result) -> Void
    private var submitted = 0
    private var delivered = 0

    init(workers: Int, perform: @escaping @Sendable (Work) -> Result, deliver: @escaping (Result) -> Void) {
        queue = DispatchQueue(label: "analysis", attributes: .concurrent)
        slots = DispatchSemaphore(value: workers)
        depth = workers * 8
        self.perform = perform
        self.deliver = deliver
    }

    func submit(_ work: Work) {
        while submitted - delivered >= depth { waitForNext() }
        let (number, shared, perform, slots) = (submitted, shared, perform, slots)
        submitted += 1
        queue.async {
            slots.wait()
            let result = perform(work)
            slots.signal()
            shared.state.withLock { $0.done[number] = result }
            shared.finished.signal()
        }
        deliverReady()
    }

    /// Waits for all that was submitted.
    func finish() {
        while delivered < submitted { waitForNext() }
    }

    private func waitForNext() {
        if !deliverReady() { shared.finished.wait() }
    }

    @discardableResult
    private func deliverReady() -> Bool {
        var any = false
        while let result = shared.state.withLock({ $0.done.removeValue(forKey: delivered) }) {
            delivered += 1
            any = true
            deliver(result)
        }
        return any
    }
}
