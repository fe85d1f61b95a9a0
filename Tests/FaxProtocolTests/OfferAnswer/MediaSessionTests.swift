import FaxCore
import FaxProtocol
import FaxWire
import Testing

@Suite("Offers and answers of a fax endpoint (RFC 3264, T.38 Annex D)")
struct MediaSessionTests {
    static func session(
        _ side: UInt32, layout: MediaSession.Layout = .inPlace, quirks: SDPQuirks = .none,
        _ change: (inout T38Capabilities) -> Void = { _ in }
    ) -> MediaSession {
        var t38 = T38Capabilities(port: 4_000 + UInt16(side))
        change(&t38)
        return MediaSession(
            address: IPAddress(v4: 0x0A00_0000 + side), identifier: 100 * side,
            capabilities: MediaCapabilities(audio: AudioCapabilities(port: 10_000 + 2 * UInt16(side)), t38: t38),
            layout: layout, quirks: quirks)
    }

    /// What goes through a writer and a reader, as on the wire.
    static func wire(_ description: SessionDescription) throws -> SessionDescription {
        try SessionDescription.strict(description.octets.span.bytes)
    }

    private static func accepted(_ answer: MediaSession.Answer) throws -> (SessionDescription, AgreedMedia) {
        guard case .accepted(let description, let media) = answer else { throw Refused() }
        return (try wire(description), media)
    }

    private struct Refused: Error {}

    @Test("Audio, T.38 and back, in each layout", arguments: MediaSession.Layout.allCases)
    func wholeCall(layout: MediaSession.Layout) throws {
        var (caller, callee) = (Self.session(1), Self.session(2, layout: layout))
        let (answer, agreed) = try Self.accepted(
            callee.answer(try Self.wire(caller.offer([.audio])), preferring: [.audio]))
        #expect(agreed.audio?.remote == Endpoint(IPAddress(v4: 0x0A00_0001), 10_002))
        #expect(caller.agree(to: answer)?.audio?.remote == Endpoint(IPAddress(v4: 0x0A00_0002), 10_004))

        let offer = try Self.wire(callee.offer([.t38]))
        let kinds = offer.media.map { "\($0.kind) \($0.port)" }
        switch layout {
        case .inPlace: #expect(kinds == ["image 4002"])
        case .besideRefused: #expect(kinds == ["audio 0", "image 4002"])
        case .beside: #expect(kinds == ["audio 10004", "image 4002"])
        }
        let (fax, faxAgreed) = try Self.accepted(caller.answer(offer, preferring: [.t38, .audio]))
        #expect(fax.media.map(\.kind) == offer.media.map(\.kind))
        #expect(fax.media.filter { $0.port != 0 }.map(\.kind) == ["image"])
        #expect(faxAgreed.t38?.remote == Endpoint(IPAddress(v4: 0x0A00_0002), 4_002))
        #expect(callee.agree(to: fax)?.t38?.remote == Endpoint(IPAddress(v4: 0x0A00_0001), 4_001))
        #expect(callee.agree(to: fax)?.audio == nil)

        let back = try Self.wire(callee.offer([.audio]))
        #expect(back.media.count == offer.media.count)
        #expect(back.media.filter { $0.port != 0 }.map(\.kind) == ["audio"])
        let (end, _) = try Self.accepted(caller.answer(back, preferring: [.t38, .audio]))
        #expect(callee.agree(to: end)?.audio != nil)
        let versions = [answer, offer, back].compactMap { $0.origin?.sessionVersion }
        #expect(versions == ["200", "201", "202"])
    }

    @Test("The version of o= stays when nothing changes (RFC 3264 §8)")
    func unchanged() {
        var session = Self.session(1)
        let first = session.offer([.audio])
        let again = session.offer([.audio])
        #expect(again == first)
        let changed = session.offer([.t38])
        #expect(changed.origin?.sessionVersion == "101")
    }

