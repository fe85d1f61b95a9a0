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
        var offset: UInt32
        var needed: UInt32
    }

    private enum Correction: UInt8, Sendable { case none, redundancy, fec }

    /// More entries than this are not believed: the sender lies or it is no UDPTL.
    public static let maximumEntries = 255

    // Held small: made for every datagram, and handed on.
    public private(set) var sequence: UInt16 = 0
    private var correction = Correction.none
    /// An entry has no octets.
    public private(set) var hasEmptyEntry = false
    private var span: UInt16 = 0
    private var announced: UInt16 = 0
    private var found: UInt16 = 0
    private var primaryStart: UInt32 = 0
    private var primaryEnd: UInt32 = 0
    /// Where a primary that is cut begins; 0: there is none.
    private var cutStart: UInt32 = 0
    private var firstEntry: UInt32 = 0
    private var position: UInt32 = 0
    private let count: UInt32
    private var stop: Stop?

    public var primary: Range<Int> { Range(uncheckedBounds: (Int(primaryStart), Int(primaryEnd))) }
    /// What is there of a primary whose length reaches past the datagram (capture or sender cut it); else empty.
    public var cutPrimary: Range<Int> { cutStart == 0 ? 0..<0 : Int(cutStart)..<byteCount }
    public var recovery: Recovery? {
        switch correction {
        case .none: nil
        case .redundancy: .redundancy
        case .fec: .fec(span: Int(span))
        }
    }
    /// How many entries the packet announces, and how many of them are there.
    public var announcedEntries: Int { Int(announced) }
    public var entries: Int { Int(found) }
    /// First octet after the packet; what follows is trailing.
    public var end: Int { Int(position) }
    /// Octets of the datagram.
    public var byteCount: Int { Int(count) }

    public var isComplete: Bool { stop == nil }
    public var trailing: Int { stop == nil ? byteCount - end : 0 }

    public init(_ bytes: RawSpan) {
        count = UInt32(clamping: bytes.byteCount)
        var end = 0
        read(bytes, &end)
        position = UInt32(truncatingIfNeeded: end)
    }

    private mutating func read(_ bytes: RawSpan, _ end: inout Int) {
        let byteCount = byteCount
        guard byteCount >= 2 else { return halt(.sequence, .short, 0, 2) }
        sequence = bytes.be16(0)
        end = 2
        guard let length = length(bytes, &end, .primaryLength) else { return }
        guard byteCount - end >= length else {
            cutStart = UInt32(truncatingIfNeeded: end)
            return halt(.primary, .lies, end, length)
        }
        primaryStart = UInt32(truncatingIfNeeded: end)
        end += length
        primaryEnd = UInt32(truncatingIfNeeded: end)
        guard end < byteCount else { return halt(.recovery, .short, end, 1) }
        let isFEC = bytes.octet(end) & 0x80 != 0
        end += 1
        if isFEC {
            guard let span = readSpan(bytes, &end) else { return }
            self.span = span
            correction = .fec
        } else {
            correction = .redundancy
        }
        readEntries(bytes, &end)
    }

    private mutating func readEntries(_ bytes: RawSpan, _ end: inout Int) {
        guard let count = length(bytes, &end, .count) else { return }
        announced = UInt16(truncatingIfNeeded: count)
        firstEntry = UInt32(truncatingIfNeeded: end)
        var entries = 0
        defer { found = UInt16(truncatingIfNeeded: entries) }
        while entries < count {
            guard let length = length(bytes, &end, .entryLength) else { return }
            guard byteCount - end >= length else { return halt(.entry, .lies, end, length) }
            if length == 0 { hasEmptyEntry = true }
            end += length
            entries += 1
        }
    }

    /// The place of each entry that is there, in order: call with `offset` 0 first.
    public func nextEntry(_ bytes: RawSpan, after offset: inout Int) -> Range<Int>? {
        if offset == 0 { offset = Int(firstEntry) }
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
    @inline(__always)
    private mutating func length(_ bytes: RawSpan, _ end: inout Int, _ field: Field) -> Int? {
        guard end < byteCount else {
            halt(field, .short, end, 1)
            return nil
        }
        let first = Int(bytes.octet(end))
        if first < 0x80 {
            end += 1
            return first
        }
        return longLength(bytes, &end, field, first)
    }

    private mutating func longLength(_ bytes: RawSpan, _ end: inout Int, _ field: Field, _ first: Int) -> Int? {
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
    private mutating func readSpan(_ bytes: RawSpan, _ end: inout Int) -> UInt16? {
        let start = end
        guard let length = length(bytes, &end, .span) else { return nil }
        guard (1...2).contains(length) else {
            end = start
            halt(.span, .integer, start, length)
            return nil
        }
        guard byteCount - end >= length else {
            halt(.span, .short, end, length)
            return nil
        }
        let value = length == 1 ? UInt16(bytes.octet(end)) : bytes.be16(end)
        end += length
        return value
    }

    private mutating func halt(_ field: Field, _ kind: Stop.Kind, _ offset: Int, _ needed: Int) {
        stop = Stop(
            field: field, kind: kind, offset: UInt32(truncatingIfNeeded: offset),
            needed: UInt32(truncatingIfNeeded: needed))
    }

    /// What stopped the reading; `nil` when the packet was read to its end.
    public var failure: DecodeFailure? {
        guard let stop else { return nil }
        let (offset, needed) = (Int(stop.offset), Int(stop.needed))
        let have = byteCount - offset
        let reason: DecodeFailure.Reason =
            switch stop.kind {
            case .short: .short(needed: needed, have: have)
            case .lies: .lies(claimed: needed, available: have)
            case .fragmented: .invalid("fragmented length form")
            case .integer: .invalid("integer of \(needed) octets")
            }
        return DecodeFailure(layer: .udptl, field: stop.field.name, offset: offset, reason: reason)
    }
}
