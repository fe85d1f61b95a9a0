/// FNV-1a with 64 bits: tells apart what was not made to deceive.
struct Digest {
    private var state: UInt64 = 0xCBF2_9CE4_8422_2325

    init(_ octets: some Sequence<UInt8>) {
        for octet in octets { state = (state ^ UInt64(octet)) &* 0x0000_0100_0000_01B3 }
    }

    init(_ text: String) { self.init(text.utf8) }

    /// 16 hexadecimal digits.
    var text: String {
        let digits = String(state, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
