import FaxDSP
import FaxProtocol
import FaxStation

/// How an endpoint speaks T.38 and G.711, and who asks for T.38 when.
public struct MediaProfile: Sendable {
    public var t38 = T38Settings()
    public var audio = AudioSettings()
    /// Where an offer of T.38 puts its line.
    public var layout = MediaSession.Layout.inPlace
    /// When this side offers T.38; `nil`: as its ``FaxTransport`` has it.
    public var offersT38: TransportPolicy.Switch?
    /// Offers of T.38 are refused with this status; `nil`: as its ``FaxTransport`` has it.
    public var refusesT38: Int?
    /// T.38 that stays silent so long is given up (``TransportPolicy/t38Silence``); `nil`: it is not.
    public var t38Silence: Duration?
    /// The same as ``offersT38`` for calls of this side alone, before it.
    public var offersT38AsCaller: TransportPolicy.Switch?
    /// What stands between the fax machine and the network.
    public var terminal = FaxCallSettings.Terminal.onNetwork
    /// What a peer of the field does wrong, for endpoints that stand for one.
    public var faults = PeerFaults.none

    public init() {}

    /// After the transport's policy is in place.
    func apply(to call: inout FaxCallSettings, maxRate: Int) {
        call.t38 = t38
        call.t38.maxBitRate = maxRate
        call.audio = audio
        call.layout = layout
        call.terminal = terminal
        call.faults = faults
        call.transport.t38Silence = t38Silence
        if let offersT38 { call.transport.offersT38 = offersT38 }
        if let offersT38AsCaller, call.destination != nil { call.transport.offersT38 = offersT38AsCaller }
        guard let refusesT38 else { return }
        call.transport.acceptsT38 = false
        call.transport.refusal = refusesT38
        if offersT38 == nil { call.transport.offersT38 = .none }
    }
}
