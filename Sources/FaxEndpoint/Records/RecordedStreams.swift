import FaxCore

/// How far each direction between two ports has come: the sequence numbers of a record's TCP segments.
struct RecordedStreams {
    private struct Direction: Hashable {
        let source: Endpoint
        let destination: Endpoint
    }

    private var next: [Direction: UInt32] = [:]

    /// Directions that are remembered. Beyond them all begin anew, as new connections between the same ports do.
    static let limit = 4_096

    /// - Returns: the numbers for a segment of that many octets.
    mutating func advance(
        from source: Endpoint, to destination: Endpoint, by count: Int
    ) -> (sequence: UInt32, acknowledgement: UInt32) {
        let direction = Direction(source: source, destination: destination)
        if next.count >= Self.limit, next[direction] == nil { next = [:] }
        let sequence = next[direction] ?? 1
        next[direction] = sequence &+ UInt32(truncatingIfNeeded: count)
        return (sequence, next[Direction(source: destination, destination: source)] ?? 1)
    }
}
