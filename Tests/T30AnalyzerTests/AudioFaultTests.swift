import FaxCore
import FaxDSP
import PcapDecode
import Simulator
import T30Analyzer
import Testing

/// One page over V.17 with ECM, made once: what is left of it when packets, a side, or its clearness are missing.
@Suite struct AudioFaultTests {
    private static let made = Result {
        try FaxCallMaker(pages: [TextLikePage(heightPx: 80, seed: 3).bitmap()]).call()
    }
    private static let whole = made.map { FaxAnalyzer().analyze(audio($0).call()) }

    private static func audio(_ call: EngineCall) -> AudioCall { AudioCall(caller: call.caller, callee: call.answerer) }

    /// What the caller's MCF is: the end of everything that matters (T.30 5.3.6.1.7).
    private static func confirmationEnd(_ session: FaxSession) throws -> Instant {
        try #require(session.messages.last { $0.name == "MCF" }).end
    }

    @Test func theWholeCallIsDelivered() throws {
        let (call, session) = (try Self.made.get(), try Self.whole.get())
        #expect(session.outcome == .success && session.modem == "V.17" && session.rateBps == 14_400)
        #expect(session.senderID == "+1 555 0100" && session.receiverID == "+1 555 0200" && session.ecm == true)
        #expect((session.pages.map { $0.image?.octets } == call.received.map { $0.octets }) as Bool)
        // Every frame that an engine took was read.
        for (role, party) in [(FaxStation.Role.caller, Party.caller), (.answerer, .callee)] {
            let read = session.messages.filter { $0.direction == party && $0.crcOK == true }.map(\.octets)
            let taken = call.framesTaken(from: role)
            #expect(!taken.isEmpty)
            for octets in Set(taken) {
                #expect(read.count { $0 == octets } >= taken.count { $0 == octets }, "\(octets.prefix(4))")
            }
        }
    }

    // MARK: - Cuts

    /// What stands of a call of which only these packets were captured: nothing that the whole call does not hold, and no
    /// word on how it ended unless that end was captured.
    private func check(captured: Range<Int>) throws {
        var audio = Self.audio(try Self.made.get())
        audio.captured = captured
        let (session, whole) = (FaxAnalyzer().analyze(audio.call()), try Self.whole.get())
        let confirmation = try Self.confirmationEnd(whole)
        let end = Instant.zero + .milliseconds(20 * captured.upperBound)
        switch session.outcome {
        case .success: #expect(end >= confirmation - .milliseconds(100), "\(captured) hides the confirmation")
        case .unknown: break
        case .failed, .partial, .notFax: Issue.record("\(captured): \(session.outcome)")
        }
        for message in session.messages where message.crcOK == true {
            #expect(whole.messages.contains { $0.octets == message.octets }, "\(captured): \(message.name)")
        }
        #expect(session.pages.count <= 1 && session.messages.count <= whole.messages.count + 2)
    }

    @Test func cutsAtSeededPackets() throws {
        let count = Self.audio(try Self.made.get()).packetCount
        var random = SeededRandom(seed: 20)
        for _ in 0..<100 { try check(captured: 0..<1 + Int(random.unit() * Double(count - 1))) }
    }

    @Test func beginningsAtSeededPackets() throws {
        let count = Self.audio(try Self.made.get()).packetCount
        var random = SeededRandom(seed: 21)
        for _ in 0..<100 { try check(captured: 1 + Int(random.unit() * Double(count - 1))..<count) }
    }

    @Test func cutsAndBeginningsAtPhaseBorders() throws {
        let count = Self.audio(try Self.made.get()).packetCount
        let phases = try Self.whole.get().phases
        #expect(phases.map(\.phase).suffix(4) == [.B, .C, .D, .E])
        for border in phases.flatMap({ [$0.start, $0.end] }) {
            let packet = Int((border - .zero).inSeconds * 50)
            for near in packet - 1...packet + 1 where near > 0 && near < count {
                try check(captured: 0..<near)
                try check(captured: near..<count)
            }
        }
    }

    /// A recording does not say that it was stopped; its last sound does.
    @Test func aRecordingThatStopsInsideTheFaxIsNoFailure() throws {
        let call = try Self.made.get()
        let phases = try Self.whole.get().phases
        for border in phases.filter({ $0.phase != .A && $0.phase != .E }).map(\.end) {
            let samples = Int((border - .zero).inSeconds * 8_000) - 4_000
            let session = FaxAnalyzer().analyze(
                recorded([Array(call.caller.prefix(samples)), Array(call.answerer.prefix(samples))]))
            #expect(session.outcome == .unknown, "stopped at \(border)")
        }
    }

