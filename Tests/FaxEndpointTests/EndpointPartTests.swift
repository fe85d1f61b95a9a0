import FaxCore
import FaxProtocol
import FaxWire
import TestSupport
import Testing

@testable import FaxEndpoint

/// The small parts of an endpoint, each alone.
@Suite(.live) struct EndpointPartTests {
    private let one = IPAddress(v4: 0x0A00_0001)

    @Test func aSourceHasItsBurstAndThenItsRate() {
        var limiter = SourceLimiter(rate: 10, burst: 3)
        let start = Instant(nanoseconds: 1_000_000_000)
        let first = (0..<5).map { _ in limiter.admits(one, at: start) }
        #expect(first == [true, true, true, false, false])
        let later = [101, 102].map { limiter.admits(one, at: start + .milliseconds($0)) }
        #expect(later == [true, false])
        let other = limiter.admits(IPAddress(v4: 0x0A00_0002), at: start)
        #expect(other)
    }

    @Test func manySourcesDoNotGrowWithoutEnd() {
        var limiter = SourceLimiter(rate: 1, burst: 2)
        let start = Instant(nanoseconds: 1_000_000_000)
        let admitted = (0..<SourceLimiter.sourceLimit + 100).count { place in
            limiter.admits(IPAddress(v4: UInt32(place)), at: start)
        }
        #expect(admitted == SourceLimiter.sourceLimit)
        let isAdmittedLater = limiter.admits(IPAddress(v4: 0xFFFF_0000), at: start + .seconds(10))
        #expect(isAdmittedLater)
    }

    @Test func quantilesOfLateness() throws {
        var meter = DurationMeter()
        #expect(meter.quantile(0.5) == nil)
        for place in 0..<100 { meter.add(.milliseconds(place)) }
        meter.add(.seconds(3))
        #expect(meter.quantile(0.5) == .microseconds(50_100))
        #expect(meter.quantile(1) == .seconds(3) && meter.longest == .seconds(3))
    }

    @Test(arguments: [
        ("", "d41d8cd98f00b204e9800998ecf8427e"), ("abc", "900150983cd24fb0d6963f7d28e17f72"),
        (
            "12345678901234567890123456789012345678901234567890123456789012345678901234567890",
            "57edf4a22be3c955ac49da2e2107b67a"
        ),
        ("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", "d174ab98d277d9f5a5611c2c9f419d9f"),
    ])
    func md5ByTheExamplesOfItsRFC(text: String, digest: String) {
        let found = SIPDigestHash.crypto.md5(Array(text.utf8)).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }
            .joined()
        #expect(found == digest)
    }

    @Test(arguments: [
        ("sip:5551234@192.0.2.20", "192.0.2.20:5060"), ("sip:192.0.2.20:5070", "192.0.2.20:5070"),
        ("sip:a@[2001:db8::1]:5061", "[2001:db8::1]:5061"), ("sip:fax@localhost", "127.0.0.1:5060"),
    ])
    func aURINamesItsHost(uri: String, endpoint: String) throws {
        #expect("\(try SIPTarget.resolve(uri))" == endpoint)
    }

    @Test(arguments: [
        (nil, "TLS 192.0.2.1:5061"), ("192.0.2.9", "UDP 192.0.2.9:5060"), ("tcp:192.0.2.9:5070", "TCP 192.0.2.9:5070"),
        ("tls:[2001:db8::1]", "TLS [2001:db8::1]:5061"), ("sip:192.0.2.9;transport=tcp", "TCP 192.0.2.9:5060"),
    ])
    func aProxyIsWhereTheRequestGoes(proxy: String?, place: String) throws {
        let destination = try SIPTarget.destination("sips:a@192.0.2.1", proxy: proxy)
        #expect("\(destination.path.transport.rawValue) \(destination.path.endpoint)" == place)
        #expect(destination.uri == "sips:a@192.0.2.1")
    }

    @Test(arguments: ["5551234", "tel:5551234", "sip:", "mailto:a@b.c", "sip:a@192.0.2.1;transport=sctp"])
    func whatIsNoTarget(uri: String) {
        #expect(throws: SIPTarget.Failure.self) { try SIPTarget.resolve(uri) }
    }

    @Test func socketAddressesThereAndBack() throws {
        for text in ["192.0.2.1", "2001:db8::1", "::1"] {
            let endpoint = Endpoint(try #require(IPAddress(text)), 5_060)
            #expect(Endpoint(endpoint.socketAddress) == endpoint)
        }
    }

    @Test func mediaPortsComeInPairsAndEnd() throws {
        // Below what the system and other tests take.
        let first = UInt16.random(in: 500...1_200) * 4
        let address = FaxOnLoopback.address
        var ports = MediaPorts(range: first...first + 11)
        let open = [try ports.open(at: address), try ports.open(at: address), try ports.open(at: address)]
        #expect(open.map(\.rtp.endpoint.port) == [first, first + 4, first + 8])
        #expect(open.map(\.udptl.endpoint.port) == [first + 2, first + 6, first + 10])
        #expect(throws: MediaPorts.Exhausted.self) { try ports.open(at: address) }
    }
}
