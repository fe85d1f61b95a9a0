import FaxCore
import FaxProtocol
import PcapDecode

/// Layer C: how a sender numbers and packs its UDPTL.
enum UDPTLRules {
    /// So near the wrap of the numbers a loss is suspicious.
    static let nearWrap = 16
    /// Reaction to what a receiver made of the wrap: T4 with its repeats.
    static let reaction = Duration.seconds(10)
    /// Of IP over Ethernet without options, less UDP.
    static let unfragmented = 1_472

    static let rules = [
        Rule(["udptl-seq-restart": .cause(.session, of: TransportRules.effectsOfLoss)]) { facts in
            facts.t38.compactMap { restart($0, facts) }
        },
        Rule(["udptl-wraparound-bug": .cause(.session, of: TransportRules.effectsOfLoss)]) { facts in
            facts.t38.compactMap { wraparound($0, facts) }
        },
        Rule(["udptl-mtu-fragment": .cause(.session, of: TransportRules.effectsOfLoss)]) { facts in
            facts.t38.compactMap { fragments($0, facts) }
        },
        Rule(
            [
                "udptl-fec-bogus-early": .remark, "udptl-mixed-ec": .remark, "udptl-zero-length-secondary": .remark,
                "udptl-truncated-or-trailing": .remark, "udptl-repeat-new-seq": .remark, "udptl-seq-not-zero": .remark,
            ]
        ) { facts in facts.t38.flatMap { stream in Habit.all.compactMap { $0.finding(stream, facts) } } },
        Rule(["udptl-reorder": .remark, "udptl-duplicate": .remark]) { facts in facts.t38.flatMap(order) },
        Rule(["rtcp-mux-confusion": .remark]) { facts in facts.t38.compactMap(lookalike) },
    ]

    // MARK: - Numbers

    private static func restart(_ stream: MediaStream, _ facts: CallFacts) -> Finding? {
        guard let restart = stream.quirk(.restart), let log = stream.t38 else { return nil }
        let index = log.entries.firstIndex(from: { $0.frame >= restart.frame })
        guard index < log.entries.count else { return nil }
        let time = log.entries[index].time
        // A new offer may begin a new stream.
        let isAsked = facts.signalling.mediaChanges.contains {
            $0.frame > stream.firstFrame && $0.frame < restart.frame && $0.status != nil
        }
        guard !isAsked else { return nil }
        let answered = facts.commands.contains {
            $0.time > time && $0.direction == stream.direction?.other && T30Rules.answers.contains($0.name)
        }
        let isIgnored = facts.isFailed && stream.direction != nil && !answered
        return Finding(
            "udptl-seq-restart", .transport, isIgnored ? .error : facts.isFailed ? .warning : .note, .strong,
            "Sequence numbers restart",
            because:
                "The numbers of \(stream.sender) jumped \(counted(restart.count, "time")) without a new offer, first at "
                + "\(restart.frame), and its packets went on"
                + (isIgnored ? "; the other side answered nothing after it." : "."),
            remedy: "Look for a gateway that was restarted or changed over; let the receiver follow a jump.",
            measures: [.init("restarts", Double(restart.count), "")], party: stream.direction,
            frames: [restart.frame, stream.lastFrame])
    }

    /// The sender leaves 0 out, or a loss at the wrap that copies made good was not made good at the receiver.
    private static func wraparound(_ stream: MediaStream, _ facts: CallFacts) -> Finding? {
        if let skipped = stream.quirk(.skippedZero) {
            return Finding(
                "udptl-wraparound-bug", .transport, .note, .strong, "Trouble at the wrap of the numbers",
                because: "The numbers of \(stream.sender) go from 65535 to 1.",
                remedy: "Upgrade the sender: 0 follows 65535.", party: stream.direction, frames: [skipped.frame])
        }
        guard let last = stream.t38?.entries.last, last.sequence >= 65_536, stream.quirk(.restart) == nil else {
            return nil
        }
        let gap = stream.statistics.gaps.first { gap in
            let number = Int(gap.firstMissing)
            return gap.recovered == gap.count && (number > 65_535 - nearWrap || number <= nearWrap)
                && reacts(to: gap, stream, facts)
        }
        guard let gap else { return nil }
        return Finding(
            "udptl-wraparound-bug", .transport, facts.isFailed ? .error : .warning, .strong,
            "Trouble at the wrap of the numbers",
            because:
                "\(counted(gap.count, "packet")) of \(stream.sender) from number \(gap.firstMissing) on were lost beside "
                + "the wrap; later packets carry copies of all, and yet the other side asked again or fell silent.",
            remedy: "Upgrade the receiver: it compares numbers without their wrap.", party: stream.direction?.other,
            frames: [gap.before, gap.after])
    }

