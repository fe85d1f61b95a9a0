import CSpanDSP

/// What a ``FaxEngine`` is, can do and shall do.
public struct FaxStation: Sendable {
    public enum Role: Sendable {
        /// Sends CNG first (T.30 4.1).
        case caller
        /// Answers with CED and DIS.
        case answerer
    }

    public enum Modem: CaseIterable, Sendable {
        case v27ter, v29, v17

        var bit: Int32 {
            switch self {
            case .v27ter: Int32(T30_SUPPORT_V27TER)
            case .v29: Int32(T30_SUPPORT_V29)
            case .v17: Int32(T30_SUPPORT_V17)
            }
        }
    }

    public enum Compression: CaseIterable, Sendable {
        case mh, mr, mmr

        var bit: Int32 {
            switch self {
            case .mh: Int32(T30_SUPPORT_T4_1D_COMPRESSION)
            case .mr: Int32(T30_SUPPORT_T4_2D_COMPRESSION)
            case .mmr: Int32(T30_SUPPORT_T6_COMPRESSION)
            }
        }
    }

    public var role: Role
    /// TSI or CSI: at most 20 digits, spaces and plus signs (T.30 5.3.6.2.4).
    public var identification = ""
    public var hasECM = true
    public var modems: [Modem] = Modem.allCases
    public var compressions: [Compression] = Compression.allCases
    /// The TIFF it sends; `nil`: it has nothing to send.
    public var documentPath: String?
    /// Where it writes what it receives; `nil`: it does not receive.
    public var receptionPath: String?

    public init(_ role: Role) { self.role = role }
}

/// What a ``FaxEngine`` knows of its call so far.
public struct FaxStationReport: Sendable {
    public struct Frame: Sendable, Hashable {
        public var isSent: Bool
        /// Address, control and facsimile fields, without FCS, first bit on the line = least significant.
        public var octets: [UInt8]
    }

    /// In order, as libspandsp's T.30 handled them; frames that came damaged are not among them.
    public var frames: [Frame] = []
    /// What the other side called itself.
    public var remoteIdentification = ""
    public var rateBps = 0
    public var hasECM = false
    public var pagesSent = 0
    public var pagesReceived = 0
    /// Of the last page received, without ECM.
    public var badRows = 0
    /// libspandsp's completion code, 0 = success; `nil` while phase E has not been reached.
    public var completion: Int?
    public var completionText: String?
}
