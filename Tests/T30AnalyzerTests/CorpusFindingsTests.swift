import FaxCore
import Foundation
import PcapDecode
import T30Analyzer
import TestSupport
import Testing

/// Findings on real calls: none that accuses on clean ones, the right cause on failed ones.
@Suite struct CorpusFindingsTests {
    private func analyze(_ name: String) throws -> [AnalyzedCall] {
        var calls: [AnalyzedCall] = []
        let files = ["capture.pcap", "capture.pcap.zst"].map { Corpus.file("captures/\(name)/\($0)").path }
        let path = try #require(files.first(where: FileManager.default.fileExists))
        var options = AnalysisRunner.Options()
        options.decoder.keepsAudio = true
        _ = try AnalysisRunner(options).run(CaptureInput(path: path)) { calls.append($0) }
        return calls
    }

    @Test(arguments: [
        "01-t38-clean-1page-ecm", "02-t38-clean-3pages-fine-noecm", "03-g711u-clean-1page", "15b-t38-v29-9600",
        "15c-t38-v27ter-4800", "18-register-digest-t38", "21-tcp-t38", "22-two-faxes-plus-voice",
        "31-sip-chan_sip-t38", "35-srtp-g711u", "59-dtmf-events-then-fax-t38", "60-prack-100rel-t38",
        "61-session-timer-refresh-t38",
    ])
    func cleanCallsAreNotAccused(name: String) throws {
        let calls = try analyze(name)
        #expect(!calls.isEmpty)
        for call in calls {
            #expect(call.findings.filter { $0.severity > .note }.map(\.id) == [])
            #expect(call.findings.filter { $0.isRootCause }.isEmpty)
        }
    }

    @Test(arguments: [
        ("05-t38-rejected-488-fallback-g711", "t38-refused"),
        ("07-t38-noec-3pct-loss", "udptl-loss-unrepaired"),
        ("09b-t38-noec-20pct-loss", "t38-redundancy-zero"),
        ("09d-t38-redundancy-burst-outages", "udptl-loss-bursty"),
        ("12-g711u-5pct-loss", "rtp-loss-passthrough"),
        ("13-t38-caller-hangup-midpage", "bye-during-page"),
        ("14-g711u-voice-prompt-no-fax", "answered-by-voice"),
        ("15k-t38-tcf-always-bad", "udptl-loss-unrepaired"),
        ("17g-sip-icmp-port-unreachable", "sip-invite-no-response"),
        ("17h-sip-no-response-408", "sip-invite-no-response"),
        ("19-gsm-codec-fax", "compressed-codec"),
        ("19c-no-common-codec-488", "no-common-codec"),
        ("25-t38-udptl-blocked-one-way", "no-udptl-after-switch"),
        ("26-g711u-one-way-audio", "one-way-media"),
        ("30d-t38-media-dies-midpage", "media-stops-mid-call"),
    ])
    func failedCallsHaveOneCause(name: String, cause: String) throws {
        let calls = try analyze(name)
        #expect(calls.flatMap { $0.findings }.filter { $0.isRootCause }.map { $0.id } == [cause])
    }

    @Test(arguments: [
        ("06-t38-redundancy-3pct-loss", "udptl-loss-repaired"),
        ("08-t38-fec-3pct-loss", "udptl-loss-repaired"),
        ("15g-t38-tcf-loss-fallback", "ftt-single"),
        ("15h-g711u-tcf-loss-fallback", "rtp-loss-passthrough"),
        ("15k-t38-tcf-always-bad", "ftt-loop"),
        ("17a-sip-fail-486", "sip-busy"),
        ("17b-sip-fail-404", "sip-number-not-found"),
        ("17c-sip-fail-403", "sip-forbidden"),
        ("17f-sip-cancel-no-answer", "sip-cancelled"),
        ("30-t38-ecm-outage-2s", "udptl-loss-unrepaired"),
        ("31b-sip-chan_sip-488-fallback", "t38-refused"),
        ("D04-one-direction-t38", "capture-one-sided"),
    ])
    func whatHappenedIsFound(name: String, finding: String) throws {
        let found = try analyze(name).flatMap { $0.findings }.filter { $0.id == finding }
        #expect(found.count == 1)
        #expect(found.allSatisfy { !$0.frames.isEmpty && !$0.because.isEmpty && !$0.remedy.isEmpty })
    }
}
