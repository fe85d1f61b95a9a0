import FaxWire

/// What one end can do, for offers and answers.
public struct MediaCapabilities: Sendable, Hashable {
    /// `nil`: no audio line is offered or accepted.
    public var audio: AudioCapabilities?
    /// `nil`: T.38 is refused.
    public var t38: T38Capabilities?

    public init(audio: AudioCapabilities? = AudioCapabilities(port: 0), t38: T38Capabilities? = nil) {
        self.audio = audio
        self.t38 = t38
    }
}

/// G.711 as it is negotiated.
public struct AudioCapabilities: Sendable, Hashable {
    public enum Codec: String, Sendable, Hashable, CaseIterable {
        case pcmu = "PCMU"
        case pcma = "PCMA"

        public var payloadType: UInt8 {
            switch self {
            case .pcmu: 0
            case .pcma: 8
            }
        }
    }

    /// UDP port on which RTP is received.
    public var port: UInt16
    /// The preferred one first.
    public var codecs: [Codec]
    /// Milliseconds of sound a packet that we want to receive.
    public var packetTimeMs: Int
    /// Payload type of telephone events (RFC 4733); `nil`: none.
    public var telephoneEvent: UInt8?
    /// `a=silenceSupp:off - - - -` (RFC 3108): asks the other side to send silence as well.
    public var silenceSuppressionOff: Bool

    public init(
        port: UInt16, codecs: [Codec] = [.pcmu, .pcma], packetTimeMs: Int = 20, telephoneEvent: UInt8? = 101,
        silenceSuppressionOff: Bool = true
    ) {
        self.port = port
        self.codecs = codecs
        self.packetTimeMs = packetTimeMs
        self.telephoneEvent = telephoneEvent
        self.silenceSuppressionOff = silenceSuppressionOff
    }
}

/// T.38 over UDPTL as it is negotiated (T.38 Annex D).
public struct T38Capabilities: Sendable, Hashable {
    /// UDP port on which UDPTL is received.
    public var port: UInt16
    public var version: Int
    public var maxBitRate: Int
    /// The preferred one first; over UDPTL `transferredTCF` is the rule (T.38 8.1).
    public var rateManagements: [T38Parameters.RateManagement]
    /// Octets; `nil`: not said.
    public var maxBuffer: Int?
    /// Octets of the largest UDP payload that we take; `nil`: not said.
    public var maxDatagram: Int?
    /// The preferred one first.
    public var errorCorrections: [T38Parameters.ErrorCorrection]
    public var fillBitRemoval: Bool
    public var transcodingMMR: Bool
    public var transcodingJBIG: Bool

    public init(
        port: UInt16, version: Int = 0, maxBitRate: Int = 14_400,
        rateManagements: [T38Parameters.RateManagement] = [.transferredTCF], maxBuffer: Int? = 2_000,
        maxDatagram: Int? = 400, errorCorrections: [T38Parameters.ErrorCorrection] = [.redundancy, .fec, .none],
        fillBitRemoval: Bool = false, transcodingMMR: Bool = false, transcodingJBIG: Bool = false
    ) {
        self.port = port
        self.version = version
        self.maxBitRate = maxBitRate
        self.rateManagements = rateManagements
        self.maxBuffer = maxBuffer
        self.maxDatagram = maxDatagram
        self.errorCorrections = errorCorrections
        self.fillBitRemoval = fillBitRemoval
        self.transcodingMMR = transcodingMMR
        self.transcodingJBIG = transcodingJBIG
    }
}
