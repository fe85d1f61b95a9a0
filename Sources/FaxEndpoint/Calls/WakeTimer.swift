import FaxCore
import NIOCore

/// One callback at the earliest time that it was armed for. Belongs to its event loop.
final class WakeTimer {
    private let loop: any EventLoop
    private var timer: NIOScheduledCallback?
    private var armed: Instant?
    /// Told when something may be due, with the time that it was armed for.
    var onWake: ((Instant) -> Void)?

    init(_ loop: any EventLoop) { self.loop = loop }

    /// One that comes too early is put off then.
    func arm(at due: Instant) {
        if let armed {
            guard due < armed else { return }
            timer?.cancel()
        }
        armed = due
        timer = try? loop.scheduleCallback(
            at: NIODeadline(Self.rounded(due)), handler: Waker(timer: NIOLoopBound(self, eventLoop: loop)))
    }

    /// To the next whole millisecond: what many calls have to do in the same one is done in one turn of the loop.
    private static func rounded(_ due: Instant) -> Instant {
        let (later, overflow) = due.nanoseconds.addingReportingOverflow(999_999)
        return overflow ? due : Instant(nanoseconds: later / 1_000_000 * 1_000_000)
    }

    func cancel() {
        timer?.cancel()
        timer = nil
        armed = nil
    }

    private func fire() {
        let due = armed
        timer = nil
        armed = nil
        if let due { onWake?(due) }
    }

    private struct Waker: NIOScheduledCallbackHandler, Sendable {
        let timer: NIOLoopBound<WakeTimer>
        func handleScheduledCallback(eventLoop: some EventLoop) { timer.value.fire() }
    }
}
