import FaxCore
import FaxWire
import PcapDecode
import T30Analyzer

/// What follows from the comparison of one call, in the terms of the failure catalogue.
struct CompareFindings {
    let pair: PairComparison
    private(set) var all: [CompareFinding] = []

    init(_ pair: PairComparison) {
        self.pair = pair
        losses()
        altered()
        signalling()
        editedMessages()
        missingMessages()
    }

    /// Frames named as evidence by one finding.
    private static let frameLimit = 20

    private mutating func add(
        _ id: CompareFinding.Mode, _ severity: Finding.Severity, _ certainty: Finding.Certainty, _ title: String,
        because: String,
        remedy: String, party: Party?, a: [FrameRef?], b: [FrameRef?]
    ) {
        func kept(_ frames: [FrameRef?]) -> [FrameRef] {
            var kept: [FrameRef] = []
            for frame in frames.compactMap(\.self) where !kept.contains(frame) && kept.count < Self.frameLimit {
                kept.append(frame)
            }
            return kept
        }
        all.append(
            CompareFinding(
                id: id.rawValue, severity: severity, certainty: certainty, title: title, because: because,
                remedy: remedy,
                party: party, framesA: kept(a), framesB: kept(b)))
    }

    private func sender(_ party: Party?) -> String { party.map { "the \($0.rawValue)" } ?? "an unknown sender" }

    private func between(_ upstream: CapturePoint?) -> String {
        upstream.map { "between \($0.rawValue) and \($0.other.rawValue)" } ?? "between the two places"
    }

    private func hitsInWords(_ bursts: [StreamComparison.Burst]) -> String {
        var names: [String] = []
        for burst in bursts { for hit in burst.hits where !names.contains(hit) { names.append(hit) } }
        if names.isEmpty { return "" }
        return "; they carried \(names.prefix(8).joined(separator: ", "))" + (names.count > 8 ? " …" : "")
    }

    // MARK: - Media

    private mutating func losses() {
        for stream in pair.streams where stream.lost > 0 {
            let isT38 = stream.kind == MediaStream.Kind.udptl.rawValue
            let isAll = stream.matched == 0
            let what = isT38 ? "T.38" : "audio"
            let share = percentText(stream.lost, of: stream.expected)
            let frames = stream.bursts.flatMap { [$0.first, $0.last] }
            let other = stream.bursts.flatMap { [$0.before, $0.after] }
            let isFromB = stream.upstream == .b
            let certainty: Finding.Certainty = stream.upstream == nil ? .strong : .proof
            add(
                isAll ? .oneWayMedia : isT38 ? udptlLoss(stream) : .rtpLossPassthrough,
                isFailed(stream.upstream?.other) ? .error : .warning, certainty,
                isAll
                    ? "No \(what) of \(sender(stream.party)) came through"
                    : "\(what == "T.38" ? "T.38" : "Audio") of \(sender(stream.party)) was lost on the way",
                because:
                    "\(isAll ? "All" : "\(stream.lost) of") \(stream.expected) packets (\(share)) of "
                    + "\(sender(stream.party)) were lost \(between(stream.upstream)), in "
                    + "\(counted(stream.bursts.count, "burst")), the longest \(stream.longestBurst)"
                    + hitsInWords(stream.bursts) + repairInWords(stream) + ".",
                remedy: "Look at the network \(between(stream.upstream)): that is where they went.",
                party: stream.party, a: isFromB ? other : frames, b: isFromB ? frames : other)
        }
        for stream in pair.streams where stream.heldBack.count * 100 > stream.matched {
            let worst = stream.delays?.most.inMilliseconds ?? 0
            add(
                .rtpJitterExceedsBuffer, .warning, .strong, "Packets of \(sender(stream.party)) were held back",
                because:
                    "\(stream.heldBack.count) of \(stream.matched) packets came more than "
                    + "\(Int(StreamComparer.heldBackDelay.inMilliseconds)) ms later than the fastest, up to "
                    + "\(Int(worst)) ms, \(between(stream.upstream)).",
                remedy: "Look for queues and shapers \(between(stream.upstream)).", party: stream.party,
                a: stream.heldBack.map(\.a), b: stream.heldBack.map(\.b))
        }
    }

