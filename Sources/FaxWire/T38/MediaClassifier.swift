import FaxCore

/// Tells by its first packets what a UDP flow carries, where signalling does not or cannot be believed. UDPTL comes
/// first: an RTP packet hardly ever reads as UDPTL to its last octet, while any UDPTL packet numbered 0x8000…0xBFFF
/// has the first octet of RTP.
public struct MediaClassifier: Sendable {
    public enum Kind: String, Sendable, CaseIterable { case udptl, rtp, rtcp, stun }

    /// Evidence needed before a verdict, and how far the second must lie behind.
    public static let enough = 6
    public static let lead = 3
    /// After this many packets without a verdict it is none of them.
    public static let maximumPackets = 16

    public private(set) var packets = 0
    private var udptl = 0
    private var rtp = 0
    private var rtcp = 0
    private var stun = 0
    private var lastUDPTLSequence: UInt16?
    private var lastRTP: (ssrc: UInt32, sequence: UInt16)?

    public init() {}

    /// Takes the next payload of the flow.
    public mutating func add(_ bytes: RawSpan) {
        packets += 1
        if Self.isSTUN(bytes) {
            stun += 3
            return
        }
        if UDPTLPacket.looksLike(bytes) {
            // Six octets can be chance, thirty cannot.
            udptl += bytes.byteCount >= 12 ? 3 : 1
            let sequence = bytes.be16(0)
            if let last = lastUDPTLSequence { udptl += Self.isNear(sequence, last) ? 2 : -2 }
            lastUDPTLSequence = sequence
        } else if UDPTLPacket.looksLikeWithTrailing(bytes) {
            let sequence = bytes.be16(0)
            // The first two octets of RTP stay the same; numbers go on.
            if let last = lastUDPTLSequence, sequence != last, Self.isNear(sequence, last) { udptl += 3 }
            lastUDPTLSequence = sequence
        }
        if RTCPPacket.looksLike(bytes) { rtcp += 3 }
        if RTPHeader.looksLike(bytes), let header = RTPHeader(bytes) {
            rtp += 1
            if let last = lastRTP {
                rtp += header.ssrc == last.ssrc && Self.isNear(header.sequence, last.sequence) ? 2 : -1
            }
            lastRTP = (header.ssrc, header.sequence)
        }
    }

    /// What it is, as soon as that is clear.
    public var verdict: Kind? {
        let scores: [(Kind, Int)] = [(.udptl, udptl), (.rtp, rtp), (.rtcp, rtcp), (.stun, stun)]
        let sorted = scores.sorted { $0.1 > $1.1 }
        return sorted[0].1 >= Self.enough && sorted[0].1 - sorted[1].1 >= Self.lead ? sorted[0].0 : nil
    }

    /// The best guess when no more packets come; `nil`: nothing fits.
    public var bestGuess: Kind? {
        if let verdict { return verdict }
        if udptl > 0, udptl >= rtp { return .udptl }
        if rtcp > 0, rtcp >= rtp { return .rtcp }
        return rtp > 0 ? .rtp : stun > 0 ? .stun : nil
    }

    /// No verdict came in time.
    public var isHopeless: Bool { packets >= Self.maximumPackets && verdict == nil }

    private static func isNear(_ sequence: UInt16, _ last: UInt16) -> Bool {
        abs(Int(Int16(bitPattern: sequence &- last))) <= 32
    }

    /// One packet on its own: the likeliest kind.
    public static func kind(of bytes: RawSpan) -> Kind? {
        if isSTUN(bytes) { return .stun }
        if UDPTLPacket.looksLike(bytes) { return .udptl }
        if RTCPPacket.looksLike(bytes) { return .rtcp }
        return RTPHeader.looksLike(bytes) ? .rtp : nil
    }

    /// A packet that came where UDPTL is expected and is none: leftover RTP, RTCP, STUN, keep-alives. Damaged UDPTL
    /// (lengths that lie, octets behind the end) is not foreign. `isCut`: the capture holds only its beginning.
    public static func isForeignToUDPTL(_ bytes: RawSpan, isCut: Bool = false) -> Bool {
        if UDPTLPacket.looksLike(bytes) { return false }
        if isSTUN(bytes) || RTCPPacket.looksLike(bytes) { return true }
        let layout = UDPTLLayout(bytes)
        // More octets left over than read: no encoder's slip.
        if layout.trailing > layout.end { return true }
        // The primary is there and makes sense: UDPTL whose end is damaged or cut.
        if !layout.primary.isEmpty, layout.isComplete || isCut || !RTPHeader.looksLike(bytes),
            IFPCursor.looksLike(bytes.extracting(layout.primary))
        {
            return false
        }
        if isCut, layout.primary.isEmpty, !RTPHeader.looksLike(bytes), bytes.byteCount > 4 { return false }
        // A zero-length primary with sane rest.
        return !(layout.isComplete && layout.primary.isEmpty && layout.trailing == 0 && bytes.byteCount >= 5)
    }

    /// A packet that came where RTP of this SSRC is expected and is none. Without `ssrc`, any RTP will do.
    public static func isForeignToRTP(_ bytes: RawSpan, ssrc: UInt32? = nil) -> Bool {
        guard let header = RTPHeader(bytes) else { return true }
        if let ssrc, header.ssrc == ssrc { return false }
        return UDPTLPacket.looksLike(bytes) || RTCPPacket.looksLike(bytes)
    }

    /// RFC 8489 §5: two zero bits, the magic cookie, a length in words.
    public static func isSTUN(_ bytes: RawSpan) -> Bool {
        bytes.byteCount >= 20 && bytes.octet(0) < 4 && bytes.be32(4) == 0x2112_A442
            && bytes.be16(2) & 3 == 0 && Int(bytes.be16(2)) + 20 <= bytes.byteCount
    }
}
