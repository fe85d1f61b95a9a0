import Foundation
import Glibc
import Synchronization

/// An ``EmulatedClassTwoModem`` on a pseudo-terminal, for programs that want a device.
public final class EmulatedModemPort: Sendable {
    public let path: String
    private let descriptor: Int32
    private let modem: Mutex<EmulatedClassTwoModem>
    private let isEnded = Atomic<Bool>(false)
    /// The command behind which it rings until somebody answers; `nil`: it does not.
    private let ringsBehind: String?
    /// Behind its answer to a command that begins so the modem is gone.
    private let lastCommand: String?

    /// In 20 ms, at 14,400 bit/s.
    private static let octetsOfLine = 36

    public struct Failure: Error {}

    public init(
        _ script: EmulatedClassTwoModem.Script, rings: Bool = false, ringsBehind command: String = "AT+FCR=1",
        vanishesAfter lastCommand: String? = nil
    ) throws {
        var attributes = termios()
        cfmakeraw(&attributes)
        var (ours, theirs): (Int32, Int32) = (-1, -1)
        var name = [CChar](repeating: 0, count: 128)
        guard openpty(&ours, &theirs, &name, &attributes, nil) == 0 else { throw Failure() }
        _ = fcntl(ours, F_SETFL, O_NONBLOCK)
        _ = fcntl(ours, F_SETFD, FD_CLOEXEC)
        Glibc.close(theirs)
        descriptor = ours
        path = String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        modem = Mutex(EmulatedClassTwoModem(script))
        ringsBehind = rings ? command : nil
        self.lastCommand = lastCommand
        Thread.detachNewThread { [self] in serve() }
    }

    /// What was said, and what came of it.
    public var state: EmulatedClassTwoModem { modem.withLock { $0 } }

    public func end() { isEnded.store(true, ordering: .relaxed) }

    private func serve() {
        var pending: ArraySlice<UInt8> = []
        var octets = [UInt8](repeating: 0, count: 1_024)
        var nextRing = ContinuousClock.now
        var farewell: ContinuousClock.Instant?
        while !isEnded.load(ordering: .relaxed), farewell.map({ ContinuousClock.now < $0 }) ?? true {
            var events = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            _ = poll(&events, 1, 20)
            if events.revents & Int16(POLLHUP) != 0 { Thread.sleep(forTimeInterval: 0.02) }
            // At the pace of the line: fax software counts seconds.
            let isPage = modem.withLock { $0.isTakingPage }
            if isPage { Thread.sleep(forTimeInterval: 0.02) }
            let count = read(descriptor, &octets, isPage ? Self.octetsOfLine : octets.count)
            modem.withLock { modem in
                if count > 0 { modem.receive(octets.prefix(count)) }
                // Once its terminal has set it up, and until it answers.
                if let ringsBehind, !modem.hasAnswered, ContinuousClock.now >= nextRing,
                    modem.commands.contains(where: { $0.hasPrefix(ringsBehind) })
                {
                    modem.ring()
                    nextRing = .now + .seconds(1)
                }
                if let lastCommand, farewell == nil, modem.commands.contains(where: { $0.hasPrefix(lastCommand) }) {
                    farewell = .now + .milliseconds(200)
                }
                pending += modem.takeOutput()
            }
            guard !pending.isEmpty else { continue }
            let written = pending.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            if written > 0 { pending = pending.dropFirst(written) }
        }
        close(descriptor)
    }
}
