import FaxCore
import FaxWire

/// Repair of lost packets from what later ones carry (T.38 9.1.4).
extension UDPTLReceiver {
    mutating func repair(_ arrival: Arrival, _ datagram: RawSpan) {
        switch arrival.layout.recovery {
        case .redundancy: repairFromSecondaries(arrival, datagram)
        case .fec(let span): takeParity(arrival, span, datagram)
        case nil: break
        }
        solveParities()
    }

    /// Secondary n is the primary of the packet n + 1 earlier.
    private mutating func repairFromSecondaries(_ arrival: Arrival, _ datagram: RawSpan) {
        var offset = 0
        var distance = 0
        while let entry = arrival.layout.nextEntry(datagram, after: &offset) {
            distance += 1
            let sequence = arrival.sequence - distance
            guard sequence >= next, !history.contains(sequence), !entry.isEmpty else { continue }
            recover(
                datagram.extracting(entry), sequence: sequence, origin: .secondary(distance), time: arrival.time,
                frame: arrival.frame)
            statistics.recoveredByRedundancy += 1
        }
    }

    /// Entry m of a packet numbered q covers q + m - span·entries, and on in steps of `entries`, `span` packets in all:
    /// the entries interleave, and together they cover the span·entries packets before q.
    private mutating func takeParity(_ arrival: Arrival, _ span: Int, _ datagram: RawSpan) {
        let entries = arrival.layout.announcedEntries
        guard span >= 1, entries >= 1, span * entries <= Self.maximumHold else {
            if entries > 0 { statistics.note(.unusableFEC, arrival.frame) }
            return
        }
        var offset = 0
        var index = 0
        while let entry = arrival.layout.nextEntry(datagram, after: &offset) {
            let first = arrival.sequence + index - span * entries
            index += 1
            guard !entry.isEmpty else { continue }
            guard first >= tracker.first else { continue }
            let parity = UDPTLParity(
                first: first, step: entries, count: span, octets: [], time: arrival.time, frame: arrival.frame)
            guard missing(parity) != .none else { continue }
            if parities.count >= Self.parityLimit { parities.removeFirst() }
            parities.append(parity)
            parities[parities.count - 1].octets = datagram.extracting(entry).copied()
        }
    }

    private enum Missing: Equatable { case none, one(Int), several, hopeless }

    /// Which of the packets a parity covers are not there.
    private func missing(_ parity: UDPTLParity) -> Missing {
        var found: Missing = .none
        for sequence in stride(from: parity.first, through: parity.last, by: parity.step)
        where !history.contains(sequence) {
            // Given up, or gone from the history.
            if sequence < next { return .hopeless }
            found = found == .none ? .one(sequence) : .several
        }
        return found
    }

    /// Again and again, until no parity solves another packet: one repair can make the next possible.
    private mutating func solveParities() {
        var isSolving = !parities.isEmpty
        while isSolving {
            isSolving = false
            for index in parities.indices.reversed() {
                switch missing(parities[index]) {
                case .none, .hopeless:
                    parities.remove(at: index)
                case .one(let sequence):
                    solve(parities.remove(at: index), sequence)
                    isSolving = true
                case .several:
                    break
                }
            }
        }
    }

    private mutating func solve(_ parity: UDPTLParity, _ missing: Int) {
        var octets = parity.octets
        for sequence in stride(from: parity.first, through: parity.last, by: parity.step) where sequence != missing {
            history.combine(sequence, into: &octets)
        }
        recover(octets.span.bytes, sequence: missing, origin: .fec, time: parity.time, frame: parity.frame)
        statistics.recoveredByFEC += 1
    }

    private mutating func recover(
        _ bytes: RawSpan, sequence: Int, origin: Origin, time: Instant, frame: FrameRef
    ) {
        history.store(bytes, sequence: sequence, origin: origin, time: time, frame: frame)
        tracker.losses.recovered(sequence)
    }
}
