import CSpanDSP

/// What a fax machine can do and says of itself beside its modems and its error correction (T.30 5.3.6.2).
public struct FaxAbilities: Sendable, Hashable {
    /// Across and down, as T.30 Table 2 knows them.
    public enum Resolution: String, CaseIterable, Sendable, Hashable {
        /// R8 × 3.85, × 7.7 and × 15.4 lines a millimetre: 204 × 98, 196 and 391 dots an inch.
        case standard, fine, superfine
        case dpi300 = "300"
        case dpi400 = "400"
    }

    /// Width of the paper: 215, 255 and 303 mm.
    public enum Width: String, CaseIterable, Sendable, Hashable {
        case a4, b4, a3
    }

    public enum Length: String, CaseIterable, Sendable, Hashable {
        case a4, b4, unlimited
    }

    /// What becomes of the call when the document has gone (T.30 EOM in place of EOP, then phase B once more).
    public enum Turnaround: Sendable, Hashable {
        case none
        /// A caller asks for a document with DTC.
        case polls
        /// An answerer offers what it has just received.
        case offersReceived
    }

    public var resolutions: [Resolution] = [.standard, .fine, .superfine]
    /// The widest that is taken.
    public var width = Width.a4
    public var length = Length.unlimited
    /// Time that this receiver needs for a line without ECM, in milliseconds: 0, 5, 10, 20 or 40.
    public var minimumScanLineMs = 0
    /// Of a sender: the rate of its first training; `nil`: the fastest that both sides have.
    public var firstRateBps: Int?
    public var turnaround = Turnaround.none

    /// Where in the other machine the fax goes (SUB), 20 digits.
    public var subaddress = ""
    /// Who sends (SID); many machines check it like a password.
    public var senderIdentification = ""
    /// Which document is wanted with a poll (SEP, PSA).
    public var selectivePollingAddress = ""
    public var polledSubaddress = ""
    /// With a poll (PWD).
    public var password = ""
    /// What the other side's SID, or PWD with a poll, has to be; `nil`: nothing is asked for. Another one ends the call
    /// with DCN.
    public var requiredPassword: String?
    /// SUB and SID are said to be understood (DIS bits 49 and 50), SEP and PSA where a document is offered.
    public var takesAddresses = false
    /// NSF of an answerer, NSS of a sender: country, manufacturer and what that one likes (T.35), at most 100 octets.
    public var nonStandard: [UInt8] = []

    public init() {}

    /// 5.3.6.2.4 and following: digits, blanks, `+`, and `*` and `#` as subaddresses have them.
    public static func isAddress(_ text: String) -> Bool {
        text.utf8.count <= addressLimit && text.allSatisfy { "0123456789+*# ".contains($0) }
    }

    public static let addressLimit = 20
    public static let nonStandardLimit = 100
}

extension FaxAbilities {
    /// Puts them into a T.30 engine.
    func configure(_ t30: OpaquePointer, _ station: FaxStation) {
        t30_set_supported_resolutions(t30, resolutions.reduce(Int32(T30_SUPPORT_R8_RESOLUTION)) { $0 | $1.bits })
        t30_set_supported_image_sizes(t30, width.bits | length.bits)
        if minimumScanLineMs > 0 { t30_set_minimum_scan_line_time(t30, Int32(clamping: minimumScanLineMs)) }
        t30_set_supported_t30_features(t30, features(station))
        for (text, set) in addresses where !text.isEmpty { _ = set(t30, text) }
        guard !nonStandard.isEmpty else { return }
        let count = Int32(clamping: min(nonStandard.count, Self.nonStandardLimit))
        switch station.role {
        case .caller: t30_set_tx_nss(t30, nonStandard, count)
        case .answerer: t30_set_tx_nsf(t30, nonStandard, count)
        }
    }

    private typealias Setter = (OpaquePointer?, UnsafePointer<CChar>?) -> Int32

    private var addresses: [(String, Setter)] {
        [
            (subaddress, t30_set_tx_sub_address), (senderIdentification, t30_set_tx_sender_ident),
            (selectivePollingAddress, t30_set_tx_selective_polling_address),
            (polledSubaddress, t30_set_tx_polled_sub_address), (password, t30_set_tx_password),
        ]
    }

    private func features(_ station: FaxStation) -> Int32 {
        var features = 0
        if requiredPassword != nil { features |= T30_SUPPORT_IDENTIFICATION }
        if takesAddresses {
            features |= T30_SUPPORT_IDENTIFICATION | T30_SUPPORT_SUB_ADDRESSING
            if station.role == .answerer, station.documentPath != nil {
                features |= T30_SUPPORT_SELECTIVE_POLLING | T30_SUPPORT_POLLED_SUB_ADDRESSING
            }
        }
        return Int32(features)
    }
}

extension FaxAbilities.Resolution {
    fileprivate var bits: Int32 {
        switch self {
        case .standard: Int32(T30_SUPPORT_STANDARD_RESOLUTION)
        case .fine: Int32(T30_SUPPORT_FINE_RESOLUTION)
        case .superfine: Int32(T30_SUPPORT_SUPERFINE_RESOLUTION)
        case .dpi300: Int32(T30_SUPPORT_300_300_RESOLUTION)
        case .dpi400:
            Int32(T30_SUPPORT_400_400_RESOLUTION | T30_SUPPORT_R16_RESOLUTION | T30_SUPPORT_SUPERFINE_RESOLUTION)
        }
    }
}

extension FaxAbilities.Width {
    fileprivate var bits: Int32 {
        switch self {
        case .a4: Int32(T30_SUPPORT_215MM_WIDTH)
        case .b4: Int32(T30_SUPPORT_215MM_WIDTH | T30_SUPPORT_255MM_WIDTH)
        case .a3: Int32(T30_SUPPORT_215MM_WIDTH | T30_SUPPORT_255MM_WIDTH | T30_SUPPORT_303MM_WIDTH)
        }
    }
}

extension FaxAbilities.Length {
    fileprivate var bits: Int32 {
        switch self {
        case .a4: Int32(T30_SUPPORT_A4_LENGTH)
        case .b4: Int32(T30_SUPPORT_A4_LENGTH | T30_SUPPORT_B4_LENGTH)
        case .unlimited: Int32(T30_SUPPORT_A4_LENGTH | T30_SUPPORT_UNLIMITED_LENGTH)
        }
    }
}
