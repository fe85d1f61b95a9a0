import FaxCore
import PcapDecode

/// Layers A, C and D as far as they concern a fax in audio: who answered, what carried it, what the network did to it.
enum AudioRules {
    /// Codecs that let every fax signal through.
    static let transparent: Set<String> = ["PCMU", "PCMA", "L16", "CLEARMODE"]
    /// So long media must flow one way only, and a voice must be listened to.
    private static let oneWayLeast = Duration.seconds(5)
    private static let voiceLeast = Duration.seconds(1)
    private static let answerLeast = Duration.seconds(20)
    /// Whole answers that the caller calls over: on a path that loses packets, or brings them late, two may have been hit.
    private static let answersUnheard = 2
    private static let answersUnheardOnBadPath = 3

    static let rules =
        ownRules + PassThroughRules.rules + EventRules.rules + RTPRules.rules + LevelRules.rules + DamageRules.rules

    private static let ownRules = [
        Rule(["compressed-codec": .cause(.switching, of: TransportRules.effectsOfLoss)], once: compressed),
        Rule(["one-way-media": .cause(.switching, of: ["dis-repeated-no-dcs"])]) { facts in
            guard isAudioFax(facts) else { return [] }
            return (oneWay(facts) ?? unheard(facts)).map { [$0] } ?? []
        },
        Rule(["answered-by-voice": .cause(.switching)], once: answeredByVoice),
    ]

    static func isAudioFax(_ facts: CallFacts) -> Bool {
        !facts.rtp.isEmpty && facts.fax.outcome != .notFax
    }

    static func isHeard(_ stream: MediaStream) -> Bool {
        stream.codec.map { transparent.contains($0.uppercased()) } ?? false
    }

    // MARK: - Who answered

    /// The caller calls as a fax, a voice answers.
    private static func answeredByVoice(_ facts: CallFacts) -> Finding? {
        guard isAudioFax(facts), facts.isFailed, facts.commands.isEmpty, facts.t38.isEmpty,
            facts.signalling.outcome == .answered,
            let cng = facts.fax.signals.first(where: { $0.name == "CNG" && $0.direction != .callee })
        else { return nil }
        let called = facts.fax.signals.filter { $0.direction == .callee }
        let voices = called.filter { $0.name == "voice" || $0.name == "music" }
        let spoken = voices.reduce(Duration.zero) { $0 + ($1.end - $1.start) }
        guard !called.contains(where: \.isFax), spoken >= voiceLeast,
            facts.rtp(of: .callee).contains(where: { isHeard($0) && $0.lastTime - $0.firstTime >= answerLeast })
        else { return nil }
        return Finding(
            "answered-by-voice", .setup, .error, .strong, "Answered by voice, not fax",
            because:
                "CNG came from the caller; the called side sent \(spoken.inWords) of voice or music and neither an "
                + "answer tone nor V.21 until the call ended.",
            remedy: "Verify the number; a person, an announcement or voice mail answers there.",
            frames: [cng.firstFrame] + voices.map(\.firstFrame))
    }

    // MARK: - What carried it

    private static func compressed(_ facts: CallFacts) -> Finding? {
        guard isAudioFax(facts), facts.isFailed, facts.agreedSwitch == nil,
            let stream = facts.rtp.filter({ !isHeard($0) && $0.codec != nil }).max(by: { $0.packets < $1.packets }),
            let codec = stream.codec, !facts.rtp.contains(where: { isHeard($0) && $0.packets > stream.packets })
        else { return nil }
        return Finding(
            "compressed-codec", .audio, .error, .proof, "Fax over a compressed codec",
            because: "The audio of \(stream.sender) went as \(codec), which is made for speech: the signals of fax "
                + "modems do not survive it.",
            remedy: "Force G.711 for fax calls, or offer T.38.", frames: [stream.firstFrame, stream.lastFrame])
    }

    // MARK: - What the network did

    /// One party's media flow, the other's never did, and the capture would have shown it.
    private static func oneWay(_ facts: CallFacts) -> Finding? {
        guard facts.isFailed, facts.t38.isEmpty, facts.signalling.outcome == .answered,
            Party.allCases.allSatisfy({ party in facts.signalling.steps.contains { $0.from == party } }),
            facts.call.coverage.endsMidCall == false, facts.signalling.mediaChanges.allSatisfy({ $0.to != .hold }),
            let talking = Party.allCases.first(where: { facts.rtp(of: $0.other).isEmpty && !facts.rtp(of: $0).isEmpty })
        else { return nil }
        let streams = facts.rtp(of: talking)
        let length = streams.map { $0.lastTime - $0.firstTime }.max() ?? .zero
        guard length >= oneWayLeast else { return nil }
        return Finding(
            "one-way-media", .transport, .error, .proof, "Media in one direction only",
            because: "\(streams.reduce(0) { $0 + $1.packets }) packets came from the \(talking.rawValue) in "
                + "\(length.inWords), none from the \(talking.other.rawValue), whose signalling is in the capture.",
            remedy: "Look for a firewall or NAT without a mapping and for a wrong address in the SDP; capture at the "
                + "\(talking.other.rawValue)'s side.",
            frames: [facts.signalling.answerFrame] + streams.flatMap { [$0.firstFrame, $0.lastFrame] })
    }

    /// The caller goes on calling (CNG) over the answers of the called side, and its own audio is whole here: what the
    /// called side sends does not reach it.
    private static func unheard(_ facts: CallFacts) -> Finding? {
        let answers = facts.commands.filter { $0.direction == .callee && $0.name == "DIS" }
        let least = RTPRules.network(facts).isEmpty ? answersUnheard : answersUnheardOnBadPath
        guard facts.isFailed, facts.t38.isEmpty, answers.count >= least, let first = answers.first,
            !facts.commands.contains(where: { $0.direction == .caller && $0.name != "DCN" })
        else { return nil }
        let calls = facts.fax.signals.filter { $0.name == "CNG" && $0.direction == .caller && $0.start > first.end }
        guard let last = calls.last, last.start > answers[least - 1].end else { return nil }
        return Finding(
            "one-way-media", .transport, .error, .strong, "Media in one direction only",
            because:
                "The callee sent DIS \(answers.count) times; the caller went on with CNG (\(calls.count) after the first "
                + "DIS), which it ends when it hears an answer. What the callee sends does not reach it.",
            remedy:
                "Capture at the caller's side; look for a firewall or NAT without a mapping and for a wrong address in "
                + "the SDP that the callee got.",
            frames: answers.map(\.frame) + [calls.first?.firstFrame, last.lastFrame])
    }

    static func hasFax(_ facts: CallFacts) -> Bool {
        !facts.fax.messages.isEmpty || facts.fax.signals.contains(where: \.isFax)
    }
}
