import FaxCore
import PcapDecode

/// A gap in a T.38 stream that nothing repaired, aligned in time with what the same party had on the line.
struct LossHit {
    enum Target: Hashable {
        /// A T.30 frame, by its name as far as it could be read.
        case frame(String)
        /// TCF or page data without ECM.
        case burst(String)
        /// Only a tone, preamble or training.
        case signal(String)
        /// ECM frames, first and last number.
        case imageFrames(Int, Int)
        /// Nothing of the party was seen where an answer to this command was due.
        case missingAnswer(String)
    }

    var gap: SequenceGap
    var party: Party?
    var targets: [Target]

    /// T.30 lost content, not only a tone or nothing known.
    var hitContent: Bool {
        targets.contains {
            switch $0 {
            case .frame, .burst, .imageFrames, .missingAnswer: true
            case .signal: false
            }
        }
    }

    static func all(_ streams: [MediaStream], _ fax: FaxSession) -> [LossHit] {
        streams.flatMap { stream in
            let own = Own(stream.direction, fax)
            return stream.statistics.gaps.filter { $0.recovered < $0.count }.map { gap in
                LossHit(gap: gap, party: stream.direction, targets: own.targets(gap))
            }
        }
    }

    /// What one party had on the line.
    private struct Own {
        let party: Party?
        let fax: FaxSession
        let messages: [T30Message]
        let signals: [FaxSignal]

        init(_ party: Party?, _ fax: FaxSession) {
            self.party = party
            self.fax = fax
            messages = fax.messages.filter { $0.direction == party }
            signals = fax.signals.filter { $0.isFax && $0.direction == party }
        }

        /// The packets around the gap are whole: what ended with the one before it was not hit.
        private func isHit(_ start: Instant, _ end: Instant, _ gap: SequenceGap) -> Bool {
            start <= gap.time.upperBound && end > gap.time.lowerBound
        }

        /// A damaged frame may lack its end: then the last packet of it is the one before the gap.
        private func isNear(_ start: Instant, _ end: Instant, _ gap: SequenceGap) -> Bool {
            start <= gap.time.upperBound && end >= gap.time.lowerBound
        }

        func targets(_ gap: SequenceGap) -> [Target] {
            var targets: [Target] = []
            func add(_ target: Target) { if !targets.contains(target) { targets.append(target) } }
            for message in messages where message.crcOK != true && isNear(message.time, message.end, gap) {
                if let number = message.imageFrameNumber {
                    add(.imageFrames(number, number))
                } else {
                    add(.frame(message.name.hasPrefix("unknown") ? "a frame" : message.name))
                }
            }
            if let range = missingImageFrames(gap) { add(.imageFrames(range.first, range.last)) }
            for signal in signals where isHit(signal.start, signal.end, gap) {
                add(signal.isData ? .burst(signal.name) : .signal(signal.name))
            }
            if targets.isEmpty, let command = unansweredCommand(gap) { add(.missingAnswer(command)) }
            return targets
        }

        /// Numbers of ECM frames that are missing between the last one before the gap and the first one after it.
        private func missingImageFrames(_ gap: SequenceGap) -> (first: Int, last: Int)? {
            guard let before = messages.last(where: { $0.end <= gap.time.lowerBound })?.imageFrameNumber,
                let after = messages.first(where: { $0.time >= gap.time.upperBound })?.imageFrameNumber,
                after > before + 1
            else { return nil }
            return (before + 1, after - 1)
        }

        /// The other party's last command until the end of the gap, if the line then shows no answer to it.
        private func unansweredCommand(_ gap: SequenceGap) -> String? {
            guard let party,
                let index = fax.messages.lastIndex(where: {
                    $0.end <= gap.time.upperBound && $0.direction == party.other && $0.endsTurn && $0.name != "DCN"
                })
            else { return nil }
            let next = index + 1 < fax.messages.count ? fax.messages[index + 1] : nil
            guard next == nil || next?.direction == party.other else { return nil }
            return fax.messages[index].name
        }
    }
}

extension FaxSignal {
    var isData: Bool { name == "TCF" || name == "page data" }
}

extension LossHit.Target {
    var inWords: String {
        switch self {
        case .frame(let name), .burst(let name), .signal(let name): name
        case .imageFrames(let first, let last): first == last ? "FCD \(first)" : "FCD \(first)–\(last)"
        case .missingAnswer(let command): "the answer to \(command)"
        }
    }
}
