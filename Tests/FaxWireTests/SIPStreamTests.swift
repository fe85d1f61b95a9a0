import FaxCore
import FaxWire
import Testing

@Suite struct SIPStreamTests {
    static func request(_ method: String, body: String = "", length: String? = "auto", type: Bool = true) -> String {
        var text = "\(method) sip:a@b SIP/2.0\r\nVia: SIP/2.0/TCP a;branch=1\r\nFrom: <sip:a>;tag=1\r\nTo: <sip:b>\r\n"
        text += "Call-ID: 1\r\nCSeq: 1 \(method)\r\n"
        if type, !body.isEmpty { text += "Content-Type: application/sdp\r\n" }
        if let length { text += "l: \(length == "auto" ? String(body.utf8.count) : length)\r\n" }
        return text + "\r\n" + body
    }

    static let sdp = "v=0\r\ns=SIP/2.0 200 OK\r\n"
    static let stream =
        request("INVITE", body: sdp) + "\r\n\r\n" + request("ACK") + "SIP/2.0 200 OK\r\nl: 3\r\n\r\nabc"
        + request("BYE", length: nil)

    private func read(_ chunks: [[UInt8]]) -> [String] {
        var framer = SIPStreamFramer()
        var outputs = chunks.flatMap { framer.push($0.span.bytes) }
        outputs += framer.finish()
        #expect(framer.heldOctets == 0)
        return outputs.map(Self.describe)
    }

    static func describe(_ output: SIPStreamFramer.Output) -> String {
        switch output {
        case .message(let decoded):
            "\(decoded.value.method?.name ?? "\(decoded.value.status ?? 0)") \(decoded.value.body.count)"
        case .skipped(let octets, let failure): "skipped \(octets) \(failure.reasonText)"
        }
    }

    static let expected = ["INVITE \(sdp.utf8.count)", "ACK 0", "200 3", "BYE 0"]

    @Test func splitAnywhere() {
        let octets = Array(Self.stream.utf8)
        for cut in 0...octets.count {
            #expect(read([Array(octets[..<cut]), Array(octets[cut...])]) == Self.expected, "cut at \(cut)")
        }
        #expect(read(octets.map { [$0] }) == Self.expected)
    }

    @Test func resynchronisesAfterAGap() {
        var framer = SIPStreamFramer()
        let octets = Array(Self.stream.utf8)
        var outputs = framer.push(Array(octets[..<30]).span.bytes)
        outputs += framer.skipGap()
        outputs += framer.push(Array(octets[150...]).span.bytes)
        outputs += framer.finish()
        let names = outputs.map(Self.describe)
        #expect(names.first == "skipped 30 cut off by a gap in the stream")
        #expect(Array(names.suffix(3)) == Array(Self.expected.suffix(3)))
    }

    @Test func bodyWithoutLengthReachesToTheNextMessage() {
        let stream = Self.request("INVITE", body: "v=0\r\nx=1\r\n", length: nil) + Self.request("ACK")
        for length in ["-5", "many", ""] {
            let odd = Self.request("INVITE", body: "v=0\r\nx=1\r\n", length: length) + Self.request("ACK")
            #expect(read([Array(odd.utf8)]) == ["INVITE 10", "ACK 0"])
        }
        #expect(read([Array(stream.utf8)]) == ["INVITE 10", "ACK 0"])
        #expect(read(stream.utf8.map { [$0] }) == ["INVITE 10", "ACK 0"])
    }

    @Test func octetsThatAreNotSIPAreLeftOut() {
        let garbage = "GET / HTTP/1.1\r\nHost: x\r\n\r\n"
        let names = read([Array((garbage + Self.request("ACK")).utf8)])
        #expect(names.last == "ACK 0")
        #expect(names.first?.hasPrefix("skipped") == true)
    }

    @Test func holdsNoMoreThanItsLimit() {
        var framer = SIPStreamFramer()
        _ = framer.push(Array(Self.request("INVITE", length: "2000000000").utf8).span.bytes)
        let chunk = [UInt8](repeating: 0x41, count: 65_536)
        var skipped = 0
        for _ in 0..<64 {
            for output in framer.push(chunk.span.bytes) {
                if case .skipped(let octets, _) = output { skipped += octets }
            }
            #expect(framer.heldOctets <= SIPStreamFramer.Limit.heldOctets + chunk.count)
        }
        #expect(skipped > SIPStreamFramer.Limit.heldOctets)
    }
}

