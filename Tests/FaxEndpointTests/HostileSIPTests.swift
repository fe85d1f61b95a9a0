import FaxCore
import FaxStation
import FaxWire
import Foundation
import NIOCore
import Simulator
import TestSupport
import Testing

@testable import FaxEndpoint

/// Malformed SIP at speed against a live port: no answer that is larger than what came, nothing kept, calls go on.
@Suite(.live) struct HostileSIPTests {
    /// A UDP socket of a peer that is no endpoint of ours.
    private final class Peer {
        let socket: BoundSocket
        private let target: SocketAddress

        init(to target: Endpoint) throws {
            socket = try BoundSocket(FaxOnLoopback.anyPort)
            self.target = target.socketAddress
        }

        deinit { close(socket.descriptor) }

        func send(_ octets: [UInt8]) {
            _ = target.withSockAddr { address, size in
                sendto(socket.descriptor, octets, octets.count, 0, address, socklen_t(size))
            }
        }

        /// Datagrams that have come, as text.
        func received(within patience: Double) -> [String] {
            var found: [String] = []
            var buffer = [UInt8](repeating: 0, count: 65_536)
            let limit = Date.now.addingTimeInterval(patience)
            while Date.now < limit {
                let count = recv(socket.descriptor, &buffer, buffer.count, 0)
                if count > 0 {
                    found.append(String(decoding: buffer[..<count], as: UTF8.self))
                } else {
                    usleep(1_000)
                }
            }
            return found
        }
    }

    private static func request(_ method: String, id: Int, extra: String = "", body: String = "") -> [UInt8] {
        let lines = [
            "\(method) sip:200@127.0.0.1 SIP/2.0", "Via: SIP/2.0/UDP 127.0.0.1:9;branch=z9hG4bK\(id);rport",
            "Max-Forwards: 70", "From: <sip:x@y>;tag=\(id)", "To: <sip:200@z>", "Call-ID: flood-\(id)",
            "CSeq: 1 \(method)", "Contact: <sip:x@127.0.0.1:9>",
        ]
        let text = lines.joined(separator: "\r\n") + extra + "\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
        return Array(text.utf8)
    }

    private func withEndpoint(
        _ change: @escaping (inout EndpointSettings) -> Void, _ body: @escaping (LiveEndpoint) throws -> Void
    ) async throws {
        try await OwnThread.run { try within(change, body) }
    }

    private func within(_ change: (inout EndpointSettings) -> Void, _ body: (LiveEndpoint) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "faxprobe-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        var settings = EndpointSettings(listen: FaxOnLoopback.anyPort)
        let first = UInt16.random(in: 5...50) * 1_000
        settings.mediaPorts = first...first + 999
        settings.answering = Answering(folder: try ReceptionFolder(path: folder.path))
        change(&settings)
        let endpoint = try LiveEndpoint(settings)
        defer {
            endpoint.stop(patience: .milliseconds(100))
            endpoint.close()
        }
        try body(endpoint)
    }

    @Test func optionsAreAnswered() async throws {
        try await withEndpoint { _ in
        } _: { endpoint in
            let peer = try Peer(to: endpoint.address)
            peer.send(Self.request("OPTIONS", id: 1))
            let answers = peer.received(within: 1)
            #expect(answers.count == 1 && answers.first?.hasPrefix("SIP/2.0 200 ") == true, "\(answers)")
        }
    }

    @Test(arguments: [
        ("BYE", "SIP/2.0 481 "), ("SUBSCRIBE", "SIP/2.0 489 "), ("REGISTER", "SIP/2.0 405 "),
        ("WHATEVER", "SIP/2.0 501 "),
    ])
    func requestsOutsideOfCalls(method: String, answer: String) async throws {
        try await withEndpoint { _ in
        } _: { endpoint in
            let peer = try Peer(to: endpoint.address)
            peer.send(Self.request(method, id: 1))
            let answers = peer.received(within: 0.5)
            #expect(answers.count == 1 && answers.first?.hasPrefix(answer) == true, "\(answers)")
        }
    }

