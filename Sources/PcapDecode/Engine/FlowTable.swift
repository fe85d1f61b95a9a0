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

/// Open-addressing table from flow keys to flows: a tag of the hash finds the usual packet's flow with one look at a
/// small array, no hashing protocol, no allocation. Its size is bounded by `EngineLimits.flows`, half of its slots stay
/// empty.
///
/// A flow is found as an unmanaged reference, for a packet's way to it shall not count references: `flows` owns what
/// `references` names, slot by slot, and neither changes while a packet is being taken.
struct FlowTable {
    /// 0: the slot is empty.
    private var tags: ContiguousArray<UInt32>
    private var flows: ContiguousArray<Flow?>
    private var references: ContiguousArray<Unmanaged<Flow>?>
    private var mask: Int
    private(set) var count = 0

    private static let smallest = 1024

    init() {
        tags = ContiguousArray(repeating: 0, count: Self.smallest)
        flows = ContiguousArray(repeating: nil, count: Self.smallest)
        references = ContiguousArray(repeating: nil, count: Self.smallest)
        mask = Self.smallest - 1
    }

    func find(_ key: FlowKey) -> Flow? { reference(key)?.takeUnretainedValue() }

    /// Valid until a flow is inserted or swept.
    func reference(_ key: FlowKey) -> Unmanaged<Flow>? {
        let hash = key.slotHash
        let tag = Self.tag(hash)
        var slot = Int(truncatingIfNeeded: hash) & mask
        while true {
            let candidate = tags[slot]
            if candidate == 0 { return nil }
            if candidate == tag, let flow = references[slot], flow._withUnsafeGuaranteedRef({ $0.key == key }) {
                return flow
            }
            slot = (slot + 1) & mask
        }
    }

    private static func tag(_ hash: UInt64) -> UInt32 { UInt32(truncatingIfNeeded: hash >> 32) | 1 }

    mutating func insert(_ flow: Flow) {
        if (count + 1) * 2 > tags.count { rebuild(with: flows.compactMap { $0 }) }
        place(flow)
        count += 1
    }

    private mutating func place(_ flow: Flow) {
        let hash = flow.key.slotHash
        var slot = Int(truncatingIfNeeded: hash) & mask
        while tags[slot] != 0 { slot = (slot + 1) & mask }
        tags[slot] = Self.tag(hash)
        flows[slot] = flow
        references[slot] = Unmanaged.passUnretained(flow)
    }

    /// Removes what `isDead` names; the table shrinks to what lives.
    mutating func sweep(_ isDead: (Flow) -> Bool) {
        rebuild(with: flows.compactMap { $0 }.filter { !isDead($0) })
    }

    private mutating func rebuild(with living: [Flow]) {
        var capacity = Self.smallest
        while capacity < living.count * 4 { capacity *= 2 }
        tags = ContiguousArray(repeating: 0, count: capacity)
        flows = ContiguousArray(repeating: nil, count: capacity)
        references = ContiguousArray(repeating: nil, count: capacity)
        mask = capacity - 1
        for flow in living { place(flow) }
        count = living.count
    }

    /// Every flow, in order of its first packet.
    var all: [Flow] { all { _ in true } }

    /// The flows that `isWanted` names, in order of their first packets.
    func all(where isWanted: (Flow) -> Bool) -> [Flow] {
        var wanted: [Flow] = []
        for flow in flows {
            if let flow, isWanted(flow) { wanted.append(flow) }
        }
        return wanted.sorted { $0.ordinal < $1.ordinal }
    }
}
