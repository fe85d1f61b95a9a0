import FaxCore
import FaxDSP
import FaxEndpoint
import FaxProtocol
import FaxStation
import Foundation

/// kamailio between two endpoints of ours: one registers with it and is called through it, both by digest.
enum KamailioRows {
    static var all: [InteropRow] {
        let carriers: [(SIPTransport, String)] = [(.udp, "MD5"), (.tcp, "SHA-256"), (.tls, "MD5")]
        return carriers.flatMap { carrier, algorithm in
            [FaxTransport.t38, .g711].map { transport in
                var row = InteropRow(
                    "kamailio-\(carrier.rawValue.lowercased())-\(transport.rawValue)", peer: "kamailio", role: .both,
                    carriage: transport.rawValue,
                    "one end registers, the other calls it through the proxy; digest by \(algorithm) for both"
                ) { bench in
                    try call(transport, over: carrier, algorithm, in: bench.folder)
                }
                row.signalling = carrier.rawValue.uppercased()
                return row
            }
        }
    }

    /// - Parameter disturb: told when the first page has begun, with the proxy.
    static func call(
        _ transport: FaxTransport, over carrier: SIPTransport = .udp, _ algorithm: String = "MD5", in folder: URL,
        pages: [PageBitmap] = [FaxMaterial.page], disturb: (Kamailio) throws -> Void = { _ in }
    ) throws -> InteropAttempt {
        let certificates = try LabCertificates()
        let proxy = try Kamailio(certificates, folder: folder.appending(path: "kamailio"), algorithm: algorithm)
        defer { proxy.end() }
        let receiver = try SoloEndpoint(transport, in: folder, answers: true) { identify(&$0, as: "200", certificates) }
        receiver.endpoint.register(RegistrationRequest(registrar: proxy.destination(carrier)))
        guard receiver.awaitsRegistration() else {
            _ = receiver.end(within: .zero)
            return InteropAttempt(
                succeeded: 0, problems: ["the registration did not come about"], record: receiver.record)
        }
        let sender = try SoloEndpoint(transport, in: folder.appending(path: "sender"), answers: false) {
            identify(&$0, as: "100", certificates)
        }
        try sender.send(pages, to: proxy.destination(carrier, user: "200"))
        var failure: (any Error)?
        let sent = sender.end(within: .seconds(150), when: { $0.contains(where: \.isNegotiation) }) {
            do { try disturb(proxy) } catch { failure = error }
        }
        if let failure { throw failure }
        let received = receiver.end(within: .seconds(20))
        let carriage = transport.rawValue
        let problems =
            FaxCheck.problems(sent, pages: pages, carriage: carriage).map { "sender: \($0)" }
            + FaxCheck.problems(received, pages: pages, carriage: carriage).map { "receiver: \($0)" }
        let told = problems.isEmpty ? [] : sent.result?.reason.map { ["the sender says: \($0)"] } ?? []
        return InteropAttempt(succeeded: problems.isEmpty ? 1 : 0, problems: problems + told, record: receiver.record)
    }

    private static func identify(_ settings: inout EndpointSettings, as user: String, _ certificates: LabCertificates) {
        settings.user = user
        settings.domain = "127.0.0.1"
        settings.tls.authorityPath = certificates.path("ca.pem")
        settings.credentials = [SIPCredentials(username: user, password: Kamailio.password)]
    }
}

extension EndpointEvent {
    var isNegotiation: Bool { if case .negotiated = kind { true } else { false } }
}
