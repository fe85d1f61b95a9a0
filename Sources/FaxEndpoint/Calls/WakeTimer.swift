import FaxCore

/// One callback at the earliest time that it was armed for. Belongs to its schedule's event loop.
final class WakeTimer {
    private let schedule: WakeSchedule
    /// With the millisecond that it stands in the schedule for.
    private var armed: (due: Instant, millisecond: Int64)?
    /// Told when something may be due, with the time that it was armed for.
    var onWake: ((Instant) -> Void)?

    /// In a millisecond.
    static let nanoseconds: Int64 = 1_000_000

    init(_ schedule: WakeSchedule) { self.schedule = schedule }

    /// At the next whole millisecond.
    func arm(at due: Instant) {
        if let armed, due >= armed.due { return }
        let (later, overflow) = due.nanoseconds.addingReportingOverflow(Self.nanoseconds - 1)
        let millisecond = (overflow ? due.nanoseconds : later) / Self.nanoseconds
        let stands = armed?.millisecond == millisecond
        armed = (due, millisecond)
        if !stands { schedule.add(self, at: millisecond) }
    }

    func cancel() { armed = nil }

    /// - Parameter now: the millisecond that has come. It may be armed for a later one.
    func fire(millisecond now: Int64) {
        guard let armed, armed.millisecond <= now else { return }
        self.armed = nil
        onWake?(armed.due)
    }
}
