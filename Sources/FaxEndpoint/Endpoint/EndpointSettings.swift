import FaxCore
import FaxDSP
import FaxProtocol
import FaxStation

/// What a live endpoint is: where it listens, whom it lets in, what its calls are like.
public struct EndpointSettings: Sendable {
    /// Where SIP is listened to, at most one place for a transport and kind of address; port 0: any free one, the same for
    /// UDP and TCP. With an unspecified address each call names the address of this machine towards its peer.
    public var ports: [SIPPath]
    public var tls = TLSSettings()
    /// The address in Contact and SDP instead of that, where this machine is reached by another one.
    public var advertised: IPAddress?
    public var mediaPorts: ClosedRange<UInt16> = 20_000...29_999
    /// User part of our address.
    public var user = "faxprobe"
    /// `User-Agent` and `Server`.
    public var product = "faxprobe"
    /// Takes registrations of others; `nil`: they are refused.
    public var registrar: Registrar?
    /// Host part of our address of record; `nil`: the address of this machine.
    public var domain: String?
    public var credentials: [SIPCredentials] = []
    public var transport = FaxTransport.auto
    public var fax = FaxProfile()
    public var media = MediaProfile()
    /// How often calls tell how far they are; `nil`: never.
    public var progressInterval: Duration?
    /// What is offered and sent over T.38; the rate is the fax's.
    public var t38: T38Settings {
        get { media.t38 }
        set { media.t38 = newValue }
    }
    /// `nil`: calls are not answered.
    public var answering: Answering?
    /// Calls are passed on instead of answered.
    public var gateway: GatewayProfile?
    /// Soft modems, in the place of ``answering``; `nil`: none.
    public var modems: ModemSettings?
    public var limits = EndpointLimits()
    /// Before anything that calls outside.
    public var costs = CostLimits()
    /// Who may call; empty: anyone.
    public var allowedCallers: [IPAddress] = []
    /// A pcapng file of every packet; `nil`: none.
    public var recordPath: String?

    /// UDP and TCP there (RFC 3261 §18: an agent has both).
    public init(listen: Endpoint) { ports = [SIPPath(.udp, listen), SIPPath(.tcp, listen)] }
    public init(ports: [SIPPath]) { self.ports = ports }
}

/// How calls are answered.
public struct Answering: Sendable {
    public var folder: ReceptionFolder
    /// Calls that are taken in all; `nil`: no end.
    public var calls: Int?
    /// Sends back what came, in a call of its own.
    public var echoes = false
    /// Offered to who polls; `nil`: nothing is.
    public var offer: OutgoingDocument?

    public init(folder: ReceptionFolder) { self.folder = folder }
}

/// The fax machine's T.30.
public struct FaxProfile: Sendable, Hashable {
    /// TSI and CSI.
    public var identification = ""
    public var pageHeader = ""
    public var hasECM = true
    /// One of ``rates``: which modems it has, and where training begins.
    public var maxRate = 14_400
    public var compressions = FaxStation.Compression.allCases
    public var abilities = FaxProfile.usual

    public init() {}

    public static let rates = [14_400, 12_000, 9_600, 7_200, 4_800, 2_400]
    /// The fastest of each modem.
    public static let modemRates = [14_400, 9_600, 4_800]
    /// Those that a receiver can keep to: a DIS names modems, not rates (T.30 Table 2, bits 11 to 14).
    public static let receivingRates = [14_400, 9_600, 4_800, 2_400]

    private static let usual: FaxAbilities = {
        var abilities = FaxAbilities()
        abilities.takesAddresses = true
        return abilities
    }()

    func station(isCaller: Bool) -> FaxStation {
        var station = FaxStation(isCaller ? .caller : .answerer)
        station.identification = identification
        station.pageHeader = pageHeader
        station.hasECM = hasECM
        station.modems = maxRate < 4_800 && !isCaller ? [] : Self.modems(upTo: maxRate)
        station.compressions = compressions
        station.abilities = abilities
        if maxRate < 14_400 { station.abilities.firstRateBps = maxRate }
        return station
    }

    /// The modems that a machine of that rate has. One that receives at 2400 bit/s at most has none: a DIS without modems
    /// stands for V.27ter at that rate.
    public static func modems(upTo rate: Int) -> [FaxStation.Modem] {
        rate > 9_600 ? [.v27ter, .v29, .v17] : rate > 4_800 ? [.v27ter, .v29] : [.v27ter]
    }
}

/// What nobody outside can make grow any further.
public struct EndpointLimits: Sendable, Hashable {
    /// At one time.
    public var calls = 500
    /// Of one source address at one time.
    public var callsPerSource = 200
    /// Octets of a SIP message; a longer datagram is dropped, a connection with a longer message closed.
    public var sipMessage = 16_384
    /// TCP and TLS connections for SIP at one time, and of one source address.
    public var connections = 1_000
    public var connectionsPerSource = 250
    /// TLS connections whose handshake is not over.
    public var handshakes = 64
    /// Until a connection that we open stands, or the handshake of one that comes is over.
    public var connectTime = Duration.seconds(10)
    /// From the first octet of a message in a stream to its last.
    public var messageTime = Duration.seconds(20)
    /// Without a message, and without a call or a registration on it, a connection is closed.
    public var connectionIdle = Duration.seconds(600)
    /// Octets that wait to be sent on one connection.
    public var connectionBacklog = 1 << 20
    /// Octets of a media datagram; a longer one comes cut.
    public var mediaDatagram = 2_048
    /// SIP messages a second of one source address, and how many may come at once.
    public var messageRate = 500.0
    public var messageBurst = 1_000.0
    /// The same for requests that belong to no call that stands.
    public var openingRate = 50.0
    public var openingBurst = 200.0
    /// From the INVITE to the end of the call.
    public var callDuration = Duration.seconds(3_600)
    /// Octets of the record; what comes after them is left out, and told.
    public var recordOctets = 4 << 30

    public init() {}
}
