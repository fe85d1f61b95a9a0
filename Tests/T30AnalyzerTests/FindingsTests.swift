import FaxCore
import FaxWire
import PcapDecode
import T30Analyzer
import Testing

/// Findings on calls written down step by step, each with one fault.
@Suite struct FindingsTests {
    private func findings(
        ecm: Bool = false, seen: [Party] = Party.allCases, change: (inout Call) -> Void = { _ in },
        _ steps: (inout FaxScript) -> Void
    ) -> [Finding] {
        var script = FaxScript()
        script.isECM = ecm
        steps(&script)
        var call = script.call(seen: seen)
        change(&call)
        return Diagnosis(call, FaxAnalyzer().analyze(call)).findings
    }

    private func opening(_ script: inout FaxScript) {
        script.identify()
        script.train()
        script.frame(.callee, 0x84)
    }

    private func root(_ findings: [Finding]) -> [String] { findings.filter { $0.isRootCause }.map { $0.id } }
    private func ids(_ findings: [Finding], _ least: Finding.Severity = .note) -> [String] {
        findings.filter { $0.severity >= least }.map { $0.id }
    }

    @Test func nothingToFind() {
        let found = findings { script in
            opening(&script)
            script.page(ScriptedCallTests.white)
            script.frame(.caller, 0x2F)
            script.frame(.callee, 0x8C)
            script.frame(.caller, 0xFB)
        }
        #expect(ids(found) == [])
    }

    /// What a lost packet carried is named.
    @Test func lossNamesWhatItHit() {
        let found = findings { script in
            script.identify()
            script.sendDCS()
            script.burst(.caller, [UInt8](repeating: 0, count: 2_700), losingPackets: Set(10..<30))
            script.frame(.callee, 0x44)
            script.train()
            script.frame(.callee, 0x84)
            script.page(ScriptedCallTests.white, losingPackets: [2])
            script.frame(.caller, 0x2F)
            script.frame(.callee, 0x8C)
        }
        let loss = found.first { $0.id == "udptl-loss-unrepaired" }
        #expect(loss?.severity == .warning)
        #expect(loss?.because.contains("TCF, page data") == true)
        #expect(ids(found).contains("page-bad-lines") && ids(found).contains("ftt-single"))
        #expect(root(found) == [])
    }

    @Test func lostAnswerIsNamed() {
        let found = findings { script in
            opening(&script)
            script.page(ScriptedCallTests.white)
            for _ in 0..<3 {
                script.frame(.caller, 0x2F)
                script.losing { $0.frame(.callee, 0x8C) }
                script.wait(2)
            }
            script.frame(.caller, 0xFB)
            // Something after it: the numbering shows that packets are missing.
            script.indicator(.callee, .noSignal, lasting: 0.1)
        }
        #expect(root(found) == ["udptl-loss-unrepaired"])
        #expect(ids(found).contains("no-mcf"))
        #expect(found.first { $0.isRootCause }?.because.contains("the answer to EOP") == true)
    }

    @Test func lossOfATrainingSignalAloneIsAWarning() {
        let found = findings { script in
            script.identify()
            script.losing { $0.indicator(.caller, .cng, lasting: 0.2) }
            script.train()
            script.frame(.callee, 0x84)
            script.page(ScriptedCallTests.white)
            script.frame(.caller, 0x2F)
            script.frame(.callee, 0x8C)
        }
        #expect(!ids(found, .error).contains("udptl-loss-unrepaired"))
    }

    @Test func endOfCallInsideAPage() {
        let found = findings(
            change: { call in
                call.signalling.endedBy = .caller
                call.signalling.endTime = call.streams.first { $0.direction == .caller }.map {
                    $0.lastTime + .milliseconds(50)
                }
            },
            { script in
                opening(&script)
                script.page(ScriptedCallTests.white)
            })
        #expect(root(found) == ["bye-during-page"])
    }

    @Test func endOfCallBeforeTheAnswer() {
        let found = findings { script in
            opening(&script)
            script.page(ScriptedCallTests.white)
            script.frame(.caller, 0x2F)
        }
        #expect(root(found) == ["bye-after-eop-audio-not-drained"])
    }

