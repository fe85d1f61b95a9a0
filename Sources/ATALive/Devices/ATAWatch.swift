import ATADrivers
import FaxCore
import FaxReport

/// What a device tells of itself while calls run, question by question; and its syslog, where it is sent here.
public struct ATAWatch: Sendable {
    public enum Event: Sendable {
        /// The first one, and each that differs from the one before.
        case status(ATAStatus)
        case log(SyslogReceiver.Received)
        /// It does not answer, told once; and that it does again.
        case away(ATAFailure)
        case back
    }

    private let driver: any ATADriver
    private let syslog: SyslogReceiver?
    public var step = Duration.seconds(1)

    public init(_ driver: any ATADriver, syslog: SyslogReceiver? = nil) {
        self.driver = driver
        self.syslog = syslog
    }

    /// Goes on until it is told to stop. Throws what does not pass by itself, such as a wrong password.
    public func run(
        until isOver: () -> Bool, _ tell: (Event) -> Void
    ) async throws(ATAFailure) {
        var last: ATAStatus?
        var isAway = false
        while !isOver() {
            for line in syslog?.take() ?? [] { tell(.log(line)) }
            do {
                let status = try await driver.status()
                if isAway { tell(.back) }
                isAway = false
                if status.withoutClocks != last { tell(.status(status)) }
                last = status.withoutClocks
            } catch {
                guard case .unreachable = error else { throw error }
                if !isAway { tell(.away(error)) }
                isAway = true
            }
            try? await Task.sleep(for: step)
        }
        for line in syslog?.take() ?? [] { tell(.log(line)) }
    }
}

extension ATAStatus {
    /// What changes by itself is no change.
    fileprivate var withoutClocks: ATAStatus {
        var status = self
        status.uptime = nil
        for place in status.lines.indices {
            status.lines[place].nextRegistration = nil
            status.lines[place].lastRegistration = nil
        }
        return status
    }
}

extension ATAWatch.Event {
    public var document: JSONValue {
        switch self {
        case .status(let status): .object([.init("event", .string("status")), .init("status", status.document)])
        case .away(let reason):
            .object([.init("event", .string("away")), .init("reason", .string(reason.description))])
        case .back: .object([.init("event", .string("back"))])
        case .log(let log):
            .object([
                .init("event", .string("log")), .init("source", .string("\(log.source)")),
                .init("severity", .optional(log.line.severity)),
                .init("provisioning", .optional(log.line.event?.rawValue)), .init("text", .string(log.line.text)),
            ])
        }
    }

    /// Lines for a person.
    public var text: String {
        switch self {
        case .away(let reason): "\(reason)\n"
        case .back: "it answers again\n"
        case .log(let log): "log \(log.source.address): \(TerminalText.harmless(log.line.text, limit: 400))\n"
        case .status(let status):
            status.lines.map { line in
                let calls = line.calls.filter(\.isActive).map { "; call \($0.number): \($0.text)" }
                let registration = TerminalText.harmless(line.registration ?? "unknown")
                return "line \(line.number): \(registration), hook \(TerminalText.harmless(line.hook ?? "unknown"))"
                    + calls.joined() + "\n"
            }.joined()
        }
    }
}
