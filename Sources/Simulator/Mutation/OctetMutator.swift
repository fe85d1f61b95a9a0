import FaxCore

/// Seeded damage to octets: what lines, devices and attackers do to a message. One value makes a stream of mutants; the
/// same seed makes the same stream.
public struct OctetMutator: Sendable {
    /// A mutant is never longer than its original and so much more.
    public static let growthLimit = 64 * 1024

    private var random: SeededRandom

    public init(seed: UInt64) {
        random = SeededRandom(seed: seed)
    }

    /// A copy of `octets` with one to four faults.
    /// - Parameter other: another message of the same kind, to splice from.
    public mutating func mutate(_ octets: [UInt8], other: [UInt8] = []) -> [UInt8] {
        var mutant = octets
        for _ in 0..<Int.random(in: 1...4, using: &random) { damage(&mutant, other: other) }
        if mutant.count > octets.count + Self.growthLimit {
            mutant.removeLast(mutant.count - octets.count - Self.growthLimit)
        }
        return mutant
    }

    private enum Fault: CaseIterable {
        case bit, octet, edge, word, long, cut, remove, insert, double, swap, splice, digits
    }

    private mutating func damage(_ octets: inout [UInt8], other: [UInt8]) {
        guard let fault = Fault.allCases.randomElement(using: &random) else { return }
        if octets.isEmpty {
            octets.append(random.octet())
            return
        }
        switch fault {
        case .bit: octets[place(octets)] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        case .octet: octets[place(octets)] = random.octet()
        case .edge: octets[place(octets)] = [0, 1, 0x7F, 0x80, 0xFE, 0xFF].randomElement(using: &random) ?? 0
        case .word: put(edgeValue(), width: 2, &octets)
        case .long: put(edgeValue(), width: 4, &octets)
        case .cut: octets.removeLast(octets.count - place(octets))
        case .remove: octets.removeSubrange(range(octets, atMost: 64))
        case .insert: insertNoise(&octets)
        case .double:
            let range = range(octets, atMost: 512)
            octets.insert(contentsOf: Array(octets[range]), at: range.upperBound)
        case .swap: octets.swapAt(place(octets), place(octets))
        case .splice:
            if other.isEmpty { return }
            octets.replaceSubrange(place(octets)..., with: other[place(other)...])
        case .digits: lengthenDigits(&octets)
        }
    }

    /// Lengths and counts that lie: values at the edges of what a field holds, in either byte order.
    private mutating func edgeValue() -> UInt32 {
        let edges: [UInt32] = [
            0, 1, 2, 0x7F, 0x80, 0xFF, 0x100, 0x7FFF, 0x8000, 0xFFFF, 0x7FFF_FFFF, 0x8000_0000, .max,
        ]
        let value = edges.randomElement(using: &random) ?? 0
        return Bool.random(using: &random) ? value : value.byteSwapped
    }

    private mutating func put(_ value: UInt32, width: Int, _ octets: inout [UInt8]) {
        let start = place(octets)
        for index in 0..<min(width, octets.count - start) {
            octets[start + index] = UInt8(truncatingIfNeeded: value >> UInt32(8 * (width - 1 - index)))
        }
    }

    private mutating func insertNoise(_ octets: inout [UInt8]) {
        let start = place(octets)
        for _ in 0..<Int.random(in: 1...16, using: &random) { octets.insert(random.octet(), at: start) }
    }

    /// Numbers in text that do not fit any integer.
    private mutating func lengthenDigits(_ octets: inout [UInt8]) {
        let start = place(octets)
        guard let index = octets[start...].firstIndex(where: { (48...57).contains($0) }) else { return }
        let count = [1, 5, 10, 20, 40].randomElement(using: &random) ?? 1
        octets.insert(contentsOf: [UInt8](repeating: 57, count: count), at: index)
    }

    private mutating func place(_ octets: [UInt8]) -> Int { Int.random(in: 0..<octets.count, using: &random) }

    private mutating func range(_ octets: [UInt8], atMost limit: Int) -> Range<Int> {
        let start = place(octets)
        return start..<min(octets.count, start + Int.random(in: 1...limit, using: &random))
    }
}

extension SeededRandom {
    mutating func octet() -> UInt8 { UInt8(truncatingIfNeeded: next()) }
}
