import FaxCore
import FaxWire
import Testing

@testable import PcapDecode

@Suite struct MediaBindingTests {
    private let aMedia = Endpoint(WireScript.a, 10_000)
    private let bMedia = Endpoint(WireScript.b, 20_000)

    @Test func mediaOfAnsweredCallIsBoundWithItsSender() throws {
        let wire = WireScript()
        wire.answer(callerMedia: (WireScript.a, 10_000), calleeMedia: (WireScript.b, 20_000))
        wire.rtp(aMedia, bMedia, count: 10, ssrc: 1)
        wire.rtp(bMedia, aMedia, count: 10, ssrc: 2)
        wire.bye()
        let call = try #require(wire.finish().first)
        #expect(wire.calls.count == 1)
        #expect(call.streams.map(\.direction) == [.caller, .callee])
        #expect(call.streams.map(\.packets) == [10, 10])
        #expect(call.streams.map(\.codec) == ["PCMU", "PCMU"])
        #expect(call.coverage.caller == 1 && call.coverage.callee == 1)
    }

    @Test func mediaBeforeItsSDPIsAdopted() throws {
        let wire = WireScript()
        wire.rtp(bMedia, aMedia, count: 5, ssrc: 2)
        wire.answer(callerMedia: (WireScript.a, 10_000), calleeMedia: (WireScript.b, 20_000))
        wire.rtp(bMedia, aMedia, count: 5, ssrc: 2, start: 105)
        wire.bye()
        let calls = wire.finish()
        #expect(calls.count == 1)
        #expect(calls.first?.streams.first?.packets == 10)
        #expect(calls.first?.streams.first?.direction == .callee)
    }

    /// Answered, with five packets of the caller, which come from elsewhere than its SDP says.
    private func callFromBehindNAT() -> (wire: WireScript, natted: Endpoint, dialog: WireScript.Dialog) {
        let wire = WireScript()
        let natted = Endpoint(WireScript.c, 33_333)
        let dialog = WireScript.Dialog(from: Endpoint(WireScript.c, 5060))
        wire.answer(dialog, callerMedia: (IPAddress(v4: 0xC0A8_0105), 10_000), calleeMedia: (WireScript.b, 20_000))
        wire.rtp(natted, bMedia, count: 5, ssrc: 1)
        return (wire, natted, dialog)
    }

    /// The caller is behind NAT: its SDP names an address that never appears; its media comes from elsewhere.
    @Test func callerBehindNATIsBoundBySymmetry() throws {
        let (wire, natted, dialog) = callFromBehindNAT()
        wire.rtp(bMedia, natted, count: 5, ssrc: 2)
        wire.bye(dialog)
        let call = try #require(wire.finish().first)
        #expect(wire.calls.count == 1)
        #expect(call.streams.map(\.direction) == [.caller, .callee])
    }

    /// RFC 8866 §5.7: the address may be a host name.
    @Test func mediaOfAHostNameAreExpectedWhereItsSignallingComesFrom() throws {
        let wire = WireScript()
        func sdp(_ name: String, _ port: UInt16) -> String {
            WireScript.sdp(WireScript.a, audio: port).replacing("\(WireScript.a)", with: name)
        }
        wire.sip("INVITE", "1 INVITE", byCaller: true, sdp: sdp("a.example", 10_000), toTag: false)
        wire.sip("200 OK", "1 INVITE", byCaller: false, sdp: sdp("b.example", 20_000))
        wire.sip("ACK", "1 ACK", byCaller: true)
        wire.rtp(aMedia, bMedia, count: 10, ssrc: 1)
        wire.rtp(bMedia, aMedia, count: 10, ssrc: 2)
        wire.bye()
        let call = try #require(wire.finish().first)
        #expect(wire.calls.count == 1)
        #expect(call.streams.map(\.direction) == [.caller, .callee])
    }

    /// The callee sends from a port that it did not announce, to where the packets of a caller behind NAT come from.
    @Test func asymmetricPortTowardsNAT() throws {
        let (wire, natted, dialog) = callFromBehindNAT()
        wire.rtp(Endpoint(WireScript.b, 20_500), natted, count: 20, ssrc: 2)
        wire.bye(dialog)
        let call = try #require(wire.finish().first)
        #expect(wire.calls.count == 1)
        #expect(call.streams.map(\.direction) == [.caller, .callee])
        #expect(call.streams.map(\.packets) == [5, 20])
    }

