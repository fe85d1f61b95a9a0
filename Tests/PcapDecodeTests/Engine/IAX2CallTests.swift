import FaxCore
import FaxWire
import TestSupport
import Testing

@testable import PcapDecode

/// Calls of IAX2: caller 7 at a:4569, callee 9 at b:4569.
@Suite struct IAX2CallTests {
    private let a = Endpoint(WireScript.a, 4_569)
    private let b = Endpoint(WireScript.b, 4_569)
    private static let frame = [UInt8](repeating: 0xFF, count: 160)

    private func control(_ subclass: UInt8, _ from: UInt16, _ to: UInt16, time: UInt32, outbound: UInt8) -> [UInt8] {
        IAX2Maker.full(from, to, time: time, outbound: outbound, type: 4, subclass: subclass)
    }

    private func command(
        _ subclass: UInt8, _ from: UInt16, _ to: UInt16, time: UInt32, outbound: UInt8, _ data: [UInt8] = []
    ) -> [UInt8] {
        IAX2Maker.full(from, to, time: time, outbound: outbound, type: 6, subclass: subclass, data)
    }

    private func setUp(_ wire: WireScript, format: UInt8 = 4) {
        wire.packet(a, b, IAX2Maker.new(7, format: format))
        wire.packet(b, a, command(7, 9, 7, time: 4, outbound: 0, IAX2Maker.element(9, [0, 0, 0, format])))
        wire.packet(b, a, control(3, 9, 7, time: 5, outbound: 1))
        wire.clock += 1
        wire.packet(b, a, control(4, 9, 7, time: 1_000, outbound: 2))
    }

    private func hangup(_ wire: WireScript, time: UInt32 = 60_000) {
        wire.packet(a, b, command(5, 7, 9, time: time, outbound: 9, IAX2Maker.element(22, "Normal Clearing")))
        wire.packet(b, a, command(4, 9, 7, time: time, outbound: 5))
    }

    /// Frames of 20 ms from the caller, each filled with its number; the first one full.
    private func talk(_ wire: WireScript, times: [Int], start: Int = 1_000, without: Set<Int> = []) {
        for (index, time) in times.enumerated() {
            let data = [UInt8](repeating: UInt8(truncatingIfNeeded: index), count: 160)
            let isFull = index == 0 || (start + time) >> 16 != (start + times[index - 1]) >> 16
            let packet =
                isFull
                ? IAX2Maker.voice(7, 9, time: UInt32(start + time), outbound: UInt8(1 + index % 100), data)
                : IAX2Maker.mini(7, time: start + time, data)
            if !without.contains(index) { wire.packet(a, b, packet) }
            wire.clock += 0.02
        }
    }

    private func steady(_ count: Int) -> [Int] { (0..<count).map { $0 * 20 } }

    private func onlyCall(_ wire: WireScript) throws -> Call {
        let calls = wire.finish()
        #expect(calls.count == 1 && wire.warnings.isEmpty)
        return try #require(calls.first)
    }

    /// Away from IAX2's port a NEW tells what it is, and what comes back on the same way is the other side's.
    @Test func bothSidesOfACallOnOtherPorts() throws {
        let wire = WireScript(keepsAudio: true)
        let (caller, callee) = (Endpoint(WireScript.a, 12_464), Endpoint(WireScript.b, 24_329))
        wire.packet(caller, callee, IAX2Maker.new(7))
        wire.packet(callee, caller, command(7, 9, 7, time: 4, outbound: 0, IAX2Maker.element(9, [0, 0, 0, 4])))
        wire.packet(callee, caller, control(4, 9, 7, time: 5, outbound: 1))
        for time in 0..<20 {
            for (from, to, number, other) in [(caller, callee, UInt16(7), UInt16(9)), (callee, caller, 9, 7)] {
                wire.packet(
                    from, to,
                    time == 0
                        ? IAX2Maker.voice(number, other, time: 20, outbound: 3, Self.frame)
                        : IAX2Maker.mini(number, time: 20 + 20 * time, Self.frame))
            }
            wire.clock += 0.02
        }
        let call = try onlyCall(wire)
        #expect(call.signalling.outcome == .answered && call.streams.map(\.packets) == [20, 20])
    }

