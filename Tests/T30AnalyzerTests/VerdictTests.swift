import FaxCore
import Foundation
import PcapDecode
import TestSupport
import Testing

@testable import T30Analyzer

/// The verdict on real calls: where they broke, and what followed from the root cause.
struct VerdictTests {
    private func analyze(_ name: String) throws -> [AnalyzedCall] {
        var calls: [AnalyzedCall] = []
        var options = AnalysisRunner.Options()
        options.decoder.keepsAudio = true
        _ = try AnalysisRunner(options).run(CaptureInput(path: try Corpus.capture(name).path)) { calls.append($0) }
        return calls
    }

    @Test(arguments: [
        ("01-t38-clean-1page-ecm", nil),
        ("07-t38-noec-3pct-loss", Verdict.Break.confirmation),
        ("09b-t38-noec-20pct-loss", .identification),
        ("12-g711u-5pct-loss", .training),
        ("13-t38-caller-hangup-midpage", .page),
        ("15k-t38-tcf-always-bad", .training),
        ("17a-sip-fail-486", .setup),
        ("17f-sip-cancel-no-answer", .setup),
        ("30d-t38-media-dies-midpage", .page),
    ])
    func aFaxBreaksSomewhere(name: String, stage: Verdict.Break?) throws {
        let call = try #require(try analyze(name).first)
        #expect(call.verdict.brokeIn == stage)
    }

    @Test func whatFollowsFromLossIsNoRivalOfIt() throws {
        let call = try #require(try analyze("07-t38-noec-3pct-loss").first)
        #expect(call.rootCause?.id == "udptl-loss-unrepaired")
        let effects = call.verdict.chain.compactMap { call.finding($0.effect)?.id }
        #expect(effects.contains("ppr-loop"))
        #expect(call.verdict.runnerUp.map { effects.contains(call.findings[$0].id) } != true)
        #expect(call.verdict.chain.first?.cause == call.verdict.rootCause)
    }

    @Test func aGoodCallHasNoRootCause() throws {
        let call = try #require(try analyze("02-t38-clean-3pages-fine-noecm").first)
        #expect(call.verdict == Verdict())
    }
}

/// The verdict's order, on findings made by hand on a real call that failed.
struct VerdictOrderTests {
    private func facts(_ name: String) throws -> CallFacts {
        var calls: [AnalyzedCall] = []
        _ = try AnalysisRunner(AnalysisRunner.Options()).run(CaptureInput(path: try Corpus.capture(name).path)) {
            calls.append($0)
        }
        let call = try #require(calls.first)
        return CallFacts(call: call.call, fax: call.fax)
    }

    private func finding(
        _ id: String, _ severity: Finding.Severity = .error, _ certainty: Finding.Certainty = .proof
    ) -> Finding {
        Finding(
            id, FailureCatalogue.entry(id)?.layer ?? .t30, severity, certainty, id, because: "", remedy: "", frames: [])
    }

    @Test(arguments: [
        // A cause goes before a symptom, whatever their order.
        (["no-mcf", "udptl-loss-unrepaired"], "udptl-loss-unrepaired"),
        // Of the switch before of the session.
        (["udptl-loss-unrepaired", "no-udptl-after-switch"], "no-udptl-after-switch"),
        // Without a cause the symptom stands.
        (["no-mcf"], "no-mcf"),
        (["udptl-reorder"], nil),
    ])
    func theEarlierAndSurerIsTheRootCause(ids: [String], root: String?) throws {
        let findings = ids.map { finding($0) }
        let verdict = VerdictMaker.verdict(on: findings, try facts("30d-t38-media-dies-midpage"))
        #expect(verdict.rootCause.map { findings[$0].id } == root)
    }

    /// A warning is a cause only of an error that it explains.
    @Test(arguments: [
        (["t38-redundancy-zero"], "no-mcf", "t38-redundancy-zero"), (["t38-redundancy-zero"], "rtn", "rtn"),
    ])
    func aWarningExplainsAnErrorOrNothing(warnings: [String], error: String, root: String) throws {
        let findings = warnings.map { finding($0, .warning) } + [finding(error)]
        let verdict = VerdictMaker.verdict(on: findings, try facts("30d-t38-media-dies-midpage"))
        #expect(verdict.rootCause.map { findings[$0].id } == root)
    }

    /// What the book lists as an effect of another cause never beats it, unless all evidence of that cause is later.
    @Test(arguments: [
        // media-stops-mid-call stands before rtp-ssrc-change in the book, and is an effect of it.
        ([20], [30], "rtp-ssrc-change"), ([20, 40], [30], "rtp-ssrc-change"), ([40], [30], "media-stops-mid-call"),
    ])
    func anEffectNeverBeatsItsCause(cause: [UInt32], effect: [UInt32], root: String) throws {
        var findings = [finding("media-stops-mid-call"), finding("rtp-ssrc-change")]
        findings[0].frames = effect.map { FrameRef(number: $0) }
        findings[1].frames = cause.map { FrameRef(number: $0) }
        let verdict = VerdictMaker.verdict(on: findings, try facts("30d-t38-media-dies-midpage"))
        #expect(verdict.rootCause.map { findings[$0].id } == root)
        #expect(verdict.runnerUp == nil || root == "media-stops-mid-call")
    }

    /// A warning that explains the error is its cause, whatever the error is itself.
    @Test func aWarningThatExplainsAnErrorGoesBeforeIt() throws {
        let findings = [finding("no-udptl-after-switch"), finding("t38-sdp-malformed", .warning)]
        let verdict = VerdictMaker.verdict(on: findings, try facts("30d-t38-media-dies-midpage"))
        #expect(verdict.rootCause == 1)
        #expect(verdict.chain == [Verdict.Link(cause: 1, effect: 0)])
    }

    /// Chains are followed to their beginning, and rings end.
    @Test func causesOfCausesAreFollowed() throws {
        let findings = ["no-mcf", "ppr-loop", "ecm-rcp-missing", "udptl-loss-unrepaired"].map { finding($0) }
        let verdict = VerdictMaker.verdict(on: findings, try facts("30d-t38-media-dies-midpage"))
        #expect(verdict.rootCause == 3)
    }

    @Test func hintsAndDeliveredFaxesHaveNoRootCause() throws {
        let failed = try facts("30d-t38-media-dies-midpage")
        #expect(VerdictMaker.verdict(on: [finding("udptl-loss-unrepaired", .error, .hint)], failed).rootCause == nil)
        let delivered = try facts("01-t38-clean-1page-ecm")
        #expect(VerdictMaker.verdict(on: [finding("udptl-loss-unrepaired")], delivered).rootCause == nil)
    }
}

/// A list of calls asks fewer rules and names the same root causes.
struct RootCauseOnlyTests {
    @Test(arguments: [
        "01-t38-clean-1page-ecm", "05-t38-rejected-488-fallback-g711", "07-t38-noec-3pct-loss",
        "13-t38-caller-hangup-midpage", "17h-sip-no-response-408", "25-t38-udptl-blocked-one-way",
        "54-voice-call-only",
    ])
    func theRootCauseIsTheSame(name: String) throws {
        var causes: [[String?]] = []
        for rootCauseOnly in [false, true] {
            var options = AnalysisRunner.Options()
            options.analyzer.rootCauseOnly = rootCauseOnly
            var found: [String?] = []
            _ = try AnalysisRunner(options).run(CaptureInput(path: try Corpus.capture(name).path)) {
                found.append($0.rootCause?.id)
            }
            causes.append(found)
        }
        #expect(causes[0] == causes[1])
    }
}
