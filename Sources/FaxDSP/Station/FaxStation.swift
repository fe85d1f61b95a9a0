import CSpanDSP

/// What a fax terminal is, can do and shall do: a ``FaxEngine`` or a ``T38Terminal``.
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
    /// Printed by the sender at the head of each page, with date and page number; empty: no such line. The date is the
    /// machine's: pages with a header are not the same from run to run.
    public var pageHeader = ""
    public var hasECM = true
    public var modems: [Modem] = Modem.allCases
    public var compressions: [Compression] = Compression.allCases
    public var abilities = FaxAbilities()
    /// The TIFF it sends, or, answering, offers to who polls; `nil`: it has nothing to send.
    public var documentPath: String?
    /// Where it writes what it receives; `nil`: it does not receive. A caller without a document polls.
    public var receptionPath: String?

    public init(_ role: Role) { self.role = role }
}
