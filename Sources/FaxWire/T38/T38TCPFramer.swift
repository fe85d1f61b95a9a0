import FaxCore

/// Cuts the octets of a TCP connection into IFP packets (T.38 Annex B, 10.2): with TPKT (RFC 1006 §6) around each of
/// them, or one after the other as the first editions have it. The first octets of a connection tell which; where its
/// beginning is not known, whether TPKTs follow one another.
public struct T38TCPFramer: Sendable {
    public enum Framing: Sendable, Hashable { case tpkt, bare }

    /// Octets kept while a packet is not complete.
    public static let maximumBuffered = 0x1_0000

    /// Longest packet believed without TPKT, or in the first TPKT after a loss: a claim of more is a place where no packet
    /// begins.
    public static let maximumBarePacket = 4_096

    /// So many octets without a whole TPKT among them are bare packets.
    public static let undecidedOctets = 2_048

    /// So many TPKTs one after the other are believed whatever they hold.
    static let chain = 3

    public private(set) var framing: Framing?
    /// Which form bare packets are read in; the other is tried when it fails.
    public private(set) var form: IFPForm
    /// Octets thrown away to find the next packet.
    public private(set) var skippedOctets = 0
    public private(set) var packets = 0
    private var buffer: [UInt8] = []
    /// Octets of `buffer` already used.
    private var used = 0
    /// Octets of the connection before `buffer`.
    private var position = 0
    /// A packet begins at the next octet.
    private var isInStep: Bool

    /// - Parameter beginsInside: the first octet may stand anywhere in a packet.
    public init(form: IFPForm = .v2002, beginsInside: Bool = false) {
        self.form = form
        isInStep = !beginsInside
    }

    /// Octets that wait for the rest of their packet.
    public var buffered: Int { buffer.count - used }

    /// Takes the next octets of the connection and hands out each IFP packet that is complete, with the number of octets
    /// taken up to its end.
    public mutating func feed(_ bytes: RawSpan, packet: (RawSpan, _ end: Int) -> Void) {
        bytes.withUnsafeBytes { buffer.append(contentsOf: $0) }
        drain(packet)
        if buffered > Self.maximumBuffered { skip(to: buffer.count) }
        compact()
    }

    /// Octets were lost: what waits can not be completed, and what comes next may stand anywhere in a packet.
    public mutating func gap() {
        skip(to: buffer.count)
        compact()
        isInStep = false
    }

    /// The connection is over: what waited to tell its framing is read.
    public mutating func finish(packet: (RawSpan, _ end: Int) -> Void) {
        if framing == nil, !isInStep { framing = .bare }
        drain(packet)
        compact()
    }

    // MARK: Steps

    private mutating func drain(_ packet: (RawSpan, _ end: Int) -> Void) {
        while let place = nextPacket() {
            packets += 1
            packet(buffer.span.bytes.extracting(place), position + place.upperBound)
        }
    }

    private mutating func nextPacket() -> Range<Int>? {
        while buffered > 0 {
            switch framing {
            case nil:
                guard decideFraming() else { return nil }
            case .tpkt:
                guard isInStep || findTPKT() else { return nil }
                guard buffered >= 4 else { return nil }
                guard let length = tpktLength(at: used) else {
                    isInStep = false
                    continue
                }
                guard buffered >= length else { return nil }
                defer { used += length }
                return used + 4..<used + length
            case .bare:
                switch bareLength() {
                case .complete(let length):
                    defer { used += length }
                    return used..<used + length
                case .incomplete:
                    guard buffered > Self.maximumBarePacket else { return nil }
                    skip(to: used + 1)
                case .senseless: skip(to: used + 1)
                }
            }
        }
        return nil
    }

    /// `false`: more octets are needed.
    private mutating func decideFraming() -> Bool {
        if isInStep {
            guard buffered >= 2 else { return false }
            framing = buffer[used] == 3 && buffer[used + 1] == 0 ? .tpkt : .bare
        } else if placeOfTPKT() != nil {
            framing = .tpkt
        } else if buffered >= Self.undecidedOctets {
            framing = .bare
        }
        return framing != nil
    }

    private mutating func skip(to place: Int) {
        skippedOctets += place - used
        used = place
    }

    private mutating func compact() {
        buffer.removeFirst(used)
        position += used
        used = 0
    }

    // MARK: TPKT

    /// What a TPKT at this place says of its length, header included; `nil`: none begins here.
    private func tpktLength(at place: Int) -> Int? {
        guard place + 4 <= buffer.count, buffer[place] == 3 else { return nil }
        let length = Int(buffer[place + 2]) << 8 | Int(buffer[place + 3])
        return length >= 4 ? length : nil
    }

    /// Gets into step again; `false`: no TPKT is to be seen, and what can not be the beginning of one is thrown away.
    private mutating func findTPKT() -> Bool {
        if let place = placeOfTPKT() {
            skip(to: place)
            isInStep = true
        } else {
            skip(to: max(used, buffer.count - Self.maximumBarePacket - 4))
        }
        return isInStep
    }

    private func placeOfTPKT() -> Int? {
        (used..<max(used, buffer.count - 4)).first { isCredibleTPKT(at: $0) }
    }

    /// Whether a whole TPKT stands here, followed by another or by nothing, with an IFP packet in it that fits; or a chain
    /// of them, whatever they hold.
    private func isCredibleTPKT(at place: Int) -> Bool {
        guard let end = endOfStrictTPKT(at: place) else { return false }
        var (links, next) = (1, end)
        while links < Self.chain, let further = endOfStrictTPKT(at: next) { (links, next) = (links + 1, further) }
        if links == Self.chain { return true }
        return zip(buffer[end...].prefix(2), [3, 0]).allSatisfy(==)
            && (isWholeIFP(place + 4..<end, .v1998) || isWholeIFP(place + 4..<end, .v2002))
    }

    /// The end of a whole TPKT of usual length whose reserved octet is zero.
    private func endOfStrictTPKT(at place: Int) -> Int? {
        guard let length = tpktLength(at: place), length > 4, length <= Self.maximumBarePacket + 4,
            buffer[place + 1] == 0, place + length <= buffer.count
        else { return nil }
        return place + length
    }

    private func isWholeIFP(_ place: Range<Int>, _ form: IFPForm) -> Bool {
        guard case .complete(place.count) = extent(place, form) else { return false }
        return true
    }

    // MARK: Bare packets

    private enum Extent { case complete(Int), incomplete, senseless }

    private mutating func bareLength() -> Extent {
        let first = extent(used..<buffer.count, form)
        guard case .senseless = first else { return first }
        let other: IFPForm = form == .v2002 ? .v1998 : .v2002
        let second = extent(used..<buffer.count, other)
        if case .complete = second { form = other }
        return second
    }

    private func extent(_ place: Range<Int>, _ form: IFPForm) -> Extent {
        let bytes = buffer.span.bytes.extracting(place)
        do throws(DecodeFailure) {
            var cursor = try IFPCursor(bytes, form: form)
            while try cursor.next(bytes) != nil {}
            return .complete(cursor.end)
        } catch {
            switch error.reason {
            case .short, .lies: return .incomplete
            case .invalid, .limit: return .senseless
            }
        }
    }

    /// An IFP packet in its TPKT.
    public static func tpkt(_ packet: [UInt8]) -> [UInt8] {
        var writer = ByteWriter()
        writer.u8(3)
        writer.u8(0)
        writer.u16(UInt16(clamping: packet.count + 4))
        writer.raw(packet)
        return writer.bytes
    }
}
