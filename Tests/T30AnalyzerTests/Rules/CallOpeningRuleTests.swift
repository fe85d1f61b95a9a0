import FaxCore
import FaxWire
import PcapDecode
import TestSupport
import Testing

/// Layer A: tones, and senders that do not wait for an answer.
@Suite struct CallOpeningRuleTests {
    private static let audio = "03-g711u-clean-1page"

    /// A T.38 call of one page; `ending` is what the sender does after EOP, `answer` whether MCF comes.
    private static func call(
        answered: Bool, wait: Double = 0.2, commands: Int = 1, ced: Double? = 3,
        _ extra: (inout FaxScript) -> Void = { _ in }
    ) -> Call {
        var script = FaxScript()
        if let ced { script.indicator(.callee, .ced, lasting: ced) }
        script.identify()
        script.train()
        script.frame(.callee, 0x84)
        script.page(ScriptedCallTests.white)
        for _ in 0..<commands {
            script.frame(.caller, 0x2F)
            if answered { script.frame(.callee, 0x8C) }
            script.wait(wait)
        }
        script.frame(.caller, 0xFB)
        extra(&script)
        return script.call()
    }

    /// Payload octets of µ-law silence.
    private static func silence(_ payload: inout [UInt8]) {
        guard payload.count > 12 else { return }
        for place in 12..<payload.count { payload[place] = 0xFF }
    }

    static let cases = [
        RuleCase(
            id: "false-success", shows: "DCN at once", fires: true, severity: .warning, party: .caller,
            script: { call(answered: false) }),
        RuleCase(id: "false-success", shows: "MCF came", fires: false, script: { call(answered: true) }),
        RuleCase(
            id: "false-success", shows: "waited for the answer three times", fires: false,
            script: { call(answered: false, wait: 3.2, commands: 3) }),
        RuleCase(
            id: "no-cng", kind: .made, capture: audio,
            edit: { capture in
                stretchAnswerTone(&capture, seconds: 2)
                let answered = capture.time(of: .response(200, to: "INVITE", nth: 1))
                capture.editMedia(.rtp, from: .caller, before: answered + .seconds(5)) { payload, _ in
                    silence(&payload)
                }
            }, fires: true, severity: .note, party: .caller),
        RuleCase(
            id: "no-cng", kind: .made, capture: audio, shows: "CNG is there",
            edit: { stretchAnswerTone(&$0, seconds: 2) }, fires: false),
        RuleCase(
            id: "no-ced", kind: .made, capture: audio,
            edit: { capture in
                let answered = capture.time(of: .response(200, to: "INVITE", nth: 1))
                capture.editMedia(.rtp, from: .callee, before: answered + .seconds(2.88)) { payload, _ in
                    silence(&payload)
                }
            }, fires: true, certainty: .hint, party: .callee),
        RuleCase(id: "no-ced", kind: .real, capture: audio, fires: false),
        RuleCase(id: "no-ced", kind: .real, capture: "01-t38-clean-1page-ecm", fires: false),
        RuleCase(
            id: "ced-too-long", kind: .made, capture: audio,
            edit: { stretchAnswerTone(&$0, seconds: 5) }, fires: true, severity: .warning, party: .callee),
        RuleCase(id: "ced-too-long", kind: .real, capture: audio, fires: false),
        RuleCase(
            id: "no-media-before-answer-tone-lost", kind: .made, capture: audio,
            edit: { capture in
                let answered = capture.time(of: .response(200, to: "INVITE", nth: 1))
                capture.dropMedia(from: .callee, before: answered + .seconds(1.8))
            }, fires: true, certainty: .hint, party: .callee),
        RuleCase(id: "no-media-before-answer-tone-lost", kind: .real, capture: audio, fires: false),
    ]

    /// More of the answer tone where it is in full swing: everything after it comes later.
    @Sendable private static func stretchAnswerTone(_ capture: inout CaptureEditor, seconds: Int) {
        let answered = capture.time(of: .response(200, to: "INVITE", nth: 1))
        let tone = capture.media(
            .rtp, from: .callee, after: answered + .seconds(1), before: answered + .seconds(2))
        guard let first = tone.first, let last = tone.last else { return }
        let added = seconds * 50
        capture.shift(after: last.time, by: .seconds(seconds))
        capture.editMedia(.rtp, from: .callee, after: last.time) { payload, _ in advance(&payload, by: added) }
        let source = capture.records[first.place]
        for index in 1...added {
            var copy = source
            copy.time = last.time + .milliseconds(20 * index)
            var payload = tone[(index - 1) % tone.count].payload
            let step = tone.count + index - 1 - (index - 1) % tone.count
            advance(&payload, by: step)
            copy.frame.renumber(by: UInt16(truncatingIfNeeded: 20_000 + index))
            copy.frame.setPayload(payload)
            capture.records.append(copy)
        }
    }

    private static func advance(_ packet: inout [UInt8], by steps: Int) {
        guard packet.count > 12 else { return }
        let sequence = (Int(packet[2]) << 8 | Int(packet[3])) + steps
        let time = packet[4..<8].reduce(0) { $0 << 8 | Int($1) } + steps * 160
        packet[2] = UInt8(truncatingIfNeeded: sequence >> 8)
        packet[3] = UInt8(truncatingIfNeeded: sequence)
        for place in 0..<4 { packet[4 + place] = UInt8(truncatingIfNeeded: time >> (24 - 8 * place)) }
    }

    @Test(arguments: cases) func rows(row: RuleCase) throws { try row.check() }
}
