import FaxCore
import FaxDSP
import Foundation
import LiveLab
import Simulator
import TestSupport
import Testing

@testable import FaxEndpoint

/// `faxprobe send`, `receive`, `echo` as processes of their own, as scripts run them.
@Suite(.live) struct EndpointCommandTests {
    /// The command lies beside the test bundle.
    static let executable = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent().appending(
        path: "faxprobe")

    /// A command at work; what it writes goes to files.
    final class Command {
        private let process = Process()
        private let output: URL
        private let errors: URL

        /// - Parameter limits: shell commands that go before it, such as `ulimit`.
        init(_ arguments: [String], in folder: URL, limits: String? = nil) throws {
            let name = UUID().uuidString
            (output, errors) = (folder.appending(path: name + ".out"), folder.appending(path: name + ".err"))
            for file in [output, errors] { try Data().write(to: file) }
            if let limits {
                process.executableURL = URL(filePath: "/bin/sh")
                process.arguments = ["-c", limits + "; exec \"$0\" \"$@\"", executable.path] + arguments
            } else {
                process.executableURL = executable
                process.arguments = arguments
            }
            process.currentDirectoryURL = folder
            process.standardInput = FileHandle.nullDevice
            process.standardOutput = try FileHandle(forWritingTo: output)
            process.standardError = try FileHandle(forWritingTo: errors)
            try process.run()
        }

        var text: String { (try? String(contentsOf: output, encoding: .utf8)) ?? "" }
        var complaint: String { (try? String(contentsOf: errors, encoding: .utf8)) ?? "" }
        var events: [[String: Any]] {
            text.split(separator: "\n").compactMap {
                try? JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any]
            }
        }
        var last: [String: Any] { events.last ?? [:] }

        func end() -> Int32 {
            process.waitUntilExit()
            return process.terminationStatus
        }

        func terminate() { process.terminate() }

        /// Waits until it has written that.
        func awaits(_ mark: String, for patience: Double = 30) -> Bool {
            let limit = Date.now.addingTimeInterval(patience)
            while Date.now < limit {
                if text.contains(mark) { return true }
                Thread.sleep(forTimeInterval: 0.05)
            }
            return false
        }

