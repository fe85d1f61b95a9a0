import FaxCore
import FaxWire

// Packets of another source passed on (RFC 3550 §7.1): one stream to whoever receives it, what is passed on and what is
// our own alike.
extension RTPSender {
    struct Passage: Sendable, Hashable {
        var ssrc: UInt32
        /// Ours minus theirs.
        var sequence: UInt16
        var timestamp: UInt32
    }

    /// Passes on a packet of G.711, comfort noise or a telephone event: its payload in our law, under our source and the
    /// payload type of this stream. Gaps, order and times stay as they came.
    /// - Parameters:
    ///   - law: of its payload; `nil`: the payload is no sound and stays as it is.
    ///   - payloadType: as it goes out.
    public mutating func pass(
        _ datagram: RawSpan, _ header: RTPHeader, law: G711?, payloadType: UInt8, into datagrams: inout [[UInt8]]
    ) {
        let payload = datagram.extracting(header.payload).extracting(
            first: min(header.payload.count, RTPReceiver.payloadLimit))
        let numbering = numbering(for: header)
        let (sequence, timestamp) = (header.sequence &+ numbering.sequence, header.timestamp &+ numbering.timestamp)
        let out = RTPHeader(
            marker: header.marker, payloadType: payloadType, sequence: sequence, timestamp: timestamp,
            ssrc: configuration.ssrc)
        datagrams.append(
            [UInt8](unsafeUninitializedCapacity: RTPHeader.fixedLength + payload.byteCount) { buffer, count in
                out.write(into: buffer)
                for place in 0..<payload.byteCount {
                    buffer[RTPHeader.fixedLength + place] = converted(payload.octet(place), from: law)
                }
                count = RTPHeader.fixedLength + payload.byteCount
            })
        packetsSent &+= 1
        octetsSent &+= UInt32(truncatingIfNeeded: payload.byteCount)
        guard Int16(bitPattern: sequence &- nextSequence) >= 0 else { return }
        nextSequence = sequence &+ 1
        nextTimestamp = timestamp &+ (law == nil ? 0 : UInt32(truncatingIfNeeded: payload.byteCount))
    }

    /// Each source begins where the stream stands.
    private mutating func numbering(for header: RTPHeader) -> Passage {
        if let passage, passage.ssrc == header.ssrc { return passage }
        nextTimestamp &+= UInt32(truncatingIfNeeded: pending.count)
        pending.removeAll(keepingCapacity: true)
        let begun = Passage(
            ssrc: header.ssrc, sequence: nextSequence &- header.sequence, timestamp: nextTimestamp &- header.timestamp)
        passage = begun
        return begun
    }

    private func converted(_ octet: UInt8, from law: G711?) -> UInt8 {
        guard let law, law != configuration.law else { return octet }
        return configuration.law.octet(law.sample(octet))
    }
}
