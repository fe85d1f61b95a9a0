import FaxCore
import FaxProtocol

/// Whom to probe, and where that is.
public struct ProbeTarget: Sendable {
    public let uri: String
    /// `nil`: the name is not known.
    public let peer: Endpoint?
    let problem: String?
    let after: Duration

    /// Asks the system's resolver, and waits for it. Throws what is wrong with the URI itself.
    /// - Parameter proxy: where everything goes instead of where the URI says.
    public init(_ uri: String, proxy: Endpoint? = nil) throws(SIPTarget.Failure) {
        self.uri = uri
        let clock = ContinuousClock()
        let begin = clock.now
        do {
            let found = try SIPTarget.resolve(uri)
            peer = proxy ?? found
            problem = nil
        } catch {
            if error.isUsage { throw error }
            peer = proxy
            problem = error.description
        }
        after = clock.now - begin
    }

    var resolution: (peer: Endpoint?, problem: String?, after: Duration) { (peer, problem, after) }
}
