import FaxCore

/// What the fragments of one IP packet have in common (RFC 791 §2.3, RFC 8200 §4.5).
struct FragmentKey: Hashable {
    var source: IPAddress
    var destination: IPAddress
    var id: UInt32
    var transport: UInt8
}

struct FragmentPiece {
    var offset: Int
    var lengthOnWire: Int
    var isLast: Bool
}

/// What fragments gave: the whole packet, or the octets up to the first hole.
struct FragmentedDatagram {
    var key: FragmentKey
    /// As the last fragment (or the only ones there) left it.
    var info: PacketInfo
    var octets: [UInt8]
    var lengthOnWire: Int
    var pieces: Int
    var isWhole: Bool
}

/// Collects IP fragments, in any order, overlapping or lying, until their packet is whole or its time is over.
struct FragmentTable {
    enum Limit {
        /// Packets waiting for fragments; the oldest makes room.
        static let datagrams = 256
        static let piecesPerDatagram = 1024
        /// The largest IP payload.
        static let octets = 65_535
        /// RFC 791 §3.2 proposes 15 s, RFC 8200 §4.5 wants 60 s; capture time.
        static let waiting = Duration.seconds(30)
    }

    enum Result {
        case waiting
        case whole(FragmentedDatagram)
        case damaged(DecodeFailure)
    }

    /// One packet in the making. `ranges` are what is there, in order and apart from each other.
    private struct Entry {
        var key: FragmentKey
        var info: PacketInfo
        var started: Instant
        var octets: [UInt8] = []
        var ranges: [Range<Int>] = []
        var end: Int?
        var pieces = 0

        /// Octets from the beginning without a hole.
        var prefix: Int { ranges.first.map { $0.lowerBound == 0 ? $0.upperBound : 0 } ?? 0 }
    }

    /// In the order of their first fragments.
    private var entries: [Entry] = []

    mutating func add(_ piece: FragmentPiece, _ payload: RawSpan, key: FragmentKey, info: PacketInfo) -> Result {
        guard piece.offset + piece.lengthOnWire <= Limit.octets else {
            let reason = DecodeFailure.Reason.lies(
                claimed: piece.offset + piece.lengthOnWire, available: Limit.octets)
            return .damaged(DecodeFailure(layer: .ip, field: "fragment offset", offset: 6, reason: reason))
        }
        let index = entries.firstIndex { $0.key == key } ?? begin(key, info)
        entries[index].info = info
        entries[index].pieces += 1
        if let problem = FragmentTable.put(piece, payload, into: &entries[index]) {
            if entries[index].pieces > Limit.piecesPerDatagram { entries.remove(at: index) }
            return .damaged(DecodeFailure(layer: .ip, field: "fragment offset", offset: 6, reason: problem))
        }
        guard let end = entries[index].end, entries[index].prefix >= end else { return .waiting }
        return .whole(FragmentTable.datagram(entries.remove(at: index), isWhole: true))
    }

    private mutating func begin(_ key: FragmentKey, _ info: PacketInfo) -> Int {
        entries.append(Entry(key: key, info: info, started: info.time))
        return entries.count - 1
    }

    /// Where fragments overlap, the octets that came first stay.
    private static func put(
        _ piece: FragmentPiece, _ payload: RawSpan, into entry: inout Entry
    ) -> DecodeFailure.Reason? {
        if entry.pieces > Limit.piecesPerDatagram {
            return .limit("piecesPerDatagram", Limit.piecesPerDatagram)
        }
        let end = piece.offset + piece.lengthOnWire
        if piece.isLast {
            if let known = entry.end, known != end { return .invalid("two last fragments end at \(known) and \(end)") }
            if let last = entry.ranges.last, last.upperBound > end {
                return .lies(claimed: end, available: last.upperBound)
            }
            entry.end = end
        } else if let known = entry.end, end > known {
            return .lies(claimed: end, available: known)
        }
        let range = piece.offset..<piece.offset + payload.byteCount
        if range.isEmpty { return nil }
        if entry.octets.count < range.upperBound {
            entry.octets.append(contentsOf: repeatElement(0, count: range.upperBound - entry.octets.count))
        }
        for hole in holes(of: entry.ranges, in: range) {
            for offset in hole { entry.octets[offset] = payload.octet(offset - range.lowerBound) }
        }
        entry.ranges = merged(entry.ranges, with: range)
        return nil
    }

    private static func holes(of ranges: [Range<Int>], in range: Range<Int>) -> [Range<Int>] {
        var holes: [Range<Int>] = []
        var start = range.lowerBound
        for taken in ranges where taken.overlaps(range) {
            if taken.lowerBound > start { holes.append(start..<taken.lowerBound) }
            start = max(start, taken.upperBound)
        }
        if start < range.upperBound { holes.append(start..<range.upperBound) }
        return holes
    }

    private static func merged(_ ranges: [Range<Int>], with range: Range<Int>) -> [Range<Int>] {
        var result: [Range<Int>] = []
        var joined = range
        for other in ranges {
            if other.upperBound < joined.lowerBound || other.lowerBound > joined.upperBound {
                result.append(other)
            } else {
                joined = min(joined.lowerBound, other.lowerBound)..<max(joined.upperBound, other.upperBound)
            }
        }
        let place = result.firstIndex { $0.lowerBound > joined.lowerBound } ?? result.count
        result.insert(joined, at: place)
        return result
    }

    /// No packet more can begin; one must be taken out before.
    var isFull: Bool { entries.count >= Limit.datagrams }

    /// Takes out the oldest packet when its time is over.
    mutating func expired(now: Instant) -> FragmentedDatagram? {
        guard let oldest = entries.first, now - oldest.started > Limit.waiting else { return nil }
        return first()
    }

    /// Takes out the oldest packet.
    mutating func first() -> FragmentedDatagram? {
        entries.isEmpty ? nil : FragmentTable.datagram(entries.removeFirst(), isWhole: false)
    }

    private static func datagram(_ entry: Entry, isWhole: Bool) -> FragmentedDatagram {
        let prefix = min(entry.octets.count, isWhole ? entry.end ?? entry.prefix : entry.prefix)
        return FragmentedDatagram(
            key: entry.key, info: entry.info, octets: [UInt8](entry.octets.prefix(prefix)),
            lengthOnWire: entry.end ?? Limit.octets, pieces: entry.pieces, isWhole: isWhole)
    }
}