    @Test func storyAndStreams() throws {
        let wire = WireScript(keepsAudio: true)
        setUp(wire)
        talk(wire, times: steady(50))
        wire.packet(b, a, IAX2Maker.voice(9, 7, time: 2_000, outbound: 3, Self.frame))
        wire.packet(b, a, IAX2Maker.mini(9, time: 2_020, Self.frame))
        hangup(wire)
        let call = try onlyCall(wire)
        let signalling = call.signalling
        #expect(signalling.carrier == .iax2 && signalling.outcome == .answered && signalling.endedBy == .caller)
        #expect(signalling.caller == "iax:10.0.0.1/100" && signalling.callee == "iax:10.0.0.2/200")
        #expect(signalling.inviteFrame?.number == 1 && signalling.answerFrame?.number == 4)
        #expect(signalling.callIDs == ["7-9"] && signalling.finalReason == "Normal Clearing")
        #expect(signalling.steps.map(\.method) == ["NEW", "ACCEPT", "RINGING", "ANSWER", "HANGUP"])
        #expect(signalling.steps.map(\.from) == [.caller, .callee, .callee, .callee, .caller])
        #expect(call.streams.map(\.kind) == [.iax2, .iax2] && call.streams.map(\.direction) == [.caller, .callee])
        #expect(call.streams.map(\.packets) == [50, 2] && call.streams.map(\.codec) == ["PCMU", "PCMU"])
        let audio = try #require(call.streams[0].audio)
        #expect(audio.packets.map { audio.octets[$0.offset] } == Array(0..<50))
        #expect(zip(audio.packets, audio.packets.dropFirst()).allSatisfy { $1.timestamp &- $0.timestamp == 160 })
        #expect(call.streams[0].statistics.lost == 0 && call.streams[0].statistics.packetTimeMs == 20)
        #expect(call.coverage.caller == 1 && call.coverage.callee == 1)
    }

    @Test func sixteenBitsOfTimeGoOn() throws {
        let wire = WireScript(keepsAudio: true)
        setUp(wire)
        talk(wire, times: steady(100), start: 64_990)
        hangup(wire)
        let stream = try #require(try onlyCall(wire).streams.first)
        #expect(stream.packets == 100 && stream.statistics.lost == 0 && stream.statistics.duplicates == 0)
    }

    /// Milliseconds that wander by a few, a clock that drifts, and a sender that stood still for 100 ms.
    @Test func timesOfTheSendersClockLeaveNoSeams() throws {
        var random = SeededRandom(seed: 6)
        let wander = (0..<400).map { $0 * 20 + Int(random.next() % 9) - 4 + $0 / 40 }
        var stalled = steady(60)
        for index in 20..<25 { stalled[index] = 484 }
        for times in [wander, stalled] {
            let wire = WireScript(keepsAudio: true)
            setUp(wire)
            talk(wire, times: times)
            hangup(wire)
            let stream = try #require(try onlyCall(wire).streams.first)
            let audio = try #require(stream.audio)
            #expect(stream.statistics.lost == 0 && stream.statistics.duplicates == 0)
            #expect(zip(audio.packets, audio.packets.dropFirst()).allSatisfy { $1.timestamp &- $0.timestamp == 160 })
        }
    }

    @Test func missingFramesAndPauses() throws {
        let wire = WireScript(keepsAudio: true)
        setUp(wire)
        let times = steady(60) + steady(20).map { $0 + 5_000 }
        talk(wire, times: times, without: [10, 30, 31, 32])
        hangup(wire)
        let stream = try #require(try onlyCall(wire).streams.first)
        let audio = try #require(stream.audio)
        #expect(stream.statistics.lost == 4 && stream.statistics.lossBursts == [1: 1, 3: 1])
        let steps = zip(audio.packets, audio.packets.dropFirst()).map { Int($1.timestamp &- $0.timestamp) }
        #expect(steps.filter { $0 != 160 } == [320, 640, 160 * 191])
        #expect(audio.packets.map { audio.octets[$0.offset] } == (0..<80).filter { ![10, 30, 31, 32].contains($0) })
    }

    @Test func lateFramesFindTheirPlace() throws {
        let wire = WireScript(keepsAudio: true)
        setUp(wire)
        var times = steady(30)
        times.swapAt(12, 13)
        talk(wire, times: times)
        hangup(wire)
        let stream = try #require(try onlyCall(wire).streams.first)
        #expect(stream.statistics.lost == 0)
        let audio = try #require(stream.audio)
        let order = audio.packets.sorted { $0.timestamp < $1.timestamp }.map { audio.octets[$0.offset] }
        #expect(order[..<12] == (0..<12).map { UInt8($0) }[...] && order[14...] == (14..<30).map { UInt8($0) }[...])
    }

