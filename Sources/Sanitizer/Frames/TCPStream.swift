import FaxCore

/// One direction of a TCP connection as the capture holds it: octets in their places, and where each of them stands in
/// frames, once for every time that it was sent.
struct TCPStream {
    let source: Endpoint
    let destination: Endpoint
    private var parts: [(offset: Int, piece: Piece)] = []
    private let base: UInt32
    private var lowest = 0

    private enum Limit {
        /// A sequence number further away belongs to another connection.
        static let jump = 1 << 24
    }

    /// The connections of a capture, in order of their first segments.
    static func streams(_ segments: [Segment]) -> [TCPStream] {
        var streams: [TCPStream] = []
        var latest: [FlowBook.Key: Int] = [:]
        for segment in segments {
            let key = FlowBook.Key(source: segment.source, destination: segment.destination)
            if let index = latest[key], streams[index].take(segment) { continue }
            latest[key] = streams.count
            streams.append(TCPStream(segment))
        }
        return streams
    }

    private init(_ segment: Segment) {
        source = segment.source
        destination = segment.destination
        base = segment.sequence
        _ = take(segment)
    }

    /// `false`: it belongs to another connection of the same ports.
    private mutating func take(_ segment: Segment) -> Bool {
        let sequence = segment.isStart ? segment.sequence &+ 1 : segment.sequence
        let offset = Int(Int32(bitPattern: sequence &- base))
        guard abs(offset) < Limit.jump else { return false }
        lowest = min(lowest, offset)
        parts.append((offset, segment.piece))
        return true
    }

    /// Octets without a hole, as often as there are such.
    struct Run {
        var octets: [UInt8]
        /// In the order of capture.
        var parts: [(offset: Int, piece: Piece)]
    }

    func runs(_ image: CaptureImage) -> [Run] {
        let sorted = parts.sorted { ($0.offset, $0.piece.frame) < ($1.offset, $1.piece.frame) }
        var runs: [(start: Int, run: Run)] = []
        for (offset, piece) in sorted {
            let octets = image.original([piece])
            guard let last = runs.indices.last, offset <= runs[last].start + runs[last].run.octets.count else {
                runs.append((offset, Run(octets: octets, parts: [(0, piece)])))
                continue
            }
            let place = offset - runs[last].start
            let known = runs[last].run.octets.count - place
            if known < octets.count { runs[last].run.octets += octets[max(0, known)...] }
            runs[last].run.parts.append((place, piece))
        }
        return runs.map(\.run)
    }
}

extension CaptureImage {
    /// Puts what stands for a run back to every segment; one that was sent with other octets once is set to zero.
    mutating func put(_ new: [UInt8], for run: TCPStream.Run) {
        precondition(new.count == run.octets.count)
        for (offset, piece) in run.parts {
            let range = offset..<offset + piece.range.count
            if range.upperBound <= new.count, original([piece]).elementsEqual(run.octets[range]) {
                put(Array(new[range]), at: [piece])
            } else {
                zero(piece)
            }
        }
    }
}
