/// SHA-256 (FIPS 180-4), for the policy of a report, which names the one script and the one style sheet that may run, and
/// for digest authentication of SIP.
package enum SHA256 {
    /// 32 octets.
    package static func digest(_ message: [UInt8]) -> [UInt8] {
        var octets = message + [0x80]
        while octets.count % 64 != 56 { octets.append(0) }
        let bits = UInt64(message.count) &* 8
        octets += (0..<8).map { UInt8(truncatingIfNeeded: bits >> (56 - 8 * $0)) }
        var state = initial
        for start in stride(from: 0, to: octets.count, by: 64) { mix(octets[start..<start + 64], &state) }
        return state.flatMap { word in (0..<4).map { UInt8(truncatingIfNeeded: word >> (24 - 8 * $0)) } }
    }

    private static func mix(_ block: ArraySlice<UInt8>, _ state: inout [UInt32]) {
        var words = stride(from: block.startIndex, to: block.endIndex, by: 4).map { place in
            block[place..<place + 4].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        }
        for index in 16..<64 {
            let (a, b) = (words[index - 15], words[index - 2])
            let s0 = turned(a, 7) ^ turned(a, 18) ^ (a >> 3)
            let s1 = turned(b, 17) ^ turned(b, 19) ^ (b >> 10)
            words.append(words[index - 16] &+ s0 &+ words[index - 7] &+ s1)
        }
        var h = state
        for index in 0..<64 {
            let s1 = turned(h[4], 6) ^ turned(h[4], 11) ^ turned(h[4], 25)
            let choice = (h[4] & h[5]) ^ (~h[4] & h[6])
            let first = h[7] &+ s1 &+ choice &+ constants[index] &+ words[index]
            let s0 = turned(h[0], 2) ^ turned(h[0], 13) ^ turned(h[0], 22)
            let majority = (h[0] & h[1]) ^ (h[0] & h[2]) ^ (h[1] & h[2])
            h = [first &+ s0 &+ majority, h[0], h[1], h[2], h[3] &+ first, h[4], h[5], h[6]]
        }
        for index in 0..<8 { state[index] &+= h[index] }
    }

    private static func turned(_ word: UInt32, _ places: UInt32) -> UInt32 { word >> places | word << (32 - places) }

    private static let primes: [Int] = {
        var found: [Int] = []
        var candidate = 2
        while found.count < 64 {
            if found.allSatisfy({ candidate % $0 != 0 }) { found.append(candidate) }
            candidate += 1
        }
        return found
    }()

    /// The first 32 bits behind the point of a prime's root: the greatest `x` with `x^power <= prime * 2^(32 * power)`.
    private static func fraction(ofRoot power: Int, _ prime: Int) -> UInt32 {
        var (low, high) = (UInt64(0), UInt64(1) << 37)
        while high - low > 1 {
            let middle = (low + high) / 2
            if isAtMost(middle, power, prime) { low = middle } else { high = middle }
        }
        return UInt32(truncatingIfNeeded: low)
    }

    private static func isAtMost(_ value: UInt64, _ power: Int, _ prime: Int) -> Bool {
        let square = UInt128(value) * UInt128(value)
        if power == 2 { return square <= UInt128(prime) << 64 }
        return square * UInt128(value) <= UInt128(prime) << 96
    }

    private static let initial = primes.prefix(8).map { fraction(ofRoot: 2, $0) }
    private static let constants = primes.map { fraction(ofRoot: 3, $0) }
}
