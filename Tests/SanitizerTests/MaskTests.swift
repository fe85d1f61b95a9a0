import FaxCore
import FaxDSP
import FaxWire
import TestSupport
import Testing

@testable import Sanitizer

/// The masks on their own: what goes, what stays, and that every length stays.
@Suite struct MaskTests {
    private func names() -> Pseudonyms {
        let names = Pseudonyms(key: (11, 12))
        _ = SIPMask.masked(Array(Self.invite.utf8), names)
        names.settle()
        return names
    }

    private static let invite = [
        "INVITE sip:+15550200@gw.example.net:5060;user=phone SIP/2.0",
        "Via: SIP/2.0/TCP 192.168.7.20:5060;branch=z9hG4bKabc123;received=203.0.113.9;rport=40001",
        "f: \"Erika Muster\" <sip:erika@office.example.net>;tag=77aa",
        "To: <sip:+15550200@gw.example.net>", "Call-ID: 9f8e7d6c@192.168.7.20", "CSeq: 17 INVITE",
        "User-Agent: Acme-Gateway/4.2 (host office.example.net)",
        "Authorization: Digest username=\"erika\", realm=\"office.example.net\", nonce=\"abcdef0123\", "
            + "uri=\"sip:gw.example.net\", response=\"00112233445566778899aabbccddeeff\", algorithm=MD5",
        "P-Asserted-Identity: <tel:+15550100>", "Content-Type: application/sdp", "Content-Length: 201", "",
        "v=0", "o=erika 3901 3902 IN IP4 192.168.7.20", "s=call of erika", "c=IN IP4 192.168.7.20", "t=0 0",
        "m=audio 40002 RTP/SAVP 0 101", "a=rtpmap:101 telephone-event/8000",
        "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:d0RmdmcmVCspeEc3QGZiNWpVLFJhQX1cfHAwJSoj", "",
    ].joined(separator: "\r\n")

    private static let secrets = [
        "erika", "Erika", "Muster", "15550200", "15550100", "example", "office", "192.168.7.20", "203.0.113.9",
        "9f8e7d6c", "77aa", "abcdef0123", "00112233445566778899aabbccddeeff", "z9hG4bKabc123", "d0RmdmcmVC",
    ]

