import FaxWire
import Testing

/// A DCS against the DIS that it answers (T.30 Table 2).
@Suite struct CompatibilityTests {
    /// V.27ter, V.29, V.17; fine, MR; A4 width, unlimited length, 20 ms a line (10 ms fine); ECM, MMR.
    private let offer = DigitalIdentification(information: [0x00, 0xEE, 0xB8, 0xC4, 0x00])

    @Test(
        arguments: [
            ("V.17 14400, MH", [0x00, 0x22, 0x80, 0x00], []),
            ("fine, MR, unlimited", [0x00, 0xE2, 0x88, 0x00], []),
            ("MMR with ECM", [0x00, 0x22, 0x80, 0x44], []),
            ("V.33", [0x00, 0x12, 0x80, 0x00], ["V.33 14400"]),
            ("A3 width", [0x00, 0x22, 0x82, 0x00], ["a width of 303 mm"]),
            ("10 ms a line", [0x00, 0x22, 0xA0, 0x00], ["10 ms a line (20 ms offered)"]),
            ("0 ms a line with ECM", [0x00, 0x22, 0xF0, 0x04], []),
            ("uncompressed mode", [0x00, 0x22, 0x80, 0x02], ["uncompressed mode"]),
            ("300 x 300", [0x00, 0x22, 0x80, 0x80, 0x80, 0x02], ["300 x 300 pels/25.4 mm"]),
        ] as [(String, [UInt8], [String])])
    func excess(what: String, octets: [UInt8], excess: [String]) {
        #expect(DigitalCommand(information: octets).excess(over: offer) == excess, "\(what)")
    }

    @Test func fallbackOfV27terOnly() {
        let slow = DigitalIdentification(information: [0x00, 0x02, 0x80])
        #expect(DigitalCommand(information: [0x00, 0x02, 0x80]).excess(over: slow) == [])
        #expect(DigitalCommand(information: [0x00, 0x0A, 0x80]).excess(over: slow) == ["V.27ter 4800"])
    }

    /// A bit map has room for 256 frames; a partial page may have fewer.
    @Test func aRequestNamesFramesOfItsBlockOnly() {
        let octets: [UInt8] = [0xFF, 0x13, 0xBC] + [0b0000_0101] + [UInt8](repeating: 0xFF, count: 31)
        let frame = T30Frame(lax: octets)
        func wanted(_ count: Int?) -> String? {
            frame.fields(framesOfBlock: count).first { $0.name == "frames" }?.value.text
        }
        #expect(wanted(8) == "0, 2")
        #expect(wanted(10) == "0, 2, 8-9")
        #expect(wanted(nil) == "0, 2, 8-255")
    }
}
