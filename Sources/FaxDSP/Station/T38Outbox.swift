import CSpanDSP
import FaxWire

/// An IFP packet on its way out.
public struct T38Outgoing: Sendable, Hashable {
    public var octets: [UInt8]
    public var category: IFPCategory
    /// How often libspandsp wants it sent, each time under a new number: 1 or more.
    public var transmissions: Int

    public init(octets: [UInt8], category: IFPCategory, transmissions: Int = 1) {
        self.octets = octets
        self.category = category
        self.transmissions = transmissions
    }
}

/// Holds the packets that a T.38 engine called back with, until its owner is asked for them.
final class T38Outbox {
    private var packets: [T38Outgoing] = []

    var context: UnsafeMutableRawPointer { Unmanaged.passUnretained(self).toOpaque() }

    func drain(into taken: inout [T38Outgoing]) {
        guard !packets.isEmpty else { return }
        taken.append(contentsOf: packets)
        packets.removeAll(keepingCapacity: true)
    }

    /// A `t38_tx_packet_handler_t`.
    static let collect:
        @convention(c) (OpaquePointer?, UnsafeMutableRawPointer?, UnsafePointer<UInt8>?, Int32, Int32) -> Int32 = {
            _, context, octets, length, setting in
            guard let context, let octets, length > 0 else { return -1 }
            Unmanaged<T38Outbox>.fromOpaque(context).takeUnretainedValue().packets.append(
                T38Outgoing(
                    octets: Array(UnsafeBufferPointer(start: octets, count: Int(length))),
                    category: .of(setting: setting), transmissions: max(Int(setting & 0xFF), 1)))
            return 0
        }

    /// Gives an IFP packet to a T.38 core; `false` when it refuses it.
    static func receive(_ core: OpaquePointer, _ packet: RawSpan, _ sequence: Int) -> Bool {
        packet.withUnsafeBytes { bytes in
            guard let start = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return false }
            let number = UInt16(truncatingIfNeeded: sequence)
            return t38_core_rx_ifp_packet(core, start, Int32(clamping: bytes.count), number) == 0
        }
    }
}
