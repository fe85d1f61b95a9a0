import FaxCore
import FaxReport
import PcapDecode
import T30Analyzer
import Testing

/// The verdict in words.
struct VerdictTextTests {
    private func finding(_ id: String, _ title: String, _ severity: Finding.Severity = .error) -> Finding {
        Finding(
            id: id, layer: .t30, severity: severity, certainty: .proof, title: title, because: "", remedy: "",
            frames: [FrameRef(number: 7)])
    }

    private func analyzed(_ findings: [Finding], _ verdict: Verdict, _ outcome: FaxSession.Outcome) throws
        -> AnalyzedCall
    {
        var analyzed = try SampleCall.analyzed()
        analyzed.findings = findings
        analyzed.verdict = verdict
        analyzed.fax.outcome = outcome
        return analyzed
    }

    @Test func whatFollowedStandsInStepsFromTheRootCause() throws {
        var verdict = Verdict()
        verdict.rootCause = 0
        verdict.runnerUp = 3
        verdict.brokeIn = .training
        verdict.party = .caller
        verdict.chain = [
            .init(cause: 0, effect: 1), .init(cause: 0, effect: 1), .init(cause: 1, effect: 2),
        ]
        let text = VerdictText(
            try analyzed(
                [finding("a", "Loss"), finding("b", "TCF has errors"), finding("c", "FTT"), finding("d", "Other")],
                verdict, .failed))
        #expect(text.place == "in phase B, training; what the caller sent")
        #expect(text.chain == ["TCF has errors", "TCF has errors → FTT"])
        #expect(text.rootCause?.id == "a")
        #expect(text.runnerUp?.id == "d")
    }

    @Test(arguments: [
        (FaxSession.Outcome.success, Finding.Severity.note, true), (.success, .warning, false),
        (.partial, .note, false), (.failed, .note, false),
    ])
    func onlyADeliveredFaxWithoutWarningsIsFaultless(
        outcome: FaxSession.Outcome, severity: Finding.Severity, isFaultless: Bool
    ) throws {
        let call = try analyzed([finding("a", "A", severity)], Verdict(), outcome)
        #expect(VerdictText.isFaultless(call) == isFaultless)
        #expect(OutcomeSentence.text(call).contains("No fault found.") == isFaultless)
    }

    /// Tones are signals of a fax, though no frame could be read.
    @Test func aFaxOfWhichOnlyTonesWereRead() throws {
        var call = try analyzed([], Verdict(), .unknown)
        call.call.signalling = Signalling(.none)
        call.fax.messages = []
        call.fax.signals = ["CNG", "CED", "CNG"].map {
            FaxSignal(name: $0, direction: nil, start: .zero, end: .zero, firstFrame: nil, lastFrame: nil)
        }
        #expect(OutcomeSentence.text(call) == "Media without signalling; of a fax only CNG, CED could be read.")
        call.fax.signals = []
        #expect(OutcomeSentence.text(call) == "Media without signalling; no fax signal could be read.")
    }

    /// Places that no finding stands at say nothing, rather than trap.
    @Test func placesOutsideTheFindingsAreIgnored() throws {
        var verdict = Verdict()
        verdict.rootCause = 9
        verdict.chain = [.init(cause: 9, effect: 10)]
        let text = VerdictText(try analyzed([], verdict, .failed))
        #expect(text.rootCause == nil)
        #expect(text.chain == [])
    }
}
