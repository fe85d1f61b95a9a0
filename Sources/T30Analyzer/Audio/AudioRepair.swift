import PcapDecode

/// A packet in its place in an epoch: one that was seen, or one that was lost and whose payload came again with a later
/// one (RFC 2198).
struct PlacedPacket {
    /// Of the log; of a repair, the packet it came with.
    var index: Int
    /// Both extended over wraps.
    var sequence: Int
    var timestamp: Int
    /// The block of `AudioLog.redundant` that stands for the lost packet.
    var redundant: Int?

    /// The packets of an epoch in order of their numbers, with those that redundancy gives back, each once.
    static func packets(of epoch: AudioEpoch, _ log: AudioLog) -> [PlacedPacket] {
        let seen = epoch.packets.map {
            PlacedPacket(index: $0.index, sequence: $0.sequence, timestamp: $0.timestamp, redundant: nil)
        }
        return (seen + repairs(of: epoch, log)).sorted { ($0.sequence, $0.timestamp) < ($1.sequence, $1.timestamp) }
    }

    private static func repairs(of epoch: AudioEpoch, _ log: AudioLog) -> [PlacedPacket] {
        guard !log.redundant.isEmpty, let first = epoch.packets.map(\.sequence).min() else { return [] }
        var repaired: Set<Int> = []
        var placed: [PlacedPacket] = []
        for carrier in epoch.packets {
            for index in log.redundant(of: carrier.index) {
                let block = log.redundant[index]
                let sequence = carrier.sequence - block.distance
                guard sequence > first, block.timestampOffset > 0, !epoch.contains(sequence: sequence),
                    repaired.insert(sequence).inserted
                else { continue }
                placed.append(
                    PlacedPacket(
                        index: carrier.index, sequence: sequence, timestamp: carrier.timestamp - block.timestampOffset,
                        redundant: index))
            }
        }
        return placed
    }

    /// The packet as logged, or what the lost one would have been, with frame and time of the one it came with.
    func packet(_ log: AudioLog) -> AudioLog.Packet {
        var packet = log.packets[index]
        guard let redundant else { return packet }
        let block = log.redundant[redundant]
        packet.sequence = UInt16(truncatingIfNeeded: sequence)
        packet.timestamp = UInt32(truncatingIfNeeded: timestamp)
        packet.payloadType = block.payloadType
        packet.offset = block.offset
        packet.length = block.length
        return packet
    }
}
