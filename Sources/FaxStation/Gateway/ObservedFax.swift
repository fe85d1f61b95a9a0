import FaxWire

/// A fax between two others, told by the frames of its control channel as they went by.
public struct ObservedFax: Sendable {
    /// What one frame made known.
    public enum News: Sendable, Hashable {
        /// The training that a DCS commanded was accepted (CFR).
        case trained
        /// A page was confirmed; its number.
        case page(Int)
    }

    /// Frames of each side, FCD and RCP not among them.
    public private(set) var nearFrames = 0
    public private(set) var farFrames = 0
    /// Who sends the pages: the one whose DCS it is; `nil`: there was none.
    public private(set) var sender: GatewayCall.Side?
    public private(set) var senderIdentification: String?
    public private(set) var receiverIdentification: String?
    /// The DCS whose training was accepted last, else the last one.
    public var command: DigitalCommand? { accepted ?? commanded }
    public private(set) var trainings = 0
    public private(set) var failedTrainings = 0
    /// Pages that the receiver answered with MCF, RTP or PIP.
    public private(set) var pagesConfirmed = 0
    /// Pages that the receiver would have again: RTN, PIN.
    public private(set) var pagesRefused = 0
    /// The last page's end of procedure was confirmed.
    public private(set) var isComplete = false
    /// DCN went by.
    public private(set) var isDisconnected = false

    private var commanded: DigitalCommand?
    private var accepted: DigitalCommand?
    /// The post-page command that waits for its answer.
    private var open: PostMessageCommand?
    private var isAnswered = false
    private var hasImage = false

    public init() {}

    /// A frame came from that side.
    mutating func take(_ octets: [UInt8], from side: GatewayCall.Side) -> News? {
        let frame = T30Frame(lax: octets)
        guard let signal = frame.signal, signal != .fcd, signal != .rcp else { return nil }
        if side == .near { nearFrames += 1 } else { farFrames += 1 }
        switch signal {
        case .csi, .cig: receiverIdentification = Identification.text(frame.information)
        case .tsi: senderIdentification = Identification.text(frame.information)
        case .dcs:
            sender = side
            commanded = DigitalCommand(information: frame.information)
            trainings += 1
            begin(nil)
        case .cfr:
            accepted = commanded
            begin(nil)
            return .trained
        case .ftt: failedTrainings += 1
        case .mps, .priMPS: begin(.mps)
        case .eom, .priEOM: begin(.eom)
        case .eop, .priEOP: begin(.eop)
        case .pps: begin(frame.command)
        case .eor: begin(nil)
        case .mcf, .rtp, .pip: return confirm()
        case .rtn, .pin:
            if open?.endsPage == true { pagesRefused += 1 }
            open = nil
        case .ppr: open = nil
        case .dcn: isDisconnected = true
        default: break
        }
        return nil
    }

    /// Image data would tell whether the next command is a repetition of the last.
    var awaitsImage: Bool { isAnswered && !hasImage }

    /// Image data went by.
    mutating func noteImage() { hasImage = true }

    /// A command that comes again without a page before it is repeated, because its answer was lost.
    private mutating func begin(_ command: PostMessageCommand?) {
        if isAnswered, !hasImage, command == open { return }
        open = command
        isAnswered = false
        hasImage = false
    }

    private mutating func confirm() -> News? {
        guard let open, !isAnswered else { return nil }
        isAnswered = true
        guard open.endsPage else { return nil }
        if open.isLast { isComplete = true }
        pagesConfirmed += 1
        return .page(pagesConfirmed)
    }
}

extension PostMessageCommand {
    /// A page is over; with `null` and EOS only a part of it.
    fileprivate var endsPage: Bool {
        switch self {
        case .mps, .eom, .eop, .priMPS, .priEOM, .priEOP: true
        case .null, .eos, .other: false
        }
    }

    fileprivate var isLast: Bool { self == .eop || self == .priEOP }
}
