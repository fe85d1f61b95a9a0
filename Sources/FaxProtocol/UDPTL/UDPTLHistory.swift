import FaxCore

/// The last IFP packets of a stream by number, in slots that are used again: those that wait for an earlier one, and
/// those that parity may be taken over.
struct UDPTLHistory: Sendable {
    struct Slot: Sendable {
        var sequence = Int.min
        var origin = UDPTLReceiver.Origin.primary
        var time = Instant.zero
        var frame = FrameRef(number: 0)
        var octets: [UInt8] = []
    }

    /// A power of two.
    static let slotCount = 128
    private var slots: [Slot] = []

    var isEmpty: Bool { slots.isEmpty }

    func contains(_ sequence: Int) -> Bool {
        !slots.isEmpty && slots[sequence & (Self.slotCount - 1)].sequence == sequence
    }

    func slot(_ sequence: Int) -> Slot? {
        guard !slots.isEmpty else { return nil }
        let slot = slots[sequence & (Self.slotCount - 1)]
        return slot.sequence == sequence ? slot : nil
    }

    mutating func store(
        _ bytes: RawSpan, sequence: Int, origin: UDPTLReceiver.Origin, time: Instant, frame: FrameRef
    ) {
        if slots.isEmpty { slots = [Slot](repeating: Slot(), count: Self.slotCount) }
        let index = sequence & (Self.slotCount - 1)
        slots[index].sequence = sequence
        slots[index].origin = origin
        slots[index].time = time
        slots[index].frame = frame
        slots[index].octets.removeAll(keepingCapacity: true)
        bytes.withUnsafeBytes { slots[index].octets.append(contentsOf: $0) }
    }

    /// Forgets everything but keeps the room.
    mutating func clear() {
        for index in slots.indices { slots[index].sequence = .min }
    }

    /// Adds (exclusive or) the octets of a packet to `parity`, as far as it reaches.
    func combine(_ sequence: Int, into parity: inout [UInt8]) {
        guard !slots.isEmpty else { return }
        let index = sequence & (Self.slotCount - 1)
        for place in 0..<min(parity.count, slots[index].octets.count) { parity[place] ^= slots[index].octets[place] }
    }
}

/// A parity entry that waits for more of its packets (T.38 9.1.4.2).
struct UDPTLParity: Sendable {
    /// Extended numbers covered: `first`, `first + step`, … `count` of them.
    var first: Int
    var step: Int
    var count: Int
    var octets: [UInt8]
    var time: Instant
    var frame: FrameRef

    var last: Int { first + (count - 1) * step }
}
