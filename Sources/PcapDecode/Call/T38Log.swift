import FaxCore
import FaxWire

/// The IFP packets of one T.38 stream in sequence order after repair, undecoded: reading a capture costs little, and
/// the T.30 analyser decodes them once, with the ASN.1 form known from all of them.
public struct T38Log: Sendable {
    public enum Origin: Sendable, Hashable {
        /// As primary IFP of its own packet.
        case primary
        /// As a secondary, this many packets later (1 = the next).
        case secondary(Int)
        /// Computed from parity FEC.
        case fec
        /// Over TCP or RTP, where nothing is repaired here.
        case stream
    }

    /// Held small: a log of a busy capture is written once a packet and read once.
    public struct Entry: Sendable, Hashable {
        /// The packet that carried (or repaired) it, and its time.
        public var frame: FrameRef
        public var time: Instant
        private var number: Int32
        private var place: UInt32
        private var count: UInt32
        /// 0 to 2: primary, FEC, stream; else three more than the distance of a secondary.
        private var originCode: UInt16

        public var origin: Origin {
            switch originCode {
            case 0: .primary
            case 1: .fec
            case 2: .stream
            default: .secondary(Int(originCode) - 3)
            }
        }

        /// Extended over wraps; counts lost packets too.
        public var sequence: Int { Int(number) }
        /// Place in `octets`.
        public var offset: Int { Int(place) }
        public var length: Int { Int(count) }

        /// `sequence`, `offset` and `length` are held in 32 bits, a secondary's distance in 16, and stop at their limits;
        /// ``T38Log/octetLimit`` keeps logs below.
        public init(sequence: Int, frame: FrameRef, time: Instant, origin: Origin, offset: Int, length: Int) {
            number = Int32(clamping: sequence)
            self.frame = frame
            self.time = time
            originCode =
                switch origin {
                case .primary: 0
                case .fec: 1
                case .stream: 2
                case .secondary(let distance): UInt16(min(max(distance, 0), 0xFFF0)) + 3
                }
            place = UInt32(clamping: offset)
            count = UInt32(clamping: length)
        }
    }

    public private(set) var entries: [Entry] = []
    public private(set) var octets: [UInt8] = []
    /// 0 = 1998 ASN.1 form, 2 = 2002 form; decided by the octets, the negotiation only breaks a tie.
    public var version: Int = 0
    /// What the SDP agreed (`T38FaxVersion`), if known.
    public var negotiatedVersion: Int?

    /// Octets of one log; what comes after is left out.
    public static let octetLimit = 1 << 30

    public init() {}

    /// Appends an IFP packet. Entries are appended in sequence order (the UDPTL receiver waits for repair).
    public mutating func append(
        sequence: Int, frame: FrameRef, time: Instant, origin: Origin, octets bytes: some Sequence<UInt8>
    ) {
        let start = octets.count
        guard start < Self.octetLimit else { return }
        octets.append(contentsOf: bytes)
        entries.append(
            Entry(
                sequence: sequence, frame: frame, time: time, origin: origin, offset: start,
                length: octets.count - start))
    }

    /// Appends borrowed octets without an intermediate array.
    public mutating func append(
        sequence: Int, frame: FrameRef, time: Instant, origin: Origin, span: RawSpan
    ) {
        let start = octets.count
        guard start < Self.octetLimit else { return }
        if entries.count == Self.entriesOfStray { makeRoom() }
        octets.append(span)
        entries.append(
            Entry(
                sequence: sequence, frame: frame, time: time, origin: origin, offset: start,
                length: octets.count - start))
    }

    /// Where the lists stand in memory, and where they go on: for somebody else to bring near (`Near`).
    @inline(__always)
    var lists: (entries: UnsafeRawPointer?, octets: UnsafeRawPointer?) {
        (
            entries.withUnsafeBufferPointer { UnsafeRawPointer($0.baseAddress) },
            octets.withUnsafeBufferPointer { UnsafeRawPointer($0.baseAddress) }
        )
    }

    @inline(__always)
    var ends: (entries: UnsafeRawPointer?, octets: UnsafeRawPointer?) {
        let (entriesStart, octetsStart) = lists
        return (
            entriesStart.map { $0 + entries.count &* MemoryLayout<Entry>.stride },
            octetsStart.map { $0 + octets.count }
        )
    }

    /// So many entries may be those of a stray flow. More are the beginning of a fax: room for a page saves copying what
    /// has come again and again.
    private static let entriesOfStray = 32

    private mutating func makeRoom() {
        entries.reserveCapacity(512)
        octets.reserveCapacity(1 << 15)
    }

    /// Decides the ASN.1 form by the octets of all packets, sets ``version`` and gives it back. Call it at the end.
    @discardableResult
    public mutating func decideForm() -> IFPForm {
        let form = formOfOctets()
        version = form.rawValue
        return form
    }

    /// Data packets looked at: a sender does not change the form, and each packet with an FCS tells.
    private static let packetsThatDecide = 400

    private func formOfOctets() -> IFPForm {
        var detector = IFPFormDetector()
        let bytes = octets.span.bytes
        var expected: Int?
        for entry in entries where detector.packets < Self.packetsThatDecide {
            if let expected, entry.sequence != expected { detector.gap() }
            expected = entry.sequence + 1
            if entry.origin == .fec {
                detector.gap()
            } else {
                detector.add(bytes.extracting(entry.offset..<entry.offset + entry.length))
            }
        }
        return detector.form(negotiatedVersion: negotiatedVersion)
    }

    /// Oddities of the packets' coding, each with its count and first frame; those computed from parity left out.
    public func oddities() -> [StreamQuirk] {
        var found: [StreamQuirk] = []
        func note(_ name: String, _ frame: FrameRef) {
            if let index = found.firstIndex(where: { $0.name == name }) {
                found[index].count += 1
            } else {
                found.append(StreamQuirk(name: name, count: 1, frame: frame))
            }
        }
        for entry in entries where entry.origin != .fec {
            let decoded = packet(entry)
            if decoded.stoppedBy != nil { note("ifp-unreadable", entry.frame) }
            if decoded.value.trailing > 0 { note("ifp-trailing-octets", entry.frame) }
            for quirk in IFPPacket.Quirk.allCases where decoded.value.quirks.contains(quirk) {
                note(quirk.rawValue, entry.frame)
            }
        }
        return found
    }

    /// The form that ``version`` stands for.
    public var form: IFPForm { IFPForm(version: version) }

    /// The packet of an entry, as far as it can be read.
    public func packet(_ entry: Entry) -> Decoded<IFPPacket.Reading> {
        IFPPacket.read(octets.span.bytes.extracting(entry.offset..<entry.offset + entry.length), form: form)
    }
}
