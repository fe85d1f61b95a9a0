import FaxCore
import FaxWire
import Testing

/// T.38 attributes as the standard and as the field write them (T.38 Annex D.2.3).
@Suite struct SDPT38Tests {
    static func parameters(_ lines: String...) -> T38Parameters {
        let text = "v=0\r\nm=image 4000 udptl t38\r\n" + lines.map { "a=\($0)\r\n" }.joined()
        return SessionDescription.lax(Array(text.utf8).span.bytes).value.media.first?.t38 ?? T38Parameters()
    }

    @Test(
        arguments: [
            ("T38FaxVersion:3", 3), ("T38FaxVersion: 2", 2), ("T38FaxVersion 1", 1), ("t38faxversion:0", 0),
            ("T38FaxVersion=3", 3), ("T38FaxVersion:", nil), ("T38FaxVersion:x", nil), ("T38FaxVersion:-1", nil),
            ("T38FaxVersion:99999999999999999999", nil), ("FaxVersion:3", nil),
        ] as [(String, Int?)])
    func version(_ line: String, _ expected: Int?) {
        #expect(Self.parameters(line).version == expected)
    }

    @Test(
        arguments: [
            ("T38FaxFillBitRemoval", true), ("T38FaxFillBitRemoval:1", true), ("T38FaxFillBitRemoval:0", false),
            ("T38FaxFillBitRemoval: 0", false), ("T38FaxFillBitRemoval:true", true),
            ("T38FaxFillBitRemoval:FALSE", false),
            ("t38faxfillbitremoval", true), ("T38FaxFillBitRemoval:", true), ("T38MaxBitRate:9600", nil),
        ] as [(String, Bool?)])
    func flags(_ line: String, _ expected: Bool?) {
        #expect(Self.parameters(line).fillBitRemoval == expected)
    }

    @Test(
        arguments: [
            ("transferredTCF", .transferredTCF), ("localTCF", .localTCF), ("localTFC", .localTCF),
            ("transferredTFC", .transferredTCF),
            ("TransferredTCF", .transferredTCF), ("localTcf", .localTCF), (" transferredTCF", .transferredTCF),
            ("other", nil),
        ] as [(String, T38Parameters.RateManagement?)])
    func rateManagement(_ value: String, _ expected: T38Parameters.RateManagement?) {
        #expect(Self.parameters("T38FaxRateManagement:\(value)").rateManagement == expected)
    }

    @Test(
        arguments: [
            ("t38UDPRedundancy", .redundancy), ("t38UDPFEC", .fec), ("t38UDPNoEC", T38Parameters.ErrorCorrection.none),
            ("t38UdpRedundancy", .redundancy), ("T38UDPredundancy", .redundancy),
            ("none", T38Parameters.ErrorCorrection.none),
            ("UDPFEC", .fec), ("x", nil),
        ] as [(String, T38Parameters.ErrorCorrection?)])
    func errorCorrection(_ value: String, _ expected: T38Parameters.ErrorCorrection?) {
        #expect(Self.parameters("T38FaxUdpEC:\(value)").errorCorrection == expected)
    }

    @Test func numbersAndTexts() {
        let t38 = Self.parameters(
            "T38FaxMaxBuffer:1800", "T38FaxMaxDatagram:72", "T38FaxMaxIFP:40", "T38FaxUdpECDepth: 2 4",
            "T38VendorInfo:0 0 37", "T38ModemType:t38G3FaxOnly", "T38MaxBitRate:33600", "T38FaxTranscodingJBIG")
        #expect(t38.maxBuffer == 1_800 && t38.maxDatagram == 72 && t38.maxIFP == 40)
        #expect(t38.errorCorrectionDepth == 2 && t38.vendorInfo == "0 0 37" && t38.modemType == "t38G3FaxOnly")
        #expect(t38.maxBitRate == 33_600 && t38.transcodingJBIG == true && t38.transcodingMMR == nil)
    }

    /// Names, values and order as they stood; a missing line break between two attributes is seen.
    @Test func asSpelled() {
        let t38 = Self.parameters(
            "T38faxVersion: 0", "ptime:20",
            "T38MaxBitRate:14400a=T38FaxRateManagement:transferredTCFa=T38FaxMaxBuffer:200",
            "T38FaxFillBitRemoval", "T38FaxFillBitRemoval:0", "t38faxversion:1")
        #expect(
            t38.attributes.map(\.name) == [
                "T38faxVersion", "T38MaxBitRate", "T38FaxRateManagement", "T38FaxMaxBuffer", "T38FaxFillBitRemoval",
                "T38FaxFillBitRemoval", "t38faxversion",
            ])
        #expect(t38.attributes.map(\.value) == ["0", "14400", "transferredTCF", "200", nil, "0", "1"])
        #expect(t38.repeatedNames == ["T38FaxFillBitRemoval", "t38faxversion"])
        #expect(t38.version == 0 && t38.fillBitRemoval == true)
        #expect(t38.sdpAttributes.count == 7)
    }

    /// A whole datagram of attributes run together is read in one pass.
    @Test func manyRunTogether() {
        let t38 = Self.parameters(
            String(repeating: "a=T38x:1", count: 8_000).replacing("a=T38x:1a", with: "T38x:1a", maxReplacements: 1))
        #expect(t38.attributes.count == 8_000)
        #expect(t38.attributes.last == .init(name: "T38x", value: "1"))
        #expect(t38.repeatedNames == ["T38x"])
    }

    @Test(arguments: [
        ("m=image 4000 udptl t38", true), ("m=image 4000 UDPTL T38", true), ("m=image 4000 TCP t38", true),
        ("m=image 4000 udptl", true), ("m=image 4000 UDP/TLS/UDPTL t38", true), ("m=image 4000 RTP/AVP t38", true),
        ("m=audio 4000 RTP/AVP 98\r\na=rtpmap:98 t38/8000", true), ("m=audio 4000 RTP/AVP 0", false),
        ("m=image 4000 RTP/AVP 26", false),
    ])
    func isT38(_ line: String, _ expected: Bool) {
        let text = "v=0\r\n\(line)\r\n"
        #expect(SessionDescription.lax(Array(text.utf8).span.bytes).value.media.first?.isT38 == expected)
    }
}
