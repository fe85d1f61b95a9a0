import FaxCore
import FaxDSP
import FaxProtocol
import FaxStation

/// What a live endpoint is: where it listens, whom it lets in, what its calls are like.
public struct EndpointSettings: Sendable {
    /// Where SIP is listened to; port 0: any free one. With an unspecified address each call names the address of this
    /// machine towards its peer.
    public var listen: Endpoint
    /// The address in Contact and SDP instead of that, where this machine is reached by another one.
    public var advertised: IPAddress?
    public var mediaPorts: ClosedRange<UInt16> = 20_000...29_999
    /// User part of our address.
    public var user = "faxprobe"
    /// Host part of our address of record; `nil`: the address of this machine.
    public var domain: String?
    public var credentials: [SIPCredentials] = []
    public var transport = FaxTransport.auto
    public var fax = FaxProfile()
    /// What is offered and sent over T.38; the rate is the fax's.
    public var t38 = T38Settings()
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

    public init(listen: Endpoint) { self.listen = listen }
}

/// How calls are answered.
public struct Answering: Sendable {
    public var folder: ReceptionFolder
    /// Calls that are taken in all; `nil`: no end.
    public var calls: Int?
    /// Sends back what came, in a call of its own.
    public var echoes = false

    public init(folder: ReceptionFolder) { self.folder = folder }
}

/// The fax machine's T.30.
public struct FaxProfile: Sendable, Hashable {
    /// TSI and CSI.
    public var identification = ""
    public var pageHeader = ""
    public var hasECM = true
    /// 14400, 9600 or 4800 bit/s: which modems it has.
    public var maxRate = 14_400

    public init() {}

    public static let rates = [14_400, 9_600, 4_800]

    func station(isCaller: Bool) -> FaxStation {
        var station = FaxStation(isCaller ? .caller : .answerer)
        station.identification = identification
        station.pageHeader = pageHeader
        station.hasECM = hasECM
        station.modems = Self.modems(upTo: maxRate)
        return station
    }

    /// The modems that a machine of that rate has.
    public static func modems(upTo rate: Int) -> [FaxStation.Modem] {
        rate >= 14_400 ? [.v27ter, .v29, .v17] : rate >= 9_600 ? [.v27ter, .v29] : [.v27ter]
    }
}

/// What nobody outside can make grow any further.
public struct EndpointLimits: Sendable, Hashable {
    /// At one time.
    public var calls = 500
    /// Of one source address at one time.
    public var callsPerSource = 200
    /// Octets of a SIP datagram; a longer one is dropped.
    public var sipDatagram = 16_384
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