    @Test func formatsChangeInMidCall() throws {
        let wire = WireScript(keepsAudio: true)
        setUp(wire, format: 64)
        for index in 0..<10 {
            let bit: UInt8 = index < 5 ? 6 : 3
            let data = [UInt8](repeating: 1, count: index < 5 ? 320 : 160)
            let isFull = index % 5 == 0
            let time = 1_000 + 20 * index
            wire.packet(
                a, b,
                isFull
                    ? IAX2Maker.voice(7, 9, time: UInt32(time), outbound: UInt8(index + 1), bit: bit, data)
                    : IAX2Maker.mini(7, time: time, data))
        }
        hangup(wire)
        let audio = try #require(try onlyCall(wire).streams.first?.audio)
        #expect(audio.packets.map { audio.formats[$0.payloadType] ?? "?" } == (0..<10).map { $0 < 5 ? "L16" : "PCMA" })
        #expect(audio.packets.last.map { $0.timestamp &- audio.packets[0].timestamp } == 1_440)
    }

    @Test func retransmissionsAndTrunks() throws {
        let wire = WireScript(keepsAudio: true)
        setUp(wire)
        wire.packet(a, b, IAX2Maker.new(7))
        let voice = IAX2Maker.voice(7, 9, time: 1_000, outbound: 1, Self.frame)
        wire.packet(a, b, voice)
        wire.packet(a, b, voice.enumerated().map { $0.offset == 2 ? $0.element | 0x80 : $0.element })
        for index in 1..<10 {
            wire.packet(a, b, IAX2Maker.trunk(time: 5, [(7, UInt16(1_000 + 20 * index), Self.frame), (8, 3, [1])]))
        }
        wire.packet(a, b, IAX2Maker.full(7, 9, time: 1_190, outbound: 2, type: 1, subclass: 0x35))
        hangup(wire)
        let call = try onlyCall(wire)
        #expect(call.streams.count == 1 && call.streams[0].packets == 10)
        #expect(call.streams[0].events.map(\.name) == ["DTMF 5"])
        #expect(call.signalling.steps.map(\.method).filter { $0 == "NEW" }.count == 1)
    }

    struct Ending: Sendable, CustomTestStringConvertible {
        var name: String
        var isCaller: Bool
        var subclass: UInt8
        var cause: UInt8?
        var outcome: Signalling.Outcome
        var testDescription: String { name }
    }

    @Test(arguments: [
        Ending(name: "rejected", isCaller: false, subclass: 6, cause: 1, outcome: .rejected),
        Ending(name: "busy", isCaller: false, subclass: 6, cause: 17, outcome: .busy),
        Ending(name: "busy by hangup", isCaller: false, subclass: 5, cause: 17, outcome: .busy),
        Ending(name: "no answer", isCaller: false, subclass: 5, cause: 19, outcome: .noAnswer),
        Ending(name: "refused by hangup", isCaller: false, subclass: 5, cause: nil, outcome: .rejected),
        Ending(name: "cancelled", isCaller: true, subclass: 5, cause: 16, outcome: .cancelled),
    ]) func unansweredCalls(_ ending: Ending) throws {
        let wire = WireScript()
        wire.packet(a, b, IAX2Maker.new(7))
        let data = ending.cause.map { IAX2Maker.element(42, [$0]) } ?? []
        if ending.isCaller {
            wire.packet(b, a, command(7, 9, 7, time: 4, outbound: 0))
            wire.packet(a, b, command(ending.subclass, 7, 9, time: 500, outbound: 1, data))
        } else {
            wire.packet(b, a, command(ending.subclass, 9, 7, time: 500, outbound: 0, data))
        }
        let call = try onlyCall(wire)
        #expect(call.signalling.outcome == ending.outcome && call.streams.isEmpty && call.signalling.endFrame != nil)
    }

    /// Whoever sent what, both directions are one call; who called is not known.
    @Test func captureThatBeginsInMidCall() throws {
        let wire = WireScript(keepsAudio: true)
        for index in 0..<20 {
            wire.packet(a, b, IAX2Maker.mini(7, time: 20 * index, Self.frame))
            wire.packet(b, a, IAX2Maker.mini(9, time: 20 * index, Self.frame))
            wire.clock += 0.02
        }
        wire.packet(a, b, command(2, 7, 9, time: 400, outbound: 4))
        for index in 20..<30 { wire.packet(a, b, IAX2Maker.mini(7, time: 20 * index, Self.frame)) }
        wire.packet(a, b, IAX2Maker.voice(7, 9, time: 600, outbound: 5, bit: 3, Self.frame))
        let call = try onlyCall(wire)
        #expect(call.signalling.startsMidCall && call.signalling.rolesAreGuessed)
        #expect(call.streams.map(\.packets) == [31, 20] && call.streams.map(\.direction) == [nil, nil])
        #expect(call.streams[0].audio?.formats[127] == "PCMA" && call.streams[1].audio?.formats[127] == nil)
        #expect(call.streams[0].codec == "PCMA" && call.streams[1].codec == nil)
    }

