import FaxWire

/// An encoding of telephone audio that can be turned into samples of 8 kHz here, by the names of RFC 3551 and SDP.
public enum AudioCodec: Sendable, Hashable {
    case g711(G711)
    /// GSM 06.10 full rate (RFC 3551 §4.5.8): 33 octets hold 160 samples.
    case gsm
    /// ADPCM of 2 to 5 bits a sample.
    case g726(bits: Int, G726Order)
    /// 64 kbit/s. Its RTP clock counts 8,000 a second though it codes 16,000 samples (RFC 3551 §4.5.2); of its two
    /// bands, the lower one is what a telephone line can carry.
    case g722
    /// 16-bit linear, the high octet first (RFC 3551 §4.5.11), at 8 kHz.
    case linear16

    /// Which end of an octet the first code word of G.726 stands at.
    public enum G726Order: Sendable, Hashable {
        /// RFC 3551 §4.5.4: the least significant bits.
        case leastSignificantFirst
        /// As in ATM's AAL2 (ITU-T I.366.2 Annex E): the most significant bits.
        case mostSignificantFirst
    }

    /// `nil`: an encoding that is not decoded here. Case does not matter.
    public init?(encoding: String) {
        switch encoding.uppercased() {
        case "PCMU": self = .g711(.muLaw)
        case "PCMA": self = .g711(.aLaw)
        case "GSM": self = .gsm
        case "G722": self = .g722
        case "L16": self = .linear16
        case "G721": self = .g726(bits: 4, .leastSignificantFirst)
        case let name:
            let isAAL2 = name.hasPrefix("AAL2-")
            guard let bits = Self.g726Bits(isAAL2 ? name.dropFirst(5) : name[...]) else { return nil }
            self = .g726(bits: bits, isAAL2 ? .mostSignificantFirst : .leastSignificantFirst)
        }
    }

    private static func g726Bits(_ name: Substring) -> Int? {
        switch name {
        case "G726-16": 2
        case "G726-24": 3
        case "G726-32": 4
        case "G726-40": 5
        default: nil
        }
    }

    /// Samples of 8 kHz in a payload of so many octets.
    public func sampleCount(octets: Int) -> Int {
        switch self {
        case .g711, .g722: octets
        case .gsm: octets / Self.gsmOctets * Self.gsmSamples
        case .g726(let bits, _): octets * 8 / bits
        case .linear16: octets / 2
        }
    }

    static let gsmOctets = 33
    static let gsmSamples = 160
}