    /// After a loss the receiver asks for more, or the sender's command goes unanswered.
    private static func reacts(to gap: SequenceGap, _ stream: MediaStream, _ facts: CallFacts) -> Bool {
        let asked = facts.commands.first {
            $0.time >= gap.time.lowerBound && $0.direction == stream.direction?.other
                && T30Rules.answers.contains($0.name)
        }
        guard let asked else { return facts.isFailed }
        return ["PPR", "RTN", "FTT"].contains(asked.name)
            || facts.fax.remarks.contains {
                $0.name == "command-repeated" && $0.time > gap.time.lowerBound
                    && $0.time < gap.time.upperBound + reaction
            }
    }

    /// UDPTL whose numbers can be taken for the version of RTP and RTCP.
    private static func lookalike(_ stream: MediaStream) -> Finding? {
        guard stream.kind == .udptl, let entries = stream.t38?.entries, stream.quirk(.restart) == nil,
            let first = entries.first(where: { (0x8000..<0xC000).contains($0.sequence & 0xFFFF) })
        else { return nil }
        return Finding(
            "rtcp-mux-confusion", .transport, .note, .proof, "UDPTL that looks like RTP",
            because:
                "From \(first.frame) on the numbers of \(stream.sender) are 32768 and above: the first octet is that of "
                + "an RTP or RTCP packet.",
            remedy: "Have tools and devices read what comes on an image line as UDPTL first.", party: stream.direction,
            frames: [first.frame])
    }

    // MARK: - Fragments

    private static func fragments(_ stream: MediaStream, _ facts: CallFacts) -> Finding? {
        let figures = stream.statistics
        guard figures.fragmentedPackets > 0 else { return nil }
        let isIncomplete = figures.incompletePackets > 0
        let isHurt = isIncomplete && facts.isFailed
        return Finding(
            "udptl-mtu-fragment", .transport, isHurt ? .error : isIncomplete ? .warning : .note, .strong,
            "UDPTL in IP fragments",
            because:
                "\(counted(figures.fragmentedPackets, "packet")) of \(stream.sender) came in IP fragments, the largest "
                + "has \(figures.largestPacket ?? 0) octets"
                + (isIncomplete ? "; of \(figures.incompletePackets) a fragment is missing." : "; none is missing."),
            remedy: "Lower T38FaxMaxDatagram or the redundancy of page data, until a packet fits into one frame.",
            measures: [
                .init("largest packet", Double(figures.largestPacket ?? 0), "octets", threshold: Double(unfragmented)),
                .init("fragmented", Double(figures.fragmentedPackets), ""),
                .init("incomplete", Double(figures.incompletePackets), "", threshold: 1),
            ], party: stream.direction, frames: [figures.firstFragmented, stream.lastFrame])
    }

    // MARK: - Order

    private static func order(_ stream: MediaStream) -> [Finding] {
        var found: [Finding] = []
        if let reordered = stream.statistics.reordered, reordered > 0 {
            found.append(
                Finding(
                    "udptl-reorder", .transport, .note, .proof, "UDPTL out of order",
                    because: "\(counted(reordered, "packet")) from \(stream.sender) came after a later one.",
                    remedy: "Look for parallel paths in the network.",
                    measures: [.init("out of order", Double(reordered), "")], party: stream.direction,
                    frames: [stream.firstFrame, stream.lastFrame]))
        }
        if let changed = stream.quirk(.contentChanged) {
            found.append(
                Finding(
                    "udptl-duplicate", .transport, .warning, .proof, "One number, two contents",
                    because:
                        "\(counted(changed.count, "packet")) from \(stream.sender) came again under a known number with "
                        + "other content.",
                    remedy: "Report it to the maker of the sender: receivers keep the first.",
                    measures: [.init("changed", Double(changed.count), "", threshold: 1)], party: stream.direction,
                    frames: [changed.frame]))
        } else if let duplicates = stream.statistics.duplicates, duplicates > 0 {
            found.append(
                Finding(
                    "udptl-duplicate", .transport, .note, .proof, "Duplicate UDPTL packets",
                    because: "\(counted(duplicates, "packet")) from \(stream.sender) came twice.",
                    remedy: "None needed: copies are harmless.",
                    measures: [.init("duplicates", Double(duplicates), "")], party: stream.direction,
                    frames: [stream.firstFrame, stream.lastFrame]))
        }
        return found
    }
}