    private func udptlLoss(_ stream: StreamComparison) -> CompareFinding.Mode {
        stream.unrepaired == 0 ? .udptlLossRepaired : .udptlLossUnrepaired
    }

    private func repairInWords(_ stream: StreamComparison) -> String {
        switch stream.unrepaired {
        case nil: ""
        case 0?: "; later packets brought copies of all of them"
        case .some(let count): "; \(counted(count, "packet")) could not be repaired from later ones"
        }
    }

    /// The fax failed as the receiver's side shows it, or either one where the side is not known.
    private func isFailed(_ point: CapturePoint?) -> Bool {
        func failed(_ call: AnalyzedCall) -> Bool { call.fax.outcome == .failed || call.fax.outcome == .partial }
        switch point {
        case .a?: return failed(pair.a)
        case .b?: return failed(pair.b)
        case nil: return failed(pair.a) || failed(pair.b)
        }
    }

    private mutating func altered() {
        for stream in pair.streams where !stream.altered.isEmpty || !stream.injected.isEmpty {
            let (altered, injected) = (stream.altered.count, stream.injected.count)
            var parts: [String] = []
            if altered > 0 { parts.append("\(altered) of \(stream.matched) packets have another content") }
            if injected > 0 { parts.append("\(injected) were put in") }
            add(
                altered > 0 ? .mediaAltered : .mediaInjected, pair.isAnotherDialog ? .note : .warning, .proof,
                "Media of \(sender(stream.party)) was changed on the way",
                because: parts.joined(separator: "; ") + ", \(between(stream.upstream)).",
                remedy: "Find the element \(between(stream.upstream)) that rewrites media.", party: stream.party,
                a: (stream.altered + stream.injected).map(\.a), b: (stream.altered + stream.injected).map(\.b))
        }
    }

    // MARK: - Signalling

    private static let addressFields = ["Contact", "Via", "SDP c=", "SDP o="]

    private mutating func signalling() {
        let rewritten = pair.sipChanges.filter { change in
            change.isSameHop && change.difference.changes.contains { Self.isOfRewriting($0.name) }
        }
        if !rewritten.isEmpty {
            var shown: [String] = []
            for change in rewritten {
                for field in change.difference.changes where Self.isOfRewriting(field.name) {
                    let text = "\(field.name) \(field.a ?? "none") became \(field.b ?? "none")"
                    if !shown.contains(text) { shown.append(text) }
                }
            }
            add(
                .sipALGRewrite, .warning, .proof, "SIP was rewritten on the way",
                because:
                    "\(counted(rewritten.count, "message")) with the same Call-ID, CSeq and Vias differ between A and B: "
                    + shown.prefix(4).joined(separator: "; ") + (shown.count > 4 ? " …" : "") + ".",
                remedy:
                    "Switch off the SIP ALG of the router between A and B, or carry SIP where it does not look (TLS, "
                    + "another port).",
                party: nil, a: rewritten.map(\.a), b: rewritten.map(\.b))
        }
        let transports = pair.sipChanges.filter {
            $0.difference.changes.contains { $0.name == "SDP image m= transport" }
        }
        if let change = transports.first,
            let field = change.difference.changes.first(where: { $0.name == "SDP image m= transport" })
        {
            add(
                .udptlTransportRewritten, .error, .proof, "Image line’s transport rewritten",
                because:
                    "\(change.summary): the image line says \(field.a ?? "nothing") at A and \(field.b ?? "nothing") at B.",
                remedy: "Have the media proxy between A and B pass the image line through.", party: change.from,
                a: transports.map(\.a), b: transports.map(\.b))
        }
        let lost = pair.sipMissing.filter(\.isLost)
        if !lost.isEmpty {
            add(
                .sipLost, .warning, .proof, "SIP messages did not come through",
                because:
                    "\(counted(lost.count, "message")) sent on one side never reached the other: "
                    + lost.prefix(4).map(\.summary).joined(separator: ", ") + (lost.count > 4 ? " …" : "") + ".",
                remedy: "Look at the network and the elements of SIP between A and B.", party: nil,
                a: lost.filter { $0.point == .a }.map(\.frame), b: lost.filter { $0.point == .b }.map(\.frame))
        }
    }

