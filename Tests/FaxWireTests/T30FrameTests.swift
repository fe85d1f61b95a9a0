import FaxCore
import FaxWire
import Testing

private func frame(_ octets: [UInt8]) -> T30Frame { T30Frame(lax: octets) }

private func value(_ fields: [T30Field], _ name: String) -> T30Field.Value? {
    fields.first { $0.name == name }?.value
}

@Suite struct T30FrameTests {
    /// T.30 5.3.6.1: facsimile control fields, first bit on the line least significant.
    @Test(
        arguments: [
            ([0x80], "DIS"), ([0x40], "CSI"), ([0x20], "NSF"), ([0x81], "DTC"), ([0x41], "CIG"), ([0x21], "NSC"),
            ([0xC1], "PWD"), ([0xA1], "SEP"), ([0x61], "PSA"), ([0xE1], "CIA"), ([0x11], "ISP"), ([0x82], "DCS"),
            ([0x83], "DCS"), ([0x42], "TSI"), ([0x43], "TSI"), ([0x22], "NSS"), ([0xC3], "SUB"), ([0xA3], "SID"),
            ([0x62], "TSA"), ([0xE3], "IRA"), ([0x12], "CTC"), ([0x84], "CFR"), ([0x85], "CFR"), ([0x44], "FTT"),
            ([0xC4], "CTR"), ([0x24], "CSA"), ([0x8E], "EOM"), ([0x4F], "MPS"), ([0x2F], "EOP"), ([0x9E], "PRI-EOM"),
            ([0x5F], "PRI-MPS"), ([0x3E], "PRI-EOP"), ([0x1E], "EOS"), ([0xBF, 0x2F, 0, 0, 9], "PPS-EOP"),
            ([0xBE, 0x00, 0, 0, 9], "PPS-NULL"), ([0xBF, 0x01, 0, 0, 9], "PPS-NULL"), ([0xBE, 0x5E], "PPS-PRI-MPS"),
            ([0xCF, 0x4F], "EOR-MPS"), ([0xCE, 0x00], "EOR-NULL"), ([0x6F], "RR"), ([0x8C], "MCF"), ([0x8D], "MCF"),
            ([0xCC], "RTP"), ([0x4C], "RTN"), ([0xAC], "PIP"), ([0x2C], "PIN"), ([0xBC], "PPR"), ([0xEC], "RNR"),
            ([0x1C], "ERR"), ([0x6C], "PID"), ([0xFC], "FDM"), ([0xFA], "DCN"), ([0xFB], "DCN"), ([0x1A], "CRP"),
            ([0xCA], "FNV"), ([0xEA], "TNR"), ([0x6B], "TR"), ([0x06, 17, 1, 2], "FCD 17"), ([0x86], "RCP"),
            ([0x55], "unknown 0x55"), ([0xBF], "PPS"),
        ] as [([UInt8], String)])
    func names(octets: [UInt8], name: String) {
        #expect(frame([0xFF, 0x13] + octets).name == name)
    }

    @Test func framesAgreeInBothForms() throws {
        for control in FacsimileControl.allCases {
            let octets: [UInt8] = [0xFF, 0x13, control.rawValue, 0x2F, 1, 2, 3]
            let strict = try T30Frame(octets: octets.span.bytes)
            #expect(strict == frame(octets))
            #expect(strict.octets == octets)
            #expect(strict.signal == control)
        }
    }

    @Test func strictFormRefuses() {
        for octets: [UInt8] in [
            [], [0xFF], [0xFF, 0x13], [0xFE, 0x13, 0x80], [0xFF, 0x11, 0x80], [0xFF, 3, 0x55], [0xFF, 0x13, 0xBF],
        ] {
            #expect(throws: DecodeFailure.self) { try T30Frame(octets: octets.span.bytes) }
        }
    }

    @Test func anyOctetsAreRead() {
        var random = SeededRandom(seed: 30)
        for _ in 0..<20_000 {
            let count = Int(random.next() % 40)
            var octets = (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) }
            if count > 2 {
                octets[2] =
                    FacsimileControl.allCases[Int(random.next() % UInt64(FacsimileControl.allCases.count))].rawValue
            }
            let read = frame(octets)
            _ = read.fields
            _ = read.name
            if count >= 3 { #expect(read.octets == octets) }
        }
    }

    @Test func finalFrame() {
        #expect(frame([0xFF, 0x13, 0xFB]).isFinal)
        #expect(!frame([0xFF, 0x03, 0x43]).isFinal)
    }
}

