import FaxCore
import FaxWire
import Testing

@Suite struct SDPTests {
    static let image = """
        v=0
        o=- 605039753 605039756 IN IP4 10.77.0.2
        s=Asterisk
        c=IN IP4 10.77.0.2
        t=0 0
        m=image 4752 udptl t38
        a=T38FaxVersion:0
        a=T38MaxBitRate:14400
        a=T38FaxFillBitRemoval
        a=T38FaxTranscodingMMR:0
        a=T38FaxRateManagement: localTFC
        a=T38FaxMaxDatagram:1400
        a=T38FaxUdpEC:t38UDPRedundancy

        """.replacingLineBreaks

    @Test func readsT38Parameters() throws {
        let description = try SessionDescription.strict(Array(Self.image.utf8).span.bytes)
        let media = try #require(description.media.first)
        #expect(media.isImage && media.isT38)
        #expect(description.endpoint(of: media)?.description == "10.77.0.2:4752")
        let t38 = media.t38
        #expect(t38.version == 0)
        #expect(t38.maxBitRate == 14400)
        #expect(t38.maxDatagram == 1400)
        #expect(t38.fillBitRemoval == true)
        #expect(t38.transcodingMMR == false)
        #expect(t38.transcodingJBIG == nil)
        #expect(t38.rateManagement == .localTCF)
        #expect(t38.errorCorrection == .redundancy)
        #expect(t38.attributes.map(\.name).first == "T38FaxVersion")
    }

    @Test func comesBackAsItWas() {
        let description = SessionDescription.lax(Array(Self.image.utf8).span.bytes)
        #expect(description.stoppedBy == nil)
        #expect(SessionDescription.lax(description.value.octets.span.bytes).value == description.value)
    }
}
