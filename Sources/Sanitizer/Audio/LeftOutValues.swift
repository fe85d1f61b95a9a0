import FaxWire

/// Values of G.711 that a stream never uses although it uses those around them: it was coded in another law, or changed in
/// level, before. What is made anew leaves them out as well, as they are what tells of the conversion.
struct LeftOutValues {
    /// For each octet the nearest one that is used, mostly itself.
    private var nearest: [UInt8]

    /// Values around one that is missing, and how often they must occur in the mean.
    private static let reach = 2
    private static let often = 8

    init(_ octets: some Sequence<UInt8>, _ law: G711) {
        nearest = (0...255).map { UInt8($0) }
        var counts = [Int](repeating: 0, count: 256)
        for octet in octets { counts[Int(octet)] += 1 }
        let toggles: UInt8 = law == .muLaw ? 0x7F : 0x55
        for sign in [UInt8(0), 0x80] {
            // Of one sign, from the smallest value, which is silence, to the largest.
            let values = (UInt8(0)..<128).map { (sign | $0) ^ toggles }
            let used = values.map { counts[Int($0)] }
            for index in 1..<values.count where Self.isLeftOut(used, index) {
                let near = used.indices.filter { used[$0] > 0 }.min { abs($0 - index) < abs($1 - index) }
                if let near { nearest[Int(values[index])] = values[near] }
            }
        }
    }

    private static func isLeftOut(_ used: [Int], _ index: Int) -> Bool {
        guard used[index] == 0 else { return false }
        let near = max(1, index - reach)...min(used.count - 1, index + reach)
        guard near.contains(where: { $0 < index && used[$0] > 0 }), near.contains(where: { $0 > index && used[$0] > 0 })
        else { return false }
        return near.reduce(0) { $0 + used[$1] } >= often * (near.count - 1)
    }

    func octet(_ octet: UInt8) -> UInt8 { nearest[Int(octet)] }
}