@Suite struct T30InformationTests {
    /// The DIS of spandsp as its own log reads it.
    @Test func capabilities() {
        let dis = frame([0xFF, 0x13, 0x80, 0x04, 0xEE, 0xF8, 0xC4, 0x80, 0x91, 0x80, 0x80, 0x80, 0x18])
        let fields = dis.fields
        #expect(value(fields, "modems") == .list(["V.27ter", "V.29", "V.17"]))
        #expect(value(fields, "compressions") == .list(["MH", "MR", "MMR"]))
        #expect(value(fields, "resolutions") == .list(["204x98", "204x196", "204x391"]))
        #expect(value(fields, "widths") == .list(["215 mm"]))
        #expect(value(fields, "length") == .text("unlimited"))
        #expect(value(fields, "scan-line-time") == .text("0/0 ms"))
        #expect(value(fields, "t38") == .flag(true))
        #expect(value(fields, "v8") == nil)
        #expect(value(fields, "ecm") == .flag(true))
        #expect(value(fields, "metric") == .flag(true))
        #expect(value(fields, "letter") == .flag(true))
        #expect(value(fields, "legal") == .flag(true))
        #expect(value(fields, "length-remark") == nil)
        #expect(!fields.contains { $0.name.hasPrefix("unexpected") })
    }

    @Test func instruction() {
        // Bits 10 and 14: receive, V.17 14400; 20–23: unlimited, 0 ms; 27 and 31: ECM, T.6.
        let fields = frame([0xFF, 0x13, 0x83, 0x00, 0x22, 0xF8, 0x44]).fields
        #expect(value(fields, "rate") == .text("V.17 14400"))
        #expect(value(fields, "compression") == .text("MMR"))
        #expect(value(fields, "resolution") == .text("204x98"))
        #expect(value(fields, "width") == .number(1728))
        #expect(value(fields, "length") == .text("unlimited"))
        #expect(value(fields, "scan-line-time") == .text("0 ms"))
        #expect(value(fields, "frame-octets") == .number(256))
    }

    /// Table 2, bits 11–14, DCS column, in the order the bits are sent.
    @Test(arguments: [
        ("0000", "V.27ter 2400"), ("0100", "V.27ter 4800"), ("1000", "V.29 9600"), ("1100", "V.29 7200"),
        ("0010", "V.33 14400"), ("0110", "V.33 12000"), ("0001", "V.17 14400"), ("0101", "V.17 12000"),
        ("1001", "V.17 9600"), ("1101", "V.17 7200"), ("1111", "reserved 1111"), ("1010", "reserved 1010"),
    ])
    func rates(bits: String, text: String) {
        var octet: UInt8 = 0b10
        for (place, bit) in bits.enumerated() where bit == "1" { octet |= 1 << UInt8(place + 2) }
        #expect(value(frame([0xFF, 0x13, 0x83, 0, octet, 0]).fields, "rate") == .text(text))
        #expect(value(frame([0xFF, 0x13, 0x13, 0, octet]).fields, "rate") == .text(text))
    }

    /// Widths and resolutions of a DCS: bits set → pels and dots per inch.
    @Test(
        arguments: [
            ([], 1728, 204, 98), ([15], 1728, 204, 196), ([15, 44], 1728, 200, 200), ([41], 1728, 204, 391),
            ([42], 2592, 300, 300), ([43], 3456, 408, 391), ([43, 44], 3456, 400, 400), ([17], 2048, 204, 98),
            ([18], 2432, 204, 98), ([17, 43], 4096, 408, 391), ([18, 42], 3648, 300, 300), ([105], 5184, 600, 600),
            ([106], 10_368, 1200, 1200), ([108], 3456, 400, 800),
        ] as [([Int], Int, Int, Int)])
    func sizes(bits: [Int], pels: Int, across: Int, down: Int) {
        let command = DigitalCommand(information: information(bits))
        #expect(command.widthPx == pels)
        #expect(command.resolution == (across, down))
    }

    /// An information field with these bits, its extension bits as they must be.
    private func information(_ bits: [Int]) -> [UInt8] {
        var octets = [UInt8](repeating: 0, count: max(3, ((bits.max() ?? 0) + 7) / 8))
        for bit in bits { octets[(bit - 1) / 8] |= 1 << UInt8((bit - 1) % 8) }
        for index in octets.indices.dropLast() where index >= 2 { octets[index] |= 0x80 }
        return octets
    }