        /// The port of its first line.
        func address() throws -> String {
            #expect(awaits("\"listening\""), "\(complaint)")
            return try #require(events.first?["address"] as? String)
        }
    }

    static func withFolder(_ body: @escaping (URL) throws -> Void) async throws {
        try await OwnThread.run { try within(body) }
    }

    private static func within(_ body: (URL) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "faxprobe-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(at: folder) }
        let page = TextLikePage(heightPx: 120, seed: 3).bitmap()
        try Data(try TIFFDocument.write([page])).write(to: folder.appending(path: "page.tif"))
        try body(folder)
    }

    static func ports() -> [String] {
        let first = Int.random(in: 110...590) * 100
        return ["--media-ports", "\(first)-\(first + 99)"]
    }

    @Test func aFaxBetweenTwoProcesses() async throws {
        try await Self.withFolder { folder in
            let receiver = try Command(
                ["receive", "--listen", "127.0.0.1:0", "--dir", "in", "--calls", "1", "--timeout", "60", "--json"]
                    + Self.ports(), in: folder)
            let address = try receiver.address()
            let sender = try Command(
                [
                    "send", "sip:200@\(address)", "page.tif", "--transport", "t38", "--timeout", "60", "--json",
                    "--record",
                    "call.pcapng",
                ] + Self.ports(), in: folder)
            #expect(sender.end() == 0, "\(sender.text)\(sender.complaint)")
            #expect(receiver.end() == 0, "\(receiver.text)\(receiver.complaint)")
            let (sent, received) = (sender.last, receiver.last)
            #expect(sent["event"] as? String == "result" && received["event"] as? String == "result")
            let fax = sent["fax"] as? [String: Any]
            #expect(fax?["outcome"] as? String == "success" && fax?["carried_by"] as? String == "t38")
            #expect((sent["verdicts"] as? [String])?.first?.hasPrefix("Fax delivered: 1 page confirmed") == true)
            let file = try #require((received["files"] as? [String])?.first)
            let pages = try TIFFDocument.read(Array(Data(contentsOf: folder.appending(path: file))))
            let original = try TIFFDocument.read(Array(Data(contentsOf: folder.appending(path: "page.tif"))))
            let areEqual = pages.map(\.octets) == original.map(\.octets)
            #expect(areEqual)
        }
    }

    /// IPv6 all the way: sockets, descriptions, the record.
    @Test func aFaxOverIPv6() async throws {
        try await Self.withFolder { folder in
            let receiver = try Command(
                ["receive", "--listen", "[::1]:0", "--dir", "in", "--calls", "1", "--timeout", "60", "--json"]
                    + Self.ports(), in: folder)
            let sender = try Command(
                [
                    "send", "sip:200@\(try receiver.address())", "page.tif", "--transport", "t38", "--timeout", "60",
                    "--json", "--record", "call.pcapng",
                ] + Self.ports(), in: folder)
            #expect(sender.end() == 0, "\(sender.text)\(sender.complaint)")
            #expect(receiver.end() == 0, "\(receiver.text)\(receiver.complaint)")
            let verdict = (sender.last["verdicts"] as? [String])?.first
            #expect(verdict?.hasPrefix("Fax delivered: 1 page confirmed") == true, "\(verdict ?? "none")")
        }
    }

    /// What came is sent back: a cover page and the fax itself, in a call of its own.
    @Test func anEchoComesBack() async throws {
        try await Self.withFolder { folder in
            let echo = try Command(
                ["echo", "--listen", "127.0.0.1:0", "--dir", "echo", "--calls", "1", "--timeout", "90", "--json"]
                    + Self.ports(), in: folder)
            let address = try echo.address()
            // The one who sends must still be there when the echo calls back: on the port it called from.
            let own = "127.0.0.1:\(LoopbackPort.free())"
            let sender = try Command(
                ["send", "sip:200@\(address)", "page.tif", "--listen", own, "--timeout", "60", "--json"] + Self.ports(),
                in: folder)
            #expect(sender.end() == 0, "\(sender.text)\(sender.complaint)")
            let receiver = try Command(
                ["receive", "--listen", own, "--dir", "back", "--calls", "1", "--timeout", "60", "--json"]
                    + Self.ports(),
                in: folder)
            #expect(echo.end() == 0, "\(echo.text)\(echo.complaint)")
            #expect(receiver.end() == 0, "\(receiver.text)")
            let file = try #require((receiver.last["files"] as? [String])?.first)
            let pages = try TIFFDocument.read(Array(Data(contentsOf: folder.appending(path: file))))
            let original = try TIFFDocument.read(Array(Data(contentsOf: folder.appending(path: "page.tif"))))
            let isEcho = pages.count == 2 && pages.last?.octets == original.first?.octets
            #expect(isEcho)
        }
    }

    @Test func aTerminatedSenderSaysBYE() async throws {
        try await Self.withFolder { folder in
            let receiver = try Command(
                ["receive", "--listen", "127.0.0.1:0", "--dir", "in", "--calls", "1", "--timeout", "60", "--json"]
                    + Self.ports(), in: folder)
            let sender = try Command(
                ["send", "sip:200@\(try receiver.address())", "page.tif", "--timeout", "60", "--json"] + Self.ports(),
                in: folder)
            #expect(sender.awaits("\"carried_by\":\"t38\""), "\(sender.text)")
            sender.terminate()
            #expect(sender.end() == 1)
            #expect(receiver.end() == 1)
            #expect(
                receiver.text.contains("\"event\":\"ended\"")
                    && receiver.text.contains("\"by\":\"them\",\"cause\":\"BYE\""))
            #expect((receiver.last["fax"] as? [String: Any])?["outcome"] as? String == "failed")
        }
    }

    /// The file system takes no more: T.30 may have been happy, the result is not.
    @Test func aFaxThatCannotBeWrittenIsNoSuccess() async throws {
        try await Self.withFolder { folder in
            let receiver = try Command(
                ["receive", "--listen", "127.0.0.1:0", "--dir", "in", "--calls", "1", "--timeout", "60", "--json"]
                    + Self.ports(), in: folder, limits: "trap '' XFSZ; ulimit -f 1")
            let address = try receiver.address()
            let page = TextLikePage(heightPx: 500, seed: 4).bitmap()
            try Data(try TIFFDocument.write([page])).write(to: folder.appending(path: "large.tif"))
            let sender = try Command(
                ["send", "sip:200@\(address)", "large.tif", "--timeout", "60", "--json"] + Self.ports(), in: folder)
            _ = sender.end()
            #expect(receiver.end() == 1, "\(receiver.text)\(receiver.complaint)")
            let events = receiver.text
            #expect(!events.contains("\"confirmed\":true"), "\(events)")
        }
    }

    /// Words of the command line, and the status.
    private static let wrongUses: [(String, Int32)] = [
        ("send", 2), ("send sip:1@127.0.0.1", 2), ("send 5551234 page.tif", 2),
        ("send sip:1@127.0.0.1 page.tif --max-rate 12345", 2), ("send sip:1@127.0.0.1 missing.tif", 3),
        ("send sip:1@127.0.0.1 page.tif --transport x", 2), ("receive --dir /dev/null/x", 3),
        ("receive --listen nowhere --dir in", 2), ("receive --listen 192.0.2.1:5060 --dir in", 3),
        ("receive --dir in --calls 0", 2), ("receive --listen 127.0.0.1:0 --dir in --record /dev/null/x", 3),
        ("receive --listen 127.0.0.1:0 --dir in --calls 1 --timeout 0.3", 1), ("impair --listen 127.0.0.1:0", 2),
        ("impair --listen 0.0.0.0:0 --to 127.0.0.1:9", 3), ("send sip:1@127.0.0.1 page.tif --max-calls 0", 2),
        ("send sip:1@127.0.0.1 page.tif --await-callback soon", 2), ("echo --dir in --inside 10.0.0.0/99", 2),
        ("send sip:1@127.0.0.1 page.tif --callback-from 127.0.0.1", 2), ("probe", 2), ("probe 5551234", 2),
        ("probe sip:1@127.0.0.1 --only reach,dance", 2), ("probe sip:1@127.0.0.1 --only long --quick", 2),
        ("probe sip:1@192.0.2.9", 2), ("probe sip:1@192.0.2.9 --quick", 2),
        ("probe sip:1@127.0.0.1 --listen 192.0.2.1:5060", 3),
        ("receive --listen tls:127.0.0.1:0 --dir in", 2),
        ("receive --listen 127.0.0.1:0 --listen tcp:127.0.0.1:0 --dir in", 2),
        ("send sip:1@127.0.0.1;transport=sctp page.tif", 2), ("send sip:1@127.0.0.1 page.tif --tls-cert a", 2),
        ("send sips:1@127.0.0.1 page.tif --tls-ca missing.pem", 3),
    ]

    @Test(arguments: wrongUses)
    func exitStatus(words: String, status: Int32) async throws {
        try await Self.withFolder { folder in
            let command = try Command(words.split(separator: " ").map(String.init), in: folder)
            #expect(command.end() == status, "\(command.text)\(command.complaint)")
            #expect(!command.complaint.isEmpty)
        }
    }
}
