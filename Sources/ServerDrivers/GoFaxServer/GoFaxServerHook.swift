import ATALive
import FaxCore
import Foundation
import Synchronization

/// Takes the webhooks of gofaxserver: the ends of jobs (`notify` of a tenant or a number), and received faxes (an endpoint of the
/// type `webhook`).
///
/// A delivery is answered with 200 only when it was kept: 2xx is what the server takes for success, 5xx makes it try again, and
/// any other 4xx ends its tries (`docs/PORTAL.md`).
public final class GoFaxServerHook: Sendable {
    /// Jobs that are remembered.
    private static let limit = 1_000
    /// Octets of a delivery, and of all files that are kept.
    private static let bodyLimit = 32 << 20
    private static let fileLimit = 128 << 20
    private let box: Box
    private let server: WebServer

    /// - Parameter listen: port 0: any free one. Its address goes into `notify`: `webhook->http://…`.
    public init(_ listen: Endpoint) throws {
        let box = Box()
        self.box = box
        server = try Blocking.run { () async -> Result<WebServer, WebServer.Failure> in
            do throws(WebServer.Failure) {
                return .success(
                    try await WebServer(listen, bodyLimit: GoFaxServerHook.bodyLimit) { call in
                        WebServer.Answer(HTTPReply(box.take(call.body)))
                    })
            } catch { return .failure(error) }
        }.get()
    }

    public var address: Endpoint { server.address }

    /// Whether every attempt failed; `nil`: nothing came of that job.
    func notice(of job: String) -> Bool? { box.state.withLock { $0.jobs[job] } }

    /// Faxes that were delivered, in order.
    var receptions: [ServerReception] { box.state.withLock { $0.deliveries.map(\.reception) } }

    /// `nil`: nothing of that name came, or without a file that can be read.
    func file(of name: String) -> [UInt8]? {
        box.state.withLock { state in state.deliveries.first { $0.reception.name == name }?.file }
    }

    public func close() {
        let server = server
        Blocking.run { () async in await server.close() }
    }

    private struct State {
        var jobs: [String: Bool] = [:]
        var deliveries: [GoFaxServerDocuments.Delivery] = []
        var octets = 0
    }

    private final class Box: Sendable {
        let state = Mutex(State())

        /// - Returns: the status to answer with.
        func take(_ body: [UInt8]) -> Int {
            if let notice = GoFaxServerDocuments.notice(body) {
                state.withLock {
                    if $0.jobs.count < GoFaxServerHook.limit || $0.jobs[notice.job] != nil {
                        $0.jobs[notice.job] = notice.hasFailed
                    }
                }
                return 200
            }
            guard let delivery = GoFaxServerDocuments.delivery(body) else { return 400 }
            return state.withLock { state in
                // A further try of one that we have.
                if state.deliveries.contains(where: { $0.reception.name == delivery.reception.name }) { return 200 }
                let octets = delivery.file?.count ?? 0
                guard state.deliveries.count < GoFaxServerHook.limit, state.octets + octets <= GoFaxServerHook.fileLimit
                else { return 503 }
                state.octets += octets
                state.deliveries.append(delivery)
                return 200
            }
        }
    }
}
