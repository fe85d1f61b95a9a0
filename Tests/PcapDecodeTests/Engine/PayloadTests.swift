import FaxCore
import FaxWire
import Testing

@testable import PcapDecode

/// What RTP payloads hold besides plain audio: redundancy, events, voice-band data types.
@Suite struct PayloadTests {
    private let aMedia = Endpoint(WireScript.a, 10_000)
    private let bMedia = Endpoint(WireScript.b, 20_000)

    private func call(_ lines: String, keepsAudio: Bool = true, _ media: (WireScript) -> Void) throws -> Call {
        let wire = WireScript(keepsAudio: keepsAudio)
        func sdp(_ host: IPAddress, _ port: Int) -> String {
            "v=0\r\no=- 1 1 IN IP4 \(host)\r\ns=-\r\nc=IN IP4 \(host)\r\nt=0 0\r\n"
                + "m=audio \(port) RTP/AVP 0 97 99 101\r\n" + lines
        }
        wire.sip("INVITE", "1 INVITE", byCaller: true, sdp: sdp(WireScript.a, 10_000), toTag: false)
        wire.sip("200 OK", "1 INVITE", byCaller: false, sdp: sdp(WireScript.b, 20_000))
        wire.sip("ACK", "1 ACK", byCaller: true)
        media(wire)
        wire.bye()
        return try #require(wire.finish().first)
    }

    private static let maps =
        "a=rtpmap:97 red/8000\r\na=fmtp:97 0/0\r\na=rtpmap:99 PCMU/8000\r\na=gpmd:99 vbd=yes\r\n"
        + "a=rtpmap:101 telephone-event/8000\r\n"

    /// One older block of type and payload, and the primary.
    private func red(_ older: (type: UInt8, offset: Int, payload: [UInt8])?, _ type: UInt8, _ payload: [UInt8])
        -> [UInt8]
    {
        guard let older else { return [type] + payload }
        let word = UInt32(older.offset) << 10 | UInt32(older.payload.count)
        let header = [0x80 | older.type, UInt8(word >> 16 & 0xFF), UInt8(word >> 8 & 0xFF), UInt8(word & 0xFF)]
        return header + [type] + older.payload + payload
    }

    @Test(arguments: [true, false]) func lostPacketsComeWithTheNext(keepsAudio: Bool) throws {
        let call = try call(Self.maps, keepsAudio: keepsAudio) { wire in
            for index in 0..<20 where ![5, 10, 11].contains(index) {
                let header = RTPHeader(
                    payloadType: 97, sequence: UInt16(truncatingIfNeeded: 65_530 + index),
                    timestamp: UInt32(160 * index), ssrc: 7)
                let older = index == 0 ? nil : (UInt8(0), 160, [UInt8](repeating: UInt8(index - 1), count: 160))
                wire.rtp(aMedia, bMedia, header, red(older, 0, [UInt8](repeating: UInt8(index), count: 160)))
            }
        }
        let stream = try #require(call.streams.first)
        #expect(stream.codec == "PCMU" && stream.statistics.packetTimeMs == 20)
        #expect(stream.statistics.lost == 3 && stream.statistics.recovered == 2 && stream.statistics.unrecovered == 1)
        #expect(stream.statistics.gaps.map(\.recovered) == [1, 1])
        #expect(stream.statistics.errorCorrection == .redundancy)
        #expect(stream.audio?.packets.count == (keepsAudio ? 17 : nil))
        #expect(stream.audio?.redundant.count == (keepsAudio ? 16 : nil))
        #expect(stream.audio?.packets.allSatisfy { $0.payloadType == 0 && $0.length == 160 } != false)
    }

    @Test func eventsWithinRedundancyAreListedOnce() throws {
        let call = try call(Self.maps) { wire in
            var sequence: UInt16 = 1
            func send(_ timestamp: Int, _ payload: [UInt8], lost: Bool = false) {
                let header = RTPHeader(
                    payloadType: 97, sequence: sequence, timestamp: UInt32(timestamp), ssrc: 7)
                if !lost { wire.rtp(aMedia, bMedia, header, payload) }
                sequence += 1
            }
            let one: [UInt8] = [1, 0x8A, 0x03, 0x20]
            let two: [UInt8] = [2, 0x0A, 0x00, 0xA0]
            send(0, red(nil, 0, [UInt8](repeating: 0xFF, count: 160)))
            send(1_000, red(nil, 101, one), lost: true)
            send(3_000, red((101, 2_000, one), 101, two))
            send(3_000, red((101, 2_000, one), 101, [2, 0x8A, 0x01, 0x40]))
        }
        let stream = try #require(call.streams.first)
        #expect(stream.events.map(\.name) == ["DTMF 1", "DTMF 2"])
        #expect(stream.events.map(\.duration) == [.milliseconds(100), .milliseconds(40)])
        #expect(stream.events.map(\.frame) == [FrameRef(number: 5), FrameRef(number: 5)])
    }

    @Test func brokenRedundancyIsCounted() throws {
        let call = try call(Self.maps) { wire in
            for (index, payload) in [[0x80], [0x80, 0xFF, 0xFF, 0xFF, 0], [], [0, 1, 2]].enumerated() {
                let header = RTPHeader(
                    payloadType: 97, sequence: UInt16(index), timestamp: UInt32(index * 160), ssrc: 7)
                wire.rtp(aMedia, bMedia, header, payload.map { UInt8($0) })
            }
        }
        let stream = try #require(call.streams.first)
        #expect(stream.statistics.lost == 0 && stream.statistics.malformedPackets == 3)
    }

    @Test func voiceBandDataTypesHaveTheirNames() throws {
        let call = try call(Self.maps) { wire in
            for index in 0..<5 {
                let header = RTPHeader(
                    payloadType: 99, sequence: UInt16(index), timestamp: UInt32(index * 160), ssrc: 7)
                wire.rtp(aMedia, bMedia, header, [UInt8](repeating: 0xFF, count: 160))
            }
        }
        #expect(call.streams.first?.codec == "PCMU" && call.streams.first?.audio?.formats[99] == "PCMU")
    }

    @Test(arguments: [true, false]) func signalEventsOfTypeHundred(announced: Bool) throws {
        let call = try call(announced ? Self.maps + "a=rtpmap:100 X-NSE/8000\r\n" : Self.maps) { wire in
            for index in 0..<8 {
                let isSignal = (3...5).contains(index)
                let header = RTPHeader(
                    payloadType: isSignal ? 100 : 0, sequence: UInt16(index), timestamp: UInt32(index * 160), ssrc: 7)
                wire.rtp(aMedia, bMedia, header, isSignal ? [200, 0, 0, 0] : [UInt8](repeating: 0xFF, count: 160))
            }
        }
        let stream = try #require(call.streams.first)
        #expect(stream.events.first?.name == "NSE switch to T.38" && stream.codec == "PCMU")
        #expect(stream.audio?.formats[100] == "X-NSE")
    }
}
