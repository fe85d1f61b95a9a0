import FaxCore
import FaxDSP
import FaxProtocol
import FaxWire

extension GatewayCall {
    public enum Output: Sendable, Equatable {
        case signal([UInt8], to: SIPPath, of: Side)
        case media([UInt8], from: FaxCall.Port, of: Side, to: Endpoint)
        /// What a person or a log may want to know.
        case event(Event)
    }

    /// What happened, in the order in which it did.
    public enum Event: Sendable, Equatable {
        /// The URI of the caller, and the one that it called.
        case incoming(from: String, to: String)
        case calling(String)
        case ringing(status: Int)
        /// The far side took the call, and so did the near one.
        case answered
        case mediaBegan(Side, FaxCall.Media)
        case heard(Side, FaxSignalListener.Signal)
        case offeredT38(Side)
        case t38Refused(Side, status: Int)
        /// libspandsp's gateway stands between the sides, or packets of audio go from side to side.
        case gatewayBegan(t38: Side)
        case relayBegan
        /// The training that a DCS from that side commanded was accepted.
        case trained(DigitalCommand, sender: Side)
        /// A page was confirmed to its sender; its number.
        case page(Int)
        case ended(Side, SIPEnding)
        /// Neither side stands any more; comes once, and last.
        case over
        /// Something that should not be.
        case trouble(String)
    }

    /// What is known of one side.
    public struct LegReport: Sendable {
        public var callID: String?
        /// What carried its media last.
        public var carriedBy: FaxCall.Media?
        /// Media datagrams.
        public var received: Int
        public var sent: Int
        /// IFP packets that neither came nor could be repaired.
        public var unrecoveredIFPs: Int
        public var ending: SIPEnding?
    }

    /// `nil` of a far side that was never called.
    public func report(_ side: Side) -> LegReport? {
        leg(side).map { leg in
            LegReport(
                callID: leg.sip.callID, carriedBy: leg.lastMedia, received: leg.received, sent: leg.sent,
                unrecoveredIFPs: leg.unrecovered, ending: leg.ending)
        }
    }

    /// The fax as the gateway saw it go by.
    public var fax: ObservedFax { observed }
}
