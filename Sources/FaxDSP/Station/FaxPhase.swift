import CSpanDSP

/// Where a fax call stands, by the control frames that were handled (T.30 3.2).
public enum FaxPhase: String, Sendable, Hashable, CaseIterable {
    /// Call establishment: tones.
    case a
    /// Identification, capabilities, training.
    case b
    /// The page.
    case c
    /// After the page.
    case d
    /// Release.
    case e

    public var words: String {
        switch self {
        case .a: "call set-up"
        case .b: "negotiation"
        case .c: "page"
        case .d: "after the page"
        case .e: "release"
        }
    }
}

/// Follows the phases, and with ECM the octets of the page. Costs a comparison or two a frame.
struct FaxPhaseTracker {
    private(set) var phase = FaxPhase.a
    /// Octets of the page in frames that went or came, with ECM; frames said again count once. 0 without ECM.
    var ecmOctets: Int { (blocksDone * Self.framesOfBlock + framesOfThisBlock) * Self.octetsOfFrame }
    private var blocksDone = 0
    private var framesOfThisBlock = 0
    /// What follows the confirmation that is due.
    private var next = FaxPhase.c
    private var endsPage = false

    private static let framesOfBlock = 256
    private static let octetsOfFrame = 256

    /// - Parameter frame: address, control and facsimile fields.
    mutating func note(_ frame: UnsafeBufferPointer<UInt8>) {
        guard frame.count > 2 else { return }
        // The first bit of a control field only tells who says it.
        let signal = Int(frame[2] & 0xFE)
        switch signal {
        case T4_FCD: if frame.count > 3 { framesOfThisBlock = max(framesOfThisBlock, Int(frame[3]) + 1) }
        case T4_RCP: break
        case T30_CFR:
            beginPage()
            phase = .c
        case T30_PPR, T30_CTR: phase = .c
        case T30_PPS: if frame.count > 3 { endPart(Int(frame[3] & 0xFE)) }
        case T30_MPS, T30_EOM, T30_EOP, T30_PRI_MPS, T30_PRI_EOM, T30_PRI_EOP:
            endPart(signal)
        case T30_MCF: confirm()
        case T30_RTP, T30_RTN: phase = .b
        case T30_DCN: phase = .e
        case T30_EOR, T30_RR, T30_RNR, T30_ERR: phase = .d
        default: if phase == .a { phase = .b }
        }
    }

    mutating func end() { phase = .e }

    private mutating func endPart(_ signal: Int) {
        phase = .d
        endsPage = signal != T30_NULL
        switch signal {
        case T30_EOM, T30_PRI_EOM: next = .b
        case T30_EOP, T30_PRI_EOP: next = .d
        default: next = .c
        }
    }

    private mutating func confirm() {
        guard phase == .d else { return }
        phase = next
        if endsPage {
            if next == .c { beginPage() }
        } else {
            blocksDone += 1
            framesOfThisBlock = 0
        }
    }

    private mutating func beginPage() {
        blocksDone = 0
        framesOfThisBlock = 0
    }
}

/// How far a fax has come at the moment.
public struct FaxProgress: Sendable, Hashable {
    public var phase = FaxPhase.a
    public var isSending = false
    /// Confirmed so far, and in the document; the receiver does not know the latter.
    public var pagesDone = 0
    public var pagesInAll: Int?
    /// Of the page at work, as coded on the line; `nil`: not known.
    public var octets: Int?
    public var octetsInAll: Int?
    public var rows: Int?
    public var rowsInAll: Int?
    public var rateBps: Int?
    /// Of the last DCS, such as `V.17 14400`, `MMR`.
    public var modem: String?
    public var coding: String?
    public var hasECM: Bool?
    public var ecmRetries = 0

    public init() {}
}
