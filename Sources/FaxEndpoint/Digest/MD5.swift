/// The MD5 digest (RFC 1321), for digest authentication of SIP only: it keeps no secrets from anyone who tries.
enum MD5 {
    /// 16 octets.
    static func digest(_ octets: [UInt8]) -> [UInt8] {
        var message = octets
        message.append(0x80)
        message += [UInt8](repeating: 0, count: (120 - message.count % 64) % 64)
        let bits = UInt64(truncatingIfNeeded: octets.count) &* 8
        for place in 0..<8 { message.append(UInt8(truncatingIfNeeded: bits >> UInt64(8 * place))) }
        var state: [UInt32] = [0x6745_2301, 0xEFCD_AB89, 0x98BA_DCFE, 0x1032_5476]
        for start in stride(from: 0, to: message.count, by: 64) { mix(message[start..<start + 64], into: &state) }
        return state.flatMap { word in (0..<4).map { UInt8(truncatingIfNeeded: word >> UInt32(8 * $0)) } }
    }

    private static let shifts: [[UInt32]] = [[7, 12, 17, 22], [5, 9, 14, 20], [4, 11, 16, 23], [6, 10, 15, 21]]

    /// The whole parts of 2³² · |sin(1…64)| (§3.4).
    private static let sines: [UInt32] = (1...64).map { UInt32(truncatingIfNeeded: Int64(sine($0) * 4_294_967_296)) }

    /// |sin| of a small whole number, by its series around the nearest multiple of π.
    private static func sine(_ number: Int) -> Double {
        let value = Double(number)
        let rest = value - (value / Double.pi).rounded() * Double.pi
        var (term, sum) = (rest, rest)
        for step in 1..<14 {
            term *= -rest * rest / Double(2 * step * (2 * step + 1))
            sum += term
        }
        return sum.magnitude
    }

    private static func mix(_ block: ArraySlice<UInt8>, into state: inout [UInt32]) {
        let words = (0..<16).map { place in
            (0..<4).reduce(UInt32(0)) { $0 | UInt32(block[block.startIndex + place * 4 + $1]) << UInt32(8 * $1) }
        }
        var (a, b, c, d) = (state[0], state[1], state[2], state[3])
        for step in 0..<64 {
            let round = step / 16
            let (mixed, word): (UInt32, Int) =
                switch round {
                case 0: (b & c | ~b & d, step)
                case 1: (d & b | ~d & c, (5 * step + 1) % 16)
                case 2: (b ^ c ^ d, (3 * step + 5) % 16)
                default: (c ^ (b | ~d), 7 * step % 16)
                }
            let sum = a &+ mixed &+ sines[step] &+ words[word]
            let shift = shifts[round][step % 4]
            (a, d, c, b) = (d, c, b, b &+ (sum << shift | sum >> (32 - shift)))
        }
        state[0] &+= a
        state[1] &+= b
        state[2] &+= c
        state[3] &+= d
    }
}
