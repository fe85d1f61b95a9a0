import FaxCore
import FaxProtocol
import Foundation
import LiveLab
import NIOCore
import TestSupport
import Testing

@testable import FaxEndpoint

/// What strangers do to the TCP and TLS ports of an endpoint that listens.
@Suite(.live) struct HostileStreamTests {
    /// A TCP connection without any manners.
    private final class Stranger {
        private let descriptor: Int32

        init(to endpoint: Endpoint) throws {
            let socket = try BoundSocket(FaxOnLoopback.anyPort, type: SOCK_STREAM) { _ in }
            descriptor = socket.descriptor
            _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) & ~O_NONBLOCK)
            let status = endpoint.socketAddress.withSockAddr { connect(socket.descriptor, $0, socklen_t($1)) }
            try #require(status == 0)
        }

        deinit { close(descriptor) }

        @discardableResult
        func send(_ octets: [UInt8]) -> Bool { Glibc.send(descriptor, octets, octets.count, Int32(MSG_NOSIGNAL)) > 0 }

        func send(_ text: String) { send(Array(text.utf8)) }

        /// What comes until nothing came for so long; `isClosed`: the other side closed the connection.
        func received(within seconds: Double) -> (text: String, isClosed: Bool) {
            var text = ""
            var room = [UInt8](repeating: 0, count: 65_536)
            while true {
                var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
                guard poll(&waiting, 1, Int32(seconds * 1_000)) == 1 else { return (text, false) }
                let count = recv(descriptor, &room, room.count, 0)
                guard count > 0 else { return (text, true) }
                text += String(decoding: room.prefix(count), as: UTF8.self)
            }
        }
    }

    private func withEndpoint(
        _ change: @escaping (inout EndpointSettings) throws -> Void = { _ in },
        _ body: @escaping (LiveEndpoint) throws -> Void
    ) async throws {
        try await OwnThread.run {
            var settings = EndpointSettings(listen: FaxOnLoopback.anyPort)
            try change(&settings)
            let endpoint = try LiveEndpoint(settings)
            defer {
                endpoint.stop(patience: .milliseconds(100))
                endpoint.close()
            }
            try body(endpoint)
        }
    }

    private static func options(_ id: Int, body: String = "", length: String? = nil) -> String {
        """
        OPTIONS sip:x SIP/2.0\r\nVia: SIP/2.0/TCP 127.0.0.1;branch=z9hG4bK\(id);rport\r\nFrom: <sip:a@b>;tag=1\r\n\
        To: <sip:x@y>\r\nCall-ID: stream-\(id)\r\nCSeq: 1 OPTIONS\r\n\
        Content-Length: \(length ?? "\(body.utf8.count)")\r\n\r\n\(body)
        """
    }

    /// Whether somebody well-behaved still gets an answer.
    private static func isAlive(_ endpoint: LiveEndpoint) throws -> Bool {
        let peer = try Stranger(to: endpoint.address)
        peer.send(options(99))
        return peer.received(within: 1.5).text.hasPrefix("SIP/2.0 200 ")
    }

    @Test("Octet by octet, several messages at once, and pings between them")
    func pieces() async throws {
        try await withEndpoint { endpoint in
            let peer = try Stranger(to: endpoint.address)
            for octet in Array(Self.options(1).utf8) { peer.send([octet]) }
            #expect(peer.received(within: 1).text.hasPrefix("SIP/2.0 200 "))
            peer.send(Self.options(2) + Self.options(3) + "\r\n\r\n" + Self.options(4))
            let (text, isClosed) = peer.received(within: 1)
            #expect(text.components(separatedBy: "SIP/2.0 200 ").count == 4 && !isClosed, "\(text)")
            peer.send("\r\n\r\n")
            #expect(peer.received(within: 1) == ("\r\n", false))
        }
    }

    /// What is sent, and whether the connection is closed for it at once.
    private static let abuses: [(String, String, Bool)] = [
        ("no SIP", String(repeating: "GET / HTTP/1.1\r\nHost: x\r\n\r\n", count: 3), true),
        ("a giant Content-Length", options(5, length: "4294967295") + String(repeating: "x", count: 20_000), true),
        ("a Content-Length that is none", options(6, length: "-1") + "GET\r\n\r\n", true),
        ("a head without end", "OPTIONS sip:x SIP/2.0\r\n" + String(repeating: "X: y\r\n", count: 4_000), true),
        ("half a message", String(options(7).prefix(60)), false),
    ]

    @Test(arguments: abuses)
    func abuse(name: String, octets: String, isClosed: Bool) async throws {
        try await withEndpoint { endpoint in
            let peer = try Stranger(to: endpoint.address)
            peer.send(octets)
            #expect(peer.received(within: 1).isClosed == isClosed)
            #expect(try Self.isAlive(endpoint))
        }
    }

    @Test("A message that comes too slowly, and too many connections of one source, are ended")
    func limits() async throws {
        try await withEndpoint {
            $0.limits.messageTime = .seconds(1)
            $0.limits.connectionsPerSource = 3
        } _: { endpoint in
            let slow = try Stranger(to: endpoint.address)
            slow.send("OPTIONS sip:x SIP/2.0\r\n")
            let crowd = try (0..<4).map { _ in try Stranger(to: endpoint.address) }
            #expect(crowd.count { $0.received(within: 0.3).isClosed } == 2)
            #expect(slow.received(within: 5).isClosed)
            #expect(try Self.isAlive(endpoint))
        }
    }

    @Test("Garbage in the place of a TLS handshake, and a handshake that never comes")
    func garbageForTLS() async throws {
        let certificates = try LabCertificates()
        try await withEndpoint {
            $0.ports.append(SIPPath(.tls, FaxOnLoopback.anyPort))
            $0.tls.certificatePath = certificates.path("server.pem")
            $0.tls.keyPath = certificates.path("server.key")
            $0.limits.connectTime = .seconds(1)
            $0.limits.handshakes = 2
        } _: { endpoint in
            let port = try #require(endpoint.ports.last).endpoint
            let waiting = try [Stranger(to: port), Stranger(to: port)]
            // Two handshakes are under way: a third is not begun.
            #expect(try Stranger(to: port).received(within: 0.5).isClosed)
            #expect(waiting.allSatisfy { $0.received(within: 5).isClosed })
            let loud = try Stranger(to: port)
            loud.send(Self.options(8))
            #expect(loud.received(within: 2).isClosed)
            #expect(try Self.isAlive(endpoint))
        }
    }

    @Test("Random damage to messages, cut at random places")
    func noise() async throws {
        try await withEndpoint { endpoint in
            var random = SystemRandomNumberGenerator()
            for id in 0..<60 {
                let peer = try Stranger(to: endpoint.address)
                var octets = Array((Self.options(id) + Self.options(id + 1_000, body: "v=0\r\n")).utf8)
                for _ in 0..<Int.random(in: 1...8, using: &random) {
                    octets[Int.random(in: octets.indices, using: &random)] = UInt8.random(in: 0...255, using: &random)
                }
                let cut = Int.random(in: 1..<octets.count, using: &random)
                peer.send(Array(octets[..<cut]))
                peer.send(Array(octets[cut...]))
            }
            #expect(try Self.isAlive(endpoint))
        }
    }
}