    private func recorded(_ channels: [[Int16]]) -> Call {
        var call = Call(id: 1, signalling: Signalling(.none), firstTime: .zero, firstFrame: .none)
        let nowhere = Endpoint(IPAddress(v4: 0), 0)
        for (samples, party) in zip(channels, [Party.caller, .callee]) {
            var stream = MediaStream(kind: .recording, from: nowhere, to: nowhere, frame: .none, time: .zero)
            stream.direction = party
            stream.samples = samples
            call.lastTime = .zero + .microseconds(125 * samples.count)
            stream.lastTime = call.lastTime
            call.streams.append(stream)
        }
        call.coverage.caller = 1
        call.coverage.callee = 1
        return call
    }

    // MARK: - Sides

    @Test func oneSideAlone() throws {
        let call = try Self.made.get()
        let sender = FaxAnalyzer().analyze(AudioCall(caller: call.caller, callee: []).call())
        // What was sent is there, what became of it is not.
        #expect(sender.outcome == .unknown && sender.pagesConfirmed == 0)
        #expect((sender.pages.map { $0.image?.octets } == call.received.map { $0.octets }) as Bool)
        let receiver = FaxAnalyzer().analyze(AudioCall(caller: [], callee: call.answerer).call())
        #expect([.success, .unknown].contains(receiver.outcome) && receiver.receiverID == "+1 555 0200")
        #expect(receiver.pages.allSatisfy { $0.image == nil })
        let nobody = FaxAnalyzer().analyze(AudioCall(caller: [], callee: []).call())
        #expect(nobody.outcome == .unknown && nobody.messages.isEmpty)
    }

    @Test func sidesSwapped() throws {
        let call = try Self.made.get()
        let session = FaxAnalyzer().analyze(AudioCall(caller: call.answerer, callee: call.caller).call())
        #expect(session.outcome == .success && session.sender == .callee)
        #expect((session.pages.map { $0.image?.octets } == call.received.map { $0.octets }) as Bool)
    }

    // MARK: - Line

    /// What a line may do without harm to the reading.
    static let harmless: [LineImpairment] = [
        .noise(snrDB: 30, seed: 1), .noise(snrDB: 25, seed: 2), .echo(delayMs: 30), .echo(delayMs: 100),
        .frequencyShift(hz: -10), .frequencyShift(hz: -5), .frequencyShift(hz: 5), .frequencyShift(hz: 10),
        .level(dBm0: -5), .level(dBm0: -20), .level(dBm0: -30), .level(dBm0: -40), .clock(ppm: -100), .clock(ppm: 100),
    ]

    @Test(arguments: harmless) func harmlessToTheReading(_ impairment: LineImpairment) throws {
        let call = try Self.made.get()
        let session = analyze(call, impairment)
        #expect(session.outcome == .success && session.rateBps == 14_400 && session.modem == "V.17")
        #expect((session.pages.map { $0.image?.octets } == call.received.map { $0.octets }) as Bool)
    }

    /// An echo close behind takes no frame away: the last ones come when the signal is gone.
    @Test func echoCloseBehindTakesNoFrame() throws {
        let (call, whole) = (try Self.made.get(), try Self.whole.get())
        let session = analyze(call, .echo(delayMs: 30))
        for name in ["RCP", "PPS-EOP", "MCF", "DCN"] {
            let count = whole.messages.count { $0.name == name }
            #expect(count > 0 && session.messages.count { $0.name == name } == count, "\(name)")
        }
    }

    /// What takes the page away from the reading leaves its confirmation, or says that it does not know.
    static let harmful: [LineImpairment] = [
        .noise(snrDB: 20, seed: 3), .noise(snrDB: 15, seed: 4), .noise(snrDB: 10, seed: 5), .echo(delayMs: 250),
        .level(dBm0: 0), .level(dBm0: -45),
    ]

    @Test(arguments: harmful) func harmfulToTheReading(_ impairment: LineImpairment) throws {
        let (call, whole) = (try Self.made.get(), try Self.whole.get())
        let session = analyze(call, impairment)
        #expect([.success, .unknown].contains(session.outcome), "\(session.outcome)")
        for message in session.messages where message.crcOK == true {
            #expect(whole.messages.contains { $0.octets == message.octets }, "\(message.name)")
        }
    }

    @Test(arguments: [0.002, 0.005, 0.01, 0.02]) func packetsLost(_ chance: Double) throws {
        var audio = Self.audio(try Self.made.get())
        let isLost = AudioCall.loss(chance, seed: 9)
        audio.isLost = isLost
        let lost = Party.allCases.reduce(0) { sum, party in sum + (0..<audio.packetCount).count { isLost(party, $0) } }
        let session = FaxAnalyzer().analyze(audio.call())
        #expect(lost > 0 && [.success, .unknown].contains(session.outcome), "\(session.outcome)")
    }

    private func analyze(_ call: EngineCall, _ impairment: LineImpairment) -> FaxSession {
        let caller = impairment.apply(call.caller, other: call.answerer)
        let callee = impairment.apply(call.answerer, other: call.caller)
        return FaxAnalyzer().analyze(AudioCall(caller: caller, callee: callee).call())
    }
}
