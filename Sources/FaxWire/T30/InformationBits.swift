/// The bits of a DIS, DTC or DCS information field as T.30 Table 2 numbers them: bit 1 is the first on the line, the
/// least significant of the first octet; every eighth bit from 24 on says whether another octet follows.
public struct InformationBits: Sendable, Hashable {
    public var octets: [UInt8]

    public init(_ octets: [UInt8]) { self.octets = octets }

    /// Highest bit that Table 2 names.
    public static let lastBit = 128
    /// The first three octets are always there; from the third on the last bit extends (T.30 5.3.6.2.1).
    public static let firstExtensionBit = 24

    /// A bit past the end reads as 0 (T.30 Table 2, note 1: what is not sent is 0).
    public subscript(_ bit: Int) -> Bool {
        let index = (bit - 1) / 8
        guard bit >= 1, index < octets.count else { return false }
        return octets[index] >> UInt8((bit - 1) % 8) & 1 == 1
    }

    public func has(_ bit: Int) -> Bool { self[bit] }

    /// Bits in the order of Table 2 as a number, the first the most significant: `value(11, 14)` of V.17 is 0b1101.
    public func value(_ first: Int, _ last: Int) -> Int {
        guard first <= last else { return 0 }
        return (first...last).reduce(0) { $0 << 1 | (self[$1] ? 1 : 0) }
    }

    /// Octets that the extension bits ask for: at least three, up to the first extension bit that is 0.
    public var announcedOctets: Int {
        var count = 3
        while count < octets.count, octets[count - 1] & 0x80 != 0 { count += 1 }
        let lastExtends = octets.count >= count && count >= 3 && octets[count - 1] & 0x80 != 0
        return lastExtends ? count + 1 : count
    }

    /// What is wrong with the field's length, if anything: octets after an extension bit of 0, or an extension bit of 1
    /// on the last octet, or fewer than three octets.
    public var lengthRemark: String? {
        let announced = announcedOctets
        if octets.count < 3 { return "\(octets.count) octets, Table 2 has at least 3" }
        if octets.count > announced {
            return "extension bit \(announced * 8) is 0, yet \(octets.count - announced) octets follow"
        }
        if octets.count < announced { return "extension bit \(octets.count * 8) is 1, yet nothing follows" }
        return nil
    }

    /// The field as far as its extension bits reach; what follows an extension bit of 0 does not count.
    public var withinExtension: InformationBits { InformationBits(Array(octets.prefix(announcedOctets))) }
}
