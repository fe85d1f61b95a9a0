import Dispatch
import Synchronization

/// What the threads of one run share: batches on their way from the thread that reads to the one that follows calls,
/// and work that whoever is free takes. What comes of it is delivered in the order in which it was submitted, one after
/// the other, by whoever did the last piece that was missing.
///
/// Three roles: one reader (``put(_:)``, ``endReading()``), one follower (``next(after:mayWait:)``, ``submit(_:limit:)``,
/// ``finish()``), and helpers (``help()``). A thread that would wait does work instead, as long as there is some.
final class SharedWork<Batch: Sendable, Work: Sendable, Result: Sendable>: Sendable {
    private struct State {
        var batches: [Batch] = []
        var spare: [Batch] = []
        var hasAllBatches = false
        var work: [(number: Int, work: Work)] = []
        /// By numbers of work, which count from 0 in the order of submission.
        var results: [Int: Result] = [:]
        var submitted = 0
        var delivered = 0
        /// Somebody delivers.
        var isDelivering = false
        /// No more work will come.
        var isOver = false
        var isReaderWaiting = false
        var isFollowerWaiting = false
        var waitingHelpers = 0
    }

    /// Batches that wait for the follower. A reader that found no room goes on when half of them are taken: threads that
    /// wake each other for every batch would do little else.
    static var batchLimit: Int { 32 }
    /// A follower that found no batch goes on when there are so many, or when the reader says that it may have to wait.
    static var batchesThatWake: Int { 4 }

    private let state = Mutex(State())
    private let readerBell = DispatchSemaphore(value: 0)
    private let followerBell = DispatchSemaphore(value: 0)
    private let helperBell = DispatchSemaphore(value: 0)
    private let perform: @Sendable (Work) -> Result
    private let deliver: @Sendable (Result) -> Void

    /// `deliver` is called on any of the threads, never on two at one time.
    init(perform: @escaping @Sendable (Work) -> Result, deliver: @escaping @Sendable (Result) -> Void) {
        self.perform = perform
        self.deliver = deliver
    }

    // MARK: The reader

    /// Hands a batch over, when there is room.
    /// - Returns: one that was used before, to be filled again.
    func put(_ batch: Batch) -> Batch? {
        while true {
            let (isTaken, spare, task) = state.withLock { state -> (Bool, Batch?, (Int, Work)?) in
                if state.batches.count < Self.batchLimit {
                    state.batches.append(batch)
                    if state.batches.count >= Self.batchesThatWake { wakeFollower(&state) }
                    return (true, state.spare.popLast(), nil)
                }
                let task = Self.first(&state.work)
                state.isReaderWaiting = task == nil
                return (false, nil, task)
            }
            if isTaken { return spare }
            if let task { run(task) } else { readerBell.wait() }
        }
    }

    /// The next batch may be long in coming.
    func pauseReading() {
        state.withLock { state in
            if !state.batches.isEmpty { wakeFollower(&state) }
        }
    }

    func endReading() {
        state.withLock { state in
            state.hasAllBatches = true
            wakeFollower(&state)
        }
    }

    // MARK: The follower

    enum Step {
        case batch(Batch)
        /// No batch is there.
        case none
        case end
    }

    /// The next batch. `used`: the one before, to be filled again. `mayWait`: where there is no batch, this waits for one;
    /// otherwise it says so at once.
    func next(after used: Batch?, mayWait: Bool) -> Step {
        var used = used
        while true {
            let (step, task) = state.withLock { state -> (Step?, (Int, Work)?) in
                if let batch = used.take() { recycle(batch, &state) }
                if let batch = Self.first(&state.batches) { return (.batch(batch), nil) }
                if state.hasAllBatches { return (.end, nil) }
                if !mayWait { return (Step.none, nil) }
                return (nil, takeOrWait(&state))
            }
            if let step { return step }
            runOrWait(task)
        }
    }

    private func recycle(_ batch: Batch, _ state: inout State) {
        state.spare.append(batch)
        guard state.isReaderWaiting, state.batches.count <= Self.batchLimit / 2 else { return }
        wakeReader(&state)
    }

    /// Hands work out, when no more than `limit` pieces are on their way.
    func submit(_ work: Work, limit: Int) {
        while true {
            let (isTaken, task) = state.withLock { state -> (Bool, (Int, Work)?) in
                guard state.submitted - state.delivered < limit else { return (false, takeOrWait(&state)) }
                state.work.append((state.submitted, work))
                state.submitted += 1
                wakeHelper(&state)
                return (true, nil)
            }
            if isTaken { return }
            runOrWait(task)
        }
    }

    private func wakeHelper(_ state: inout State) {
        if state.waitingHelpers > 0 {
            state.waitingHelpers -= 1
            helperBell.signal()
        } else if state.isReaderWaiting {
            wakeReader(&state)
        }
    }

    /// A piece of work for a follower that would wait; without one it is to wait.
    private func takeOrWait(_ state: inout State) -> (Int, Work)? {
        let task = Self.first(&state.work)
        state.isFollowerWaiting = task == nil
        return task
    }

    private func runOrWait(_ task: (Int, Work)?) {
        if let task { run(task) } else { followerBell.wait() }
    }

    /// No more work will come: returns when all is delivered, and helpers return.
    func finish() {
        while true {
            let (isDone, task) = state.withLock { state -> (Bool, (Int, Work)?) in
                if state.delivered == state.submitted { return (true, nil) }
                return (false, takeOrWait(&state))
            }
            if isDone { break }
            runOrWait(task)
        }
        state.withLock { state in
            state.isOver = true
            while state.waitingHelpers > 0 {
                state.waitingHelpers -= 1
                helperBell.signal()
            }
        }
    }

    // MARK: Helpers

    /// Does what work there is until no more will come.
    func help() {
        while true {
            let (isOver, task) = state.withLock { state -> (Bool, (Int, Work)?) in
                let task = Self.first(&state.work)
                if task == nil, !state.isOver { state.waitingHelpers += 1 }
                return (task == nil && state.isOver, task)
            }
            if isOver { return }
            if let task { run(task) } else { helperBell.wait() }
        }
    }

    // MARK: Work and waking

    private func run(_ task: (number: Int, work: Work)) {
        let result = perform(task.work)
        state.withLock { $0.results[task.number] = result }
        while let next = nextToDeliver() {
            deliver(next)
            state.withLock { state in
                state.delivered += 1
                state.isDelivering = false
                wakeFollower(&state)
            }
        }
    }

    /// The result whose turn it is, where it is there and nobody delivers.
    private func nextToDeliver() -> Result? {
        state.withLock { state in
            guard !state.isDelivering, let result = state.results.removeValue(forKey: state.delivered) else {
                return nil
            }
            state.isDelivering = true
            return result
        }
    }

    private static func first<Element>(_ list: inout [Element]) -> Element? {
        list.isEmpty ? nil : list.removeFirst()
    }

    private func wakeFollower(_ state: inout State) {
        guard state.isFollowerWaiting else { return }
        state.isFollowerWaiting = false
        followerBell.signal()
    }

    private func wakeReader(_ state: inout State) {
        state.isReaderWaiting = false
        readerBell.signal()
    }
}
