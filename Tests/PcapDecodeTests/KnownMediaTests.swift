import FaxCore
import FaxWire
import Testing

@testable import PcapDecode

/// Descriptions whose media are known read as if they were not.
@Suite struct KnownMediaTests {
    private static let audio = """
        m=audio PORT RTP/AVP 0 8 101\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:101 telephone-event/8000\r\n\
        a=fmtp:101 0-15\r\na=ptime:20\r\na=gpmd:8 vbd=yes\r\n
        """
    private static let image = """
        m=image PORT udptl t38\r\na=T38FaxVersion:0\r\na=T38MaxBitRate:14400\r\na=T38FaxUdpEC:t38UDPRedundancy\r\n
        """
    private static let sessions = [
        "v=0\r\no=- 1 1 IN IP4 10.77.0.1\r\ns=-\r\nc=IN IP4 10.77.0.1\r\nt=0 0\r\n",
        "v=0\r\no=- 2 1 IN IP4 10.77.0.2\r\ns=-\r\nt=0 0\r\na=sendonly\r\n",
        "v=0\no=- 3 1 IN IP4 host.example\ns=-\nc=IN IP4 0.0.0.0\nt=0 0\n",
        "v=0\r\ns=-\r\nM=audio 9 RTP/AVP 0\r\n", "o=what\r\n", "",
    ]
    private static let media = [
        audio, image, audio + "a=inactive\r\n", audio + "c=IN IP4 10.77.0.9\r\n", audio + "c=IN IP4 host.example\r\n",
        audio + "a=rtcp-mux\r\n", audio + "a=rtcp:5005\r\n", audio + "a=rtpmap:96 \r\n",
        image + "a=T38FaxVersion:0 a=T38x\r\n",
        audio + "o=- 9 9 IN IP4 10.99.0.9\r\n", audio + "a=x\ro=- 9 9 IN IP4 10.99.0.9\r\n", audio + "a=\r\n",
        audio + "\r\n", audio + "b=AS:64\r\ni=title\r\n", "m=audio PORT/2 RTP/AVP 8\r\n", "m=audio  PORT RTP/AVP 8\r\n",
        "m=audio PORT\r\n", "m=image PORT TCP t38", " " + image, image + "M=audio PORT RTP/AVP 0\r\n",
    ]
    private static let ports = ["4000", "10412", "0", "65535", "65536", "00004000", "04000", "x", "-1", "4000x"]

    private static func description(_ random: inout SeededRandom) -> [UInt8] {
        func pick<T>(_ values: [T]) -> T { values[Int.random(in: 0..<values.count, using: &random)] }
        var text = pick([sessions[0], pick(sessions)])
        for _ in 0..<Int.random(in: 0...2, using: &random) {
            let section = pick([audio, image, pick(media)])
            text += section.split(separator: "PORT", omittingEmptySubsequences: false).joined(separator: pick(ports))
        }
        var octets = Array(text.utf8)
        if Int.random(in: 0..<4, using: &random) == 0, !octets.isEmpty {
            octets[Int.random(in: 0..<octets.count, using: &random)] = UInt8.random(in: 0...127, using: &random)
        }
        return octets
    }

    @Test func nothingIsReadOtherwise() {
        var random = SeededRandom(seed: 8866)
        var known = KnownMedia()
        var hits = 0
        for _ in 0..<20_000 {
            let octets = Self.description(&random)
            let isKnown = SDPSections(octets.span.bytes).flatMap { known.known($0, octets.span.bytes) } != nil
            let read = known.read(octets[...])
            let decoded = SessionDescription.lax(octets[...])
            let text = String(decoding: octets, as: UTF8.self)
            #expect(read.step == StepSDP(decoded.value, decoded.stoppedBy), "\(text)")
            #expect(read.oddity == decoded.stoppedBy)
            if isKnown { hits += 1 }
        }
        // Many are plain and of few kinds.
        #expect(hits > 2_000)
    }

    @Test func aKnownSectionHasItsOwnPortAndSession() throws {
        var known = KnownMedia()
        let first = Self.sessions[0] + Self.image.split(separator: "PORT").joined(separator: "4000")
        _ = known.read(Array(first.utf8)[...])
        let second = Array((Self.sessions[1] + Self.image.split(separator: "PORT").joined(separator: "4002")).utf8)
        let found = SDPSections(second.span.bytes).flatMap { known.known($0, second.span.bytes) }
        let step = try #require(found)
        #expect(step.lines.map(\.port) == [4002])
        #expect(step.lines.map(\.direction) == [.sendonly])
        #expect(step.lines.map(\.t38?.version) == [0])
        #expect(step.faults == ["the image line has no c="])
    }

    @Test func whatIsKnownHasALimit() {
        var known = KnownMedia()
        var random = SeededRandom(seed: 1)
        for number in 0..<2_000 {
            let port = Int.random(in: 1...60_000, using: &random)
            let text = Self.sessions[0] + "m=audio \(port) RTP/AVP 0\r\na=x:\(number)\r\n"
            #expect(known.read(Array(text.utf8)[...]).step.lines.map(\.port) == [UInt16(port)])
            #expect(known.count <= KnownMedia.Limit.sections)
        }
    }
}
