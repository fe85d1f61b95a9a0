import FaxCore
import FaxWire
import Testing

@testable import PcapDecode

/// However many calls and flows come, a new one costs little: what housekeeping looks at is counted, not its time.
struct FloodTests {
    private let receiver = Endpoint(WireScript.b, 20_000)

    /// One flow of RTP each, all within the time after which media without signalling is over.
    private func flood(_ wire: WireScript, flows: Int, to end: Endpoint) {
        for number in 0..<flows {
            let from = Endpoint(IPAddress(v4: 0x0B00_0000 + UInt32(number)), 5_000)
            for index in UInt16(0)..<4 {
                let header = RTPHeader(
                    payloadType: 0, sequence: index, timestamp: UInt32(index) * 160, ssrc: UInt32(number))
                wire.packet(from, end, header.packet(payload: [UInt8](repeating: 0xFF, count: 20)))
            }
            wire.clock += 0.0005
        }
    }

    @Test func newMediaFlows() {
        var limits = EngineLimits()
        limits.flows = 400
        let wire = WireScript(limits: limits)
        flood(wire, flows: 10_000, to: receiver)
        #expect(wire.flows <= 400)
        #expect(wire.looks <= 10_000 * 4)
        #expect(wire.warnings.contains { $0.reason.contains("flows") })
        // Each is a call without signalling; none is lost.
        #expect(wire.finish().count == 10_000)
    }

    @Test func newMediaFlowsOfOneCall() {
        var limits = EngineLimits()
        limits.flows = 400
        limits.flowsPerCall = 32
        let wire = WireScript(limits: limits)
        wire.answer(callerMedia: (WireScript.a, 10_000), calleeMedia: (WireScript.b, 20_000))
        flood(wire, flows: 5_000, to: receiver)
        #expect(wire.flows <= 400)
        #expect(wire.looks <= 5_000 * 4)
        let calls = wire.finish()
        #expect(calls.first { $0.signalling.carrier == .sip }?.streams.count == 32)
        #expect(calls.reduce(0) { $0 + $1.streams.count } == 5_000)
    }

    @Test func newCalls() {
        var limits = EngineLimits()
        limits.openCalls = 400
        let wire = WireScript(limits: limits)
        for number in 0..<3_000 {
            wire.sip(
                "INVITE", "1 INVITE", byCaller: true, WireScript.Dialog(callID: "c\(number)@test"),
                sdp: WireScript.sdp(WireScript.a, audio: 10_000), toTag: false)
        }
        #expect(wire.openCalls <= 400)
        #expect(wire.looks <= 3_000 * 15)
        #expect(wire.finish().count == 3_000)
    }

    /// Connections that carry nothing of ours, each with a hole behind its first segment. Gives the most that waited.
    private func holes(_ wire: WireScript, connections: Int, segments: Int) -> Int {
        var most = 0
        for number in 0..<connections {
            let from = Endpoint(IPAddress(v4: 0x0B00_0000 + UInt32(number)), 5_000)
            for index in 0..<segments where index != 1 {
                let octets: [UInt8] = [0x17, 3, 3] + [UInt8](repeating: 0xAA, count: 997)
                wire.segment(from, receiver, sequence: UInt32(index * 1_000), flags: .ack, octets)
                most = max(most, wire.waitingTCPOctets)
            }
        }
        return most
    }

    @Test func tcpBehindHoles() {
        var limits = EngineLimits()
        limits.waitingTCPOctets = 200_000
        let wire = WireScript(limits: limits)
        #expect((100_000...200_000).contains(holes(wire, connections: 100, segments: 30)))
        #expect(wire.warnings.filter { $0.reason.contains("waitingTCPOctets") }.count == 1)
        let few = WireScript(limits: limits)
        #expect(holes(few, connections: 5, segments: 30) > 5 * 29_000)
        #expect(few.warnings.isEmpty)
    }

    /// What was found to be nothing of ours keeps nothing, holes or not.
    @Test func tcpOfOthersKeepsNothing() {
        let wire = WireScript()
        for index in 0..<100 where index != 50 {
            wire.segment(
                Endpoint(WireScript.a, 5_000), receiver, sequence: UInt32(index * 1_000), flags: .ack,
                [UInt8](repeating: 0x17, count: 1_000))
        }
        #expect(wire.waitingTCPOctets == 0)
    }

    @Test func flowsThatTellNothing() {
        var limits = EngineLimits()
        limits.probedOctets = 200_000
        func flood(_ wire: WireScript, flows: Int) -> Int {
            var most = 0
            for number in 0..<flows {
                let from = Endpoint(IPAddress(v4: 0x0B00_0000 + UInt32(number)), 5_000)
                for _ in 0..<7 { wire.packet(from, receiver, [0x40] + [UInt8](repeating: 0xAA, count: 999)) }
                most = max(most, wire.probedOctets)
            }
            return most
        }
        let wire = WireScript(limits: limits)
        #expect((100_000...200_000).contains(flood(wire, flows: 300)))
        #expect(wire.warnings.filter { $0.reason.contains("probedOctets") }.count == 1)
        #expect(wire.looks <= 300 * 4 * 10)
        let few = WireScript(limits: limits)
        #expect(flood(few, flows: 20) > 20 * 7_000)
        #expect(few.warnings.isEmpty)
    }
}
