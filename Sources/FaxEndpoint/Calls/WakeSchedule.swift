import FaxCore
import NIOCore

/// When the timers of an event loop are due, for hundreds of calls that each wake every 20 ms: by whole milliseconds, so that what many
/// have to do in the same one is done in one turn of the loop. NIO keeps one callback for all of them: its own queue of
/// tasks costs more than what such a turn has to do. Belongs to its event loop.
final class WakeSchedule {
    private let loop: any EventLoop
    /// Milliseconds that have timers, the earliest first: a binary heap.
    private var milliseconds: [Int64] = []
    /// Who was armed for a millisecond; some have been armed for another one since, or not at all.
    private var timers: [Int64: [WakeTimer]] = [:]
    private var callback: (scheduled: NIOScheduledCallback, millisecond: Int64)?
    /// Emptied, to be filled again.
    private var spare: [[WakeTimer]] = []

    private static let spareLimit = 64

    init(_ loop: any EventLoop) { self.loop = loop }

    func add(_ timer: WakeTimer, at millisecond: Int64) {
        if timers[millisecond]?.append(timer) == nil {
            var first = spare.popLast() ?? []
            first.append(timer)
            timers[millisecond] = first
            insert(millisecond)
        }
        scheduleEarliest()
    }

    private func scheduleEarliest() {
        guard let earliest = milliseconds.first else { return }
        if let callback {
            guard earliest < callback.millisecond else { return }
            callback.scheduled.cancel()
        }
        callback = nil
        let waker = Waker(schedule: NIOLoopBound(self, eventLoop: loop))
        let due = NIODeadline(Instant(nanoseconds: earliest * WakeTimer.nanoseconds))
        guard let scheduled = try? loop.scheduleCallback(at: due, handler: waker) else { return }
        callback = (scheduled, earliest)
    }

    /// Wakes those whose time it was; of what they arm for the same time nothing is done before the next turn.
    private func fire() {
        guard let due = callback?.millisecond else { return }
        callback = nil
        var woken: [WakeTimer] = []
        while let earliest = milliseconds.first, earliest <= due {
            removeFirst()
            guard var group = timers.removeValue(forKey: earliest) else { continue }
            if woken.isEmpty { swap(&woken, &group) } else { woken += group }
            keep(&group)
        }
        for timer in woken { timer.fire(millisecond: due) }
        keep(&woken)
        scheduleEarliest()
    }

    private func keep(_ group: inout [WakeTimer]) {
        guard spare.count < Self.spareLimit, group.capacity > 0 else { return }
        group.removeAll(keepingCapacity: true)
        spare.append(group)
    }

    private struct Waker: NIOScheduledCallbackHandler, Sendable {
        let schedule: NIOLoopBound<WakeSchedule>
        func handleScheduledCallback(eventLoop: some EventLoop) { schedule.value.fire() }
    }

    // MARK: - The heap

    private func insert(_ millisecond: Int64) {
        var place = milliseconds.count
        milliseconds.append(millisecond)
        while place > 0, milliseconds[(place - 1) / 2] > milliseconds[place] {
            milliseconds.swapAt(place, (place - 1) / 2)
            place = (place - 1) / 2
        }
    }

    private func removeFirst() {
        milliseconds.swapAt(0, milliseconds.count - 1)
        milliseconds.removeLast()
        var place = 0
        while true {
            let (left, right) = (2 * place + 1, 2 * place + 2)
            var least = place
            if left < milliseconds.count, milliseconds[left] < milliseconds[least] { least = left }
            if right < milliseconds.count, milliseconds[right] < milliseconds[least] { least = right }
            if least == place { return }
            milliseconds.swapAt(place, least)
            place = least
        }
    }
}
