/// The facsimile control field: which signal a T.30 frame is (T.30 5.3.6.1).
///
/// Octets here have the first bit on the line as their least significant bit, so the direction bit X (first on the line)
/// is bit 0: a DCS is `0x82` from the station that sent the DIS, `0x83` from the one that received it.
public enum FacsimileControl: UInt8, Sendable, Hashable, CaseIterable {
    // 5.3.6.1.1 Initial identification, called to calling station (X = 0 always).
    case dis = 0x80
    case csi = 0x40
    case nsf = 0x20
    case des = 0xA0
    // 5.3.6.1.2 Command to send, by a calling station that wants to receive (X = 1 always).
    case dtc = 0x81
    case cig = 0x41
    case nsc = 0x21
    case pwd = 0xC1
    case sep = 0xA1
    case psa = 0x61
    case cia = 0xE1
    case isp = 0x11
    // 5.3.6.1.3 Command to receive, by the transmitter.
    case dcs = 0x82
    case tsi = 0x42
    case nss = 0x22
    case sub = 0xC2
    case sid = 0xA2
    case tsa = 0x62
    case ira = 0xE2
    case ctc = 0x12
    case dec = 0x92
    case der = 0x52
    case rk = 0x4A
    case tk = 0x4B
    // 5.3.6.1.4 Pre-message responses, by the receiver.
    case cfr = 0x84
    case ftt = 0x44
    case ctr = 0xC4
    case csa = 0x24
    // 5.3.6.1.6 Post-message commands, by the transmitter.
    case eom = 0x8E
    case mps = 0x4E
    case eop = 0x2E
    case priEOM = 0x9E
    case priMPS = 0x5E
    case priEOP = 0x3E
    case eos = 0x1E
    case pps = 0xBE
    case eor = 0xCE
    case rr = 0x6E
    // 5.3.6.1.7 Post-message responses, by the receiver.
    case mcf = 0x8C
    case rtp = 0xCC
    case rtn = 0x4C
    case pip = 0xAC
    case pin = 0x2C
    case ppr = 0xBC
    case rnr = 0xEC
    case err = 0x1C
    case pid = 0x6C
    case fdm = 0xFC
    // 5.3.6.1.8 Other line control signals.
    case dcn = 0xFA
    case crp = 0x1A
    case fnv = 0xCA
    case tnr = 0xEA
    case tr = 0x6A
    case dnk = 0x9A
    // T.4 Annex A: frames of error correction mode.
    case fcd = 0x06
    case rcp = 0x86

    /// The signal of a facsimile control octet and its direction bit; `nil` for a value no Recommendation names.
    /// Both values of X are read for signals that fix it, except where X makes another signal (DIS and DTC).
    public static func named(_ octet: UInt8) -> (signal: FacsimileControl, directionBit: Bool)? {
        if let exact = FacsimileControl(rawValue: octet) { return (exact, octet & 1 == 1) }
        if let masked = FacsimileControl(rawValue: octet & 0xFE) { return (masked, true) }
        return nil
    }

    /// The abbreviation of the Recommendation.
    public var abbreviation: String {
        switch self {
        case .priEOM: "PRI-EOM"
        case .priMPS: "PRI-MPS"
        case .priEOP: "PRI-EOP"
        case .dis, .csi, .nsf, .des, .dtc, .cig, .nsc, .pwd, .sep, .psa, .cia, .isp, .dcs, .tsi, .nss, .sub, .sid,
            .tsa, .ira, .ctc, .dec, .der, .rk, .tk, .cfr, .ftt, .ctr, .csa, .eom, .mps, .eop, .eos, .pps, .eor, .rr,
            .mcf,
            .rtp, .rtn, .pip, .pin, .ppr, .rnr, .err, .pid, .fdm, .dcn, .crp, .fnv, .tnr, .tr, .dnk, .fcd, .rcp:
            Self.spelledAlike[self] ?? "\(self)".uppercased()
        }
    }

    /// Signals that are called in code as the Recommendation calls them, spelled once.
    private static let spelledAlike = Dictionary(
        allCases.map { ($0, "\($0)".uppercased()) }, uniquingKeysWith: { first, _ in first })

    /// Signals whose FIF goes on with a second facsimile control octet: PPS-x and EOR-x (T.30 A.4.3).
    public var hasPostMessageCommand: Bool { self == .pps || self == .eor }
}

/// The command that a PPS or EOR carries as its second control octet (T.30 A.4.3).
public enum PostMessageCommand: Sendable, Hashable {
    case null, eos, mps, eom, eop, priMPS, priEOM, priEOP
    case other(UInt8)

    public init(octet: UInt8) {
        if octet == 0 {
            self = .null
            return
        }
        // X is repeated in the second octet by some machines.
        switch FacsimileControl.named(octet)?.signal {
        case .eos: self = .eos
        case .mps: self = .mps
        case .eom: self = .eom
        case .eop: self = .eop
        case .priMPS: self = .priMPS
        case .priEOM: self = .priEOM
        case .priEOP: self = .priEOP
        case .none, .some: self = octet == 1 ? .null : .other(octet)
        }
    }

    /// As it stands behind the hyphen: `NULL`, `MPS`, `PRI-EOP` …
    public var abbreviation: String {
        switch self {
        case .null: "NULL"
        case .eos: "EOS"
        case .mps: "MPS"
        case .eom: "EOM"
        case .eop: "EOP"
        case .priMPS: "PRI-MPS"
        case .priEOM: "PRI-EOM"
        case .priEOP: "PRI-EOP"
        case .other(let octet): "0x" + hexadecimal([octet])
        }
    }
}

/// Two lower-case digits an octet, nothing between.
public func hexadecimal(_ octets: some Sequence<UInt8>) -> String {
    let digits = Array("0123456789abcdef".utf8)
    var text: [UInt8] = []
    for octet in octets {
        text.append(digits[Int(octet >> 4)])
        text.append(digits[Int(octet & 15)])
    }
    return String(decoding: text, as: UTF8.self)
}