    @Test(
        arguments: [
            ([0, 0, 0], nil), ([0, 0, 0x80, 0], nil), ([0, 0, 0, 5], "extension bit 24 is 0, yet 1 octets follow"),
            ([0, 0, 0x80], "extension bit 24 is 1, yet nothing follows"), ([0, 0], "2 octets, Table 2 has at least 3"),
            ([0, 0, 0x80, 0, 0xFF, 1], "extension bit 32 is 0, yet 2 octets follow"),
        ] as [([UInt8], String?)])
    func extensionBits(octets: [UInt8], remark: String?) {
        #expect(InformationBits(octets).lengthRemark == remark)
        #expect(value(frame([0xFF, 0x13, 0x80] + octets).fields, "length-remark") == remark.map { .text($0) })
    }

    /// What follows an extension bit of 0 does not count.
    @Test func bitsPastTheEndDoNotCount() {
        let fields = frame([0xFF, 0x13, 0x80, 0, 0, 0, 0x04]).fields
        #expect(value(fields, "ecm") == .flag(false))
        #expect(value(fields, "compressions") == .list(["MH"]))
    }

    @Test func identifications() {
        #expect(Identification.text(Array("0020 555 1+         ".utf8)) == "+1 555 0200")
        #expect(Identification.text(Identification.information("+49 30 1")) == "+49 30 1")
        #expect(Identification.text([0x31, 0x07, 0x5C, 0x32]) == "2\\x5c\\x071")
        #expect(Identification.text(Array(repeating: 0x20, count: 20)).isEmpty)
        #expect(Identification.text([0, 0, 0x20]).isEmpty)
    }

    @Test func partialPages() {
        let counts = PartialPageCounts(information: [1, 2, 255])
        #expect(counts?.page == 1 && counts?.block == 2 && counts?.frames == 256)
        #expect(PartialPageCounts(information: [1, 2]) == nil)
        var map = [UInt8](repeating: 0, count: 32)
        map[0] = 0b1000_0011
        map[31] = 0x80
        #expect(PartialPageRequest(information: map).frames == [0, 1, 7, 255])
        #expect(value(frame([0xFF, 0x13, 0xBC] + map).fields, "frames") == .text("0-1, 7, 255"))
        #expect(value(frame([0xFF, 0x13, 0xBC, 0xFF]).fields, "length") == .number(1))
    }

    @Test func nonStandardFacilities() {
        let canon = NonStandardFacilities(information: [0x00, 0x00, 0x11, 0x80, 0x00] + Array("FRONT DESK".utf8))
        #expect(canon.vendor == "Canon" && canon.country == "Japan" && canon.stationText == "FRONT DESK")
        let ricoh = NonStandardFacilities(information: [0x00, 0x00, 0x25, 0x12] + Array("KSED TNORF".utf8))
        #expect(ricoh.vendor == "Ricoh" && ricoh.stationText == "FRONT DESK")
        let stranger = NonStandardFacilities(information: [0xB5, 0x12, 0x34, 1, 2])
        #expect(stranger.vendor == nil && stranger.country == "United States" && stranger.stationText == nil)
        // The country code with its bits the other way round.
        #expect(NonStandardFacilities(information: [0xAD, 0x00]).country == "United States")
        #expect(NonStandardFacilities(information: []).country == nil)
    }

    @Test func internetAddresses() {
        let octets: [UInt8] = [1, 1, 11] + Array("a@b.example".utf8)
        #expect(value(frame([0xFF, 0x03, 0x25] + octets).fields, "address") == .text("a@b.example"))
        #expect(value(frame([0xFF, 0x03, 0x25, 1, 1, 200, 0x41]).fields, "address") == .text("A"))
    }
}

@Suite struct V8MessageTests {
    /// CM of a calling facsimile with V.34 half-duplex, V.17, V.29 and V.27ter (V.8 Tables 3 and 4).
    @Test func callMenu() {
        let message = V8Message(octets: [0x81, 0x85, 0xD4, 0x90, 0x0D | 0x80])
        #expect(message.callFunction == "transmit facsimile")
        #expect(message.modulations == ["V.34 half-duplex", "V.17", "V.29 half-duplex", "V.27ter", "V.21"])
        #expect(message.access == ["digital network"])
    }

    @Test func shortForms() {
        #expect(V8Profile.text([0x33]) == "V.34 half-duplex and G3 facsimile, sending")
        #expect(V8Profile.fields([0x4E, 0x31]).first?.value == .text("refused: no V.34, use G3 facsimile"))
        #expect(V8Profile.fields([]).isEmpty)
    }
}