    @Test func portReusedByTheNextCallIsSplit() throws {
        let wire = WireScript()
        let second = WireScript.Dialog(callID: "two@test")
        wire.answer(callerMedia: (WireScript.a, 10_000), calleeMedia: (WireScript.b, 20_000))
        wire.rtp(aMedia, bMedia, count: 8, ssrc: 1)
        wire.bye()
        wire.answer(second, callerMedia: (WireScript.a, 10_000), calleeMedia: (WireScript.b, 20_000))
        wire.rtp(aMedia, bMedia, count: 6, ssrc: 9)
        wire.bye(second)
        let calls = wire.finish()
        #expect(calls.map { $0.streams.map(\.packets) } == [[8], [6]])
        #expect(calls.map { $0.signalling.callIDs.first } == ["one@test", "two@test"])
    }

    @Test func lateMediaAfterTheCallMakesNoCallOfItsOwn() {
        let wire = WireScript()
        wire.answer(callerMedia: (WireScript.a, 10_000), calleeMedia: (WireScript.b, 20_000))
        wire.rtp(aMedia, bMedia, count: 5, ssrc: 1)
        wire.bye()
        wire.clock += 8
        wire.rtp(aMedia, bMedia, count: 300, ssrc: 1, start: 500)
        #expect(wire.finish().count == 1)
    }

    @Test(arguments: [false, true])
    func leftoverRTPOnTheUDPTLPortIsToldApart(udptlFirst: Bool) throws {
        let wire = WireScript()
        wire.answer(callerMedia: (WireScript.a, 10_000), calleeMedia: (WireScript.b, 20_000))
        if !udptlFirst { wire.rtp(aMedia, bMedia, count: 5, ssrc: 1, start: 8) }
        for round in 0..<20 {
            wire.udptl(aMedia, bMedia, round..<round + 1)
            wire.rtp(aMedia, bMedia, count: 1, ssrc: 1, start: UInt16(13 + round))
        }
        wire.bye()
        let streams = try #require(wire.finish().first).streams
        let t38 = try #require(streams.first { $0.kind == .udptl })
        let rtp = try #require(streams.first { $0.kind == .rtp })
        #expect(t38.packets == 20 && t38.statistics.lost == 0 && t38.statistics.malformedPackets == 0)
        #expect(t38.t38?.entries.count == 20)
        #expect(rtp.packets == (udptlFirst ? 20 : 25) && rtp.statistics.lost == 0)
        #expect(streams.count == 2)
    }

    /// UDPTL numbers 0x8000…0xBFFF look like RTP's version bits.
    @Test func udptlNumbersThatLookLikeRTPStayUDPTL() throws {
        let wire = WireScript()
        wire.answer(callerMedia: (WireScript.a, 10_000), calleeMedia: (WireScript.b, 20_000))
        wire.udptl(aMedia, bMedia, 0x7FF0..<0x8020)
        wire.bye()
        let streams = try #require(wire.finish().first).streams
        #expect(streams.count == 1)
        #expect(streams.first?.kind == .udptl)
        #expect(streams.first?.t38?.entries.count == 0x30)
        #expect(streams.first?.statistics.lost == 0)
    }

    @Test func packetsSeenOnTwoInterfacesCountOnce() throws {
        let wire = WireScript()
        wire.answer(callerMedia: (WireScript.a, 10_000), calleeMedia: (WireScript.b, 20_000))
        for sequence in 0..<20 {
            let octets = WireScript.udptl(sequence)
            wire.linkTag = 1
            wire.ttl = 64
            wire.packet(aMedia, bMedia, octets)
            wire.linkTag = 2
            wire.ttl = 63
            wire.repeatPacket(aMedia, bMedia, octets)
            wire.clock += 0.03
        }
        wire.bye()
        let stream = try #require(wire.finish().first?.streams.first)
        #expect(stream.packets == 20)
        #expect(stream.statistics.duplicates == 0)
        #expect(stream.statistics.captureDuplicates == 20)
    }

    @Test func everyPacketTwiceWithoutDifferenceIsASpanPort() throws {
        let stream = try doubled(every: 1)
        #expect(stream.packets == 40)
        #expect(stream.statistics.duplicates == 0)
        #expect(stream.statistics.captureDuplicates == 40)
    }

    @Test func aFewPacketsTwiceAreTheNetworksDoubles() throws {
        let stream = try doubled(every: 10)
        #expect(stream.statistics.duplicates == 4)
        #expect(stream.statistics.captureDuplicates == 0)
    }

    private func doubled(every step: Int) throws -> MediaStream {
        let wire = WireScript()
        wire.answer(callerMedia: (WireScript.a, 10_000), calleeMedia: (WireScript.b, 20_000))
        for sequence in 0..<40 {
            let octets = WireScript.udptl(sequence)
            wire.packet(aMedia, bMedia, octets)
            if sequence % step == 0 { wire.repeatPacket(aMedia, bMedia, octets) }
            wire.clock += 0.03
        }
        wire.bye()
        return try #require(wire.finish().first?.streams.first)
    }
}
