import FaxCore
import FaxDSP
import FaxProtocol
import FaxStation

/// One fax call over a modelled network, whole: who calls whom with what, over which transport, and what the network
/// does. A value; ``CallTrial`` runs it with a seed.
public struct CallScenario: Sendable {
    public enum Transport: String, Sendable, Hashable, CaseIterable {
        /// Two terminals that go over to T.38 by re-INVITE.
        case t38
        /// Two terminals on G.711; T.38 is neither offered nor taken.
        case g711
        /// Two fax machines behind gateways with T.38 between them.
        case gateway
        /// A fax machine behind a gateway calls a terminal on T.38.
        case gatewayTerminal = "gateway-terminal"
    }

    public var transport = Transport.t38
    public var document: SimulatedDocument
    /// From the caller to the answerer, and back.
    public var forth = NetworkSpec()
    public var back = NetworkSpec()
    public var caller = StationOptions()
    public var answerer = StationOptions()
    /// When the answerer asks for T.38, counted from the ACK.
    public var switchDelay = Duration.milliseconds(500)
    /// A B2BUA stands between the stations: ``forth`` and ``back`` lie between the caller and it, and behind it is a short
    /// path without faults.
    public var b2bua = Middle.none
    /// A call that has not ended by then has failed: libspandsp can go on for ever.
    public var limit = Duration.seconds(600)
    /// Compare the pages received with those sent, pixel by pixel.
    public var comparesPages = true

    public init(document: SimulatedDocument) {
        self.document = document
        forth.delay = .milliseconds(60)
        back.delay = .milliseconds(60)
    }

    public enum Middle: String, Sendable, Hashable, CaseIterable {
        case none
        /// Media go from station to station.
        case signalling
        /// Media go through it.
        case anchoring
    }

    /// What one station is apart from its role.
    public struct StationOptions: Sendable {
        public var hasECM = true
        public var modems = FaxStation.Modem.allCases
        public var compressions = FaxStation.Compression.allCases
        public var abilities = FaxAbilities()
        public var audio = AudioSettings()
        public var t38 = T38Settings()
        public var clockPPM = 0.0
        public var acceptsT38 = true
        public var refusal = 488
        public var responseDelay = Duration.zero
        public var sdpQuirks = SDPQuirks.none
        public var faults = PeerFaults.none
        /// The answerer asks for T.38 where the transport has it.
        public var asksForT38 = true
        /// The caller asks for T.38 as well, so long after the answer.
        public var offersT38: Duration?

        public init() {}
    }
}

/// Pages in the form that engines want, held once for any number of calls.
public final class SimulatedDocument: Sendable {
    public let pages: [PageBitmap]
    /// As TIFF, in a coding that engines read quickly.
    public let octets: [UInt8]

    public init(_ pages: [PageBitmap]) throws {
        self.pages = pages
        octets = try TIFFDocument.write(pages, coding: .packBits)
    }

    /// Rows of a page of ours, unless told otherwise.
    public static let standardRows = 1_100

    /// Pages of ours, standard resolution.
    public static func standard(pages count: Int = 1, rows: Int = standardRows) throws -> SimulatedDocument {
        try SimulatedDocument((0..<max(count, 1)).map { TextLikePage(heightPx: rows, seed: UInt64($0) + 1).bitmap() })
    }
}
