import FaxCore
import FaxDSP
import FaxProtocol
import FaxStation

/// Something that a user of an endpoint may want to know, when it happened.
public struct EndpointEvent: Sendable {
    public enum Kind: Sendable {
        case listening(Endpoint)
        /// Somebody was not let in, and the status that was answered.
        case refused(Endpoint, status: Int, reason: String)
        /// `uri`: who calls, or who is called.
        case began(uri: String, peer: Endpoint, isIncoming: Bool)
        case call(FaxCall.Event)
        /// T.30 phase B is over.
        case negotiated(FaxStationReport)
        case page(FaxStationReport.Page)
        case result(FaxResult)
        /// What happens in a call that is passed on, and what became of it.
        case gateway(GatewayCall.Event)
        case gatewayResult(GatewayResult)
        case registration(SIPRegistration.Event)
        /// Of a soft modem.
        case modem(ModemEvent)
        case trouble(String)
    }

    /// Since the Unix epoch.
    public var time: Instant
    /// Number of the call, from 1; `nil`: of none.
    public var call: Int?
    public var kind: Kind
}
