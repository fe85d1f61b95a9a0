import FaxCore
import FaxProtocol
import FaxStation
import Foundation
import LiveLab
import TestSupport
import Testing

@testable import FaxEndpoint

/// Faxes and registrations through a registrar and proxy by others.
@Suite(.live) struct KamailioTests {
    private static func kamailio(_ certificates: LabCertificates, _ algorithm: String = "MD5") throws -> Kamailio {
        let folder = FileManager.default.temporaryDirectory.appending(path: "faxprobe-kamailio-\(UUID().uuidString)")
        return try Kamailio(certificates, folder: folder, algorithm: algorithm)
    }

    /// A fax whose receiver is registered and whose sender authenticates, through the proxy.
    private static func fax(
        _ transport: FaxTransport, _ carrier: SIPTransport, _ proxy: Kamailio, _ certificates: LabCertificates
    ) -> FaxOnLoopback {
        var fax = FaxOnLoopback(transport)
        fax.carrier = carrier
        fax.through = { _ in proxy.endpoint(carrier) }
        fax.registers = RegistrationRequest(registrar: proxy.destination(carrier))
        fax.receiver.user = "200"
        fax.receiver.domain = "127.0.0.1"
        fax.receiver.credentials = [SIPCredentials(username: "200", password: Kamailio.password)]
        fax.sender.user = "100"
        fax.sender.credentials = [SIPCredentials(username: "100", password: Kamailio.password)]
        fax.sender.tls.authorityPath = certificates.path("ca.pem")
        fax.receiver.tls.authorityPath = certificates.path("ca.pem")
        return fax
    }

    private static let rows: [(FaxTransport, SIPTransport, String)] = [
        (.t38, .udp, "MD5"), (.t38, .tcp, "SHA-256"), (.t38, .tls, "MD5"), (.g711, .tls, "SHA-256"),
        (.g711, .udp, "MD5"),
    ]

    @Test(arguments: rows)
    func aFaxThroughTheProxy(transport: FaxTransport, carrier: SIPTransport, algorithm: String) async throws {
        let certificates = try LabCertificates()
        let proxy = try await OwnThread.run { try Self.kamailio(certificates, algorithm) }
        let outcome = try await Self.fax(transport, carrier, proxy, certificates).run()
        #expect(outcome.sent?.isSuccess == true, "\(outcome.senderEvents.story)\(proxy.log.suffix(1_000))")
        #expect(outcome.received?.isSuccess == true, "\(outcome.receiverEvents.story)")
        #expect(outcome.sent?.carriedBy == (transport == .t38 ? .t38 : .audio))
    }

    /// What the registration says, over TLS.
    private static func register(
        _ change: @escaping (inout EndpointSettings, inout RegistrationRequest) -> Void
    ) async throws -> (status: EndpointRun.Status, text: String) {
        let certificates = try LabCertificates()
        return try await OwnThread.run {
            let proxy = try Self.kamailio(certificates)
            var request = RegistrationRequest(registrar: proxy.destination(.tls))
            var settings = EndpointSettings(listen: FaxOnLoopback.anyPort)
            settings.user = "200"
            settings.credentials = [SIPCredentials(username: "200", password: Kamailio.password)]
            settings.tls.authorityPath = certificates.path("ca.pem")
            change(&settings, &request)
            var text = ""
            var run = EndpointRun(write: { text += $0 }, complain: { text += $0 })
            run.timeout = .seconds(40)
            run.registration = request
            let status = run.register(once: true, settings)
            return (status, text)
        }
    }

    @Test func aWrongPasswordIsTold() async throws {
        let told = try await Self.register { settings, _ in settings.credentials[0].password = "wrong" }
        #expect(told.status == .failed && told.text.contains("not registered: 401"), "\(told.text)")
    }

    @Test func aCertificateOfNobodyIsRefused() async throws {
        let told = try await Self.register { settings, _ in settings.tls = TLSSettings() }
        #expect(told.status == .failed && told.text.contains("not to be trusted"), "\(told.text)")
    }

    /// The registrar binds for longer than was asked for, and is believed.
    @Test func aBindingThatTheRegistrarMakesLonger() async throws {
        let told = try await Self.register { _, request in request.expires = 30 }
        #expect(told.status == .confirmed && told.text.contains("registered for 60 s"), "\(told.text)")
    }

    /// The fax goes on while the proxy is away, and the BYE finds its way afterwards.
    @Test func theProxyIsStartedAnewInMidCall() async throws {
        let certificates = try LabCertificates()
        let proxy = try await OwnThread.run { try Self.kamailio(certificates) }
        var fax = Self.fax(.t38, .tcp, proxy, certificates)
        fax.onSenderEvent = { event, _ in
            guard case .negotiated = event.kind else { return }
            do { try proxy.restart() } catch { Issue.record(error) }
        }
        let outcome = try await fax.run()
        let stories = outcome.senderEvents.story + outcome.receiverEvents.story
        #expect(outcome.sent?.isSuccess == true && outcome.received?.isSuccess == true, "\(stories)")
        #expect(outcome.receiverEvents.story.contains("ended by them: BYE"), "\(stories)")
    }
}
