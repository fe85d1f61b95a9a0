/// What must stay of an address so that a reader still sees what kind it is: private or public, local or group.
enum AddressClass {
    /// Leading octets that stay: all four of addresses that stand for no host of anyone's.
    static func fixedOctets(v4 octets: [UInt8]) -> Int {
        switch (octets[0], octets[1]) {
        case (0, _), (127, _), (224..., _): 4
        case (10, _): 1
        case (172, 16...31), (100, 64...127): 1
        case (192, 168), (169, 254): 2
        default: 0
        }
    }

    /// The values that may stand for the octet at `index`: as many digits, and the same class.
    static func range(v4 octets: [UInt8], at index: Int) -> ClosedRange<Int> {
        let value = Int(octets[index])
        if index == 1, octets[0] == 172, (16...31).contains(value) { return 16...31 }
        if index == 1, octets[0] == 100, (64...99).contains(value) { return 64...99 }
        if index == 1, octets[0] == 100, (100...127).contains(value) { return 100...127 }
        if index == 0 { return firstOctet(value) }
        if index == 1, let special = specialSecond(Int(octets[0]), value) { return special }
        switch value {
        case 0: return 0...0
        case 255: return 255...255
        case ..<10: return 1...9
        case ..<100: return 10...99
        default: return 100...254
        }
    }

    /// Away from 10, 100, 127, 169, 172 and 192, of which parts are private.
    private static func firstOctet(_ value: Int) -> ClosedRange<Int> {
        switch value {
        case ..<10: 1...9
        case ..<100: 11...99
        case 101...126: 101...126
        case 128...168: 128...168
        case 173...191: 173...191
        case 193...223: 193...223
        default: value...value
        }
    }

    /// Public neighbours of private networks.
    private static func specialSecond(_ first: Int, _ value: Int) -> ClosedRange<Int>? {
        switch (first, value) {
        case (172, 10...15): 10...15
        case (172, 32...99): 32...99
        case (192, 100...167): 100...167
        case (192, 169...254): 169...254
        case (169, 100...253): 100...253
        case (100, 10...63): 10...63
        case (100, 128...254): 128...254
        default: nil
        }
    }

    static func fixedGroups(v6 octets: [UInt8]) -> Int {
        let isMapped = octets[..<10].allSatisfy { $0 == 0 }
        if octets[0] == 0xFF || isMapped { return 8 }
        return octets[0] == 0xFE ? 1 : 0
    }

    /// As many hexadecimal digits; of the first group the class: global unicast (2000::/3), unique local (fc00::/7).
    static func range(v6 group: Int, at index: Int) -> ClosedRange<Int> {
        switch group {
        case 0x2000...0x3FFF where index == 0: 0x2000...0x3FFF
        case 0xFC00...0xFCFF where index == 0: 0xFC00...0xFCFF
        case 0xFD00...0xFDFF where index == 0: 0xFD00...0xFDFF
        case ..<0x10: 1...0xF
        case ..<0x100: 0x10...0xFF
        case ..<0x1000: 0x100...0xFFF
        default: 0x1000...0xFFFF
        }
    }
}
