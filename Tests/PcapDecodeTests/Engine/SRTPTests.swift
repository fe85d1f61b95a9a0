import CSRTP
import FaxCore
import FaxWire
import Foundation
import Testing

@testable import PcapDecode

@Suite struct SRTPTests {
    private let aMedia = Endpoint(WireScript.a, 10_000)
    private let bMedia = Endpoint(WireScript.b, 20_000)
    private static let suite80 = "AES_CM_128_HMAC_SHA1_80"
    private static let suite32 = "AES_CM_128_HMAC_SHA1_32"
    private static let keyA = [UInt8](1...30)
    private static let keyB = [UInt8](101...130)

    /// Protects packets as a sender does.
    private final class Sender {
        private var session: OpaquePointer?

        init(_ key: [UInt8], tag32: Bool = false) {
            _ = SRTPSession(SRTPKey(suite: .aesCM128SHA1Tag80, keyAndSalt: key))  // libsrtp is set up by the first.
            var octets = key
            octets.withUnsafeMutableBufferPointer { octets in
                var policy = srtp_policy_t()
                if tag32 {
                    srtp_crypto_policy_set_aes_cm_128_hmac_sha1_32(&policy.rtp)
                } else {
                    srtp_crypto_policy_set_rtp_default(&policy.rtp)
                }
                srtp_crypto_policy_set_rtp_default(&policy.rtcp)
                policy.ssrc.type = ssrc_any_outbound
                policy.key = octets.baseAddress
                _ = srtp_create(&session, &policy)
            }
        }

        deinit { _ = srtp_dealloc(session) }

        func protect(_ packet: [UInt8]) -> [UInt8] {
            var octets = packet + [UInt8](repeating: 0, count: 64)
            var length = Int32(packet.count)
            _ = octets.withUnsafeMutableBytes { srtp_protect(session, $0.baseAddress, &length) }
            return Array(octets.prefix(Int(length)))
        }
    }

    private static func crypto(_ suite: String, _ key: [UInt8], _ rest: String = "") -> String {
        "1 \(suite) inline:\(Data(key).base64EncodedString())\(rest)"
    }

    private static func line(_ suite: String, _ key: [UInt8], _ rest: String = "") -> String {
        "a=crypto:\(crypto(suite, key, rest))\r\n"
    }

    private static func sdp(_ host: IPAddress, _ port: Int, _ crypto: String, profile: String = "RTP/SAVP") -> String {
        "v=0\r\no=- 1 1 IN IP4 \(host)\r\ns=-\r\nc=IN IP4 \(host)\r\nt=0 0\r\nm=audio \(port) \(profile) 0\r\n" + crypto
    }

    private func packet(_ index: Int, start: Int = 0) -> [UInt8] {
        RTPHeader(
            payloadType: 0, sequence: UInt16(truncatingIfNeeded: start + index), timestamp: UInt32(index * 160), ssrc: 9
        ).packet(payload: [UInt8](repeating: UInt8(truncatingIfNeeded: index), count: 160))
    }

