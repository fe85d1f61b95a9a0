import Foundation
import Synchronization

/// The process around a command: terminal, signals, progress.
enum Console {
    private static let stopRequested = Atomic<Bool>(false)

    static var wasStopped: Bool { stopRequested.load(ordering: .relaxed) }

    /// The first Ctrl-C asks the reader to stop, so that what is known comes out; the second ends the process. A
    /// vanished reader of our output is an error of write, not a signal.
    static func catchSignals(_ kinds: Signals = .interrupt) {
        signal(SIGPIPE, SIG_IGN)
        // Without SA_RESTART: a read that waits for a live feed returns.
        var action = sigaction()
        action.__sigaction_handler.sa_handler = { _ in
            Console.stopRequested.store(true, ordering: .relaxed)
            signal(SIGINT, DashboardScreen.endsProcess)
            signal(SIGTERM, DashboardScreen.endsProcess)
        }
        // Whoever started us may have blocked them, as threads of a pool do.
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, SIGINT)
        sigaddset(&signals, SIGTERM)
        pthread_sigmask(SIG_UNBLOCK, &signals, nil)
        sigaction(SIGINT, &action, nil)
        if kinds == .both { sigaction(SIGTERM, &action, nil) }
    }

    enum Signals {
        case interrupt
        /// SIGTERM too: for commands that hold calls, which must not be left open.
        case both
    }

    static var outputIsTerminal: Bool { isatty(STDOUT_FILENO) == 1 }
    static var inputIsTerminal: Bool { isatty(STDIN_FILENO) == 1 }
    static var errorsAreTerminal: Bool { isatty(STDERR_FILENO) == 1 }

    /// Width of the terminal; 80 where the output is none.
    static var columns: Int {
        var size = winsize()
        guard outputIsTerminal, ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
        return Int(size.ws_col)
    }

    static var rows: Int {
        var size = winsize()
        guard outputIsTerminal, ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_row > 0 else { return 24 }
        return Int(size.ws_row)
    }

    /// The terminal knows how to place its cursor.
    static var canMove: Bool {
        let term = ProcessInfo.processInfo.environment["TERM"] ?? ""
        return !term.isEmpty && term != "dumb"
    }

    /// no-color.org: any value that is not empty turns colour off.
    static var usesColour: Bool {
        let environment = ProcessInfo.processInfo.environment
        return outputIsTerminal && (environment["NO_COLOR"] ?? "").isEmpty && environment["TERM"] != "dumb"
    }

    static func complain(_ text: String) {
        FileHandle.standardError.write(Data((text.hasSuffix("\n") ? text : text + "\n").utf8))
    }
}

/// One line on standard error that is written over; only on a terminal, and not for what is done at once.
final class ProgressLine: Sendable {
    private struct State {
        var lastShown = ContinuousClock.now
        var isShown = false
    }

    private static let pause = Duration.milliseconds(300)
    private let state = Mutex(State())

    func show(frames: Int, octets: Int) { show("\(frames) frames, \(octets >> 20) MiB read") }

    func show(_ text: String) {
        state.withLock { state in
            let now = ContinuousClock.now
            guard now - state.lastShown > Self.pause else { return }
            state.lastShown = now
            state.isShown = true
            FileHandle.standardError.write(Data("\r\u{1B}[K\(text)".utf8))
        }
    }

    func clear() {
        state.withLock { state in
            if state.isShown { FileHandle.standardError.write(Data("\r\u{1B}[K".utf8)) }
            state.isShown = false
        }
    }
}
