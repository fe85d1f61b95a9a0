import FaxCore
import FaxDSP
import FaxEndpoint
import FaxProtocol
import FaxStation
import Foundation

/// kamailio between two endpoints of ours: one registers with it and is called through it, both by digest.
enum KamailioRows {
    static var all: [InteropRow] {
        [FaxTransport.t38, .g711].map { transport in
            InteropRow(
                "kamailio-udp-\(transport.rawValue)", peer: "kamailio", role: .both, carriage: transport.rawValue,
                "one end registers, the other calls it through the proxy; digest for both"
            ) { bench in
                try call(transport, in: bench.folder)
            }
        }
    }

    /// - Parameter disturb: told when the first page has begun, with the proxy.
    static func call(
        _ transport: FaxTransport, in folder: URL, pages: [PageBitmap] = [FaxMaterial.page],
        disturb: (Kamailio) throws -> Void = { _ in }
    ) throws -> InteropAttempt {
        let proxy = try Kamailio(folder: folder.appending(path: "kamailio"))
        defer { proxy.end() }
        let receiver = try SoloEndpoint(transport, in: folder, answers: true) { identify(&$0, as: "200") }
        receiver.endpoint.register(
            RegistrationRequest(registrar: SIPTarget.destination("sip:\(proxy.endpoint)", at: proxy.endpoint)))
        guard receiver.awaitsRegistration() else {
            _ = receiver.end(within: .zero)
            return InteropAttempt(
                succeeded: 0, problems: ["the registration did not come about"], record: receiver.record)
        }
        let sender = try SoloEndpoint(transport, in: folder.appending(path: "sender"), answers: false) {
            identify(&$0, as: "100")
        }
        try sender.send(pages, to: proxy.endpoint)
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

    private static func identify(_ settings: inout EndpointSettings, as user: String) {
        settings.user = user
        settings.domain = "127.0.0.1"
        settings.credentials = [SIPCredentials(username: user, password: Kamailio.password)]
    }
}

extension EndpointEvent {
    var isNegotiation: Bool { if case .negotiated = kind { true } else { false } }
}
