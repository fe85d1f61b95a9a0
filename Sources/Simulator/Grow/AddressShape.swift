import FaxCore

/// The IPv4 addresses whose dotted text has the same number of digits in each octet: texts of one length, so that an
/// address inside a message can be exchanged without moving anything.
public struct AddressShape: Hashable, Sendable {
    /// Digits of each octet, 1 to 3.
    public let digits: [Int]

    public init(_ address: IPAddress) {
        digits = AddressShape.octets(address).map { $0 < 10 ? 1 : $0 < 100 ? 2 : 3 }
    }

    /// How many addresses there are (first octet not 127 and below 224, last neither 0 nor 255).
    public var capacity: Int { (0..<4).reduce(1) { $0 * choices($1) } }

    /// The address with this index, counted modulo `capacity`; neighbours differ in their last octets first.
    public func address(_ index: Int) -> IPAddress {
        var rest = index % capacity
        var value: UInt32 = 0
        for place in (0..<4).reversed() {
            let count = choices(place)
            value |= UInt32(lowest(place) + rest % count) << UInt32(8 * (3 - place))
            rest /= count
        }
        return IPAddress(v4: value)
    }

    private func lowest(_ place: Int) -> Int {
        switch digits[place] {
        case 1: place == 3 || place == 0 ? 1 : 0
        case 2: 10
        default: place == 0 ? 128 : 100
        }
    }

    private func choices(_ place: Int) -> Int {
        let end =
            switch digits[place] {
            case 1: 10
            case 2: 100
            default: place == 0 ? 224 : 255
            }
        return end - lowest(place)
    }

    static func octets(_ address: IPAddress) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: address.v4 >> UInt32(24 - 8 * $0)) }
    }
}
