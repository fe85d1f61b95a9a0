import FaxCore
import PcapDecode
import T30Analyzer
import Testing

/// The clock of a machine that captures is set while a fax goes on: times go backwards, or leap ahead.
@Suite("A clock that is set in a call")
struct ClockLeapTests {
    private static func script(leap: (frame: UInt32, by: Duration)? = nil) -> FaxScript {
        var script = FaxScript()
        script.clockLeap = leap
        script.onePage()
        // A last frame that is not final, and nobody goes on.
        script.frames(.caller, [[0xFF, 0x03, 0xFB]])
        script.wait(10)
        script.frame(.callee, 0xFA)
        return script
    }

    @Test(arguments: [-3_600, -7, -0.3, 0.3, 7, 3_600])
    func endsNoAnalysis(seconds: Double) {
        let plain = Self.script()
        for frame in stride(from: 1, through: plain.frameNumber, by: 2) {
            let call = Self.script(leap: (frame, .milliseconds(Int(seconds * 1_000)))).call()
            let fax = FaxAnalyzer().analyze(call)
            let diagnosis = Diagnosis(call, fax)
            #expect(diagnosis.findings.allSatisfy { !$0.because.isEmpty })
            // What was confirmed stays so, whenever it is said to have been.
            if abs(seconds) < 1 { #expect(fax.pages.count == 1, "\(frame)") }
        }
    }
}
