import FaxCore

/// What a call has decided to do later, in order of time.
struct FaxCallSchedule {
    enum Task: Sendable, Hashable {
        case answer, offerT38, offerAgain, respondToT38, giveUpOnAudio, giveUpOnT38, hangUp, breakOff
    }

    private var due: [(at: Instant, task: Task)] = []

    var deadline: Instant? { due.first?.at }

    mutating func add(_ task: Task, at time: Instant) {
        guard !due.contains(where: { $0.task == task }) else { return }
        let place = due.firstIndex { $0.at > time } ?? due.count
        due.insert((time, task), at: place)
    }

    mutating func cancel(_ task: Task) { due.removeAll { $0.task == task } }

    /// The next that is due, taken out.
    mutating func next(until now: Instant) -> Task? {
        guard let first = due.first, first.at <= now else { return nil }
        return due.removeFirst().task
    }

    mutating func clear() { due = [] }
}