    private static func isOfRewriting(_ name: String) -> Bool {
        addressFields.contains(name) || name.hasSuffix("c=") || name.hasSuffix("m= port")
            || name.hasSuffix("m= transport") || name.contains("a=T38")
    }

    // MARK: - T.30

    private mutating func editedMessages() {
        for change in pair.t30.changes {
            let (one, other) = (pair.t30.left[change.left], pair.t30.right[change.right])
            let upstream = pair.upstream(of: one.direction)
            let shown = change.fields.prefix(5).map { field in
                "\(field.name) \(field.left ?? "absent") at A, \(field.right ?? "absent") at B"
            }.joined(separator: "; ")
            add(
                id(of: change, one.name, upstream), .warning, .proof, "\(one.name) was changed on the way",
                because:
                    "The \(one.name) of \(sender(one.direction)) differs: \(shown)"
                    + (change.fields.count > 5 ? " …" : "") + ".",
                remedy:
                    "A relay \(between(upstream)) edits T.30: look at its fax settings (ECM, rate, NSF).",
                party: one.direction, a: [one.frame, one.lastFrame], b: [other.frame, other.lastFrame])
        }
    }

    private func id(of change: MessageComparison.Change, _ name: String, _ upstream: CapturePoint?)
        -> CompareFinding.Mode
    {
        let ecm = change.fields.first { $0.name == "ecm" }
        let cleared = upstream == .b ? (ecm?.right, ecm?.left) : (ecm?.left, ecm?.right)
        if name == "DIS" || name == "DTC", cleared.0 == "yes", cleared.1 != "yes" { return .ifpECMBitCleared }
        return .t30Edited
    }

    private mutating func missingMessages() {
        for (point, places, messages) in [
            (CapturePoint.a, pair.t30.onlyLeft, pair.t30.left), (.b, pair.t30.onlyRight, pair.t30.right),
        ] {
            let lost = places.map { messages[$0] }.filter {
                pair.upstream(of: $0.direction) == point && isShown($0, point)
            }
            guard !lost.isEmpty else { continue }
            let isPostMessage = lost.contains {
                ["MPS", "EOP", "EOM", "PPS-MPS", "PPS-EOP", "PPS-EOM"].contains($0.name)
            }
            let frames = lost.flatMap { [$0.frame, $0.lastFrame] }
            add(
                isPostMessage ? .mpsLost : .t30Lost, isFailed(point.other) ? .error : .warning, .proof,
                "T.30 frames did not come through",
                because:
                    "Whole at \(point.rawValue), absent or broken at \(point.other.rawValue): "
                    + lost.prefix(8).map { "\($0.name) of \(sender($0.direction))" }.joined(separator: ", ")
                    + (lost.count > 8 ? " …" : "") + ".",
                remedy: "Look \(between(point)): network loss, or a relay that drops the signal.",
                party: lost[0].direction, a: point == .a ? frames : [], b: point == .b ? frames : [])
        }
    }

    /// Whole, and at a time that the other capture covers with T.30 of the call.
    private func isShown(_ message: T30Message, _ point: CapturePoint) -> Bool {
        guard message.crcOK != false, let clock = pair.clock else { return false }
        let other = point == .a ? pair.b.call : pair.a.call
        let time = point == .a ? clock.onB(message.time) : clock.onA(message.time)
        return time >= other.firstTime && time <= other.lastTime
    }
}

func counted(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }

/// A share as `3.2 %`.
func percentText(_ part: Int, of whole: Int) -> String {
    guard whole > 0 else { return "–" }
    let tenths = Int((Double(part) / Double(whole) * 1000).rounded())
    return "\(tenths / 10).\(tenths % 10) %"
}
