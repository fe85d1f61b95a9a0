import FaxCore
import FaxDSP
import FaxWire
import Foundation

/// Sound that says nothing, as loud as what it stands for.
struct NoisePayload {
    let names: Pseudonyms

    /// The same payload always becomes the same noise, so that copies of it (RFC 2198) stay copies.
    func payload(for octets: ArraySlice<UInt8>, encoding: String) -> [UInt8] {
        var random = names.random("noise", Int(truncatingIfNeeded: names.hash(Array(octets))))
        switch encoding.uppercased() {
        case "PCMU": return g711(octets, .muLaw, &random)
        case "PCMA": return g711(octets, .aLaw, &random)
        case let name where name.hasPrefix("L16"): return linear(octets, &random)
        // Full-rate GSM frames begin with 1101 (RFC 3551 §4.5.8.1).
        case "GSM": return octets.indices.map { ($0 - octets.startIndex) % 33 == 0 ? 0xD0 : 0 }
        case "G722", "CLEARMODE", "X-CLEAR-CHANNEL":
            return octets.map { _ in UInt8.random(in: 0...255, using: &random) }
        case "CN": return octets.enumerated().map { $0.offset == 0 ? $0.element : 0 }
        default: return octets.map { _ in 0 }
        }
    }

    private func g711(_ octets: ArraySlice<UInt8>, _ law: G711, _ random: inout SeededRandom) -> [UInt8] {
        law.octets(Self.noise(like: law.samples(octets), &random))
    }

    private func linear(_ octets: ArraySlice<UInt8>, _ random: inout SeededRandom) -> [UInt8] {
        let old = Array(octets)
        let samples = stride(from: 0, to: old.count - 1, by: 2).map {
            Int16(bitPattern: UInt16(old[$0]) << 8 | UInt16(old[$0 + 1]))
        }
        let new = Self.noise(like: samples, &random).flatMap { sample in
            [UInt8(truncatingIfNeeded: sample >> 8), UInt8(truncatingIfNeeded: sample)]
        }
        return new + Array(repeating: 0, count: old.count - new.count)
    }

    /// White noise of the same power.
    static func noise(like samples: [Int16], _ random: inout SeededRandom) -> [Int16] {
        let power = samples.reduce(0.0) { $0 + Double($1) * Double($1) } / Double(max(1, samples.count))
        let scale = power.squareRoot()
        return samples.map { _ in
            let angle = 2 * Double.pi * random.unit()
            let radius = (-2 * log(max(random.unit(), 1e-12))).squareRoot()
            return Int16(max(-32_000, min(32_000, (scale * radius * cos(angle)).rounded())))
        }
    }
}
