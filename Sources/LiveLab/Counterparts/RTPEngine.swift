import FaxCore
import FaxEndpoint
import Foundation
import NIOCore
import Synchronization

/// rtpengine (Debian's `rtpengine-daemon`) at work on the loopback interface, asked by its control protocol: bencode over
/// UDP behind a cookie.
final class RTPEngine {
    private let program: ChildProgram
    private let control: Endpoint
    private let socket: Int32
    private var cookie = 0
    /// What was asked and what came back, for a test that fails.
    private(set) var log = ""

    private static let path = "/usr/bin/rtpengine"
    static var version: String { ChildProgram.version(path, ["--version"]) }

    struct Failure: Error, CustomStringConvertible { var description: String }

    /// Starts it with ports of its own, and waits until it answers. Its usual configuration names ports that only one can have.
    init() throws {
        control = Endpoint(LoopbackPort.address, LoopbackPort.free())
        let asking = try BoundSocket(LoopbackPort.any)
        socket = asking.descriptor
        let first = Self.firstPort()
        program = try ChildProgram(
            Self.path,
            [
                "--config-file=none", "--no-fallback", "--foreground", "--log-stderr", "--log-level=3", "--table=-1",
                "--num-threads=2",
                "--interface=127.0.0.1", "--listen-ng=\(control)", "--port-min=\(first)",
                "--port-max=\(first + Self.portsOfOne - 1)",
            ], folder: FileManager.default.temporaryDirectory.appending(path: "faxlab-rtpengine-\(UUID().uuidString)"))
        let limit = Date.now.addingTimeInterval(20)
        while (try? ask([("command", .text("ping"))], patience: 300)) == nil {
            guard Date.now < limit, program.isRunning else {
                stop()
                throw Failure(description: "rtpengine does not answer")
            }
            Thread.sleep(forTimeInterval: 0.1)
        }
    }

    private static let portsOfOne = 100
    /// Above those that systems give out by themselves.
    private static let blocks = 40
    private static let block = Mutex(Int.random(in: 0..<blocks))

    /// Each instance has ports of its own: late packets for one must not reach another.
    private static func firstPort() -> Int {
        block.withLock { block in
            block = (block + 1) % blocks
            return 61_000 + block * portsOfOne
        }
    }

    func stop() {
        program.end()
        try? FileManager.default.removeItem(at: program.folder)
        close(socket)
    }

    /// A description as the other side is to get it.
    /// - Parameters:
    ///   - toTag: of an answer; `nil`: it is an offer.
    ///   - t38: `force`, `decode` …
    func rewrite(_ sdp: String, callID: String, fromTag: String, toTag: String?, t38: [String]) throws -> String {
        var request: [(String, Bencode)] = [
            ("command", .text(toTag == nil ? "offer" : "answer")), ("call-id", .text(callID)),
            ("from-tag", .text(fromTag)),
        ]
        if let toTag { request.append(("to-tag", .text(toTag))) }
        request += [
            ("sdp", .text(sdp)), ("replace", .list([.text("origin")])), ("ICE", .text("remove")),
            ("T.38", .list(t38.map { .text($0) })),
        ]
        let reply = try ask(request, patience: 5_000)
        log += "\(toTag == nil ? "offer" : "answer") \(t38)\n\(sdp)\n=>\n\(reply["sdp"] ?? "\(reply)")\n"
        guard reply["result"] == "ok", let rewritten = reply["sdp"] else {
            throw Failure(description: "rtpengine says \(reply)")
        }
        return rewritten
    }

    func delete(callID: String, fromTag: String) {
        _ = try? ask(
            [("command", .text("delete")), ("call-id", .text(callID)), ("from-tag", .text(fromTag))], patience: 2_000)
    }

    /// - Returns: the members of the answer that are texts.
    private func ask(_ members: [(String, Bencode)], patience: Int32) throws -> [String: String] {
        cookie += 1
        let mark = "c\(cookie)"
        let datagram = Array("\(mark) \(Bencode.dictionary(members).text)".utf8)
        _ = control.socketAddress.withSockAddr { address, size in
            sendto(socket, datagram, datagram.count, 0, address, socklen_t(size))
        }
        var buffer = [UInt8](repeating: 0, count: 65_535)
        while true {
            var waiting = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
            guard poll(&waiting, 1, patience) > 0 else { throw Failure(description: "rtpengine does not answer") }
            let count = recv(socket, &buffer, buffer.count, 0)
            guard count > 0, let space = buffer[..<count].firstIndex(of: 0x20),
                String(decoding: buffer[..<space], as: UTF8.self) == mark
            else { continue }
            return Bencode.texts(buffer[(space + 1)..<count])
        }
    }
}

/// What rtpengine's control protocol is written in.
enum Bencode {
    case text(String)
    case list([Bencode])
    case dictionary([(String, Bencode)])

    var text: String {
        switch self {
        case .text(let text): "\(text.utf8.count):\(text)"
        case .list(let items): "l" + items.map(\.text).joined() + "e"
        case .dictionary(let members): "d" + members.map { Bencode.text($0).text + $1.text }.joined() + "e"
        }
    }

    /// The members of a dictionary whose values are texts.
    static func texts(_ octets: ArraySlice<UInt8>) -> [String: String] {
        var rest = octets.dropFirst()
        var found: [String: String] = [:]
        while let first = rest.first, first != 0x65, let key = string(&rest) {
            if let value = string(&rest) { found[key] = value } else { skip(&rest) }
        }
        return found
    }

    private static func string(_ rest: inout ArraySlice<UInt8>) -> String? {
        guard let colon = rest.firstIndex(of: 0x3A), let count = Int(String(decoding: rest[..<colon], as: UTF8.self)),
            count >= 0, count <= rest.endIndex - colon - 1
        else { return nil }
        defer { rest = rest[(colon + 1 + count)...] }
        return String(decoding: rest[(colon + 1)..<(colon + 1 + count)], as: UTF8.self)
    }

    /// An integer, a list or a dictionary.
    private static func skip(_ rest: inout ArraySlice<UInt8>) {
        let kind = rest.popFirst()
        if kind == 0x69 { return rest = rest.drop { $0 != 0x65 }.dropFirst() }
        while let first = rest.first, first != 0x65 { if string(&rest) == nil { skip(&rest) } }
        rest = rest.dropFirst()
    }
}
