import FaxCore
import Foundation
import Glibc

/// `faxprobe` as a process of its own, followed by its events.
public final class PeerProgram {
    private let child: ChildProgram

    /// - Parameters:
    ///   - faxprobe: where the command lies.
    ///   - wrapper: words before it, such as another program that starts it.
    public init(_ faxprobe: URL, _ arguments: [String], wrapper: [String] = [], folder: URL) throws {
        let words = wrapper + [faxprobe.path] + arguments + ["--json"]
        child = try ChildProgram(words[0], Array(words.dropFirst()), folder: folder)
    }

    /// Everything that it has written.
    public var text: String { child.output(last: 1 << 22) }

    /// Events so far, each with its name.
    public var events: [[String: Any]] {
        text.split(separator: "\n").compactMap {
            try? JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any]
        }
    }

    /// How many events of that name it has told.
    public func count(_ event: String) -> Int { text.components(separatedBy: "\"event\":\"\(event)\"").count - 1 }

    /// Waits for an event.
    public func awaits(_ event: String, within patience: Duration = .seconds(90)) -> Bool {
        let clock = ContinuousClock()
        let limit = clock.now + patience
        while clock.now < limit {
            if count(event) > 0 { return true }
            guard child.isRunning else { return count(event) > 0 }
            Thread.sleep(forTimeInterval: 0.01)
        }
        return false
    }

    /// Where it listens.
    public var address: Endpoint? {
        guard awaits("listening"), let text = events.first?["address"] as? String else { return nil }
        let parts = text.split(separator: ":")
        guard parts.count == 2, let port = UInt16(parts[1]) else { return nil }
        return Endpoint(LoopbackPort.address, port)
    }

    /// Without a word of goodbye.
    public func kill() { Glibc.kill(child.number, SIGKILL) }
    public func terminate() { Glibc.kill(child.number, SIGTERM) }
    public func wait(within patience: Duration) -> Int32? { child.wait(within: patience) }
    public func end() { child.end() }
}
