import FaxCore

/// A UDPTL packet with its octets (T.38 9.1). Reading a capture goes through ``UDPTLLayout``; this value is for writing
/// and for tests.
public struct UDPTLPacket: Hashable, Sendable {
    public enum Recovery: Hashable, Sendable {
        /// The primary IFPs of the packets before, the latest first.
        case redundancy([[UInt8]])
        case fec(span: Int, parity: [[UInt8]])
    }

    public var sequence: UInt16
    public var primary: [UInt8]
    public var recovery: Recovery

    /// X.691 11.9.3.6: what fits the two-octet length form.
    public static let maximumLength = 0x3FFF

    public init(sequence: UInt16, primary: [UInt8], recovery: Recovery = .redundancy([])) {
        self.sequence = sequence
        self.primary = primary
        self.recovery = recovery
    }

    /// Strict: to the end, nothing left over.
    public init(_ bytes: RawSpan) throws(DecodeFailure) {
        let layout = UDPTLLayout(bytes)
        if let failure = layout.failure { throw failure }
        if layout.trailing > 0 {
            throw DecodeFailure(
                layer: .udptl, field: "end of packet", offset: layout.end,
                reason: .invalid("\(layout.trailing) octets too many"))
        }
        self.init(layout, bytes)
    }

    /// Lax: what could be read, and what stopped it.
    public static func read(_ bytes: RawSpan) -> Decoded<UDPTLPacket> {
        let layout = UDPTLLayout(bytes)
        return Decoded(UDPTLPacket(layout, bytes), stoppedBy: layout.failure)
    }

    private init(_ layout: UDPTLLayout, _ bytes: RawSpan) {
        sequence = layout.sequence
        primary = bytes.extracting(layout.primary).copied()
        var entries: [[UInt8]] = []
        var offset = 0
        while let entry = layout.nextEntry(bytes, after: &offset) { entries.append(bytes.extracting(entry).copied()) }
        switch layout.recovery {
        case .fec(let span): recovery = .fec(span: span, parity: entries)
        case .redundancy, nil: recovery = .redundancy(entries)
        }
    }

    /// The datagram. Lengths above ``maximumLength`` and spans above 32767 are our own mistake.
    public var octets: [UInt8] {
        var writer = BitWriter()
        writer.bits(Int(sequence), 16)
        func entry(_ octets: [UInt8]) {
            precondition(octets.count <= Self.maximumLength)
            writer.length(octets.count)
            writer.raw(octets)
        }
        entry(primary)
        switch recovery {
        case .redundancy(let secondaries):
            writer.bits(0x00, 8)
            writer.length(secondaries.count)
            secondaries.forEach(entry)
        case .fec(let span, let parity):
            precondition((0...0x7FFF).contains(span))
            writer.bits(0x80, 8)
            writer.length(span < 0x80 ? 1 : 2)
            writer.bits(span, span < 0x80 ? 8 : 16)
            writer.length(parity.count)
            parity.forEach(entry)
        }
        return writer.octets
    }

    /// The structure reads to its end and the primary is an IFP packet in one of the two forms: enough to tell it from
    /// RTP, RTCP, STUN and noise. Copies nothing.
    public static func looksLike(_ bytes: RawSpan) -> Bool { looksLike(bytes, trailing: 0...0) }

    /// The same with a few octets behind its end, as some senders leave them in every datagram. Weaker evidence: it wants
    /// several packets whose numbers go on.
    public static func looksLikeWithTrailing(_ bytes: RawSpan) -> Bool { looksLike(bytes, trailing: 1...mostTrailing) }

    /// Either of both, for packets of a flow that carries T.38.
    public static func looksLikeLax(_ bytes: RawSpan) -> Bool { looksLike(bytes, trailing: 0...mostTrailing) }

    /// Octets behind the end of a packet that may be a sender's slip; more of them than the packet has are none.
    public static let mostTrailing = 32

    private static func looksLike(_ bytes: RawSpan, trailing: ClosedRange<Int>) -> Bool {
        let layout = UDPTLLayout(bytes)
        guard layout.isComplete, trailing.contains(layout.trailing), layout.trailing <= layout.end,
            layout.announcedEntries <= UDPTLLayout.maximumEntries, !layout.primary.isEmpty
        else { return false }
        return IFPCursor.looksLike(bytes.extracting(layout.primary))
    }
}

extension IFPCursor {
    /// The octets are one IFP packet to the end, in either form.
    public static func looksLike(_ bytes: RawSpan) -> Bool {
        guard bytes.byteCount > 0 else { return false }
        let first = bytes.octet(0)
        // Root indicator without data-field: one octet, last bit padding.
        if first & 0xE0 == 0 { return bytes.byteCount == 1 && first & 1 == 0 }
        // Data of the root without extension below the last value; an extension number below 64.
        if first & 0x60 == 0x40, (first >> 1) & 0x0F >= UInt8(T38DataType.rootCount) { return false }
        if first & 0x30 == 0x30 && first & 0x20 != 0 { return false }
        return reaches(bytes, .v2002, .bits) || reaches(bytes, .v1998, .bits) || reaches(bytes, .v2002, .octets)
    }

    private static func reaches(_ bytes: RawSpan, _ form: IFPForm, _ alignment: Alignment) -> Bool {
        do throws(DecodeFailure) {
            var cursor = try IFPCursor(bytes, form: form, alignment: alignment)
            while try cursor.next(bytes) != nil {}
            return cursor.end == bytes.byteCount
        } catch {
            return false
        }
    }
}
