import FaxCore
import PcapDecode

/// Marks the finding that explains the failure, where one plain cause stands among the findings: what came first in
/// the chain from set-up to page explains what follows from it.
enum RootCause {
    /// Without one of these nothing else could begin.
    private static let beforeFax = [
        "sip-invite-no-response", "no-common-codec", "t38-in-initial-invite-refused", "t38-reinvite-unanswered",
        "t38-answer-without-image", "t38-answer-image-port-zero", "no-udptl-after-switch",
        "compressed-codec", "one-way-media", "answered-by-voice",
    ]
    /// Causes of an interrupted session, the surest first: packets that stopped, a call that was ended, packets that
    /// were lost; and only then what T.30 made of it.
    private static let ofSession = [
        "media-stops-mid-call", "bye-during-page", "udptl-loss-unrepaired", "udptl-loss-bursty", "t38-redundancy-zero",
        "rtp-loss-passthrough", "rtp-jitter-exceeds-buffer", "bye-after-eop-audio-not-drained", "tcf-errors",
        "ftt-loop", "ppr-loop", "rtn", "dcn-early",
        "dcs-tcf-no-response", "no-mcf", "dis-repeated-no-dcs",
    ]

    static func mark(_ findings: inout [Finding], _ facts: CallFacts) {
        if let index = cause(findings, beforeFax, atLeast: .error), facts.fax.outcome != .success {
            findings[index].isRootCause = true
        } else if facts.isFailed, let index = cause(findings, ofSession, atLeast: .error) {
            findings[index].isRootCause = true
            prefer("t38-redundancy-zero", over: index, &findings)
        } else if facts.fax.carriedBy != "t38", let index = cause(findings, ["t38-refused"], atLeast: .warning) {
            findings[index].isRootCause = true
        }
    }

    private static func cause(_ findings: [Finding], _ ids: [String], atLeast severity: Finding.Severity) -> Int? {
        for id in ids {
            if let index = findings.firstIndex(where: { $0.id == id && $0.severity >= severity }) { return index }
        }
        return nil
    }

    /// Missing answers on a path that loses packets, with nothing sent twice: the loss is the network's, that it told is
    /// the missing redundancy's.
    private static func prefer(_ id: String, over index: Int, _ findings: inout [Finding]) {
        let unproven = ["dis-repeated-no-dcs", "dcs-tcf-no-response", "no-mcf"]
        guard unproven.contains(findings[index].id),
            let better = findings.firstIndex(where: { $0.id == id && $0.severity >= .warning })
        else { return }
        findings[index].isRootCause = false
        findings[better].isRootCause = true
    }
}
