import FaxCore
import FaxDSP
import FaxProtocol
import FaxStation
import Foundation
import LiveLab
import TestSupport
import Testing

@testable import FaxEndpoint

/// Faxes whose SIP goes over TCP and TLS, between two endpoints of ours.
@Suite(.live) struct LiveTransportTests {
    private static let loopbackV6 = Endpoint(IPAddress(high: 0, low: 1), 0)

    @Test(arguments: [FaxTransport.t38, .g711])
    func aFaxOverTCP(transport: FaxTransport) async throws {
        var fax = FaxOnLoopback(transport)
        fax.carrier = .tcp
        let record = FileManager.default.temporaryDirectory.appending(path: "faxprobe-\(UUID().uuidString).pcapng")
        defer { try? FileManager.default.removeItem(at: record) }
        fax.sender.recordPath = record.path
        let outcome = try await fax.run()
        #expect(outcome.sent?.isSuccess == true, "\(outcome.senderEvents.story)")
        #expect(outcome.received?.isSuccess == true, "\(outcome.receiverEvents.story)")
        let areEqual = outcome.pages.map(\.octets) == fax.pages.map(\.octets)
        #expect(areEqual)
        // The record reads as what it was.
        let text = LiveRecord.analysis(of: record.path)
        #expect(transport == .g711 || text.contains("Fax delivered: 1 page confirmed"), "\(text)")
        #expect(text.contains("TCP"), "\(text)")
    }

    private static func tls(_ certificates: LabCertificates, server: String = "server") -> FaxOnLoopback {
        var fax = FaxOnLoopback(.t38)
        fax.carrier = .tls
        fax.certificates = certificates
        fax.receiver.ports = [SIPPath(.tls, FaxOnLoopback.anyPort)]
        fax.receiver.tls.certificatePath = certificates.path(server + ".pem")
        fax.receiver.tls.keyPath = certificates.path(server + ".key")
        fax.sender.tls.authorityPath = certificates.path("ca.pem")
        return fax
    }

    /// By its address, and by its name.
    @Test(arguments: [nil, "localhost"])
    func aFaxOverTLS(host: String?) async throws {
        var fax = Self.tls(try LabCertificates())
        fax.host = host
        let outcome = try await fax.run()
        #expect(outcome.sent?.isSuccess == true, "\(outcome.senderEvents.story)")
        #expect(outcome.received?.isSuccess == true, "\(outcome.receiverEvents.story)")
    }

    /// The certificate shown, the name expected, whether anybody is believed, and what is said; `nil`: the fax goes through.
    private static let certificates: [(String, String?, Bool, String?)] = [
        ("stranger", "localhost", false, "not to be trusted"),
        ("server", "elsewhere.example", false, "not for that name"),
        ("stranger", "elsewhere.example", true, nil),
    ]

    @Test(arguments: certificates)
    func whomTLSBelieves(server: String, host: String?, isInsecure: Bool, complaint: String?) async throws {
        var fax = Self.tls(try LabCertificates(), server: server)
        fax.host = host
        if isInsecure {
            fax.sender.tls = TLSSettings()
            fax.sender.tls.isInsecure = true
        }
        let outcome = try await fax.run()
        let story = outcome.senderEvents.story
        #expect(outcome.sent?.isSuccess == (complaint == nil), "\(story)")
        #expect(story.contains(complaint ?? "certificates are not verified"), "\(story)")
    }

    @Test func aFaxOverTCPAndIPv6() async throws {
        var fax = FaxOnLoopback(.t38)
        fax.carrier = .tcp
        fax.sender.ports = EndpointSettings(listen: Self.loopbackV6).ports
        fax.receiver.ports = fax.sender.ports
        let outcome = try await fax.run()
        #expect(outcome.sent?.isSuccess == true, "\(outcome.senderEvents.story)")
        #expect(outcome.received?.isSuccess == true, "\(outcome.receiverEvents.story)")
    }

    /// Nobody there: the call ends at once, and says why.
    @Test func aConnectionThatIsRefusedIsTold() async throws {
        var fax = FaxOnLoopback(.t38)
        fax.carrier = .tcp
        fax.through = { _ in Endpoint(FaxOnLoopback.address, 1) }
        let outcome = try await fax.run()
        let times = outcome.senderEvents.filter { $0.call != nil }.map(\.time)
        // Well before timer B, which waits for an answer that never comes.
        #expect(try #require(times.max()) - #require(times.min()) < .seconds(15))
        #expect(outcome.sent?.isSuccess == false)
        let story = outcome.senderEvents.story
        #expect(story.contains("SIP over TCP with 127.0.0.1:1: Connection refused"), "\(story)")
    }
}
