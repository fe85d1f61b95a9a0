import Foundation

/// Random numbers by place: number `n` of the stream of one model. What one model draws, and how often, never shifts what
/// another one gets, and a packet gets the same number whatever befell the packets before it.
struct DrawStream: Sendable, Hashable {
    private let key: UInt64

    /// `name`: of the model; the same seed and name give the same stream on every machine.
    init(seed: UInt64, _ name: String) {
        // FNV-1a over the name, begun at the mixed seed.
        var hash = Self.mixed(seed &+ 0x9E37_79B9_7F4A_7C15)
        for octet in name.utf8 { hash = (hash ^ UInt64(octet)) &* 0x0000_0100_0000_01B3 }
        key = Self.mixed(hash)
    }

    @inline(__always)
    func word(_ place: UInt64) -> UInt64 { Self.mixed(key &+ (place &+ 1) &* 0x9E37_79B9_7F4A_7C15) }

    /// Uniform in 0 ..< 1.
    @inline(__always)
    func unit(_ place: UInt64) -> Double { Double(word(place) >> 11) * 0x1p-53 }

    @inline(__always)
    func chance(_ probability: Double, _ place: UInt64) -> Bool {
        probability > 0 && unit(place) < probability
    }

    /// Normal with mean 0 and deviation 1; takes the places `2n` and `2n + 1` of the stream.
    func normal(_ place: UInt64) -> Double {
        let radius = (-2 * log(1 - unit(2 &* place))).squareRoot()
        return radius * cos(2 * .pi * unit(2 &* place &+ 1))
    }

    /// Exponential with mean 1.
    func exponential(_ place: UInt64) -> Double { -log(1 - unit(place)) }

    /// The finaliser of SplitMix64.
    @inline(__always)
    private static func mixed(_ word: UInt64) -> UInt64 {
        var z = word
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