    /// A call whose caller sends what `media` makes; the answer holds another key.
    private func call(
        offer: String, answer: String = line(suite80, keyB), answerProfile: String = "RTP/SAVP",
        keepsAudio: Bool = true, _ media: (WireScript) -> Void
    ) throws -> (stream: MediaStream, warnings: [CaptureWarning]) {
        let wire = WireScript(keepsAudio: keepsAudio)
        wire.sip(
            "INVITE", "1 INVITE", byCaller: true, sdp: Self.sdp(WireScript.a, 10_000, offer), toTag: false)
        wire.sip(
            "200 OK", "1 INVITE", byCaller: false,
            sdp: Self.sdp(WireScript.b, 20_000, answer, profile: answerProfile))
        wire.sip("ACK", "1 ACK", byCaller: true)
        media(wire)
        wire.bye()
        let call = try #require(wire.finish().first)
        return (try #require(call.streams.first), wire.warnings)
    }

    private func payloads(_ stream: MediaStream) -> [UInt8] {
        guard let audio = stream.audio else { return [] }
        return audio.packets.map { audio.octets[$0.offset] }
    }

    @Test(arguments: [false, true]) func openedWithTheSendersKey(tag32: Bool) throws {
        let sender = Sender(Self.keyA, tag32: tag32)
        let suite = tag32 ? Self.suite32 : Self.suite80
        // Over the wrap of the numbers: the counter of roll-overs goes into the keys' stream.
        let (stream, warnings) = try call(offer: Self.line(suite, Self.keyA, "|2^31")) { wire in
            for index in 0..<60 {
                let sealed = sender.protect(packet(index, start: 65_500))
                if index != 20 { wire.packet(aMedia, bMedia, sealed) }
                wire.clock += 0.02
            }
        }
        #expect(stream.kind == .srtp && stream.codec == "PCMU")
        #expect(payloads(stream) == (0..<60).filter { $0 != 20 }.map { UInt8($0) })
        #expect(stream.audio?.packets.allSatisfy { $0.length == 160 } == true)
        #expect(stream.statistics.lost == 1 && stream.statistics.unauthenticatedPackets == nil && warnings.isEmpty)
    }

    @Test func changedPacketsAreLeftOutAndTold() throws {
        let sender = Sender(Self.keyA)
        let (stream, warnings) = try call(offer: Self.line(Self.suite80, Self.keyA)) { wire in
            for index in 0..<20 {
                var sealed = sender.protect(packet(index))
                if index == 7 || index == 8 { sealed[40] ^= 1 }
                if index == 9 { sealed.removeLast(165) }
                wire.packet(aMedia, bMedia, sealed)
                wire.clock += 0.02
            }
        }
        #expect(payloads(stream) == (0..<20).filter { ![7, 8, 9].contains($0) }.map { UInt8($0) })
        #expect(stream.statistics.unauthenticatedPackets == 3 && stream.statistics.lost == 0)
        #expect(stream.quirks.map(\.name) == ["srtp-not-authenticated"])
        #expect(warnings.map(\.frame) == [FrameRef(number: 11)])
    }

    /// Sealed again with the key that stands in place of the old one: as long, over the wrap of the numbers, with its MKI, and
    /// opened with the new key only.
    @Test(arguments: ["", "|2^31|5:4"]) func resealedWithAnotherKey(rest: String) throws {
        let sender = Sender(Self.keyA)
        let attributes = [Self.keyA, Self.keyB].map { Self.crypto(Self.suite80, $0, rest) }
        var rekeying = SRTPRekeying([attributes[0]], [attributes[1]])
        var packets: [[UInt8]] = []
        for index in 0..<60 {
            var sealed = sender.protect(packet(index, start: 65_500))
            if !rest.isEmpty { sealed.insert(contentsOf: [0, 0, 0, 5], at: sealed.count - 10) }
            let change = { (octets: [UInt8]) -> [UInt8] in octets.prefix(12) + octets.dropFirst(12).map { ~$0 } }
            let resealed = rekeying.resealed(sealed, change)
            let new = try #require(resealed)
            #expect(new.count == sealed.count && new != sealed && new.prefix(12) == sealed.prefix(12))
            // A copy becomes a copy.
            let copy = rekeying.resealed(sealed, change)
            #expect(copy == new)
            packets.append(new)
        }
        for (key, isRight) in [(Self.keyB, true), (Self.keyA, false)] {
            let (stream, _) = try call(offer: Self.line(Self.suite80, key, rest)) { wire in
                for sealed in packets {
                    wire.packet(aMedia, bMedia, sealed)
                    wire.clock += 0.02
                }
            }
            #expect(payloads(stream) == (isRight ? (0..<60).map { ~UInt8($0) } : []))
        }
    }

    @Test func whatNoKeyOpensIsNotResealed() {
        let sender = Sender(Self.keyA)
        let attribute = Self.crypto(Self.suite80, Self.keyB)
        var rekeying = SRTPRekeying([attribute], [attribute])
        let results = [sender.protect(packet(1)), [0x80, 0, 0]].map { rekeying.resealed($0, { $0 }) }
        #expect(results == [nil, nil])
        // The same keys open what was sealed with them.
        let opened = rekeying.resealed(Sender(Self.keyB).protect(packet(1)), { $0 })
        #expect(opened?.count == packet(1).count + 10)
        var none = SRTPRekeying(["1 F8_128_HMAC_SHA1_80 inline:AAAA"], ["1 F8_128_HMAC_SHA1_80 inline:BBBB"])
        let unread = none.resealed(sender.protect(packet(2)), { $0 })
        #expect(unread == nil)
    }

    @Test func keyIdentifiersAreStripped() throws {
        let sender = Sender(Self.keyA)
        let (stream, _) = try call(offer: Self.line(Self.suite80, Self.keyA, "|2^31|5:4")) { wire in
            for index in 0..<10 {
                var sealed = sender.protect(packet(index))
                sealed.insert(contentsOf: [0, 0, 0, 5], at: sealed.count - 10)
                wire.packet(aMedia, bMedia, sealed)
                wire.clock += 0.02
            }
        }
        #expect(payloads(stream) == Array(0..<10))
    }

    @Test func aNewOfferBringsNewKeys() throws {
        let senders = [Sender(Self.keyA), Sender(Self.keyB)]
        let (stream, _) = try call(offer: Self.line(Self.suite80, Self.keyA)) { wire in
            for index in 0..<20 {
                if index == 10 {
                    let crypto = Self.line(Self.suite80, Self.keyB)
                    wire.sip("INVITE", "3 INVITE", byCaller: true, sdp: Self.sdp(WireScript.a, 10_000, crypto))
                    wire.sip(
                        "200 OK", "3 INVITE", byCaller: false,
                        sdp: Self.sdp(WireScript.b, 20_000, Self.line(Self.suite80, Self.keyA)))
                }
                wire.packet(aMedia, bMedia, senders[index / 10].protect(packet(index)))
                wire.clock += 0.02
            }
        }
        #expect(payloads(stream) == Array(0..<20) && stream.statistics.unauthenticatedPackets == nil)
    }

    @Test func withoutUsableKeysNothingIsRead() throws {
        let sender = Sender(Self.keyA)
        let offers = [
            "", "a=crypto:1 F8_128_HMAC_SHA1_80 inline:\(Data(Self.keyA).base64EncodedString())\r\n",
            Self.line(Self.suite80, Self.keyB),
        ]
        for (index, offer) in offers.enumerated() {
            let (stream, _) = try call(offer: offer) { wire in
                for index in 0..<10 { wire.packet(aMedia, bMedia, sender.protect(packet(index))) }
            }
            #expect(stream.kind == .srtp && stream.audio == nil && stream.events.isEmpty && stream.packets == 10)
            let names = [[], ["srtp-unsupported-F8_128_HMAC_SHA1_80"], ["srtp-not-authenticated"]]
            #expect(stream.quirks.map(\.name) == names[index])
        }
    }

    /// The caller tries SRTP, the callee wants plain RTP and gets it from both.
    @Test func plainAnswerMeansPlainMedia() throws {
        let (stream, _) = try call(
            offer: Self.line(Self.suite80, Self.keyA), answer: "", answerProfile: "RTP/AVP"
        ) { wire in
            for index in 0..<10 { wire.packet(bMedia, aMedia, packet(index)) }
        }
        #expect(stream.kind == .rtp && payloads(stream) == Array(0..<10))
    }

    @Test func withoutAudioNothingIsKept() throws {
        let sender = Sender(Self.keyA)
        let (stream, _) = try call(offer: Self.line(Self.suite80, Self.keyA), keepsAudio: false) { wire in
            for index in 0..<10 { wire.packet(aMedia, bMedia, sender.protect(packet(index))) }
        }
        #expect(stream.kind == .srtp && stream.audio == nil && stream.packets == 10 && stream.quirks.isEmpty)
    }

    @Test func attributes() throws {
        let key = Data(Self.keyA).base64EncodedString()
        let crypto = try SDPCrypto(
            "2 \(Self.suite80)  inline:\(key)|2^20|1:4;inline:\(key)|9:2 UNENCRYPTED_SRTCP KDR=1")
        #expect(crypto.tag == 2 && crypto.suite == Self.suite80 && crypto.keys.count == 2)
        #expect(crypto.keys.map(\.identifierLength) == [4, 2] && crypto.keys.map(\.identifier) == [1, 9])
        #expect(crypto.keys.map(\.lifetime) == ["2^20", nil] && crypto.parameters == ["UNENCRYPTED_SRTCP", "KDR=1"])
        #expect(SRTPKey.keys(crypto).isEmpty)
        let many = Array(repeating: "inline:\(key)", count: 9).joined(separator: ";")
        for text in [
            "", "1", "1 \(Self.suite80)", "x \(Self.suite80) inline:\(key)", "1 s inline:", "1 s inline:???",
            "1 s uri:\(key)", "1 s inline:\(key)|1:0", "1 s inline:\(key)|1:129", "1 s inline:\(key)|x:4", "1 s ;",
            "1 s \(many)", "99999999999999999999 s inline:\(key)", "-1 s inline:\(key)",
        ] {
            #expect(throws: DecodeFailure.self) { try SDPCrypto(text) }
        }
        let short = try SDPCrypto("1 \(Self.suite80) inline:AAAA")
        #expect(SRTPKey.keys(short).isEmpty)
    }

    @Test func hostilePacketsNeverTrap() {
        var random = SeededRandom(seed: 4)
        let key = SRTPKey(suite: .aesCM128SHA1Tag80, keyAndSalt: Self.keyA, identifierLength: 4)
        guard var session = SRTPSession(key) else {
            Issue.record("no session")
            return
        }
        for length in 0..<200 {
            var octets = (0..<length).map { _ in UInt8(truncatingIfNeeded: random.next()) }
            if length > 0 { octets[0] = octets[0] & 0x3F | 0x80 }
            #expect(session.open(&octets) == .refused)
        }
    }
}
