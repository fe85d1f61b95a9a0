import FaxCore
import FaxDSP
import FaxProtocol

/// What a gateway between T.38 and G.711 is and does in one call. The near side is the caller, the far side the one whom
/// the gateway calls for it.
public struct GatewaySettings: Sendable {
    /// Which side speaks T.38.
    public enum T38Side: String, Sendable, Hashable, CaseIterable {
        case near, far
        /// Whichever asks for it or, when a fax is heard and nobody has asked, takes it; the far side is asked first.
        case auto
    }

    /// When the gateway itself asks for T.38; the side that speaks it may always ask.
    public enum Offer: String, Sendable, Hashable, CaseIterable {
        /// When CED or a V.21 preamble is heard (T.38 D.2.2.5).
        case ced
        /// When CNG is heard already.
        case cng
        /// In the INVITE to the far side, where that one speaks T.38; otherwise as `ced`.
        case invite
        /// Never: the other side has to.
        case never
    }

    /// What one leg needs of its driver.
    public struct Leg: Sendable {
        public var agent: SIPAgent
        /// Where it receives RTP and UDPTL.
        public var mediaAddress: IPAddress
        public var audioPort: UInt16
        public var t38Port: UInt16

        public init(agent: SIPAgent, mediaAddress: IPAddress, audioPort: UInt16, t38Port: UInt16) {
            self.agent = agent
            self.mediaAddress = mediaAddress
            self.audioPort = audioPort
            self.t38Port = t38Port
        }
    }

    public var near: Leg
    public var far: Leg
    /// Whom it calls; where its URI has no user, that of the INVITE that came is put in.
    public var destination: SIPDestination
    public var t38Side = T38Side.auto
    public var offer = Offer.ced
    public var audio = AudioSettings()
    public var t38 = T38Settings()
    /// What libspandsp's gateway lets pass.
    public var gateway = T38Gateway.Configuration()
    /// Media go to where the other side's come from, when its description names another place.
    public var latchesMedia = true
    /// A call on which no media come for so long is dead: it is ended.
    public var idleTimeout = Duration.seconds(60)
    /// Millionths that its clock is fast (above 0) or slow.
    public var clockPPM = 0.0

    public init(near: Leg, far: Leg, destination: SIPDestination) {
        self.near = near
        self.far = far
        self.destination = destination
    }

    func mayBeT38(_ side: GatewayCall.Side) -> Bool {
        switch t38Side {
        case .near: side == .near
        case .far: side == .far
        case .auto: true
        }
    }

    /// What offers and answers of a leg say.
    func capabilities(_ side: GatewayCall.Side) -> MediaCapabilities {
        let leg = side == .near ? near : far
        let t38 = mayBeT38(side) ? self.t38.capabilities(port: leg.t38Port) : nil
        return MediaCapabilities(audio: audio.capabilities(port: leg.audioPort), t38: t38)
    }
}