@Suite struct SIPWebSocketTests {
    static let upgrade = "GET /ws HTTP/1.1\r\nUpgrade: websocket\r\nSec-WebSocket-Protocol: sip\r\n\r\n"

    /// One frame (RFC 6455 §5.2).
    static func frame(_ payload: [UInt8], opcode: UInt8 = 1, isFinal: Bool = true, masked: Bool = true) -> [UInt8] {
        var octets: [UInt8] = [(isFinal ? 0x80 : 0) | opcode]
        let mask: UInt8 = masked ? 0x80 : 0
        if payload.count < 126 {
            octets.append(mask | UInt8(payload.count))
        } else {
            octets += [mask | 126, UInt8(payload.count >> 8), UInt8(payload.count & 255)]
        }
        guard masked else { return octets + payload }
        let key: [UInt8] = [1, 2, 3, 4]
        return octets + key + payload.enumerated().map { $1 ^ key[$0 % 4] }
    }

    static let invite = Array(SIPStreamTests.request("INVITE", body: SIPStreamTests.sdp).utf8)
    static let ack = Array(SIPStreamTests.request("ACK").utf8)

    private func read(_ octets: [UInt8], cut: Int) -> [String] {
        var framer = WebSocketFramer()
        let outputs = framer.push(Array(octets[..<cut]).span.bytes) + framer.push(Array(octets[cut...]).span.bytes)
        return outputs.map(Self.describe)
    }

    static func describe(_ output: WebSocketFramer.Output) -> String {
        switch output {
        case .message(let decoded): decoded.value.method?.name ?? "\(decoded.value.status ?? 0)"
        case .skipped(_, let failure): "skipped \(failure.reasonText)"
        case .closed: "closed"
        }
    }

    @Test(arguments: [true, false])
    func maskedFragmentedAndInterleaved(_ masked: Bool) {
        var octets = masked ? Array(Self.upgrade.utf8) : []
        octets += Self.frame(Array(Self.invite[..<40]), isFinal: false, masked: masked)
        octets += Self.frame([], opcode: 9, masked: masked)
        octets += Self.frame(Array(Self.invite[40...]), opcode: 0, masked: masked)
        octets += Self.frame(Array("\r\n\r\n".utf8), masked: masked)
        octets += Self.frame(Self.ack, opcode: 2, masked: masked)
        octets += Self.frame([], opcode: 8, masked: masked)
        for cut in 0...octets.count {
            #expect(read(octets, cut: cut) == ["INVITE", "ACK", "closed"], "cut at \(cut)")
        }
    }

    private func looksLikeSIP(_ octets: [UInt8]) -> Bool { WebSocketFramer.looksLikeWebSocketSIP(octets.span.bytes) }

    @Test func recognised() {
        #expect(looksLikeSIP(Array(Self.upgrade.utf8)))
        #expect(looksLikeSIP(Self.frame(Self.invite)))
        #expect(!looksLikeSIP(Self.frame(Array("{}".utf8))))
        #expect(!looksLikeSIP(Self.invite))
    }

    @Test func findsFramesAgainAfterAGap() {
        var framer = WebSocketFramer()
        _ = framer.push(Array(Self.frame(Self.invite)[..<50]).span.bytes)
        #expect(framer.skipGap().count == 1)
        let outputs = framer.push((Array(Self.invite[60...]) + Self.frame(Self.ack)).span.bytes)
        #expect(outputs.map(Self.describe).last == "ACK")
    }

    @Test func framesThatLieAreBounded() {
        var framer = WebSocketFramer()
        let huge: [UInt8] = [0x81, 127, 0x7F, 0, 0, 0, 0, 0, 0, 1] + [UInt8](repeating: 0, count: 1_000)
        let outputs = framer.push(huge.span.bytes).map(Self.describe)
        #expect(
            outputs == [
                "skipped passes the limit WebSocketFramer.Limit.messageOctets = \(WebSocketFramer.Limit.messageOctets)"
            ])
        for _ in 0..<100 { _ = framer.push([UInt8](repeating: 7, count: 65_536).span.bytes) }
        #expect(framer.heldOctets < 65_536)
        var odd = WebSocketFramer()
        let skipped = odd.push(Self.frame(Self.ack, opcode: 5).span.bytes).map(Self.describe)
        #expect(skipped == ["skipped is not a WebSocket frame"])
    }
}
