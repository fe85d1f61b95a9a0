/// Samples by their place in a stream, as far as they are there: room for a window that moves on.
struct SampleRing: Sendable {
    /// Marks what is not there. G.711 does not know this value; in other samples it becomes its neighbour.
    private static let absent = Int16.min

    let capacity: Int
    private var storage: [Int16]

    /// Room for at least `samples`.
    init(samples: Int) {
        var capacity = 1_024
        while capacity < samples, capacity < 1 << 20 { capacity *= 2 }
        self.capacity = capacity
        storage = [Int16](repeating: Self.absent, count: capacity)
    }

    func contains(_ place: Int) -> Bool { storage[place & (capacity - 1)] != Self.absent }

    /// Puts samples at `place` and after it, at most ``capacity`` of them.
    mutating func put(_ samples: UnsafeBufferPointer<Int16>, at place: Int) {
        let start = place & (capacity - 1)
        let count = min(samples.count, capacity)
        let first = min(count, capacity - start)
        storage.withUnsafeMutableBufferPointer { storage in
            for index in 0..<first { storage[start &+ index] = max(samples[index], Self.absent + 1) }
            for index in first..<count { storage[index &- first] = max(samples[index], Self.absent + 1) }
        }
    }

    /// Takes out what is there from `place` on, up to the first that is not, at most as many as `target` has room for.
    mutating func take(from place: Int, into target: UnsafeMutableBufferPointer<Int16>) -> Int {
        let start = place & (capacity - 1)
        let wanted = min(target.count, capacity)
        let first = min(wanted, capacity - start)
        return storage.withUnsafeMutableBufferPointer { storage in
            let stretch = UnsafeMutableBufferPointer(rebasing: storage[start..<start + first])
            var count = Self.move(stretch, to: target)
            guard count == first, first < wanted else { return count }
            let rest = UnsafeMutableBufferPointer(rebasing: storage[0..<wanted - first])
            count += Self.move(rest, to: UnsafeMutableBufferPointer(rebasing: target[first...]))
            return count
        }
    }

    /// Moves what stands before the first that is not there.
    private static func move(
        _ stretch: UnsafeMutableBufferPointer<Int16>, to target: UnsafeMutableBufferPointer<Int16>
    ) -> Int {
        // The common case, without a way out of the loop: everything is there.
        var lowest = Int16.max
        for index in 0..<stretch.count {
            lowest = min(lowest, stretch[index])
            target[index] = stretch[index]
        }
        let count = lowest > absent ? stretch.count : stretch.firstIndex(of: absent) ?? stretch.count
        for index in 0..<count { stretch[index] = absent }
        return count
    }

    /// How many from `place` on are not there, at most `limit`.
    func missing(from place: Int, limit: Int) -> Int {
        var count = 0
        while count < limit, !contains(place &+ count) { count += 1 }
        return count
    }

    /// Forgets `count` samples from `place` on.
    mutating func drop(from place: Int, count: Int) {
        for index in 0..<min(count, capacity) { storage[(place &+ index) & (capacity - 1)] = Self.absent }
    }

    mutating func clear() {
        for index in storage.indices { storage[index] = Self.absent }
    }
}
