import FaxCore
import FaxProtocol

/// Whom to probe, and where that is.
public struct ProbeTarget: Sendable {
    public let uri: String
    /// `nil`: the name is not known.
    public let destination: SIPDestination?
    let problem: String?
    let after: Duration

    /// Asks the system's resolver, and waits for it. Throws what is wrong with the URI itself.
    /// - Parameter proxy: where everything goes instead of where the URI says, as ``SIPTarget/destination(_:proxy:lookup:)``
    ///   takes it.
    public init(_ uri: String, proxy: String? = nil) throws(SIPTarget.Failure) {
        self.uri = uri
        let clock = ContinuousClock()
        let begin = clock.now
        do {
            destination = try SIPTarget.destination(uri, proxy: proxy)
            problem = nil
        } catch {
            if error.isUsage { throw error }
            destination = nil
            problem = error.description
        }
        after = clock.now - begin
    }

    public var peer: Endpoint? { destination?.path.endpoint }

    var resolution: (peer: Endpoint?, problem: String?, after: Duration) { (peer, problem, after) }
}
