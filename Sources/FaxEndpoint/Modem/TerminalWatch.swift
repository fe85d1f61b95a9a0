import Foundation
import Glibc
import Synchronization

/// Reads from pseudo-terminals on a thread of its own, and notices when programs open and close them. A terminal that nobody
/// has open cannot be waited for: it is looked at again every so often.
final class TerminalWatch: Sendable {
    enum Event: Sendable {
        case opened
        /// The last program that had it open has closed it.
        case closed
        case octets([UInt8])
    }

    private struct Watched: Sendable {
        let descriptor: Int32
        var isOpen = false
        /// Its reader wants no more for the moment.
        var isPaused = false
        let report: @Sendable (Event) -> Void
    }

    private struct State: Sendable {
        var terminals: [Watched] = []
        var isStopped = false
        /// The descriptors are closed.
        var isFinished = false
    }

    private let state = Mutex(State())
    private let wakers: (read: Int32, write: Int32)

    /// Octets that are read at once.
    private static let portion = 1_024
    /// How often a terminal that nobody has open is looked at, in milliseconds.
    private static let look: Int32 = 50

    /// `nil`: the system gives no pipe.
    init?() {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { return nil }
        for end in ends {
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
        }
        wakers = (ends[0], ends[1])
        Thread.detachNewThread { [self] in run() }
    }

    /// Takes the descriptor over: it is closed after ``stop()``.
    func add(_ descriptor: Int32, report: @escaping @Sendable (Event) -> Void) {
        state.withLock { $0.terminals.append(Watched(descriptor: descriptor, report: report)) }
        wake()
    }

    func pause(_ descriptor: Int32, _ isPaused: Bool) {
        state.withLock { state in
            guard let index = state.terminals.firstIndex(where: { $0.descriptor == descriptor }) else { return }
            state.terminals[index].isPaused = isPaused
        }
        wake()
    }

    func stop() {
        state.withLock { $0.isStopped = true }
        wake()
    }

    private func wake() {
        state.withLock { state in
            guard !state.isFinished else { return }
            var octet: UInt8 = 1
            _ = write(wakers.write, &octet, 1)
        }
    }

    // MARK: - On its thread

    private func run() {
        while true {
            let state = state.withLock { $0 }
            if state.isStopped { break }
            var polls = [pollfd(fd: wakers.read, events: Int16(POLLIN), revents: 0)]
            let open = state.terminals.filter { $0.isOpen && !$0.isPaused }
            polls += open.map { pollfd(fd: $0.descriptor, events: Int16(POLLIN), revents: 0) }
            let hasClosed = state.terminals.contains { !$0.isOpen }
            _ = poll(&polls, nfds_t(polls.count), hasClosed ? Self.look : -1)
            var octets = [UInt8](repeating: 0, count: Self.portion)
            if polls[0].revents != 0 { _ = read(wakers.read, &octets, octets.count) }
            for (terminal, poll) in zip(open, polls.dropFirst()) where poll.revents != 0 { take(terminal, &octets) }
            for terminal in state.terminals where !terminal.isOpen { look(at: terminal) }
        }
        state.withLock { state in
            state.isFinished = true
            for terminal in state.terminals { close(terminal.descriptor) }
            close(wakers.read)
            close(wakers.write)
        }
    }

    private func take(_ terminal: Watched, _ octets: inout [UInt8]) {
        let count = read(terminal.descriptor, &octets, octets.count)
        if count > 0 { return terminal.report(.octets(Array(octets.prefix(count)))) }
        if count < 0, errno == EAGAIN || errno == EINTR { return }
        set(terminal, isOpen: false)
        terminal.report(.closed)
    }

    private func look(at terminal: Watched) {
        var status = pollfd(fd: terminal.descriptor, events: Int16(POLLIN), revents: 0)
        guard poll(&status, 1, 0) >= 0, status.revents & Int16(POLLHUP) == 0 else { return }
        set(terminal, isOpen: true)
        terminal.report(.opened)
    }

    private func set(_ terminal: Watched, isOpen: Bool) {
        state.withLock { state in
            guard let index = state.terminals.firstIndex(where: { $0.descriptor == terminal.descriptor }) else {
                return
            }
            state.terminals[index].isOpen = isOpen
        }
    }
}
