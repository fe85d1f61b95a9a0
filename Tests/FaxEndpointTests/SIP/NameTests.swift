import FaxCore
import FaxProtocol
import FaxWire
import Foundation
import TestSupport
import Testing

@testable import FaxEndpoint

/// Where URIs are served, by a DNS server of the tests' own on the loopback interface (RFC 3263).
@Suite(.live) struct NameTests {
    /// Records by name and type, as a zone has them.
    private static let zone: [String: [[UInt8]]] = [
        "naptr.test 35": [
            naptr(20, "SIP+D2U", "_sip._udp.naptr.test"), naptr(10, "SIP+D2T", "_sip._tcp.naptr.test"),
            naptr(5, "E2U+email", "elsewhere.test"),
        ],
        "_sip._tcp.naptr.test 33": [srv(20, 0, 5_062, "localhost"), srv(10, 0, 5_061, "localhost")],
        "_sip._udp.srv.test 33": [srv(10, 0, 5_070, "localhost")],
        "_sips._tcp.srv.test 33": [srv(10, 0, 5_071, "localhost")],
        "_sip._udp.closed.test 33": [srv(0, 0, 0, "")],
    ]

    private static func srv(_ priority: UInt16, _ weight: UInt16, _ port: UInt16, _ target: String) -> [UInt8] {
        [priority, weight, port].flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] } + name(target)
    }

    private static func naptr(_ order: UInt8, _ service: String, _ replacement: String) -> [UInt8] {
        [0, order, 0, 0, 1, UInt8(ascii: "s"), UInt8(service.utf8.count)] + Array(service.utf8) + [0]
            + name(replacement)
    }

    private static func name(_ text: String) -> [UInt8] {
        text.split(separator: ".").flatMap { [UInt8($0.utf8.count)] + Array($0.utf8) } + [0]
    }

    private static let rows: [(String, [String])] = [
        // By NAPTR, then by the priority of SRV.
        ("sip:a@naptr.test", ["TCP 127.0.0.1:5061", "TCP 127.0.0.1:5062"]),
        // No NAPTR: the SRV records of UDP come first.
        ("sip:a@srv.test", ["UDP 127.0.0.1:5070"]),
        // The URI names the transport.
        ("sip:a@srv.test;transport=tls", ["TLS 127.0.0.1:5071"]), ("sips:a@srv.test", ["TLS 127.0.0.1:5071"]),
        // A port, an address, a name of this network: nothing is asked.
        ("sip:a@localhost:5080;transport=tcp", ["TCP 127.0.0.1:5080"]),
        ("sip:a@192.0.2.1;transport=tls", ["TLS 192.0.2.1:5061"]), ("sip:a@localhost", ["UDP 127.0.0.1:5060"]),
        // The service is not offered there, and the name has no address.
        ("sip:a@closed.test", []),
    ]

    @Test(arguments: rows)
    func whereAURIIsServed(uri: String, places: [String]) async throws {
        let found = try await OwnThread.run { () throws -> [String] in
            let server = try Responder(Self.zone)
            defer { server.stop() }
            let read = SIPURI(uri)
            var location = SIPLocation(
                read, host: read.host ?? "", lookup: NameLookup(server: server.endpoint), random: SeededRandom(seed: 1))
            return location.places().filter { $0.endpoint.address.isV4 }.map {
                "\($0.transport.rawValue) \($0.endpoint)"
            }
        }
        #expect(found == places)
    }

    @Test("Of equal priority the heavier comes first more often, in proportion")
    func weights() {
        let services = [("light", 10), ("heavy", 30)].map {
            DNSAnswer.Service(priority: 1, weight: $0.1, port: 5_060, target: $0.0)
        }
        var random = SeededRandom(seed: 7)
        let first = (0..<4_000).count { _ in SIPLocation.inOrder(services, &random).first?.target == "heavy" }
        #expect((2_800...3_200).contains(first), "\(first)")
    }

    @Test("Answers cut at every length, and names in circles, end")
    func malformedAnswers() throws {
        let answer = Responder.answer(Array(repeating: 0, count: 12) + Self.name("a.test") + [0, 35, 0, 1], Self.zone)
        let whole = Responder.answer(
            [0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0] + Self.name("naptr.test") + [0, 35, 0, 1], Self.zone)
        #expect(try DNSAnswer(answer).pointers.isEmpty)
        #expect(try DNSAnswer(whole).pointers.count == 3)
        for length in 0..<whole.count {
            #expect(throws: DNSReader.Malformed.self) { try DNSAnswer(Array(whole.prefix(length))) }
        }
        let circle: [UInt8] = [0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0xC0, 12, 0, 35, 0, 1]
        #expect(throws: DNSReader.Malformed.self) { try DNSAnswer(circle) }
    }

    /// A DNS server that knows one zone.
    private final class Responder {
        let endpoint: Endpoint
        private let descriptor: Int32
        private let thread: Thread

        init(_ zone: [String: [[UInt8]]]) throws {
            let socket = try BoundSocket(FaxOnLoopback.anyPort)
            (endpoint, descriptor) = (socket.endpoint, socket.descriptor)
            thread = Thread { [descriptor] in Self.serve(descriptor, zone) }
            thread.start()
        }

        func stop() { thread.cancel() }

        private static func serve(_ descriptor: Int32, _ zone: [String: [[UInt8]]]) {
            var room = [UInt8](repeating: 0, count: 4_096)
            while !Thread.current.isCancelled {
                var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
                guard poll(&waiting, 1, 20) == 1 else { continue }
                var source = sockaddr_in()
                var size = socklen_t(MemoryLayout<sockaddr_in>.size)
                withUnsafeMutablePointer(to: &source) { pointer in
                    pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                        let count = recvfrom(descriptor, &room, room.count, 0, address, &size)
                        guard count > 12 else { return }
                        let answer = answer(Array(room.prefix(count)), zone)
                        _ = sendto(descriptor, answer, answer.count, 0, address, size)
                    }
                }
            }
            close(descriptor)
        }

        /// The question once more, and what the zone has.
        static func answer(_ query: [UInt8], _ zone: [String: [[UInt8]]]) -> [UInt8] {
            var labels: [String] = []
            var place = 12
            while place < query.count, query[place] > 0 {
                let end = min(place + 1 + Int(query[place]), query.count)
                labels.append(String(decoding: query[(place + 1)..<end], as: UTF8.self))
                place = end
            }
            let kind = Array(query[(place + 1)..<(place + 3)])
            let name = labels.joined(separator: ".").lowercased()
            let records = zone["\(name) \(kind[1])"] ?? []
            // Authoritative, recursion available, no error; name unknown where the zone has nothing of it.
            let code: UInt8 = records.isEmpty ? 0x83 : 0x80
            var answer =
                query[0..<2] + [0x85, code, 0, 1, 0, UInt8(records.count), 0, 0, 0, 0] + query[12..<(place + 5)]
            for record in records {
                answer +=
                    [0xC0, 12] + kind + [0, 1, 0, 0, 0, 60, UInt8(record.count >> 8), UInt8(record.count & 0xFF)]
                answer += record
            }
            return Array(answer)
        }
    }
}
