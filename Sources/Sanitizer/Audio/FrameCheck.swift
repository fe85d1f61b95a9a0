/// The frame check sequence of HDLC (ISO/IEC 13239; T.30 5.3.7): x¹⁶ + x¹² + x⁵ + 1, least significant bit first.
enum FrameCheck {
    private static func register(_ octets: [UInt8]) -> UInt16 {
        octets.reduce(0xFFFF) { register, octet in
            (0..<8).reduce(register ^ UInt16(octet)) { value, _ in
                value & 1 == 0 ? value >> 1 : value >> 1 ^ 0x8408
            }
        }
    }

    static func octets(_ octets: [UInt8]) -> [UInt8] {
        let value = ~register(octets)
        return [UInt8(value & 0xFF), UInt8(value >> 8)]
    }

    static func isRight(_ octetsWithCheck: [UInt8]) -> Bool { register(octetsWithCheck) == 0xF0B8 }
}
