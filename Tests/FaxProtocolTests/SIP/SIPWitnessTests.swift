import FaxCore
import FaxProtocol
import FaxWire
import Foundation
import TestSupport
import Testing

/// What we write is read by another program.
@Suite("Our SIP messages as tshark reads them")
struct SIPWitnessTests {
    /// An IPv4 packet with a UDP datagram; checksums of zero are not checked.
    private static func packet(_ sent: SIPPair.Sent) -> [UInt8] {
        var packet = ByteWriter()
        let ends = [SIPPair.callerEnd, SIPPair.calleeEnd]
        packet.u16(0x4500)
        packet.u16(UInt16(28 + sent.octets.count))
        packet.u32(0)
        packet.u16(0x4011)
        packet.u16(0)
        packet.u32(ends[sent.side].address.v4)
        packet.u32(sent.path.endpoint.address.v4)
        packet.u16(ends[sent.side].port)
        packet.u16(sent.path.endpoint.port)
        packet.u16(UInt16(8 + sent.octets.count))
        packet.u16(0)
        packet.raw(sent.octets)
        return packet.bytes
    }

    private static func capture(_ sent: [SIPPair.Sent]) throws -> URL {
        var writer = PcapWriter(PcapHeader(linkType: .rawIP))
        for message in sent { writer.append(time: message.at, frame: packet(message)) }
        let url = FileManager.default.temporaryDirectory.appending(path: "sip-\(UUID().uuidString).pcap")
        try Data(writer.bytes).write(to: url)
        return url
    }

    @Test("Nothing malformed, and the same methods, numbers and media", arguments: SIPLossTests.Form.allCases)
    func tshark(form: SIPLossTests.Form) throws {
        var pair = SIPPair { _, agent in
            agent.reliableProvisionals = form == .plain ? .never : .required
            agent.sessionTimer = .init()
        }
        pair.planFaxCall(carrier: form == .update ? .update : .invite)
        var media = [1, 2].map { MediaSessionTests.session(UInt32($0), layout: .besideRefused) }
        pair.reactions[1] = { event in
            if case .incoming = event { return [.ring(status: 180, nil)] }
            return []
        }
        pair.cancelPlans()
        let audio = media[0].offer([.audio])
        pair.plan(0, 0, .invite(pair.destination, offer: audio))
        guard case .accepted(let answer, _) = media[1].answer(audio, preferring: [.audio]) else {
            Issue.record("audio is refused")
            return
        }
        pair.plan(1, 1, .accept(answer))
        pair.plan(3, 1, .offer(media[1].offer([.t38]), form == .update ? .update : .invite))
        pair.plan(8, 0, .info(SIPContent(type: "application/dtmf-relay", octets: Array("Signal=1\r\n".utf8))))
        pair.plan(9, 0, .hangUp(SIPReason(protocol: "Q.850", cause: 16, text: "Normal call clearing")))
        pair.run()
        let url = try Self.capture(pair.sent)
        defer { try? FileManager.default.removeItem(at: url) }
        let rows = try Tshark.fields(
            url.path, filter: "frame",
            fields: [
                "sip.Method", "sip.Status-Code", "sip.CSeq.seq", "sdp.media.proto", "_ws.malformed",
                "_ws.expert.severity",
            ])
        #expect(rows.count == pair.sent.count)
        for (row, sent) in zip(rows, pair.sent) {
            let message = try #require(sent.message)
            #expect(row[0] == (message.method?.name ?? ""))
            #expect(row[1] == (message.status.map(String.init) ?? ""))
            #expect(row[2] == (message.cseq.map { String($0.number) } ?? ""))
            #expect(row[4].isEmpty, "\(sent.name)")
            // 0x00800000 is an error, 0x00600000 a warning.
            let severities = row[5].split(separator: ",").compactMap { Int($0) }
            #expect(severities.allSatisfy { $0 < 0x60_0000 }, "\(sent.name): \(row[5])")
        }
        #expect(rows.contains { $0[3].contains("udptl") })
    }
}
