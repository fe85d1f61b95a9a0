import FaxCore

/// A one-way flow: source and destination.
struct FlowKey: Hashable {
    var source: Endpoint
    var destination: Endpoint

    var reversed: FlowKey { FlowKey(source: destination, destination: source) }

    @inline(__always)
    var slotHash: UInt64 {
        var hash = source.address.low &* 0x9E37_79B9_7F4A_7C15
        hash ^= destination.address.low &* 0xC2B2_AE3D_27D4_EB4F
        hash ^= (source.address.high ^ (destination.address.high << 1)) &* 0x1656_67B1_9E37_79F9
        hash ^= UInt64(source.port) << 32 ^ UInt64(destination.port) << 48
        hash = (hash ^ (hash >> 29)) &* 0xBF58_476D_1CE4_E5B9
        return hash ^ (hash >> 32)
    }
}

/// The same over IPv4, in little room.
struct PlainFlowKey: Hashable {
    /// The source's above the destination's.
    var addresses: UInt64
    var ports: UInt32

    @inline(__always)
    init(addresses: UInt64, ports: UInt32) {
        self.addresses = addresses
        self.ports = ports
    }

    /// `nil`: not over IPv4.
    init?(_ key: FlowKey) {
        guard key.source.address.isV4, key.destination.address.isV4 else { return nil }
        addresses = UInt64(key.source.address.v4) << 32 | UInt64(key.destination.address.v4)
        ports = UInt32(key.source.port) << 16 | UInt32(key.destination.port)
    }
}

/// Open-addressing table from flow keys to flows: the hash beside the reference finds the usual packet's flow with one
/// look at one place of memory, no hashing protocol, no allocation. Its size is bounded by `EngineLimits.flows`, half of
/// its slots stay empty.
///
/// A flow is found as an unmanaged reference, for a packet's way to it shall not count references: `flows` owns what
/// `slots` name, place by place, and neither changes while a packet is being taken.
struct FlowTable {
    private struct Slot {
        var hash: UInt64 = 0
        /// `nil`: the slot is empty.
        var flow: Unmanaged<Flow>?
    }

    private var slots: ContiguousArray<Slot>
    private var flows: ContiguousArray<Flow?>
    private var mask: Int
    private(set) var count = 0

    private static let smallest = 1024

    init() {
        slots = ContiguousArray(repeating: Slot(), count: Self.smallest)
        flows = ContiguousArray(repeating: nil, count: Self.smallest)
        mask = Self.smallest - 1
    }

    func find(_ key: FlowKey) -> Flow? { reference(key)?.takeUnretainedValue() }

    /// Valid until a flow is inserted or swept.
    func reference(_ key: FlowKey) -> Unmanaged<Flow>? { reference(key, hash: key.slotHash) }

    /// The same with the key's ``FlowKey/slotHash`` known.
    func reference(_ key: FlowKey, hash: UInt64) -> Unmanaged<Flow>? { reference(hash) { $0.key == key } }

    /// `hash`: of the key that this one stands for.
    @inline(__always)
    func reference(_ key: PlainFlowKey, hash: UInt64) -> Unmanaged<Flow>? { reference(hash) { $0.plainKey == key } }

    @inline(__always)
    private func reference(_ hash: UInt64, where isWanted: (Flow) -> Bool) -> Unmanaged<Flow>? {
        var place = Int(truncatingIfNeeded: hash) & mask
        while let flow = slots[place].flow {
            if slots[place].hash == hash, flow._withUnsafeGuaranteedRef(isWanted) { return flow }
            place = (place &+ 1) & mask
        }
        return nil
    }

    /// Where in memory what the flow of a later packet needs stands, each to be looked for when the one before it is near:
    /// its slot, the flow, its media, the stream of its last packet, what that one has elsewhere. Another flow in the slot
    /// is no harm. The places are handed out for somebody else to bring near, as nothing here may be held while that is
    /// done: holding counts references.
    @inline(__always)
    func slotPlace(_ hash: UInt64) -> UnsafeRawPointer? {
        slots.withUnsafeBufferPointer { slots in
            slots.baseAddress.map { UnsafeRawPointer($0 + Int(truncatingIfNeeded: hash) & mask) }
        }
    }

    @inline(__always)
    func flowPlace(_ hash: UInt64) -> UnsafeRawPointer? {
        slots[Int(truncatingIfNeeded: hash) & mask].flow.map { UnsafeRawPointer($0.toOpaque()) }
    }

    @inline(__always)
    func mediaPlace(_ hash: UInt64) -> UnsafeRawPointer? {
        slots[Int(truncatingIfNeeded: hash) & mask].flow?._withUnsafeGuaranteedRef { flow in
            flow.mediaReference.map { UnsafeRawPointer($0.toOpaque()) }
        }
    }

    /// With whether the stream needs the whole payload, and not only its beginning.
    @inline(__always)
    func streamPlace(_ hash: UInt64) -> (place: UnsafeRawPointer, readsAll: Bool)? {
        slots[Int(truncatingIfNeeded: hash) & mask].flow?._withUnsafeGuaranteedRef { flow in
            flow.mediaReference?._withUnsafeGuaranteedRef { $0.streamPlace }
        }
    }

    @inline(__always)
    func logPlaces(_ hash: UInt64) -> T38DatagramStream.LogPlaces? {
        slots[Int(truncatingIfNeeded: hash) & mask].flow?._withUnsafeGuaranteedRef { flow in
            flow.mediaReference?._withUnsafeGuaranteedRef { $0.logPlaces }
        }
    }

    mutating func insert(_ flow: Flow) {
        if (count + 1) * 2 > slots.count { rebuild { _ in true } }
        place(flow, flow.key.slotHash)
        count += 1
    }

    private mutating func place(_ flow: Flow, _ hash: UInt64) {
        var place = Int(truncatingIfNeeded: hash) & mask
        while slots[place].flow != nil { place = (place + 1) & mask }
        slots[place] = Slot(hash: hash, flow: Unmanaged.passUnretained(flow))
        flows[place] = flow
    }

    /// Removes the flows marked as forgotten; the table shrinks to what lives.
    mutating func sweep() { rebuild { !$0.isForgotten } }

    /// The slots name and hash the flows, whose own memory is looked at only to ask `isLiving`.
    private mutating func rebuild(_ isLiving: (Flow) -> Bool) {
        let old = slots
        var owned = ContiguousArray<Flow?>()
        swap(&owned, &flows)
        let living = old.indices.filter { place in old[place].flow?._withUnsafeGuaranteedRef(isLiving) ?? false }
        var capacity = Self.smallest
        while capacity < living.count * 4 { capacity *= 2 }
        slots = ContiguousArray(repeating: Slot(), count: capacity)
        flows = ContiguousArray(repeating: nil, count: capacity)
        mask = capacity - 1
        for index in living {
            if let flow = owned[index].take() { place(flow, old[index].hash) }
        }
        count = living.count
    }

    /// Every flow, in order of its first packet.
    var all: [Flow] { all { _ in true } }

    /// The flows that `isWanted` names, in order of their first packets.
    func all(where isWanted: (Flow) -> Bool) -> [Flow] {
        var wanted: [Flow] = []
        for slot in slots {
            slot.flow?._withUnsafeGuaranteedRef { if isWanted($0) { wanted.append($0) } }
        }
        return wanted.sorted { $0.ordinal < $1.ordinal }
    }
}
