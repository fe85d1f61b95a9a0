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

    static let full = """
        v=0
        o=alice 1 2 IN IP6 2001:db8::1
        s= with blanks 
        i=information
        u=http://example.com
        e=a@example.com
        p=+1 555
        c=IN IP6 2001:db8::2
        b=AS:80
        b=TIAS:64000
        t=0 0
        r=604800 3600 0
        a=sendonly
        a=tool:x y
        m=audio 0 RTP/AVP 0
        m=audio 5004/2 RTP/SAVP 8 96 101 13 97
        i=title
        c=IN IP4 192.0.2.7/127
        b=AS:64
        k=clear:x
        a=rtpmap:96 G726-32/8000
        a=rtpmap:101 telephone-event/8000
        a=rtpmap:97 t38/8000
        a=fmtp:101 0-15,36
        a=gpmd:96 vbd=yes;ecan=on
        a=ptime:20
        a=maxptime:60
        a=rtcp:5011 IN IP4 192.0.2.8
        a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:abc
        a=fingerprint:sha-256 AA:BB
        a=recvonly
        m=image 4000 UDPTL t38
        a=sqn: 0
        a=cdsc: 1 audio RTP/AVP 0 8
        a=cdsc: 3 image udptl t38
        a=cpar: a=T38FaxVersion:0
        a=inactive

        """.replacingLineBreaks

    private func read(_ text: String) -> SessionDescription {
        SessionDescription.lax(Array(text.utf8).span.bytes).value
    }

    @Test func readsEverything() throws {
        let decoded = SessionDescription.lax(Array(Self.full.utf8).span.bytes)
        #expect(decoded.stoppedBy == nil)
        let session = decoded.value
        #expect(
            session.origin
                == .init(user: "alice", sessionID: "1", sessionVersion: "2", family: "IP6", address: "2001:db8::1"))
        #expect(session.connection?.ip == IPAddress("2001:db8::2"))
        #expect(session.bandwidths.map(\.type) == ["AS", "TIAS"])
        #expect(session.otherLines.map(\.type) == ["i", "u", "e", "p", "r"])
        #expect(session.media.map(\.port) == [0, 5004, 4000])
        let audio = session.media[1]
        #expect(audio.portCount == 2 && audio.title == "title")
        #expect(session.endpoint(of: session.media[0]) == nil)
        #expect(session.endpoint(of: audio)?.description == "192.0.2.7:5004")
        #expect(session.endpoint(of: session.media[2])?.description == "[2001:db8::2]:4000")
        #expect(session.media.map { session.direction(of: $0) } == [.sendonly, .recvonly, .inactive])
        #expect(audio.payloadFormats.map(\.type) == [8, 96, 101, 13, 97])
        #expect(audio.payloadFormats.map(\.format.encoding) == ["PCMA", "G726-32", "telephone-event", "CN", "t38"])
        #expect(audio.payloadFormats[2].format.parameters == "0-15,36")
        #expect(audio.voiceBandDataTypes == [96])
        #expect(audio.packetTimeMs == 20 && audio.maximumPacketTimeMs == 60)
        #expect(audio.rtcp?.port == 5011 && audio.rtcp?.address == IPAddress("192.0.2.8"))
        #expect(audio.crypto == ["1 AES_CM_128_HMAC_SHA1_80 inline:abc"])
        #expect(audio.fingerprints == ["sha-256 AA:BB"])
        #expect(session.media.map(\.isT38) == [false, true, true])
        let capabilities = session.media[2].capabilities
        #expect(capabilities.sequence == 0 && capabilities.offersT38)
        #expect(capabilities.descriptions.map(\.number) == [1, 3])
        #expect(capabilities.parameters == ["a=T38FaxVersion:0"])
    }

    @Test(arguments: [image, full])
    func comesBackAsItWas(_ text: String) throws {
        let description = try SessionDescription.strict(Array(text.utf8).span.bytes)
        #expect(read(description.text) == description)
    }

    struct Odd: Sendable, CustomTestStringConvertible {
        var line: String
        /// What the reader complains of; `nil`: nothing.
        var field: String?
        var testDescription: String { line }
    }

    @Test(arguments: [
        Odd(line: "nonsense", field: "line"), Odd(line: "=x", field: "line"), Odd(line: "a", field: "line"),
        Odd(line: "a=", field: "a="), Odd(line: "q=x", field: "q="), Odd(line: "v=x", field: "v="),
        Odd(line: "o=- 1 1 IN IP4", field: "o="), Odd(line: "c=IN IP4", field: "c="),
        Odd(line: "c=ATM x y", field: "c="),
        Odd(line: "b=AS", field: "b="), Odd(line: "m=audio", field: "m="),
        Odd(line: "m=audio 70000 RTP/AVP 0", field: "m="),
        Odd(line: "m=audio -1 RTP/AVP 0", field: "m="), Odd(line: "m=audio x RTP/AVP 0", field: "m="),
        Odd(line: "m= audio  10  RTP/AVP  0", field: nil), Odd(line: " a=sendrecv ", field: nil),
        Odd(line: "A=x", field: nil),
    ])
    func oddLinesAreKeptAndReported(_ odd: Odd) throws {
        let text =
            "v=0\r\no=- 1 1 IN IP4 a\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n\(odd.line)\r\nm=image 4000 udptl t38\r\n"
        let decoded = SessionDescription.lax(Array(text.utf8).span.bytes)
        #expect(decoded.stoppedBy?.field == odd.field)
        #expect(decoded.value.media.last?.isT38 == true)
        let kept = decoded.value.otherLines + decoded.value.media.flatMap(\.otherLines)
        #expect(kept.count == (odd.field == nil ? 0 : 1))
        if odd.field == nil {
            _ = try SessionDescription.strict(Array(text.utf8).span.bytes)
        } else {
            #expect(throws: DecodeFailure.self) { try SessionDescription.strict(Array(text.utf8).span.bytes) }
        }
    }

    @Test(arguments: ["v=", "o=", "s=", "t=", "c="])
    func strictMissesLines(_ type: String) {
        let text = Self.image.split(separator: "\r\n").filter { !$0.hasPrefix(type) }.joined(separator: "\r\n")
        #expect(throws: DecodeFailure.self) { try SessionDescription.strict(Array(text.utf8).span.bytes) }
        #expect(SessionDescription.lax(Array(text.utf8).span.bytes).value.media.first?.isT38 == true)
    }

    @Test(arguments: ["\n", "\r", "\r\n", "\n\n", "\r\n \r\n"])
    func lineBreaks(_ lineBreak: String) {
        let text = Self.image.replacing("\r\n", with: lineBreak)
        let decoded = SessionDescription.lax(Array(text.utf8).span.bytes)
        #expect(decoded.stoppedBy == nil)
        #expect(decoded.value == read(Self.image))
    }

    @Test func everyPrefix() {
        for text in [Self.image, Self.full] {
            let octets = Array(text.utf8)
            for length in 0..<octets.count {
                let cut = SessionDescription.lax(octets[..<length]).value
                #expect(cut.media.count <= 3)
                #expect(SessionDescription.lax(cut.octets.span.bytes).value.media.count == cut.media.count)
            }
        }
    }

    @Test func limits() {
        let media = Self.image + String(repeating: "m=audio 1 RTP/AVP 0\r\n", count: SessionDescription.Limit.media)
        let many = SessionDescription.lax(Array(media.utf8).span.bytes)
        #expect(many.value.media.count == SessionDescription.Limit.media)
        #expect(many.stoppedBy?.reason == .limit("SessionDescription.Limit.media", SessionDescription.Limit.media))
        let lines = String(repeating: "a=x\r\n", count: SessionDescription.Limit.lines)
        #expect(SessionDescription.lax(Array(lines.utf8).span.bytes).stoppedBy == nil)
        #expect(SessionDescription.lax(Array((lines + "a=x\r\n").utf8).span.bytes).stoppedBy?.field == "lines")
        let long = String(repeating: "a=" + String(repeating: "x", count: 998) + "\r\n", count: 70)
        #expect(SessionDescription.lax(Array(long.utf8).span.bytes).stoppedBy?.field == "octets")
    }

    @Test func staticPayloadTypes() {
        #expect(PayloadFormat.assigned(0) == PayloadFormat(encoding: "PCMU", clockRate: 8_000))
        #expect(PayloadFormat.assigned(9) == PayloadFormat(encoding: "G722", clockRate: 8_000))
        let assigned = (UInt8.min...127).filter { PayloadFormat.assigned($0) != nil }
        #expect(assigned == [0] + Array(3...18) + [25, 26, 28, 31, 32, 33, 34])
    }

    @Test func mutations() {
        var random = SeededRandom(seed: 8866)
        let seeds = [Array(Self.image.utf8), Array(Self.full.utf8)]
        for round in 0..<2_000 {
            let octets = Mutation.mutated(seeds[round % 2], &random)
            let description = SessionDescription.lax(octets.span.bytes).value
            for media in description.media {
                _ = (media.payloadFormats, media.t38, media.capabilities, media.rtcp, media.packetTimeMs)
                _ = (description.endpoint(of: media), description.direction(of: media), media.voiceBandDataTypes)
            }
            _ = description.octets
        }
    }
}
