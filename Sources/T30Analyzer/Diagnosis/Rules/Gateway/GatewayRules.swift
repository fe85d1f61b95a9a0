import FaxCore
import PcapDecode

/// Layer G: how networks fall back, what makers of gateways and adapters are known for, and what a capture of them lacks.
enum GatewayRules {
    static let rules =
        FallbackRules.rules + MakerRules.rules + [Rule(["capture-filtered-udptl": .remark], once: filtered)]

    /// A call that ran so long after the switch to T.38 had its fax.
    private static let ranNormally = Duration.seconds(60)
    private static let stopsWith = Duration.seconds(2)

    /// T.38 agreed, audio stops, no UDPTL of anybody, and the call runs on as one that has its fax.
    static func isFiltered(_ facts: CallFacts) -> Bool {
        guard let agreed = facts.agreedSwitch?.answerTime, facts.t38.isEmpty, let end = facts.signalling.endTime,
            facts.signalling.outcome == .answered
        else { return false }
        let until = facts.audioAgain(after: agreed) ?? end
        return until - agreed > ranNormally
            && Party.allCases.allSatisfy { party in
                let audio = facts.rtp(of: party).filter { $0.firstTime < agreed }
                return !audio.isEmpty && audio.allSatisfy { $0.lastTime - agreed < stopsWith || $0.lastTime > until }
            }
    }

    private static func filtered(_ facts: CallFacts) -> Finding? {
        guard isFiltered(facts), let change = facts.agreedSwitch, let agreed = change.answerTime,
            let end = facts.signalling.endTime
        else { return nil }
        return Finding(
            "capture-filtered-udptl", .gateway, .warning, .strong, "The capture seems to lack T.38",
            because:
                "T.38 was agreed, the audio of both sides stopped, no UDPTL of either is in the capture, and the call "
                + "went on for \((end - agreed).inWords) to an orderly BYE.",
            remedy: "Capture with tcpdump, without a filter on ports; some tools save SIP and RTP alone.",
            frames: [change.offerFrame, change.answerFrame, facts.signalling.endFrame])
    }
}
