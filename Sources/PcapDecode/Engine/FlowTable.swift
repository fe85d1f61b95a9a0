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

/// Open-addressing table from flow keys to flows: one probe for the usual packet, no allocation.
/// Its size is bounded by `EngineLimits.flows`, half of its slots stay empty.
struct FlowTable {
    private var keys: ContiguousArray<FlowKey?>
    private var flows: ContiguousArray<Flow?>
    private var mask: Int
    private(set) var count = 0
    private var used = 0

    init() {
        let capacity = 1024
        keys = ContiguousArray(repeating: nil, count: capacity)
        flows = ContiguousArray(repeating: nil, count: capacity)
        mask = capacity - 1
    }

    func find(_ key: FlowKey) -> Flow? {
        let first = Int(truncatingIfNeeded: key.slotHash) & mask
        // The buffer spares a retain and a bounds check a probe; half of the slots are empty, so the search ends.
        let place = keys.withUnsafeBufferPointer { keys -> Int? in
            var slot = first
            while let candidate = keys[slot] {
                if candidate == key { return slot }
                slot = (slot + 1) & mask
            }
            return nil
        }
        return place.flatMap { flows[$0] }
    }

    mutating func insert(_ flow: Flow) {
        if (used + 1) * 2 > keys.count { rebuild() }
        place(flow)
        count += 1
    }

    private mutating func place(_ flow: Flow) {
        var slot = Int(truncatingIfNeeded: flow.key.slotHash) & mask
        while keys[slot] != nil { slot = (slot + 1) & mask }
        keys[slot] = flow.key
        flows[slot] = flow
        used += 1
    }

    /// Removes what `isDead` names; the table shrinks to what lives.
    mutating func sweep(_ isDead: (Flow) -> Bool) {
        let living = flows.compactMap { $0 }.filter { !isDead($0) }
        rebuild(with: living)
    }

    private mutating func rebuild() {
        rebuild(with: flows.compactMap { $0 })
    }

    private mutating func rebuild(with living: [Flow]) {
        var capacity = 1024
        while capacity < living.count * 4 { capacity *= 2 }
        keys = ContiguousArray(repeating: nil, count: capacity)
        flows = ContiguousArray(repeating: nil, count: capacity)
        mask = capacity - 1
        used = 0
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
