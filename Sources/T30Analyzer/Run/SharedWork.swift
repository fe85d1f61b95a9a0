import Dispatch
import Synchronization

/// What the threads of one run share: batches on their way from the thread that reads to the one that follows calls,
/// and work that whoever is free takes.
///
/// Three roles: one reader (``put(_:)``, ``endReading()``), one follower (``next(after:)``, ``submit(_:number:)``), and
/// helpers (``help()``). A thread that would wait does work instead, as long as there is some.
final class SharedWork<Batch: Sendable, Work: Sendable, Result: Sendable>: Sendable {
    private struct State {
        var batches: [Batch] = []
        var spare: [Batch] = []
        var hasAllBatches = false
        var work: [(number: Int, work: Work)] = []
        var results: [Int: Result] = [:]
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

    init(perform: @escaping @Sendable (Work) -> Result) {
        self.perform = perform
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
        /// Results may be there.
        case look
        case end
    }

    /// The next batch, or what else there is to do. `used`: the one before, to be filled again. `mayWait`: where there is
    /// no batch, this waits for one; otherwise it says `look` at once.
    func next(after used: Batch?, mayWait: Bool = true) -> Step {
        let (step, task) = state.withLock { state -> (Step?, (Int, Work)?) in
            if let used { recycle(used, &state) }
            if let batch = Self.first(&state.batches) { return (.batch(batch), nil) }
            if state.hasAllBatches { return (.end, nil) }
            if !mayWait { return (.look, nil) }
            let task = Self.first(&state.work)
            state.isFollowerWaiting = task == nil
            return (nil, task)
        }
        if let step { return step }
        if let task { run(task) } else { followerBell.wait() }
        return .look
    }

    private func recycle(_ batch: Batch, _ state: inout State) {
        state.spare.append(batch)
        guard state.isReaderWaiting, state.batches.count <= Self.batchLimit / 2 else { return }
        wakeReader(&state)
    }

    func submit(_ work: Work, number: Int) {
        state.withLock { state in
            state.work.append((number, work))
            if state.waitingHelpers > 0 {
                state.waitingHelpers -= 1
                helperBell.signal()
            } else if state.isReaderWaiting {
                wakeReader(&state)
            }
        }
    }

    /// The result with this number, when it is there.
    func result(_ number: Int) -> Result? {
        state.withLock { $0.results.removeValue(forKey: number) }
    }

    /// Does a piece of work, or waits until somebody else has done one.
    func helpOrWait(for number: Int) {
        let (isThere, task) = state.withLock { state -> (Bool, (Int, Work)?) in
            if state.results[number] != nil { return (true, nil) }
            let task = Self.first(&state.work)
            state.isFollowerWaiting = task == nil
            return (false, task)
        }
        if isThere { return }
        if let task { run(task) } else { followerBell.wait() }
    }

    /// No more work will come; helpers return.
    func end() {
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
        state.withLock { state in
            state.results[task.number] = result
            wakeFollower(&state)
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
