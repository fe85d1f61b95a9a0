import FaxCore
import FaxWire

/// One direction of a TCP connection, and what it was found to carry.
final class TCPDirection {
    enum Content {
        case undecided(TCPBeginning)
        case sip(SIPStreamFramer)
        case webSocket(WebSocketFramer)
        case t38(T38TCPStream)
        /// Nothing of ours: none of it is kept, and a segment that begins as SIP is where it is looked at again.
        case ignored
    }

    let key: FlowKey
    let ordinal: Int
    var reassembler = TCPReassembler()
    var content = Content.undecided(TCPBeginning(isInside: true))
    private(set) var lastTime: Instant
    private(set) var lastFrame: FrameRef

    init(key: FlowKey, ordinal: Int, time: Instant, frame: FrameRef) {
        self.key = key
        self.ordinal = ordinal
        lastTime = time
        lastFrame = frame
    }

    /// Octets that wait: behind holes, for the rest of a message, or to tell what they are.
    var keptOctets: Int {
        let held =
            switch content {
            case .undecided(let beginning): beginning.octets.count
            case .sip(let framer): framer.heldOctets
            case .webSocket(let framer): framer.heldOctets
            case .t38(let stream): stream.heldOctets
            case .ignored: 0
            }
        return held + reassembler.keptOctets
    }

    func touch(_ time: Instant, _ frame: FrameRef) {
        lastTime = time
        lastFrame = frame
    }

    /// Whether a segment is worth reading; one that a direction left alone begins a message with makes it undecided again.
    func wants(_ segment: TCPSegmentInfo, _ payload: RawSpan) -> Bool {
        guard case .ignored = content else { return true }
        guard segment.flags.contains(.syn) || SIPMessage.looksLikeSIP(payload) else { return false }
        content = .undecided(TCPBeginning(isInside: true))
        return true
    }
}

/// The first octets of a direction, kept until they tell what it carries.
struct TCPBeginning {
    /// Octets looked at before a direction is left alone.
    static let limit = 8_192

    private(set) var octets: [UInt8] = []
    /// The capture does not hold what was before: these octets may begin in the middle of a message.
    private(set) var isInside: Bool
    private var octetsSeen = 0
    /// Where the first line begins that may still be a start line.
    private var line = 0

    init(isInside: Bool) {
        self.isInside = isInside
    }

    var isExhausted: Bool { octetsSeen >= Self.limit }

    /// Takes the next segment. Gives the place in `octets` where SIP begins: with the first of them, with a segment, or,
    /// behind the tail of an older message, with a line.
    mutating func add(_ segment: RawSpan) -> Int? {
        let place = octets.count
        segment.withUnsafeBytes { octets.append(contentsOf: $0) }
        octetsSeen += segment.byteCount
        if SIPMessage.looksLikeSIP(octets.span.bytes) { return 0 }
        if isInside, let line = startLine() { return line }
        return SIPMessage.looksLikeSIP(segment) ? place : nil
    }

    /// Octets are missing here.
    mutating func gap() {
        octets = []
        line = 0
        isInside = true
    }

    /// A line that begins a message, and not the body of a NOTIFY (RFC 3420): a header field comes behind it.
    private mutating func startLine() -> Int? {
        while let end = octets[line...].firstIndex(of: 0x0A) {
            if SIPMessage.looksLikeSIP(octets.span.bytes.extracting(line..<octets.count)) {
                switch hasField(at: end + 1) {
                case true?: return line
                case nil: return nil
                case false?: break
                }
            }
            line = end + 1
        }
        return nil
    }

    /// Whether a line begins as `name:`; `nil`: it goes on behind what is here.
    private func hasField(at place: Int) -> Bool? {
        let rest = octets[place...].drop { $0 > 0x20 && $0 < 0x7F && $0 != 0x3A }
        guard let colon = rest.drop(while: { $0 == 0x20 || $0 == 0x09 }).first else { return nil }
        return rest.startIndex > place && colon == 0x3A
    }
}