    @Test func numbersAreUsedAgain() throws {
        let wire = WireScript()
        for _ in 0..<3 {
            setUp(wire)
            talk(wire, times: steady(5))
            hangup(wire)
            wire.clock += 1
        }
        let calls = wire.finish()
        #expect(calls.count == 3 && calls.allSatisfy { $0.signalling.outcome == .answered })
        #expect(calls.map { $0.streams.map(\.packets) } == [[5], [5], [5]])
    }

    @Test func relaysJoinTheirCalls() throws {
        let wire = WireScript()
        let c = Endpoint(WireScript.c, 4_569)
        wire.packet(a, b, IAX2Maker.new(7))
        wire.packet(b, c, IAX2Maker.new(11))
        let calls = wire.finish()
        #expect(calls.map { $0.related.map(\.call) } == [[2], [1]])
    }

    @Test func encryptedCallsAreToldSo() throws {
        let wire = WireScript(keepsAudio: true)
        wire.packet(a, b, IAX2Maker.new(7))
        let encryption = IAX2Maker.element(43, [0, 1])
        wire.packet(b, a, command(8, 9, 7, time: 4, outbound: 0, encryption))
        wire.packet(a, b, command(9, 7, 9, time: 5, outbound: 1, encryption))
        var random = SeededRandom(seed: 1)
        for _ in 0..<20 {
            wire.packet(a, b, [0x80, 7, 0, 9] + (0..<40).map { _ in UInt8(truncatingIfNeeded: random.next()) })
            wire.packet(a, b, [0, 7] + (0..<40).map { _ in UInt8(truncatingIfNeeded: random.next()) })
        }
        let call = try onlyCall(wire)
        #expect(call.signalling.notes == ["IAX2 encryption"])
        #expect(call.streams.map(\.packets) == [40] && call.streams[0].audio == nil)
        #expect(call.streams[0].quirks.map(\.name) == ["iax2-encrypted"])
    }

    @Test(arguments: [UInt64(1), 2, 3]) func hostileFramesStayBounded(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var limits = EngineLimits()
        limits.openCalls = 50
        let wire = WireScript(limits: limits, keepsAudio: true)
        let frames = [
            IAX2Maker.new(7), control(4, 9, 7, time: 9, outbound: 1), command(5, 7, 9, time: 9, outbound: 2),
            IAX2Maker.voice(7, 9, time: 1_000, outbound: 1, Self.frame), IAX2Maker.mini(7, time: 1_000, Self.frame),
            IAX2Maker.trunk(time: 5, [(7, 20, Self.frame)]), command(2, 7, 9, time: 3, outbound: 3),
        ]
        for _ in 0..<5_000 {
            var octets = frames[Int(random.next() % UInt64(frames.count))]
            for _ in 0..<Int(random.next() % 4) {
                octets[Int(random.next() % UInt64(min(24, octets.count)))] = UInt8(truncatingIfNeeded: random.next())
            }
            if random.chance(0.1) { octets.removeLast(Int(random.next() % UInt64(octets.count))) }
            let isForward = random.chance(0.5)
            wire.packet(isForward ? a : b, isForward ? b : a, octets)
            wire.clock += 0.005
            #expect(wire.openCalls <= 50)
        }
        let calls = wire.finish()
        #expect(calls.count > 1 && calls.allSatisfy { $0.signalling.carrier == .iax2 })
    }

    @Test func otherTrafficIsNoCall() {
        let wire = WireScript()
        // POKE and its answer; DNS on another port; RTP on the port of IAX2.
        wire.packet(a, b, command(30, 7, 0, time: 3, outbound: 0))
        wire.packet(b, a, command(3, 9, 7, time: 3, outbound: 0))
        wire.packet(Endpoint(WireScript.a, 53), Endpoint(WireScript.b, 53), [UInt8](repeating: 0, count: 40))
        #expect(wire.finish().filter { $0.signalling.carrier == .iax2 }.count <= 1)
    }
}