extension UDPTLRules {
    /// What a sender does that receivers who keep to the letter may stumble over; the UDPTL receiver noted it.
    private struct Habit {
        var id: String
        var quirks: [UDPTLStatistics.Quirk]
        var certainty: Finding.Certainty
        var title: String
        var what: String
        var remedy: String

        func finding(_ stream: MediaStream, _ facts: CallFacts) -> Finding? {
            let seen = quirks.compactMap { stream.quirk($0) }
            guard let first = seen.min(by: { $0.frame < $1.frame }), applies(stream, facts) else { return nil }
            let count = seen.reduce(0) { $0 + $1.count }
            return Finding(
                id, .transport, .note, certainty, title,
                because: "\(counted(count, "packet")) of \(stream.sender) \(what), the first is \(first.frame).",
                remedy: remedy, measures: [.init("packets", Double(count), "")], party: stream.direction,
                frames: seen.map(\.frame))
        }

        /// Where the beginning, or the end of the packets, is not in the capture, nothing is said of it.
        private func applies(_ stream: MediaStream, _ facts: CallFacts) -> Bool {
            switch id {
            case "udptl-fec-bogus-early": !facts.call.coverage.startsMidCall
            // The first few may have been lost.
            case "udptl-seq-not-zero":
                !facts.call.coverage.startsMidCall
                    && (stream.t38?.entries.first?.sequence ?? 0) > UDPTLReceiver.jumpLimit
            case "udptl-truncated-or-trailing":
                quirks.contains { stream.quirk($0) != nil && $0 == .trailingOctets }
                    || (stream.quirk(.truncated)?.count ?? 0)
                        > stream.statistics.cutPackets + stream.statistics.incompletePackets
            default: true
            }
        }

        static let all = [
            Habit(
                id: "udptl-fec-bogus-early", quirks: [.bogusEarlyFEC], certainty: .proof,
                title: "Parity over packets that never were",
                what: "carry parity that reaches before the first packet of the stream",
                remedy: "Let the receiver leave out parity that points before the start; upgrade the sender."),
            Habit(
                id: "udptl-mixed-ec", quirks: [.mixedErrorCorrection], certainty: .proof,
                title: "Redundancy and parity mixed",
                what: "changed from one form of error correction to the other",
                remedy:
                    "Receivers must look at each packet, not at the SDP alone; where one does not, use redundancy only."
            ),
            Habit(
                id: "udptl-zero-length-secondary", quirks: [.zeroLengthSecondary], certainty: .proof,
                title: "Copies without content",
                what: "carry a copy of length 0",
                remedy: "Upgrade the sender; old receivers stumble over empty copies."),
            Habit(
                id: "udptl-truncated-or-trailing", quirks: [.trailingOctets, .truncated], certainty: .proof,
                title: "Packets that do not end where their lengths say",
                what: "end before or after the place that their lengths tell",
                remedy: "Upgrade the sender, or raise the T38FaxMaxDatagram that cut them."),
            Habit(
                id: "udptl-repeat-new-seq", quirks: [.repeatUnderNewSequence], certainty: .proof,
                title: "Signals repeated under new numbers",
                what: "say again what the packet before said, under a number of its own",
                remedy: "None where the receiver copes; else use redundancy instead of repeats."),
            Habit(
                id: "udptl-seq-not-zero", quirks: [.sequenceNotZero], certainty: .hint, title: "First number is not 0",
                what: "began the stream with a number other than 0",
                remedy: "None: receivers must take any first number."),
        ]
    }
}

extension MediaStream {
    func quirk(_ quirk: UDPTLStatistics.Quirk) -> StreamQuirk? { quirks.first { $0.name == quirk.rawValue } }
}