    @Test func packetsThatStop() {
        let found = findings { script in
            opening(&script)
            script.indicator(.caller, .v17LongTraining14400, lasting: 1.4)
            for _ in 0..<20 {
                script.send(.caller, .data(.v17At14400, [.init(.t4NonECMData, [UInt8](repeating: 0x35, count: 72))]))
            }
            script.wait(20)
        }
        #expect(root(found) == ["media-stops-mid-call"])
    }

    @Test func noPacketsOfOneSide() throws {
        let found = findings(
            seen: [.callee],
            change: { call in
                let start = Instant(seconds: 1_000)
                var change = T38Switch(
                    offeredBy: .callee, offerFrame: FrameRef(number: 3), offerTime: start, offer: T38Parameters())
                change.answerFrame = FrameRef(number: 4)
                change.answerTime = start
                change.status = 200
                change.isAccepted = true
                call.signalling.t38Switch = change
                call.coverage.caller = 1
                guard let stream = call.streams.first else { return }
                var audio = MediaStream(
                    kind: .rtp, from: stream.to, to: stream.from, frame: FrameRef(number: 2), time: start)
                audio.direction = .caller
                call.streams.append(audio)
            },
            { script in
                for _ in 0..<3 {
                    script.identify()
                    script.wait(3)
                }
                script.frame(.callee, 0xFA)
            })
        #expect(root(found) == ["no-udptl-after-switch"])
        #expect(ids(found).contains("dis-repeated-no-dcs"))
    }

    @Test func trainingNeverPasses() {
        let found = findings { script in
            script.identify()
            for _ in 0..<3 {
                script.train(zeroSeconds: 0.4)
                script.frame(.callee, 0x44)
            }
            script.frame(.caller, 0xFB)
        }
        #expect(ids(found, .error) == ["ftt-loop", "tcf-errors"])
        #expect(root(found) == ["tcf-errors"])
    }

    /// FTT although the TCF was clean here: the fault lies behind the receiving side.
    @Test func trainingRefusedThoughClean() {
        let found = findings { script in
            script.identify()
            for _ in 0..<3 {
                script.train()
                script.frame(.callee, 0x44)
            }
            script.frame(.caller, 0xFB)
        }
        #expect(root(found) == ["ftt-loop"])
    }

    @Test func oneSideOnly() {
        let found = findings(seen: [.caller]) { script in
            opening(&script)
            script.page(ScriptedCallTests.white)
            script.frame(.caller, 0x2F)
            script.frame(.callee, 0x8C)
            script.frame(.caller, 0xFB)
        }
        #expect(ids(found) == ["capture-one-sided"])
        #expect(root(found) == [])
    }

    @Test(arguments: [
        (486, "sip-busy"), (404, "sip-number-not-found"), (403, "sip-forbidden"), (480, "sip-unavailable"),
        (503, "sip-server-failure"), (603, "sip-rejected"), (488, "no-common-codec"), (302, "sip-redirected"),
    ])
    func refusedCalls(status: Int, id: String) {
        var signalling = Signalling(.sip)
        signalling.outcome = .rejected
        signalling.finalStatus = status
        signalling.inviteFrame = FrameRef(number: 1)
        let place = Endpoint(IPAddress(v4: 1), 5_060)
        signalling.steps = [nil, status].enumerated().map { index, status in
            SIPStep(
                time: Instant(seconds: Double(index)), frame: FrameRef(number: UInt32(index + 1)), from: nil,
                source: place, destination: place, method: "INVITE", status: status,
                summary: status.map { "\($0) text" } ?? "INVITE", cseq: 1, isRetransmission: false)
        }
        let call = Call(id: 1, signalling: signalling, firstTime: .zero, firstFrame: FrameRef(number: 1))
        let found = Diagnosis(call, FaxAnalyzer().analyze(call)).findings
        #expect(found.map { $0.id } == [id])
        #expect(found.first?.frames == [FrameRef(number: 1), FrameRef(number: 2)])
    }
}
