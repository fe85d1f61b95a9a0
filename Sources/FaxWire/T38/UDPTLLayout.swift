import FaxCore

/// Where the parts of a UDPTL packet stand in a datagram (T.38 9.1, Annex A; X.691 aligned PER):
///
///     seq-number (2) · length, primary IFP · 0 ······· · count, { length, secondary IFP }      redundancy
///                                          · 1 ······· · 1, span · count, { length, parity }   FEC
///
/// Reading is lax, copies nothing and never fails: what could be read stands here, and ``failure`` tells what stopped it.
public struct UDPTLLayout: Sendable {
    public enum Recovery: Sendable, Hashable {
        /// Entry n (from 0) is the primary IFP of the packet n + 1 earlier.
        case redundancy
        /// Entry m is the parity of `span` packets, every `entries`-th, ending with the one `entries - m` earlier.
        case fec(span: Int)
    }

    private enum Field: UInt8, Sendable {
        case sequence, primaryLength, primary, recovery, span, count, entryLength, entry

        var name: String {
            switch self {
            case .sequence: "seq-number"
            case .primaryLength: "primary-ifp-packet length"
            case .primary: "primary-ifp-packet"
            case .recovery: "error-recovery"
            case .span: "fec-npackets"
            case .count: "error-recovery count"
            case .entryLength: "error-recovery entry length"
            case .entry: "error-recovery entry"
            }
        }
    }

    private struct Stop: Sendable {
        enum Kind: UInt8, Sendable { case short, lies, fragmented, integer }
        var field: Field
        var kind: Kind
        var offset: Int
        var needed: Int
    }

    /// More entries than this are not believed: the sender lies or it is no UDPTL.
    public static let maximumEntries = 255

    public private(set) var sequence: UInt16 = 0
    public private(set) var primary: Range<Int> = 0..<0
    /// What is there of a primary whose length reaches past the datagram (capture or sender cut it); else empty.
    public private(set) var cutPrimary: Range<Int> = 0..<0
    public private(set) var recovery: Recovery?
    /// How many entries the packet announces, and how many of them are there.
    public private(set) var announcedEntries = 0
    public private(set) var entries = 0
    /// An entry has no octets.
    public private(set) var hasEmptyEntry = false
    private var firstEntry = 0
    /// First octet after the packet; what follows is trailing.
    public private(set) var end = 0
    /// Octets of the datagram.
    public let byteCount: Int
    private var stop: Stop?

    public var isComplete: Bool { stop == nil }
    public var trailing: Int { stop == nil ? byteCount - end : 0 }

    public init(_ bytes: RawSpan) {
        byteCount = bytes.byteCount
        read(bytes)
    }

    private mutating func read(_ bytes: RawSpan) {
        guard byteCount >= 2 else { return halt(.sequence, .short, 0, 2) }
        sequence = bytes.be16(0)
        end = 2
        guard let length = length(bytes, .primaryLength) else { return }
        guard byteCount - end >= length else {
            cutPrimary = end..<byteCount
            return halt(.primary, .lies, end, length)
        }
        primary = end..<end + length
        end += length
        guard end < byteCount else { return halt(.recovery, .short, end, 1) }
        let isFEC = bytes.octet(end) & 0x80 != 0
        end += 1
        if isFEC {
            guard let span = span(bytes) else { return }
            recovery = .fec(span: span)
        } else {
            recovery = .redundancy
        }
        readEntries(bytes)
    }

    private mutating func readEntries(_ bytes: RawSpan) {
        guard let count = length(bytes, .count) else { return }
        announcedEntries = count
        firstEntry = end
        while entries < count {
            guard let length = length(bytes, .entryLength) else { return }
            guard byteCount - end >= length else { return halt(.entry, .lies, end, length) }
            if length == 0 { hasEmptyEntry = true }
            end += length
            entries += 1
        }
    }

    /// The place of each entry that is there, in order: call with `offset` 0 first.
    public func nextEntry(_ bytes: RawSpan, after offset: inout Int) -> Range<Int>? {
        if offset == 0 { offset = firstEntry }
        guard offset < end, offset > 0 else { return nil }
        var length = Int(bytes.octet(offset))
        offset += 1
        if length >= 0x80 {
            guard offset < end else { return nil }
            length = (length & 0x3F) << 8 | Int(bytes.octet(offset))
            offset += 1
        }
        guard end - offset >= length else { return nil }
        defer { offset += length }
        return offset..<offset + length
    }

    /// X.691 11.9: below 128 in one octet, below 16384 in two; the fragmented form cannot occur in one datagram.
    private mutating func length(_ bytes: RawSpan, _ field: Field) -> Int? {
        guard end < byteCount else {
            halt(field, .short, end, 1)
            return nil
        }
        let first = Int(bytes.octet(end))
        if first < 0x80 {
            end += 1
            return first
        }
        guard first < 0xC0 else {
            halt(field, .fragmented, end, 0)
            return nil
        }
        guard byteCount - end >= 2 else {
            halt(field, .short, end, 2)
            return nil
        }
        defer { end += 2 }
        return (first & 0x3F) << 8 | Int(bytes.octet(end + 1))
    }

    /// An unconstrained INTEGER (length, two's complement); spans of more than two octets or below 0 make no sense.
    private mutating func span(_ bytes: RawSpan) -> Int? {
        let start = end
        guard let length = length(bytes, .span) else { return nil }
        guard (1...2).contains(length) else {
            end = start
            halt(.span, .integer, start, length)
            return nil
        }
        guard byteCount - end >= length else {
            halt(.span, .short, end, length)
            return nil
        }
        let value = length == 1 ? Int(bytes.octet(end)) : Int(bytes.be16(end))
        end += length
        return value
    }

    private mutating func halt(_ field: Field, _ kind: Stop.Kind, _ offset: Int, _ needed: Int) {
        stop = Stop(field: field, kind: kind, offset: offset, needed: needed)
    }

    /// What stopped the reading; `nil` when the packet was read to its end.
    public var failure: DecodeFailure? {
        guard let stop else { return nil }
        let have = byteCount - stop.offset
        let reason: DecodeFailure.Reason =
            switch stop.kind {
            case .short: .short(needed: stop.needed, have: have)
            case .lies: .lies(claimed: stop.needed, available: have)
            case .fragmented: .invalid("fragmented length form")
            case .integer: .invalid("integer of \(stop.needed) octets")
            }
        return DecodeFailure(layer: .udptl, field: stop.field.name, offset: stop.offset, reason: reason)
    }
}
