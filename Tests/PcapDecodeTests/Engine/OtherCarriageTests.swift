import FaxCore
import FaxWire
import Testing

@testable import PcapDecode

/// T.38 that does not come in UDPTL, and SIP that does not come in UDP.
@Suite struct OtherCarriageTests {
    private static func ifp(_ index: Int) -> [UInt8] {
        let data = IFPPacket.data(.v21, [.init(.hdlcData, [UInt8(truncatingIfNeeded: index)])])
        return data.octets(form: .v2002) ?? []
    }

    /// RFC 4612: `t38/8000` as a payload format of the audio line.
    @Test func t38OverRTPIsReadAsT38() throws {
        let wire = WireScript()
        let sdp = """
            v=0\r\no=- 1 1 IN IP4 10.0.0.1\r\ns=-\r\nc=IN IP4 10.0.0.1\r\nt=0 0\r\n\
            m=audio 10000 RTP/AVP 100\r\na=rtpmap:100 t38/8000\r\n
            """
        wire.sip("INVITE", "1 INVITE", byCaller: true, sdp: sdp, toTag: false)
        wire.sip("200 OK", "1 INVITE", byCaller: false, sdp: sdp.replacing("10.0.0.1", with: "10.0.0.2"))
        wire.sip("ACK", "1 ACK", byCaller: true)
        for index in 0..<12 where index != 5 {
            let header = RTPHeader(
                payloadType: 100, sequence: UInt16(index), timestamp: UInt32(index * 240), ssrc: 7)
            wire.packet(
                Endpoint(WireScript.a, 10_000), Endpoint(WireScript.b, 10_000), header.packet(payload: Self.ifp(index)))
            wire.clock += 0.03
        }
        wire.bye()
        let stream = try #require(wire.finish().first?.streams.first)
        #expect(stream.kind == .t38RTP && stream.codec == "t38" && stream.direction == .caller)
        #expect(stream.t38?.entries.map(\.sequence) == [0, 1, 2, 3, 4, 6, 7, 8, 9, 10, 11])
        #expect(stream.statistics.lost == 1)
    }

    /// T.38 Annex D: `m=image … TCP t38`, here with TPKT (RFC 1006 §6), cut into segments anywhere.
    @Test(arguments: [1, 3, 7, 1_000])
    func t38OverTCPIsReadWhateverTheSegments(octetsPerSegment: Int) throws {
        let wire = WireScript()
        let offer = Self.tcpOffer("10.0.0.1", port: 4000)
        wire.sip("INVITE", "1 INVITE", byCaller: true, sdp: offer, toTag: false)
        wire.sip("200 OK", "1 INVITE", byCaller: false, sdp: Self.tcpOffer("10.0.0.2", port: 4100))
        wire.sip("ACK", "1 ACK", byCaller: true)
        var octets: [UInt8] = []
        for index in 0..<20 {
            let packet = Self.ifp(index)
            octets += [3, 0, 0, UInt8(packet.count + 4)] + packet
        }
        var sequence: UInt32 = 1_000
        let (from, to) = (Endpoint(WireScript.a, 40_000), Endpoint(WireScript.b, 4100))
        wire.segment(from, to, sequence: sequence &- 1, flags: .syn, [])
        for start in stride(from: 0, to: octets.count, by: octetsPerSegment) {
            let part = Array(octets[start..<min(octets.count, start + octetsPerSegment)])
            wire.segment(from, to, sequence: sequence, flags: .ack, part)
            sequence &+= UInt32(part.count)
            wire.clock += 0.01
        }
        wire.bye()
        let stream = try #require(wire.finish().first?.streams.first { $0.kind == .t38TCP })
        #expect(stream.direction == .caller)
        #expect(stream.t38?.entries.count == 20)
    }

    private static func tcpOffer(_ host: String, port: Int) -> String {
        "v=0\r\no=- 1 1 IN IP4 \(host)\r\ns=-\r\nc=IN IP4 \(host)\r\nt=0 0\r\n"
            + "m=image \(port) TCP t38\r\na=T38FaxVersion:2\r\n"
    }

    /// SIP over TCP with two messages in a segment and one cut in the middle.
    @Test func sipOverTCPMakesACall() throws {
        let wire = WireScript()
        let messages = ["INVITE", "ACK", "BYE"].enumerated().map { index, method in
            WireScript.request(method, "\(index == 2 ? 2 : 1) \(method)", to: index > 0)
        }
        let octets = messages.flatMap { Array($0.utf8) }
        let (from, to) = (Endpoint(WireScript.a, 40_000), Endpoint(WireScript.b, 5060))
        let cut = octets.count - 100
        wire.segment(from, to, sequence: 1, flags: .ack, Array(octets[..<cut]))
        wire.clock += 0.1
        wire.segment(from, to, sequence: 1 + UInt32(cut), flags: .ack, Array(octets[cut...]))
        let call = try #require(wire.finish().first)
        #expect(call.signalling.transport == .tcp)
        #expect(call.signalling.steps.map(\.method) == ["INVITE", "ACK", "BYE"])
    }
}
