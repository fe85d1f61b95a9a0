import FaxCore
import FaxWire
import Testing

@testable import FaxProtocol

/// Paths that fail, targets that are tried in order, and requests that are too large for a datagram.
@Suite struct SIPFailingTests {
    private static let first = SIPPath(.tcp, Endpoint(IPAddress(v4: 0x0A00_0001), 5_060))
    private static let second = SIPPath(.tcp, Endpoint(IPAddress(v4: 0x0A00_0002), 5_060))
    private static let third = SIPPath(.tcp, Endpoint(IPAddress(v4: 0x0A00_0003), 5_060))

    private static func caller(_ path: SIPPath, large: Bool = false) -> SIPCall {
        var agent = SIPAgent(path: SIPPath(path.transport, Endpoint(IPAddress(v4: 0x0A00_0064), 5_060)), user: "100")
        agent.prefersTCPForLargeRequests = true
        if large { agent.inviteHeaders = [.init("X-Filling", String(repeating: "x", count: 1_300))] }
        return SIPCall(agent: agent, random: SeededRandom(seed: 3))
    }

    private static func sent(_ outputs: [SIPCall.Output]) -> [(message: SIPMessage?, path: SIPPath)] {
        outputs.compactMap {
            guard case .send(let octets, to: let path) = $0 else { return nil }
            return (try? SIPMessage.strict(octets.span.bytes), path)
        }
    }

    private static func ending(_ outputs: [SIPCall.Output]) -> SIPEnding.Cause? {
        for case .event(.ended(let ending)) in outputs { return ending.cause }
        return nil
    }

    /// Answers the last request.
    private static func response(_ status: Int, to request: SIPMessage?) throws -> SIPCall.Input {
        let request = try #require(request)
        var draft = SIPMessageDraft(.response(status: status, reason: "Whatever"))
        for header in [SIPHeader.via, .from, .to, .callID, .cseq] { draft.add(header, request.value(header) ?? "") }
        return .message(try SIPMessage.strict(draft.octets.span.bytes), from: first)
    }

    @Test("A failed connection, silence and a 503 each lead to the next target, and then to an end")
    func targets() throws {
        var destination = SIPDestination(uri: "sip:200@example.com", path: Self.first)
        destination.alternatives = [Self.second, Self.third]
        var call = Self.caller(Self.first)
        var outputs = call.handle(.command(.invite(destination, offer: nil)), at: .zero)
        #expect(Self.sent(outputs).map(\.path) == [Self.first])
        outputs = call.handle(.transportFailed(Self.first), at: .zero)
        #expect(Self.sent(outputs).map(\.path) == [Self.second] && Self.ending(outputs) == nil)
        outputs = call.handle(try Self.response(503, to: Self.sent(outputs).last?.message), at: .zero)
        // The ACK of the 503, and the INVITE to the third.
        #expect(Self.sent(outputs).map(\.path) == [Self.second, Self.third] && Self.ending(outputs) == nil)
        outputs = call.handle(.deadline, at: Instant.zero + .seconds(33))
        #expect(Self.ending(outputs) == .noResponse(to: .invite))
    }

    @Test("Over 1,300 octets: TCP, and UDP when that fails", arguments: [false, true])
    func largeRequests(isLarge: Bool) {
        let path = SIPPath(.udp, Self.first.endpoint)
        var call = Self.caller(path, large: isLarge)
        let destination = SIPDestination(uri: "sip:200@10.0.0.1", path: path)
        var sent = Self.sent(call.handle(.command(.invite(destination, offer: nil)), at: .zero))
        let transport = isLarge ? SIPTransport.tcp : .udp
        #expect(sent.map(\.path) == [SIPPath(transport, path.endpoint)])
        #expect(sent.last?.message?.value(.via)?.hasPrefix("SIP/2.0/\(transport.rawValue) ") == true)
        guard isLarge else { return }
        let outputs = call.handle(.transportFailed(SIPPath(.tcp, path.endpoint)), at: .zero)
        sent = Self.sent(outputs)
        #expect(sent.map(\.path) == [path] && Self.ending(outputs) == nil)
        #expect(sent.last?.message?.value(.via)?.hasPrefix("SIP/2.0/UDP ") == true)
    }

    @Test("A URI that names UDP is believed")
    func namedUDP() {
        let path = SIPPath(.udp, Self.first.endpoint)
        var call = Self.caller(path, large: true)
        let destination = SIPDestination(uri: "sip:200@10.0.0.1;transport=udp", path: path)
        let sent = Self.sent(call.handle(.command(.invite(destination, offer: nil)), at: .zero))
        #expect(sent.map(\.path) == [path])
    }

    @Test(
        "An offer whose connection breaks goes once more where the Contact says, then it counts as refused"
    )
    func offers() throws {
        var pair = SIPPair(transport: .tcp)
        pair.plan(0, 0, .invite(pair.destination, offer: SIPTestSession.audio(0)))
        pair.plan(0.1, 1, .ring(status: 180, nil))
        pair.plan(0.2, 1, .accept(SIPTestSession.audio(1)))
        pair.run(until: Instant.zero + .seconds(2))
        let sentBefore = pair.sent.count
        pair.handle(.command(.offer(SIPTestSession.t38(0), .invite)), 0)
        let path = try #require(pair.sent.last?.path)
        pair.handle(.transportFailed(path), 0)
        #expect(pair.sent.count == sentBefore + 2)
        let again = try #require(pair.sent.last)
        #expect(again.message?.method == .invite && again.path.transport == .tcp)
        pair.handle(.transportFailed(again.path), 0)
        let isRefused = pair.events[0].contains {
            if case .offerRefused(let refusal) = $0 { refusal.status == 503 } else { false }
        }
        #expect(isRefused && pair.endings(0).isEmpty)
    }
}
