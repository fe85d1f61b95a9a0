import FaxCore
import FaxDSP
import FaxProtocol
import FaxStation

/// Something that a user of an endpoint may want to know, when it happened.
public struct EndpointEvent: Sendable {
    public enum Kind: Sendable {
        /// The ports, the first one first.
        case listening([SIPPath])
        /// Somebody was not let in, and the status that was answered.
        case refused(Endpoint, status: Int, reason: String)
        /// `uri`: who calls, or who is called.
        case began(uri: String, peer: Endpoint, isIncoming: Bool)
        case call(FaxCall.Event)
        /// T.30 phase B is over.
        case negotiated(FaxStationReport)
        case page(FaxStationReport.Page)
        /// Every ``EndpointSettings/progressInterval`` while something changes.
        case progress(CallProgress)
        /// More packets are missing than before.
        case loss(FaxCarriage)
        case result(FaxResult)
        /// The reception of that call came whole and cannot be sent back: its result, as an echo's.
        case notReturned(FaxResult)
        /// What happens in a call that is passed on, and what became of it.
        case gateway(GatewayCall.Event)
        case gatewayResult(GatewayResult)
        case registration(SIPRegistration.Event)
        /// Of a peer of IAX2, and in calls with it.
        case iax2(IAX2EndpointEvent)
        /// Of a soft modem.
        case modem(ModemEvent)
        /// Something that went wrong, and what was wanted may not come of it.
        case trouble(String)
        /// Something to know.
        case warning(String)
    }

    /// Since the Unix epoch.
    public var time: Instant
    /// Number of the call, from 1; `nil`: of none.
    public var call: Int?
    /// Of the fax that the call sends, if it has one.
    public var tag: Int?
    public var kind: Kind
}
