import FaxCore
import FaxWire
import PcapDecode
import Simulator
import TestSupport

@testable import T30Analyzer

/// V.8 and V.34.
enum T30V34Rows {
    static let rows = menus + channel

    /// Call function, modulations (V.34 half-duplex, V.17, V.29, V.27ter).
    private static let menu: [UInt8] = [0x81, 0x85, 0xD4]

    private static func bits(_ count: Int) -> [Bool] { (0..<count).flatMap { _ in FSKMaker.v8(sync: 0xE0, menu) } }

    /// ANSam, CM over and over; JM or not, then V.34's first signals or silence.
    private static func call(menus: Int, hasJoint: Bool, after seconds: Double) -> Call {
        var script = SpokenCall()
        script.wait(0.5)
        script.say(ToneMaker.answer(seconds: 3, reversed: true, modulated: true), by: .callee)
        script.say(FSKMaker.v21(channel: 1).samples(bits(menus)), by: .caller)
        if hasJoint {
            script.say(FSKMaker.v21(channel: 2).samples(bits(5)), by: .callee)
            script.say(FSKMaker.v21(channel: 1).samples(FSKMaker.characters([0, 0, 0])), by: .caller)
        }
        script.wait(seconds)
        return script.call()
    }

    private static let menus = [
        RuleCase(
            id: "v34-cm-jm", fires: true, severity: .error, because: "CM and JM agreed",
            script: { call(menus: 5, hasJoint: true, after: 12) }),
        RuleCase(
            id: "v34-cm-jm", shows: "no JM", fires: false, script: { call(menus: 5, hasJoint: false, after: 12) }),
        RuleCase(
            id: "v8-no-fallback", fires: true, severity: .error, party: .callee,
            script: { call(menus: 8, hasJoint: false, after: 12) }),
        RuleCase(
            id: "v8-no-fallback", shows: "JM came", fires: false, script: { call(menus: 8, hasJoint: true, after: 12) }),
        RuleCase(
            id: "v8-no-fallback", shows: "over after 4 s", fires: false,
            script: { call(menus: 8, hasJoint: false, after: 4) }),
    ]

    // MARK: - T.38 version 3

    private static func overV34(ecm: UInt8) -> Call {
        var script = FaxScript()
        script.form = .v2002
        script.indicator(.callee, .v8Ansam, lasting: 3)
        script.indicator(.caller, .v34ControlChannel1200, lasting: 0.5)
        script.control(.callee, 0x80, 0x00, 0xEE, 0xB8, 0xC4)
        script.control(.caller, 0x83, 0x00, 0x02, 0x80, ecm)
        script.wait(1)
        script.control(.callee, 0xFA)
        return script.call()
    }

    private static let channel = [
        RuleCase(
            id: "v34-not-ecm", fires: true, severity: .error, party: .caller, because: "clears bit 27",
            script: { overV34(ecm: 0x00) }),
        RuleCase(id: "v34-not-ecm", shows: "with ECM", fires: false, script: { overV34(ecm: 0x04) }),
    ]
}

extension FaxScript {
    /// A frame on the control channel of V.34.
    fileprivate mutating func control(_ party: Party, _ octets: UInt8...) {
        send(party, .indicator(.v34ControlChannel1200))
        let frame = [0xFF, 0x13] + octets
        send(
            party, .data(.v34ControlChannel1200, [.init(.hdlcData, frame.map(\.reversedBits)), .init(.hdlcFCSOK)]),
            after: 100)
        send(party, .data(.v34ControlChannel1200, [.init(.hdlcSigEnd)]))
        wait(0.1)
    }
}
