import FaxCore
import FaxWire

/// What offer and answer came to. Both lines may stand (T.38 Annex D.2.2.4 allows it); one is usual.
public struct AgreedMedia: Sendable, Hashable {
    public var audio: AgreedAudio?
    public var t38: AgreedT38?

    public init(audio: AgreedAudio? = nil, t38: AgreedT38? = nil) {
        self.audio = audio
        self.t38 = t38
    }
}

public struct AgreedAudio: Sendable, Hashable {
    /// Where to send; `nil`: nowhere, as on hold with 0.0.0.0.
    public var remote: Endpoint?
    /// What to send. The other side may send any codec of ours that was offered or answered.
    public var codec: AudioCapabilities.Codec
    public var payloadType: UInt8
    /// Milliseconds a packet, as the other side wants them.
    public var packetTimeMs: Int
    /// Payload type for telephone events to the other side.
    public var telephoneEvent: UInt8?
    /// Ours: `sendonly` means that we send only.
    public var direction: MediaDirection
}

public struct AgreedT38: Sendable, Hashable {
    public var remote: Endpoint?
    /// The lower of the two.
    public var version: Int
    /// Bit/s, the lower of the two.
    public var maxBitRate: Int
    public var rateManagement: T38Parameters.RateManagement
    /// What to protect our packets with.
    public var errorCorrection: T38Parameters.ErrorCorrection
    /// Octets of the largest UDP payload that the other side takes; `nil`: it has not said.
    public var remoteMaxDatagram: Int?
    public var remoteMaxBuffer: Int?
    public var fillBitRemoval: Bool
    public var transcodingMMR: Bool
    public var transcodingJBIG: Bool
    public var direction: MediaDirection
}