    @Test func whatIsNoRequestIsNotAnswered() async throws {
        try await withEndpoint { _ in
        } _: { endpoint in
            let peer = try Peer(to: endpoint.address)
            peer.send(Self.request("ACK", id: 1))
            peer.send(Array("SIP/2.0 200 OK\r\nCall-ID: x\r\n\r\n".utf8))
            peer.send(Array("OPTIONS sip:x SIP/2.0\r\n\r\n".utf8))
            peer.send([0, 1, 2, 3, 4, 5, 6, 7])
            peer.send(Array(Self.request("OPTIONS", id: 1).prefix(60)))
            peer.send(Self.request("OPTIONS", id: 2, body: String(repeating: "x", count: 20_000)))
            let answers = peer.received(within: 0.5)
            #expect(answers.isEmpty, "\(answers)")
            #expect(try endpoint.dropped == 5)
        }
    }

    /// More than a source may send: the rest is dropped, and in sum less comes back than went in.
    @Test func aFloodIsNotAmplified() async throws {
        try await withEndpoint {
            $0.limits.openingBurst = 20
        } _: { endpoint in
            let peer = try Peer(to: endpoint.address)
            var sent = 0
            for id in 0..<800 {
                let octets = Self.request("OPTIONS", id: id)
                sent += octets.count
                peer.send(octets)
            }
            let answers = peer.received(within: 1)
            #expect((20...100).contains(answers.count))
            #expect(answers.reduce(0) { $0 + $1.utf8.count } < sent)
        }
    }

    @Test func callsBeyondTheLimitAreBusy() async throws {
        try await withEndpoint {
            $0.limits.callsPerSource = 2
        } _: { endpoint in
            let peer = try Peer(to: endpoint.address)
            let body =
                "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 9 RTP/AVP 0\r\n"
            for id in 0..<4 {
                peer.send(Self.request("INVITE", id: id, extra: "\r\nContent-Type: application/sdp", body: body))
            }
            let answers = peer.received(within: 1)
            #expect(answers.count { $0.hasPrefix("SIP/2.0 486 ") } == 2, "\(answers.map { $0.prefix(20) })")
            #expect(answers.contains { $0.hasPrefix("SIP/2.0 200 ") })
        }
    }

    /// Valid messages with octets turned, cut and doubled, while a fax goes through.
    @Test func aFaxGoesThroughWhileMalformedSIPPoursIn() async throws {
        var fax = FaxOnLoopback(.t38)
        fax.receiver.limits.messageRate = 1e6
        fax.receiver.limits.messageBurst = 1e6
        fax.receiver.limits.openingRate = 1e6
        fax.receiver.limits.openingBurst = 1e6
        fax.receiver.answering = nil
        let target = Target()
        fax.through = { receiver in
            target.address = receiver
            return receiver
        }
        // Only now, lest a mutation that is still an INVITE takes the place of the call.
        fax.onSenderEvent = { event, _ in
            guard case .call(.answered) = event.kind else { return }
            target.start(
                requests: ["INVITE", "OPTIONS", "BYE", "CANCEL", "ACK", "PRACK"].map { Self.request($0, id: 7) })
        }
        let outcome = try await fax.run()
        let poured = target.stop()
        #expect(
            outcome.sent?.outcome == .success,
            "\(outcome.senderEvents.story)\(outcome.receiverEvents.story.suffix(2_000))")
        #expect(poured > 1_000)
    }

    /// Pours mutations of requests at a port from a thread of its own.
    private final class Target: @unchecked Sendable {
        private let lock = NSLock()
        private var isOn = true
        private var count = 0

        /// Set before it starts.
        var address: Endpoint?

        func start(requests: [[UInt8]]) {
            guard let address, let peer = try? Peer(to: address) else { return }
            let box = Box(peer: peer)
            Thread.detachNewThread { [self] in
                var random = SeededRandom(seed: 11)
                while lock.withLock({ isOn }) {
                    for var octets in requests {
                        for _ in 0..<Int.random(in: 1...6, using: &random) {
                            octets[Int.random(in: 0..<octets.count, using: &random)] = UInt8.random(
                                in: 0...255, using: &random)
                        }
                        box.peer.send(Array(octets.prefix(Int.random(in: 1...octets.count, using: &random))))
                        lock.withLock { count += 1 }
                    }
                    usleep(3_000)
                }
            }
        }

        private struct Box: @unchecked Sendable { let peer: Peer }

        func stop() -> Int {
            lock.withLock {
                isOn = false
                return count
            }
        }
    }
}
