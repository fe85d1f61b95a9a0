import FaxCore
import PcapDecode
import T30Analyzer
import Testing

/// Streams that no fax machine sends: a diagnosis takes time in proportion to them.
@Suite struct HostileDiagnosisTests {
    /// Octets after address and control; each row is sent over and over by both sides in turn.
    @Test(
        .timeLimit(.minutes(6)),
        arguments: [
            ("DIS and DCS", [0x80, 0x00, 0xEE, 0xB8], [0x83, 0x00, 0x22, 0x80]),
            ("FTT and DCS", [0x44], [0x83, 0x00, 0x22, 0x80]),
            ("CFR and EOP", [0x84], [0x2F]),
            ("PPR and PPS", [0xBC] + [UInt8](repeating: 0xFF, count: 32), [0xBF, 0x2E, 0, 0, 0xFF]),
            ("the same from both", [0x80, 0x00, 0xEE, 0xB8], [0x80, 0x00, 0xEE, 0xB8]),
            ("frames that are not final", [0x84], [0x2F]),
        ] as [(String, [UInt8], [UInt8])])
    func thousandsOfTurns(what: String, callee: [UInt8], caller: [UInt8]) {
        let isFinal = what != "frames that are not final"
        var script = FaxScript()
        for _ in 0..<1_500 {
            script.frames(.callee, [[0xFF, isFinal ? 0x13 : 0x03] + callee])
            script.frames(.caller, [[0xFF, isFinal ? 0x13 : 0x03] + caller])
        }
        let call = script.call()
        let fax = FaxAnalyzer().analyze(call)
        let start = ContinuousClock.now
        let diagnosis = Diagnosis(call, fax)
        let budget = TimeBudget(call, fax)
        #expect(ContinuousClock.now - start < .seconds(20), "\(what)")
        #expect(diagnosis.findings.allSatisfy { !$0.because.isEmpty })
        #expect(budget != nil)
    }
}
