import FaxCore
import FaxWire
import PcapDecode
import Simulator
import TestSupport

@testable import T30Analyzer

/// Single frames.
enum T30FrameRows {
    private static let clean = T30RuleTests.clean

    static let rows = controlFields + echoes + order + again

    // MARK: - Address and control

    private static func control(_ octet: Int, _ value: UInt8, of name: String)
        -> @Sendable (inout CaptureEditor) throws -> Void
    {
        { capture in
            capture.editT38(of: .callee) { steps in steps.editFrames(name) { $0[octet] = value } }
        }
    }

    private static let controlFields = [
        RuleCase(
            id: "wrong-final-frame", kind: .made, capture: clean, shows: "address", edit: control(0, 0x3F, of: "CFR"),
            fires: true, severity: .warning, party: .callee, because: "begins with 3f13"),
        RuleCase(
            id: "wrong-final-frame", kind: .made, capture: clean, shows: "control", edit: control(1, 0xC8, of: "CFR"),
            fires: true, party: .callee, because: "begins with ffc8"),
        RuleCase(
            id: "wrong-final-frame", shows: "no final frame", fires: true, severity: .error, party: .callee,
            because: "another frame follows", script: { open(gapAfter: false) }),
        RuleCase(
            id: "wrong-final-frame", shows: "the final frame was lost", fires: false, script: { open(gapAfter: true) }),
    ]

    /// A DIS that says that more follows; packets may be missing after it.
    private static func open(gapAfter: Bool) -> Call {
        scripted { script in
            for _ in 0..<3 {
                script.frames(.callee, [[0xFF, 0x03, 0x80, 0x00, 0xEE, 0xB8, 0xC4]])
                if gapAfter {
                    script.losing { $0.frame(.callee, 0x80, 0x00, 0xEE, 0xB8, 0xC4) }
                }
                script.wait(4)
            }
            script.frame(.callee, 0xFA)
        }
    }

    // MARK: - Echo

    /// What each side hears of itself.
    private static func audio(_ echo: EchoPath) throws -> Call {
        let call = try MadeFax.call.get()
        return AudioCall(caller: call.caller, callee: mixed(call.answerer, echo.echo(of: call.caller))).call()
    }

    private static let echoes = [
        RuleCase(
            id: "own-echo", shows: "12 dB below, after 60 ms", fires: true, severity: .note, party: .callee,
            because: "weaker copies", script: { try audio(EchoPath(delay: 480, lossDB: 12)) }),
        RuleCase(id: "own-echo", kind: .real, capture: T30RuleTests.overAudio, fires: false),
        RuleCase(
            id: "own-echo", kind: .made, capture: clean, shows: "a DCS that comes back",
            edit: { capture in
                let steps = capture.t38(of: .caller)
                guard let frame = steps.frames.first(where: { $0.name == "DCS" }) else { return }
                let start = steps[frame.steps.lowerBound].time
                capture.editT38(of: .callee) {
                    $0.insertTurn(at: start + .milliseconds(80), flags: .milliseconds(200), frame.octets)
                }
            }, fires: true, party: .callee, because: "octet for octet"),
        RuleCase(
            id: "own-echo", kind: .made, capture: clean, shows: "the same frame with the other direction bit",
            edit: { capture in
                let end = capture.t38(of: .caller).end(of: "DCN") ?? capture.end
                capture.editT38(of: .callee) { $0.insertTurn(at: end - .milliseconds(900), [0xFF, 0x13, 0xFA]) }
            }, fires: false),
    ]

    // MARK: - What does not fit

    private static let order = [
        RuleCase(
            id: "unexpected-frame", kind: .made, capture: clean, shows: "MCF twice",
            edit: { capture in
                guard let end = capture.t38(of: .callee).end(of: "MCF") else { return }
                capture.editT38(of: .callee) { $0.insertTurn(at: end + .milliseconds(100), [0xFF, 0x13, 0x8C]) }
            }, fires: true, severity: .note, party: .callee, because: "no command open"),
        RuleCase(
            id: "unexpected-frame", shows: "DCS while EOP waits", fires: true, severity: .warning, party: .caller,
            because: "DCS from the caller while its EOP waited",
            script: {
                scripted { script in
                    script.open()
                    script.page(FaxScript.white)
                    script.frame(.caller, 0x2F)
                    script.wait(3)
                    script.train()
                    script.frame(.callee, 0xFA)
                }
            }),
        RuleCase(
            id: "unexpected-frame", shows: "a control octet of no signal", fires: true, because: "does not name",
            script: {
                scripted { script in
                    script.open()
                    script.frame(.caller, 0x5B)
                    script.deliver()
                }
            }),
        RuleCase(
            id: "unexpected-frame", shows: "a repeated command answered twice", fires: false,
            script: {
                scripted { script in
                    script.open()
                    script.page(FaxScript.white)
                    script.frame(.caller, 0x2F)
                    script.wait(2)
                    script.frame(.caller, 0x2F)
                    script.frame(.callee, 0x8C)
                    script.frame(.callee, 0x8C)
                    script.frame(.caller, 0xFB)
                }
            }),
    ]

    private static let again = [
        RuleCase(
            id: "crp", fires: true, severity: .note, party: .callee,
            script: {
                scripted { script in
                    script.identify()
                    script.sendDCS()
                    script.frame(.callee, 0x1A)
                    script.train()
                    script.frame(.callee, 0x84)
                    script.deliver()
                }
            }),
        RuleCase(
            id: "command-repeated", kind: .real, capture: "07-t38-noec-3pct-loss", fires: true, severity: .note),
        RuleCase(
            id: "procedural-interrupt", shows: "PRI-EOP", fires: true, party: .caller, because: "PRI-EOP",
            script: {
                scripted { script in
                    script.open()
                    script.page(FaxScript.white)
                    script.frame(.caller, 0x3F)
                    script.frame(.callee, 0x8C)
                    script.frame(.caller, 0xFB)
                }
            }),
    ]
}
