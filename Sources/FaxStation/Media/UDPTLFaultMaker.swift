import FaxWire

/// Puts ``UDPTLFaults`` into datagrams on their way out.
struct UDPTLFaultMaker {
    let faults: UDPTLFaults
    private var sent = 0
    /// What is taken off the numbers since they began anew.
    private var restart: UInt16 = 0

    init(_ faults: UDPTLFaults) { self.faults = faults }

    /// Whether packets leave from another port by now.
    var hasMoved: Bool { faults.movesAfter.map { sent > $0 } ?? false }

    mutating func apply(_ datagram: [UInt8]) -> [UInt8]? {
        guard faults != UDPTLFaults() else { return datagram }
        guard !faults.isSilent else { return nil }
        sent += 1
        guard faults.restartsAfter != nil || faults.emptiesCopies,
            var packet = try? UDPTLPacket(datagram.span.bytes)
        else { return datagram }
        if faults.restartsAfter == sent { restart = packet.sequence }
        packet.sequence &-= restart
        if faults.emptiesCopies, case .redundancy(let copies) = packet.recovery {
            packet.recovery = .redundancy(copies.map { _ in [] })
        }
        return packet.octets
    }
}
