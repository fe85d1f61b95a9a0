import FaxDSP
import FaxProtocol
import FaxStation

/// Whom a gateway calls for those who call it, and how it stands between them.
public struct GatewayProfile: Sendable {
    /// The only one that is ever called; without a user in its URI, that of the INVITE that came.
    public var destination: SIPDestination
    public var t38Side = GatewaySettings.T38Side.auto
    public var offer = GatewaySettings.Offer.ced
    public var audio = AudioSettings()
    public var t38 = T38Settings()
    public var gateway = T38Gateway.Configuration()
    /// Calls that are taken in all; `nil`: no end.
    public var calls: Int?

    public init(destination: SIPDestination) { self.destination = destination }

    func settings(near: GatewaySettings.Leg, far: GatewaySettings.Leg) -> GatewaySettings {
        var settings = GatewaySettings(near: near, far: far, destination: destination)
        settings.t38Side = t38Side
        settings.offer = offer
        settings.audio = audio
        settings.t38 = t38
        settings.gateway = gateway
        return settings
    }
}