    @Test("What is agreed on T.38 is what both can do")
    func parameters() throws {
        var offerer = Self.session(1) {
            $0.version = 3
            $0.maxBitRate = 33_600
            $0.fillBitRemoval = true
            $0.transcodingMMR = true
            $0.maxDatagram = 1_400
            $0.errorCorrections = [.fec, .redundancy]
        }
        var answerer = Self.session(2) {
            $0.fillBitRemoval = true
            $0.maxDatagram = 300
            $0.errorCorrections = [.redundancy]
        }
        let (answer, agreed) = try Self.accepted(
            answerer.answer(try Self.wire(offerer.offer([.t38])), preferring: [.t38]))
        let taken = try #require(agreed.t38)
        #expect(taken.version == 0)
        #expect(taken.maxBitRate == 14_400)
        #expect(taken.errorCorrection == .redundancy)
        #expect(taken.remoteMaxDatagram == 1_400)
        #expect(taken.fillBitRemoval)
        #expect(!taken.transcodingMMR)
        let made = try #require(offerer.agree(to: answer)?.t38)
        #expect(made.version == 0)
        #expect(made.errorCorrection == .redundancy)
        #expect(made.remoteMaxDatagram == 300)
        #expect(made.fillBitRemoval)
        #expect(answer.media[0].t38.version == 0)
        #expect(answer.media[0].t38.transcodingMMR == nil)
    }

    @Test("Refused: what we cannot do at all")
    func refusals() throws {
        var audioOnly = Self.session(1)
        audioOnly.capabilities.t38 = nil
        var peer = Self.session(2)
        var local = Self.session(3) { $0.rateManagements = [.localTCF] }
        var secure = peer.offer([.audio])
        secure.media[0].transport = "RTP/SAVP"
        var answerer = Self.session(4)
        let answers = [
            audioOnly.answer(peer.offer([.t38]), preferring: [.t38, .audio]),
            answerer.answer(local.offer([.t38]), preferring: [.t38]),
            answerer.answer(secure, preferring: [.audio]),
            answerer.answer(SessionDescription(), preferring: [.audio]),
        ]
        #expect(answers.allSatisfy { $0 == .refused })
    }

    @Test("Lines that we do not know keep their place with port 0")
    func otherLines() throws {
        var peer = Self.session(1)
        var offer = peer.offer([.audio])
        let video = MediaDescription(kind: "video", port: 7_000, transport: "RTP/AVP", formats: ["31"])
        offer.media.insert(video, at: 0)
        var answerer = Self.session(2)
        let (answer, _) = try Self.accepted(answerer.answer(offer, preferring: [.audio]))
        #expect(answer.media.map { "\($0.kind) \($0.port)" } == ["video 0", "audio 10004"])
        let later = answerer.offer([.audio])
        #expect(later.media.map { "\($0.kind) \($0.port)" } == ["video 0", "audio 10004"])
    }

    @Test("Lines past the limit", arguments: [(16, true), (17, false)])
    func manyLines(count: Int, isAccepted: Bool) {
        var peer = Self.session(1)
        var offer = peer.offer([.audio])
        while offer.media.count < count { offer.media.append(offer.media[0]) }
        var answerer = Self.session(2)
        let answer = answerer.answer(offer, preferring: [.audio])
        #expect((answer != .refused) == isAccepted)
    }

    @Test(
        "Hold, in all its forms",
        arguments: [
            ("sendonly", "10.0.0.1", "recvonly"), ("inactive", "10.0.0.1", "inactive"),
            ("recvonly", "10.0.0.1", "sendonly"), ("sendrecv", "0.0.0.0", "inactive"),
        ])
    func hold(_ row: (direction: String, address: String, answer: String)) throws {
        var peer = Self.session(1)
        var offer = peer.offer([.audio])
        offer.media[0].attributes.append(SDPAttribute(row.direction))
        offer.connection = SDPConnection(family: "IP4", address: row.address)
        var answerer = Self.session(2)
        let (answer, agreed) = try Self.accepted(answerer.answer(offer, preferring: [.audio]))
        #expect(answer.media[0].attributes.first(row.answer) != nil)
        #expect(agreed.audio?.direction.rawValue == row.answer)
        #expect((agreed.audio?.remote == nil) == (row.address == "0.0.0.0"))
    }

    @Test("The codec is the first of the offer that both have; ptime is what the other side wants")
    func codec() throws {
        var peer = Self.session(1)
        peer.capabilities.audio = AudioCapabilities(port: 10_002, codecs: [.pcma, .pcmu], packetTimeMs: 30)
        var answerer = Self.session(2)
        answerer.capabilities.audio?.codecs = [.pcmu]
        let (answer, agreed) = try Self.accepted(answerer.answer(peer.offer([.audio]), preferring: [.audio]))
        #expect(agreed.audio?.codec == .pcmu)
        #expect(agreed.audio?.packetTimeMs == 30)
        #expect(agreed.audio?.telephoneEvent == 101)
        #expect(answer.media[0].formats == ["0", "101"])
        #expect(peer.agree(to: answer)?.audio?.codec == .pcmu)
    }

