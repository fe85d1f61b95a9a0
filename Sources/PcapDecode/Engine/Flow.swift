import FaxCore

/// What the engine remembers of one one-way flow.
final class Flow {
    enum Kind {
        /// Not known yet: the first packets, kept to be read again once the flow is understood.
        case undecided(ContentProbe)
        case sip
        case iax2
        /// See `media`, which stands beside so that a packet of media reaches it at once.
        case media
        /// Nothing of ours so far; looked at again by `next` after so many packets, or when an SDP names its endpoints.
        case ignored(next: ContentProbe, after: Int)
    }

    // First what every packet needs: it is brought near before (`Near`).
    /// What of `key` a packet over IPv4 is held against; `nil`: the flow is not over IPv4.
    let plainKey: PlainFlowKey?
    /// `media`, without counting references.
    private(set) var mediaReference: Unmanaged<MediaFlow>?
    var lastTime: Instant
    var copies = CopyDetector()
    let key: FlowKey
    let ordinal: Int
    private(set) var kind: Kind = .undecided(ContentProbe())
    private(set) var media: MediaFlow?
    /// It leaves the table with the next sweep.
    var isForgotten = false

    init(key: FlowKey, ordinal: Int, time: Instant) {
        self.key = key
        plainKey = PlainFlowKey(key)
        self.ordinal = ordinal
        lastTime = time
    }

    /// Gives a datagram to the media of this flow; `false`: it has none, and nothing was done.
    /// - Parameter mark: what tells two captures of the datagram apart.
    @inline(__always)
    func receive(_ packet: MediaPacket, _ mark: CopyDetector.Mark, _ payload: RawSpan) -> Bool {
        guard let mediaReference else { return false }
        lastTime = packet.time
        let verdict = copies.judge(packet.time, mark)
        mediaReference._withUnsafeGuaranteedRef { media in
            if verdict == .seenElsewhere {
                media.countCaptureCopy()
            } else {
                media.receive(packet, payload, isCopy: verdict == .identical)
            }
        }
        return true
    }

    func become(_ kind: Kind) { self.kind = kind }

    func become(_ media: MediaFlow) {
        kind = .media
        self.media = media
        mediaReference = Unmanaged.passUnretained(media)
    }
}

/// Recognises a packet that the capture saw twice (two interfaces, a span port): the same IP identification, length
/// and first octets within a short time, with another link header or hop count. Copies with the very same headers may
/// be the network's own doubles; they pass and are counted by whoever knows sequence numbers.
struct CopyDetector {
    enum Verdict { case new, seenElsewhere, identical }

    /// Of one capture of a datagram.
    struct Mark {
        /// Of the datagram itself (``CopyDetector/signature(_:_:isSIP:)``).
        var signature: UInt64
        var linkTag: UInt32
        var hops: UInt8
    }

    private struct Seen {
        var time = Int64.min
        var linkTag: UInt32 = 0
        var hops: UInt8 = 0
    }

    private static let windowNanoseconds: Int64 = 50_000_000
    /// Those of the latest packets, side by side, as every packet is held against them; the rest is looked at when one fits.
    private var signatures: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
    private var next: UInt8 = 0
    private var seen: (Seen, Seen, Seen, Seen) = (Seen(), Seen(), Seen(), Seen())

    @inline(__always)
    mutating func judge(_ time: Instant, _ mark: Mark) -> Verdict {
        let time = time.nanoseconds
        let signature = mark.signature
        let earliest = time > Int64.min + Self.windowNanoseconds ? time - Self.windowNanoseconds : Int64.min
        // One by one: a loop over a list of them would build the list for every packet.
        if signatures.0 == signature, let verdict = verdict(seen.0, mark, earliest) { return verdict }
        if signatures.1 == signature, let verdict = verdict(seen.1, mark, earliest) { return verdict }
        if signatures.2 == signature, let verdict = verdict(seen.2, mark, earliest) { return verdict }
        if signatures.3 == signature, let verdict = verdict(seen.3, mark, earliest) { return verdict }
        remember(signature, Seen(time: time, linkTag: mark.linkTag, hops: mark.hops))
        return .new
    }

    /// `nil`: seen too long ago.
    private func verdict(_ seen: Seen, _ mark: Mark, _ earliest: Int64) -> Verdict? {
        guard seen.time >= earliest, seen.time != .min else { return nil }
        return seen.linkTag != mark.linkTag || seen.hops != mark.hops ? .seenElsewhere : .identical
    }

    @inline(__always)
    private mutating func remember(_ signature: UInt64, _ last: Seen) {
        switch next {
        case 0: (signatures.0, seen.0) = (signature, last)
        case 1: (signatures.1, seen.1) = (signature, last)
        case 2: (signatures.2, seen.2) = (signature, last)
        default: (signatures.3, seen.3) = (signature, last)
        }
        next = (next + 1) & 3
    }

    /// Of SIP over every octet, for its messages differ far behind their beginning; else over the first sixteen, which hold
    /// the numbers of RTP, UDPTL and IAX2.
    @inline(__always)
    static func signature(_ info: PacketInfo, _ payload: RawSpan, isSIP: Bool) -> UInt64 {
        let count = payload.byteCount
        var hash = UInt64(info.ipID) << 32 | UInt64(UInt32(truncatingIfNeeded: count))
        hash ^= UInt64(info.checksum) << 48
        // Mixed before the payload comes in, lest two numbers that count up together undo each other.
        hash = mix(hash, 0)
        let end = isSIP ? count : min(count, 16)
        // Nearly every packet.
        if end == 16 { return mix(mix(mix(hash, word(payload, 0)), word(payload, 8)), 0) | 1 }
        var offset = 0
        while offset + 8 <= end {
            hash = mix(hash, word(payload, offset))
            offset += 8
        }
        var rest: UInt64 = 0
        while offset < end {
            rest = rest << 8 | UInt64(payload.octet(offset))
            offset += 1
        }
        return mix(hash, rest) | 1
    }

    @inline(__always)
    private static func word(_ payload: RawSpan, _ offset: Int) -> UInt64 {
        payload.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self)
    }

    @inline(__always)
    private static func mix(_ hash: UInt64, _ value: UInt64) -> UInt64 {
        let mixed = (hash ^ value) &* 0x9E37_79B9_7F4A_7C15
        return mixed ^ (mixed >> 32)
    }
}
