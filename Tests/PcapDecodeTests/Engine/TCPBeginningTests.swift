import FaxCore
import FaxWire
import Testing

@testable import PcapDecode

/// Connections whose beginning the capture lacks, or part of it.
@Suite struct TCPBeginningTests {
    private static let caller = Endpoint(WireScript.a, 40_000)
    private static let callee = Endpoint(WireScript.b, 5060)

    /// Sends texts one after the other, each in a segment of its own.
    private func send(_ texts: [String], _ wire: WireScript, afterSYN: Bool = false) {
        var sequence: UInt32 = 1
        if afterSYN { wire.segment(Self.caller, Self.callee, sequence: 0, flags: .syn, []) }
        for text in texts {
            let octets = Array(text.utf8)
            wire.segment(Self.caller, Self.callee, sequence: sequence, flags: .ack, octets)
            sequence &+= UInt32(octets.count)
            wire.clock += 0.1
        }
    }

    private static let invite = WireScript.request("INVITE", "1 INVITE", to: false)
    private static let rest = [
        WireScript.request("ACK", "1 ACK", to: true), WireScript.request("BYE", "2 BYE", to: true),
    ]
    private static let tail = "lock,UPDATE\r\nCall-ID: opt1@10.77.0.1\r\nCSeq: 5 OPTIONS\r\nContent-Length: 0\r\n\r\n"

    struct Row: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var segments: [String]
    }

    private static let rows = [
        Row(testDescription: "the tail of an older message", segments: [tail, invite]),
        Row(testDescription: "a tail and a message in one segment", segments: [tail + invite]),
        Row(
            testDescription: "a start line cut in two",
            segments: [tail + invite.prefix(20), String(invite.dropFirst(20))]),
        Row(testDescription: "an octet of a TCP keep-alive", segments: ["\0", invite]),
        Row(
            testDescription: "a tail with a message's start line in its body (RFC 3420)",
            segments: [tail + "SIP/2.0 100 Trying\r\n", invite]),
        Row(testDescription: "more than is looked at", segments: Array(repeating: tail, count: 100) + [invite]),
    ]

    @Test(arguments: rows)
    func sipIsFoundBehindWhatWasBefore(row: Row) throws {
        let wire = WireScript()
        send(row.segments + Self.rest, wire)
        let call = try #require(wire.finish().first)
        #expect(call.signalling.steps.map(\.method) == ["INVITE", "ACK", "BYE"])
    }

    /// A connection that is known to begin with something else has no messages of ours in the midst of its lines.
    @Test func linesOfAnotherProtocolAreNoMessages() {
        let wire = WireScript()
        send(["POST /trace HTTP/1.1\r\n\r\n" + Self.invite], wire, afterSYN: true)
        #expect(wire.finish().isEmpty)
    }

    // MARK: - T.38

    private static let passive = Endpoint(WireScript.b, 4100)

    /// A call with T.38 over TCP; the caller opens the connection and so names port 9 (RFC 4145 §4.1).
    private func t38Call(version: Int) -> WireScript {
        let wire = WireScript()
        func description(_ host: String, _ port: Int, _ setup: String) -> String {
            "v=0\r\no=- 1 1 IN IP4 \(host)\r\ns=-\r\nc=IN IP4 \(host)\r\nt=0 0\r\n"
                + "m=image \(port) TCP t38\r\na=T38FaxVersion:\(version)\r\na=setup:\(setup)\r\n"
        }
        wire.sip("INVITE", "1 INVITE", byCaller: true, sdp: description("10.0.0.1", 9, "active"), toTag: false)
        wire.sip("200 OK", "1 INVITE", byCaller: false, sdp: description("10.0.0.2", 4100, "passive"))
        wire.sip("ACK", "1 ACK", byCaller: true)
        return wire
    }

    private func finish(_ wire: WireScript) throws -> (packets: [[UInt8]], frames: [UInt32]) {
        wire.bye()
        let log = try #require(wire.finish().first?.streams.first { $0.kind == .t38TCP }?.t38)
        return (
            log.entries.map { Array(log.octets[$0.offset..<$0.offset + $0.length]) }, log.entries.map(\.frame.number)
        )
    }

    private static let packets: [[UInt8]] = (0..<20).map { index in
        IFPPacket.data(.v21, [.init(.hdlcData, [UInt8(index), 0x55, 0xAA])]).octets(form: .v2002) ?? []
    }

    @Test func t38WhoseFirstSegmentIsMissing() throws {
        let wire = t38Call(version: 2)
        wire.segment(Self.caller, Self.passive, sequence: 0, flags: .syn, [])
        var sequence: UInt32 = 1
        for (index, packet) in Self.packets.enumerated() {
            let octets = T38TCPFramer.tpkt(packet)
            if index > 0 { wire.segment(Self.caller, Self.passive, sequence: sequence, flags: .ack, octets) }
            sequence &+= UInt32(octets.count)
            wire.clock += 0.5
        }
        #expect(try finish(wire).packets == Array(Self.packets.dropFirst()))
    }

    /// Each packet has the frame of the segment that completed it, also where it waited.
    @Test func t38ThatBeginsInsideAPacket() throws {
        let wire = t38Call(version: 2)
        var sequence: UInt32 = 1
        for (index, packet) in Self.packets.enumerated() {
            let octets = T38TCPFramer.tpkt(packet)
            for (half, part) in [octets[..<7], octets[7...]].enumerated() {
                if index + half > 0 {
                    wire.segment(Self.caller, Self.passive, sequence: sequence, flags: .ack, Array(part))
                }
                sequence &+= UInt32(part.count)
                wire.clock += 0.1
            }
        }
        let read = try finish(wire)
        #expect(read.packets == Array(Self.packets.dropFirst()))
        #expect(read.frames == (1..<20).map { UInt32(4 + 2 * $0) })
    }

    /// Without TPKT the form decides where packets end: that of the version agreed on, which only the sender's port names.
    @Test(arguments: [0, 2])
    func bareT38OfTheSideThatListens(version: Int) throws {
        let packets: [[UInt8]] = (0..<20).map { index in
            let field = IFPPacket.Field(index % 2 == 0 ? .hdlcData : .hdlcFCSOKSigEnd, index % 2 == 0 ? [7] : [])
            return IFPPacket.data(.v21, [field]).octets(form: IFPForm(version: version)) ?? []
        }
        let wire = t38Call(version: version)
        wire.segment(Self.passive, Self.caller, sequence: 0, flags: .syn, [])
        wire.segment(Self.passive, Self.caller, sequence: 1, flags: .ack, packets.flatMap { $0 })
        #expect(try finish(wire).packets == packets)
    }
}
