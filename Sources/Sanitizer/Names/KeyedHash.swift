/// SipHash-2-4 (Aumasson and Bernstein, 2012): a hash that nobody can compute or turn around without the key.
struct KeyedHash: Sendable {
    private let key: (UInt64, UInt64)

    init(key: (UInt64, UInt64)) {
        self.key = key
    }

    func callAsFunction(_ octets: [UInt8]) -> UInt64 {
        var state = State(key)
        var word: UInt64 = 0
        for (index, octet) in octets.enumerated() {
            word |= UInt64(octet) << UInt64(8 * (index & 7))
            if index & 7 == 7 {
                state.absorb(word)
                word = 0
            }
        }
        state.absorb(word | UInt64(truncatingIfNeeded: octets.count & 0xFF) << 56)
        return state.finish()
    }

    private struct State {
        var v: (UInt64, UInt64, UInt64, UInt64)

        init(_ key: (UInt64, UInt64)) {
            v = (
                key.0 ^ 0x736F_6D65_7073_6575, key.1 ^ 0x646F_7261_6E64_6F6D, key.0 ^ 0x6C79_6765_6E65_7261,
                key.1 ^ 0x7465_6462_7974_6573
            )
        }

        mutating func absorb(_ word: UInt64) {
            v.3 ^= word
            round()
            round()
            v.0 ^= word
        }

        mutating func finish() -> UInt64 {
            v.2 ^= 0xFF
            for _ in 0..<4 { round() }
            return v.0 ^ v.1 ^ v.2 ^ v.3
        }

        private mutating func round() {
            func turn(_ x: UInt64, _ k: UInt64) -> UInt64 { x << k | x >> (64 - k) }
            v.0 &+= v.1
            v.2 &+= v.3
            v.1 = turn(v.1, 13) ^ v.0
            v.3 = turn(v.3, 16) ^ v.2
            v.0 = turn(v.0, 32)
            v.2 &+= v.1
            v.0 &+= v.3
            v.1 = turn(v.1, 17) ^ v.2
            v.3 = turn(v.3, 21) ^ v.0
            v.2 = turn(v.2, 32)
        }
    }
}
