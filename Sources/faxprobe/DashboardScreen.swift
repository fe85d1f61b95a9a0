import FaxCore
import FaxEndpoint
import Foundation
import Synchronization

/// Shows a ``Dashboard`` in the other screen of the terminal (xterm's 1049), which is left on every end.
final class DashboardScreen {
    private var dashboard: Dashboard
    /// What would have been written line by line; written when the screen is left.
    private var held: [String] = []
    private var drawn: [String] = []
    private var size = (columns: 0, rows: 0)
    private var due = ContinuousClock.now
    /// Calls tell the time that has passed since then, whatever becomes of the date.
    private let start = (date: Instant(seconds: Date.now.timeIntervalSince1970), at: ContinuousClock.now)
    private let write: (String) -> Void

    /// Another screen, no cursor, no folding of long lines; and back.
    private static let entering = "\u{1B}[?1049h\u{1B}[?25l\u{1B}[?7l"
    private static let leaving = "\u{1B}[?7h\u{1B}[?25h\u{1B}[?1049l"
    private static let isOn = Atomic<Bool>(false)
    /// The terminal shows something else by now.
    private static let isStale = Atomic<Bool>(false)
    private static let heldLimit = 2_000

    init(write: @escaping (String) -> Void) {
        self.write = write
        dashboard = Dashboard(title: "faxprobe " + CommandLine.arguments.dropFirst().prefix(2).joined(separator: " "))
    }

    func attach(to run: inout EndpointRun) {
        run.onEvent = { [self] in dashboard.take($0) }
        run.onTick = { [self] in tick() }
        run.onCallsOver = { [self] in leave() }
        run.takesText = { [self] in hold($0) }
    }

    /// `false`: the screen is not up, and the text is for whoever writes.
    private func hold(_ text: String) -> Bool {
        guard Self.isOn.load(ordering: .relaxed) else { return false }
        held.append(text)
        if held.count > Self.heldLimit { held.removeFirst(held.count - Self.heldLimit) }
        return true
    }

    private func tick() {
        let now = ContinuousClock.now
        guard now >= due else { return }
        due = now + Dashboard.interval
        if !Self.isOn.load(ordering: .relaxed) { enter() }
        draw()
    }

    private func enter() {
        // Made now: a signal handler makes nothing.
        _ = (Self.leavingOctets, Self.enteringOctets)
        Self.isStale.store(false, ordering: .relaxed)
        Self.isOn.store(true, ordering: .relaxed)
        for kind in [SIGTSTP, SIGILL, SIGTRAP, SIGABRT, SIGSEGV] { signal(kind, Self.pausesProcess) }
        write(Self.entering)
        drawn = []
    }

    /// Lines that have not changed stay as they are: nothing flickers.
    private func draw() {
        let now = (Console.columns, Console.rows)
        var text = ""
        if now != size || Self.isStale.exchange(false, ordering: .relaxed) {
            size = now
            drawn = []
            text = "\u{1B}[2J"
        }
        let time = start.date + (ContinuousClock.now - start.at)
        let lines = dashboard.lines(columns: size.columns, rows: size.rows, now: time)
            .map { Console.usesColour ? $0.coloured : $0.text }
        for (row, line) in lines.enumerated() where row >= drawn.count || drawn[row] != line {
            // Erased first: behind the last column there is nothing to erase but what was just written.
            text += "\u{1B}[\(row + 1);1H\u{1B}[K\(line)"
        }
        if lines.count < drawn.count { text += "\u{1B}[\(lines.count + 1);1H\u{1B}[J" }
        drawn = lines
        if !text.isEmpty { write(text) }
    }

    /// Back to the screen as it was, and what was held is written there. Once is enough.
    func leave() {
        guard Self.isOn.exchange(false, ordering: .relaxed) else { return }
        write(Self.leaving)
        for kind in [SIGTSTP, SIGILL, SIGTRAP, SIGABRT, SIGSEGV] { signal(kind, SIG_DFL) }
        for text in held { write(text) }
        held = []
    }

    /// A signal that ends the process at once: the terminal first.
    static let endsProcess: @convention(c) (Int32) -> Void = { kind in
        DashboardScreen.restore()
        signal(kind, SIG_DFL)
        raise(kind)
    }

    /// Ctrl-Z, and signals of our own mistakes.
    private static let pausesProcess: @convention(c) (Int32) -> Void = { kind in
        DashboardScreen.restore()
        guard kind == SIGTSTP else {
            signal(kind, SIG_DFL)
            raise(kind)
            return
        }
        raise(SIGSTOP)
        DashboardScreen.put(DashboardScreen.enteringOctets)
        DashboardScreen.isStale.store(true, ordering: .relaxed)
    }

    private static let leavingOctets = Array(leaving.utf8)
    private static let enteringOctets = Array((entering + "\u{1B}[2J").utf8)

    private static func restore() { if isOn.load(ordering: .relaxed) { put(leavingOctets) } }

    private static func put(_ octets: [UInt8]) {
        octets.withUnsafeBytes { _ = Foundation.write(STDOUT_FILENO, $0.baseAddress, $0.count) }
    }
}
