import FaxCore

/// The payload of an IP packet, whole or put together from fragments.
struct IPPacket {
    var transport: UInt8
    /// In order, without holes; more than one when it came in fragments.
    var pieces: [Piece]
    var lengthOnWire: Int
    var source: IPAddress
    var destination: IPAddress
    /// Source and destination address in the (first) IP header, which transport checksums cover too.
    var addresses: Piece
    var time: Instant

    var isCut: Bool { pieces.reduce(0) { $0 + $1.range.count } < lengthOnWire }
}

/// Collects the fragments of IP packets by the places where they stand (RFC 791 §2.3, RFC 8200 §4.5).
struct FragmentBook {
    private struct Key: Hashable {
        var source: IPAddress
        var destination: IPAddress
        var id: UInt32
        var transport: UInt8
    }

    private struct Part {
        var offset: Int
        var isLast: Bool
        var packet: IPPacket
    }

    private var parts: [Key: [[Part]]] = [:]
    private var order: [Key] = []
    /// Fragments that belong to no beginning.
    private(set) var leftOver: [Piece] = []

    /// An identification comes again after this long at the earliest.
    private static let reuse = Duration.seconds(30)

    mutating func add(_ packet: IPPacket, id: UInt32, offset: Int, isLast: Bool) {
        let key = Key(source: packet.source, destination: packet.destination, id: id, transport: packet.transport)
        let part = Part(offset: offset, isLast: isLast, packet: packet)
        guard var runs = parts[key], let last = runs.indices.last, let first = runs[last].first else {
            order.append(key)
            parts[key] = [[part]]
            return
        }
        let isSame = packet.time - first.packet.time <= Self.reuse && !runs[last].contains { $0.offset == offset }
        if isSame { runs[last].append(part) } else { runs.append([part]) }
        parts[key] = runs
    }

    /// What the fragments make, as far as each reaches without a hole.
    mutating func datagrams() -> [IPPacket] {
        var result: [IPPacket] = []
        for run in order.flatMap({ parts[$0] ?? [] }) {
            let sorted = run.sorted { $0.offset < $1.offset }
            guard var whole = sorted.first?.packet, sorted[0].offset == 0 else {
                leftOver += sorted.flatMap(\.packet.pieces)
                continue
            }
            var end = whole.lengthOnWire
            var isOpen = whole.isCut
            for part in sorted.dropFirst() {
                if part.offset == end, !isOpen {
                    whole.pieces += part.packet.pieces
                    isOpen = part.packet.isCut
                    end += part.packet.lengthOnWire
                } else {
                    isOpen = true
                    leftOver += part.packet.pieces
                }
            }
            whole.lengthOnWire = sorted.contains(where: \.isLast) && !isOpen ? end : Int.max
            result.append(whole)
        }
        return result
    }
}
