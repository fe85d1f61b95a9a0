import CSpanDSP
import FaxCore
import FaxWire

/// libspandsp's own reader of IFP packets, as a second opinion beside ``IFPPacket``. One owner of one `t38_core` state;
/// what its callbacks report during a call is collected and given back by that call.
public struct T38CoreReader: ~Copyable {
    private let state: OpaquePointer
    private let box: Box

    /// Collects what the callbacks say. The state holds an unretained pointer to it; both live as long as the owner.
    private final class Box {
        var packets: [Report] = []
    }

    /// One callback: an indicator, or one field of a data packet.
    public enum Report: Sendable, Hashable {
        case indicator(Int)
        case field(dataType: Int, fieldType: Int, octets: [UInt8])
    }

    /// Longest field that is copied out: the format allows no longer one.
    private static let fieldLimit = 65_535

    /// `nil` when libspandsp gives no state.
    public init?(form: IFPForm) {
        let box = Box()
        let context = Unmanaged.passUnretained(box).toOpaque()
        let created = t38_core_init(
            nil,
            { _, context, indicator in
                T38CoreReader.collect(context, .indicator(Int(indicator)))
            },
            { _, context, dataType, fieldType, octets, length in
                let count = min(max(Int(length), 0), T38CoreReader.fieldLimit)
                let copy = octets.map { [UInt8](UnsafeBufferPointer(start: $0, count: count)) } ?? []
                return T38CoreReader.collect(
                    context, .field(dataType: Int(dataType), fieldType: Int(fieldType), octets: copy))
            },
            { _, _, _, _ in 0 },
            context,
            { _, _, _, _, _ in 0 },
            nil)
        guard let created else { return nil }
        state = created
        self.box = box
        t38_set_t38_version(state, Int32(form.rawValue))
        t38_set_sequence_number_handling(state, 0)
    }

    deinit { t38_core_free(state) }

    private static func collect(_ context: UnsafeMutableRawPointer?, _ report: Report) -> Int32 {
        guard let context else { return -1 }
        Unmanaged<Box>.fromOpaque(context).takeUnretainedValue().packets.append(report)
        return 0
    }

    /// What libspandsp reads from one IFP packet; `nil` when it refuses it.
    public mutating func read(_ packet: [UInt8]) -> [Report]? {
        box.packets = []
        let result = packet.withUnsafeBufferPointer { octets in
            octets.baseAddress.map { t38_core_rx_ifp_packet(state, $0, Int32(clamping: octets.count), 0) } ?? -1
        }
        return result == 0 ? box.packets : nil
    }
}