    // MARK: - Quirks

    struct Quirk: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var change: @Sendable (inout SDPQuirks) -> Void
        var text: String
        var isThere = true
    }

    static let quirks: [Quirk] = [
        Quirk(testDescription: "flags with :1", change: { $0.flags = .one }, text: "a=T38FaxFillBitRemoval:1\r\n"),
        Quirk(
            testDescription: "flags with :0", change: { $0.flags = .oneAndZero }, text: "a=T38FaxTranscodingMMR:0\r\n"),
        Quirk(testDescription: "bare flags", change: { _ in }, text: "a=T38FaxFillBitRemoval\r\n"),
        Quirk(
            testDescription: "no UdpEC", change: { $0.omitted = ["T38FaxUdpEC"] }, text: "T38FaxUdpEC",
            isThere: false),
        Quirk(
            testDescription: "no MaxDatagram", change: { $0.omitted = ["T38FaxMaxDatagram"] },
            text: "T38FaxMaxDatagram", isThere: false),
        Quirk(
            testDescription: "an attribute twice", change: { $0.repeated = ["T38FaxVersion"] },
            text: "a=T38FaxVersion:0\r\na=T38FaxVersion:0\r\n"),
        Quirk(
            testDescription: "a misspelled rate management", change: { $0.rateManagementText = "transferredTFC" },
            text: "a=T38FaxRateManagement:transferredTFC\r\n"),
        Quirk(
            testDescription: "lower case", change: { $0.lowerCaseNames = true },
            text: "a=t38faxratemanagement:transferredTCF\r\n"),
        Quirk(
            testDescription: "a blank behind the colon", change: { $0.blankBehindColon = true },
            text: "a=T38FaxVersion: 0\r\n"),
        Quirk(testDescription: "audio kept", change: { $0.keepsAudio = true }, text: "m=audio 10002 "),
    ]

    @Test("A quirk is in the offer, a peer without quirks takes it all the same", arguments: quirks)
    func quirk(_ quirk: Quirk) throws {
        var quirks = SDPQuirks()
        quirk.change(&quirks)
        var odd = Self.session(1, quirks: quirks) { $0.fillBitRemoval = true }
        _ = odd.offer([.audio])
        let offer = odd.offer([.t38])
        #expect(offer.text.contains(quirk.text) == quirk.isThere, "\(offer.text)")
        var peer = Self.session(2) { $0.fillBitRemoval = true }
        let (answer, agreed) = try Self.accepted(
            peer.answer(SessionDescription.lax(offer.octets[...]).value, preferring: [.t38]))
        #expect(agreed.t38?.errorCorrection == .redundancy)
        #expect(agreed.t38?.fillBitRemoval == true)
        #expect(odd.agree(to: answer)?.t38 != nil)
    }

    @Test("An answer with a higher version than was offered counts as the offered one")
    func higherVersion() throws {
        var quirks = SDPQuirks()
        quirks.answeredVersion = 3
        var offerer = Self.session(1)
        var odd = Self.session(2, quirks: quirks)
        let (answer, _) = try Self.accepted(odd.answer(offerer.offer([.t38]), preferring: [.t38]))
        #expect(answer.media[0].t38.version == 3)
        #expect(offerer.agree(to: answer)?.t38?.version == 0)
    }

    @Test("5,000 mutated descriptions as offer and as answer: no trap, and what is answered has the lines of the offer")
    func hostile() {
        var random = SeededRandom(seed: 9)
        var accepted = 0
        for round in 0..<5_000 {
            var peer = Self.session(1, layout: .beside)
            var ours = Self.session(2)
            let kinds: Set<MediaSession.Kind> = round % 2 == 0 ? [.audio, .t38] : [.audio]
            let octets = SIPHostileTests.mutate(peer.offer(kinds).octets, &random)
            let description = SessionDescription.lax(octets[...]).value
            _ = ours.offer(kinds)
            _ = ours.agree(to: description)
            guard case .accepted(let answer, let agreed) = ours.answer(description, preferring: [.t38, .audio]) else {
                continue
            }
            accepted += 1
            #expect(answer.media.count == description.media.count)
            #expect((agreed.audio == nil) != (agreed.t38 == nil))
            if let audio = agreed.audio { #expect((10...100).contains(audio.packetTimeMs)) }
        }
        #expect(accepted > 1_000)
    }
}
