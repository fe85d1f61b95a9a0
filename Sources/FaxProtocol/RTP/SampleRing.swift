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

    /// Puts samples at `place` and after it, fewer than ``capacity`` of them.
    mutating func put(_ samples: UnsafeBufferPointer<Int16>, at place: Int) {
        let mask = capacity - 1
        storage.withUnsafeMutableBufferPointer { storage in
            for index in 0..<samples.count {
                storage[(place &+ index) & mask] = max(samples[index], Self.absent + 1)
            }
        }
    }

    /// Takes out what is there from `place` on, up to the first that is not, at most as many as `target` has room for.
    mutating func take(from place: Int, into target: UnsafeMutableBufferPointer<Int16>) -> Int {
        let mask = capacity - 1
        return storage.withUnsafeMutableBufferPointer { storage in
            var index = 0
            while index < target.count {
                let slot = (place &+ index) & mask
                let sample = storage[slot]
                if sample == Self.absent { break }
                target[index] = sample
                storage[slot] = Self.absent
                index += 1
            }
            return index
        }
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
