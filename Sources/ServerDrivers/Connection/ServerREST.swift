import ATALive
import Foundation

/// A fax server's interface over HTTP: one request at a time, and what was said.
final class ServerREST {
    private(set) var words = ServerWords()
    private let http: DeviceHTTP

    init(_ http: DeviceHTTP) { self.http = http }

    /// - Parameter isSecret: the reply has a secret in it, and is not kept.
    func ask(_ call: HTTPCall, isSecret: Bool = false) throws(ServerFailure) -> HTTPReply {
        words.said("\(call.method.rawValue) \(call.target)")
        let http = http
        let result = Blocking.run { () async -> Result<HTTPReply, ATAFailure> in
            do throws(ATAFailure) { return .success(try await http.send(call)) } catch { return .failure(error) }
        }
        switch result {
        case .success(let reply):
            let isHidden = isSecret && (200..<300).contains(reply.status)
            words.heard("\(reply.status) \(isHidden ? "***" : Self.beginning(of: reply))")
            return reply
        case .failure(.unreachable(let reason)): throw .unreachable(reason)
        case .failure(.wrongPassword(let user)): throw .loginRefused(user: user, said: "401")
        case .failure(.passwordWanted(let realm)): throw .passwordWanted(said: "401 for '\(realm)'")
        case .failure(let failure): throw .unreadable("\(failure)")
        }
    }

    private static func beginning(of reply: HTTPReply) -> String {
        String(decoding: reply.body.prefix(300), as: UTF8.self).oneLine
    }

    /// A refusal in words.
    /// - Parameter error: what the server gives as its reason; `nil`: nothing that can be read.
    static func said(_ reply: HTTPReply, _ error: String?) -> String {
        "\(reply.status) \((error ?? String(beginning(of: reply).prefix(200))).oneLine)"
    }
}
