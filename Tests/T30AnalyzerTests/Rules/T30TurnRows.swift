import FaxCore
import FaxWire
import PcapDecode
import Simulator
import TestSupport

@testable import T30Analyzer

/// Who spoke when.
enum T30TurnRows {
    private static let clean = T30RuleTests.clean

    static let rows = collisions + flags + pauses

    // MARK: - Both at once

    /// PPS-EOP once more, so long after the first, and the answer late by 3 s.
    private static func repeated(after delay: Duration) -> @Sendable (inout CaptureEditor) throws -> Void {
        { capture in
            let steps = capture.t38(of: .caller)
            guard let command = steps.frames.first(where: { $0.name == "PPS-EOP" }) else { return }
            let end = steps[command.steps.upperBound].time
            capture.editT38(of: .callee) { steps in
                guard let answer = steps.frames.first(where: { $0.name == "MCF" }) else { return }
                steps.shift(steps.turn(of: answer).lowerBound..<steps.count, by: .seconds(3))
            }
            capture.editT38(of: .caller) { steps in
                guard let goodbye = steps.frames.first(where: { $0.name == "DCN" }) else { return }
                steps.shift(steps.turn(of: goodbye).lowerBound..<steps.count, by: .seconds(7))
                steps.insertTurn(at: end + delay, command.octets)
            }
        }
    }

    private static let collisions = [
        RuleCase(
            id: "t4-collision", kind: .made, capture: clean, edit: repeated(after: .milliseconds(3_500)), fires: true,
            severity: .warning, party: .caller, because: "repeated PPS-EOP while MCF"),
        RuleCase(
            id: "t4-collision", kind: .made, capture: clean, shows: "the repeat comes before the answer begins",
            edit: repeated(after: .milliseconds(300)), fires: false),
    ]

    // MARK: - Flags

    /// One DIS behind so many seconds of flags.
    private static func identification(flags: Double, isWhole: Bool = true) -> Call {
        scripted { script in
            script.indicator(.callee, .v21Preamble, lasting: flags)
            if isWhole {
                for octet in [0xFF, 0x13, 0x80, 0x00, 0xEE, 0xB8, 0xC4] as [UInt8] {
                    script.send(.callee, .data(.v21, [.init(.hdlcData, [octet.reversedBits])]), after: 27)
                }
                script.send(.callee, .data(.v21, [.init(.hdlcFCSOK)]), after: 60)
            }
            script.send(.callee, .indicator(.noSignal))
            script.wait(2)
            script.wholeFax()
        }
    }

    private static let flags = [
        RuleCase(
            id: "hdlc-frame-too-long", fires: true, severity: .note, party: .callee, because: "without a frame",
            script: { identification(flags: 4, isWhole: false) }),
        RuleCase(
            id: "hdlc-frame-too-long", shows: "2 s of flags", fires: false,
            script: { identification(flags: 2, isWhole: false) }),
        RuleCase(
            id: "spoof-flags-too-long", fires: true, severity: .note, party: .callee, because: "3.2 s of flags",
            script: { identification(flags: 3.2) }),
        RuleCase(
            id: "spoof-flags-too-long", shows: "1.1 s of flags", fires: false,
            script: { identification(flags: 1.1) }),
    ]

    // MARK: - Pauses

    /// The answering side's audio comes so much earlier.
    private static func hurried(by seconds: Double) throws -> Call {
        let call = try MadeFax.call.get()
        let early = Array(call.answerer.dropFirst(Int(seconds * 8_000)))
        return AudioCall(caller: call.caller, callee: early).call()
    }

    private static let pauses = [
        RuleCase(
            id: "gap-75ms-violation", shows: "answers 70 ms too early", fires: true, severity: .note, party: .callee,
            script: { try hurried(by: 0.07) }),
        RuleCase(
            id: "gap-75ms-violation", kind: .real, capture: T30RuleTests.overAudio, fires: false),
    ]
}