    @Test func aMessageKeepsItsStoryOnly() throws {
        let old = Array(Self.invite.utf8)
        let new = SIPMask.masked(old, names())
        let text = String(decoding: new, as: UTF8.self)
        #expect(new.count == old.count)
        for secret in Self.secrets { #expect(!text.contains(secret), "\(secret)") }
        for kept in [
            "INVITE sip:+", "SIP/2.0/TCP 192.168.", ";branch=z9hG4bK", ";rport=40001", "CSeq: 17 INVITE",
            "User-Agent: Acme-Gateway/4.2 (host ", "algorithm=MD5", "m=audio 40002 RTP/SAVP 0 101",
            "a=rtpmap:101 telephone-event/8000", "AES_CM_128_HMAC_SHA1_80 inline:", "Content-Length: 201",
        ] { #expect(text.contains(kept), "\(kept)") }
        let (before, after) = (try SIPMessage.lax(old.span.bytes).value, try SIPMessage.lax(new.span.bytes).value)
        #expect(before.headers.map(\.name) == after.headers.map(\.name))
    }

    @Test func aMessageInPiecesOfAConnectionIsReplacedWhole() {
        let old = Array((Self.invite + "\r\n\r\n" + Self.invite).utf8)
        let (new, messages) = SIPStreamMask.masked(old, names())
        #expect(messages == 2)
        #expect(new.count == old.count)
        let text = String(decoding: new, as: UTF8.self)
        for secret in Self.secrets.dropFirst(3) { #expect(!text.contains(secret), "\(secret)") }
    }

    @Test func whatComesBeforeAMessageIsZeroed() {
        let old = Array(("rest of something lost\r\n" + Self.invite).utf8)
        let (new, messages) = SIPStreamMask.masked(old, names())
        #expect(messages == 1)
        #expect(new.prefix(22).allSatisfy { $0 == 0 })
    }

    /// RFC 7118: the handshake, then a masked frame with a message, in two fragments.
    @Test func aMessageInWebSocketIsReplacedUnderItsMask() {
        let message = Array(Self.invite.utf8)
        let key: [UInt8] = [9, 200, 33, 7]
        func frame(_ first: UInt8, _ part: ArraySlice<UInt8>) -> [UInt8] {
            let length = UInt16(part.count)
            return [first, 0x80 | 126, UInt8(length >> 8), UInt8(length & 0xFF)] + key
                + part.enumerated().map { $0.element ^ key[$0.offset & 3] }
        }
        let handshake = Array("GET /sip HTTP/1.1\r\nHost: office.example.net\r\nUpgrade: websocket\r\n\r\n".utf8)
        let old = handshake + frame(0x01, message.prefix(400)) + frame(0x80, message.dropFirst(400))
        let (new, messages) = SIPStreamMask.masked(old, names())
        #expect(messages == 1)
        #expect(new.count == old.count)
        let start = handshake.count
        func unmasked(_ place: Int, _ count: Int) -> [UInt8] { (0..<count).map { new[place + 8 + $0] ^ key[$0 & 3] } }
        let text = String(
            decoding: unmasked(start, 400) + unmasked(start + 408, message.count - 400), as: UTF8.self)
        #expect(text.hasPrefix("INVITE sip:+"))
        for secret in Self.secrets.dropFirst(3) { #expect(!text.contains(secret), "\(secret)") }
    }

    @Test func anyOtherConnectionIsZeroed() {
        let old = Array("POST /login HTTP/1.1\r\nHost: office.example.net\r\n\r\nuser=erika&password=geheim".utf8)
        let (new, messages) = SIPStreamMask.masked(old, names())
        #expect(messages == 0)
        #expect(new.count == old.count)
        #expect(new.allSatisfy { [0, 0x0D, 0x0A].contains($0) })
        let other = Array("GET / HTTP/1.1\r\nHost: office.example.net\r\n\r\n".utf8)
        #expect(SIPStreamMask.masked(other, names()).octets.allSatisfy { [0, 0x0D, 0x0A].contains($0) })
    }

    @Test func aCallOfIAX2KeepsItsFrames() throws {
        let elements =
            IAX2Maker.element(11, [0, 2]) + IAX2Maker.element(1, "5550200") + IAX2Maker.element(4, "Erika Muster")
            + IAX2Maker.element(6, "erika") + IAX2Maker.element(9, [0, 0, 0, 4])
        let old: [UInt8] = [0x80, 1, 0, 0, 0, 0, 0, 1, 0, 0, 6, 1] + elements
        let new = IAX2Mask(names: names()) { $0.map { _ in 0 } }.masked(old)
        #expect(new.count == old.count)
        let (oldElements, newElements) = (Array(old[12...]), Array(new[12...]))
        let before = IAX2Elements.read(oldElements.span.bytes).value
        let after = IAX2Elements.read(newElements.span.bytes).value
        #expect(after.format == before.format)
        #expect(after.version == 2)
        #expect(after.calledNumber?.count == 7 && after.calledNumber != before.calledNumber)
        #expect(after.callingName?.count == 12 && after.callingName != before.callingName)
        #expect(after.callingName?.lowercased().hasPrefix(after.username ?? "-") == true)
    }

    @Test func namesInReportsGo() {
        let name = Array("erika@192.168.7.20".utf8)
        let chunk: [UInt8] = [0, 0, 0, 1, 1, UInt8(name.count)] + name + [0, 0, 0, 0]
        let words = UInt8((chunk.count + 4) / 4 - 1)
        let old: [UInt8] = [0x80, 201, 0, 1, 0, 0, 0, 1, 0x81, 202, 0, words] + chunk
        let new = RTPMask(names()).maskedReports(old)
        #expect(new.count == old.count)
        #expect(new.prefix(18) == old.prefix(18))
        #expect(!String(decoding: new, as: UTF8.self).contains("erika"))
        #expect(!String(decoding: new, as: UTF8.self).contains("192.168.7.20"))
    }

    /// Letters and digits of an NSF go, its country and provider stay.
    @Test func makersKeepTheirCode() {
        let old: [UInt8] = [0xFF, 0x03, 0x20, 0xAD, 0x00, 0x36] + Array("FAX OF ERIKA".utf8) + [0, 0x81]
        let new = FrameMask(names: names()).masked(old, isGood: true)
        #expect(new.count == old.count)
        #expect(new.prefix(6) == old.prefix(6))
        #expect(new[6...] != old[6...])
    }

    /// A frame of ECM in audio: other content of the same length, the same flags, a right check sequence.
    @Test func framesInABurstAreExchanged() {
        let flag: [UInt8] = [0, 1, 1, 1, 1, 1, 1, 0]
        var random = SeededRandom(seed: 4)
        let frames = (0..<3).map { number in
            [0xFF, 0x03, 0x06, UInt8(number)] + (0..<64).map { _ in UInt8.random(in: 0...255, using: &random) }
        }
        var bits = [[UInt8]](repeating: flag, count: 60).flatMap(\.self)
        for frame in frames { bits += BurstBits.stuffed(frame + FrameCheck.octets(frame)) + flag }
        bits += flag + flag
        let octets = stride(from: 0, to: bits.count - bits.count % 8, by: 8).map { start in
            bits[start..<start + 8].reduce(UInt8(0)) { $0 << 1 | $1 }
        }
        let burst = BurstBits(octets: octets, count: octets.count * 8)
        #expect(burst.frames.map(\.octets) == frames)
        let others: [[UInt8]?] = frames.map { $0.prefix(4) + $0.dropFirst(4).map { ~$0 } }
        let new = burst.replaced(others, BurstNoise(random))
        var deframer = HDLCDeframer()
        var heard: [[UInt8]] = []
        for bit in new + flag {
            if case .frame(let frame) = deframer.receive(bit == 1, sample: 0), frame.crcOK {
                heard.append(frame.octets)
            }
        }
        #expect(heard == others.compactMap(\.self))
    }

    /// Behind a damaged frame every frame begins at its bit again, however long the ones in front became.
    @Test func behindADamagedFrameEveryFrameKeepsItsBit() throws {
        let flag = BurstBits.flag
        func frame(_ number: UInt8, _ octet: UInt8) -> [UInt8] {
            [0xFF, 0x03, 0x06, number] + [UInt8](repeating: octet, count: 64)
        }
        var bits = [[UInt8]](repeating: flag, count: 60).flatMap(\.self)
        for number in UInt8(0)..<4 {
            var content = BurstBits.stuffed(frame(number, 0) + FrameCheck.octets(frame(number, 0)))
            if number == 1 { content[300] ^= 1 }
            bits += content + flag
        }
        bits += flag + flag
        let burst = BurstBits(bits)
        #expect(burst.frames.map(\.isGood) == [true, false, true, true])
        // Ones need a zero behind every five: frames 0 and 3 become longer by a fifth.
        let new: [[UInt8]?] = [frame(0, 0xFF), frame(1, 0), nil, frame(3, 0xFF)]
        let sent = burst.replaced(new, BurstNoise(SeededRandom(seed: 5)))
        let heard = BurstBits(sent)
        #expect(heard.frames.map(\.isGood) == [true, false, true, true])
        #expect(heard.frames[1].octets.prefix(4) == [0xFF, 0x03, 0x06, 1])
        #expect(heard.frames[2].bits == burst.frames[2].bits)
        #expect(heard.frames[3].bits.lowerBound == burst.frames[3].bits.lowerBound)
        let other = burst.replaced(new, BurstNoise(SeededRandom(seed: 5), AudioVariation.Item(frames: [1: 1])))
        let second = BurstBits(other)
        #expect(second.frames[0].octets == heard.frames[0].octets && second.frames[1].octets != heard.frames[1].octets)
        #expect(second.frames[2].bits == heard.frames[2].bits)
    }

    /// What lies between an abort and the next flag is no frame: it becomes noise, and the flag behind it stays.
    @Test func theFlagBehindAnAbortStays() throws {
        let flag = BurstBits.flag
        let frames = (UInt8(0)..<3).map { [0xFF, 0x03, 0x06, $0] + [UInt8](repeating: 0x40 + $0, count: 64) }
        var bits = [[UInt8]](repeating: flag, count: 60).flatMap(\.self)
        for (number, frame) in frames.enumerated() {
            var content = BurstBits.stuffed(frame + FrameCheck.octets(frame))
            if number == 1 { content.replaceSubrange(200..<210, with: [UInt8](repeating: 1, count: 10)) }
            bits += content + flag
        }
        let burst = BurstBits(bits + flag)
        #expect(burst.frames.map(\.isGood) == [true, true])
        let others: [[UInt8]?] = [0, 2].map { frames[$0].prefix(4) + frames[$0].dropFirst(4).map { $0 ^ 0x21 } }
        let sent = burst.replaced(others, BurstNoise(SeededRandom(seed: 6)))
        let heard = BurstBits(sent)
        #expect(heard.frames.filter(\.isGood).map(\.octets) == others.compactMap(\.self))
        let place = try #require(burst.frames.last?.bits.lowerBound)
        #expect(heard.frames.last?.bits.lowerBound == place)
        // Of what stood there nothing is left.
        let old = Array(bits[place - 300..<place - 40])
        #expect(!sent.indices.dropLast(old.count).contains { sent[$0..<$0 + old.count].elementsEqual(old) })
    }
}
