import FaxCore
import PcapDecode
import T30Analyzer

/// What the diagnosis of a sanitised capture says otherwise than that of the original.
public struct StoryComparison {
    public private(set) var differences: [String] = []

    public init(_ old: CaptureStory, _ new: CaptureStory) {
        note("calls", old.calls.count, new.calls.count)
        for (one, other) in zip(old.calls, new.calls) { compare(one, other) }
    }

    private mutating func note<Value: Equatable>(_ what: String, _ old: Value, _ new: Value) {
        if old != new { differences.append("\(what): \(old), now \(new)") }
    }

    /// The first line that differs.
    private mutating func note(lines what: String, _ old: [String], _ new: [String]) {
        guard old != new else { return }
        let first = zip(old, new).first { $0 != $1 } ?? ("\(old.count) in all", "\(new.count)")
        differences.append("\(what): \(first.0), now \(first.1)")
    }

    private mutating func compare(_ old: AnalyzedCall, _ new: AnalyzedCall) {
        let call = "call \(old.call.id)"
        note("\(call) outcome", old.fax.outcome, new.fax.outcome)
        note("\(call) carried by", old.fax.carriedBy, new.fax.carriedBy)
        note(lines: "\(call) findings", old.findings.map(\.text), new.findings.map(\.text))
        note(lines: "\(call) signalling", old.call.signalling.story, new.call.signalling.story)
        note(lines: "\(call) trainings", old.fax.trainings.map(\.story), new.fax.trainings.map(\.story))
        note(lines: "\(call) pages", old.fax.pages.map(\.story), new.fax.pages.map(\.story))
        note(lines: "\(call) frames", old.fax.messages.map(\.story), new.fax.messages.map(\.story))
        note(lines: "\(call) streams", old.call.streams.map(\.story), new.call.streams.map(\.story))
    }
}

extension Finding {
    fileprivate var text: String { id + (isRootCause ? "*" : "") + frames.prefix(4).map { " \($0.number)" }.joined() }
}

extension Signalling {
    fileprivate var story: [String] {
        [outcome.rawValue, finalStatus.map(String.init) ?? "-", "\(steps.count) messages", "\(mediaChanges.count)"]
            + steps.map { "\($0.frame.number) \($0.summary)" }
    }
}

extension Training {
    fileprivate var story: String {
        "\(modem ?? "-") \(rateBps ?? 0) \(answer ?? "-") \(frame?.number ?? 0) errors \(errors ?? -1)"
    }
}

extension FaxPage {
    fileprivate var story: String {
        let figures = [rows, badRows, octets, ecmFrames, ecmMissing].map { $0.map(String.init) ?? "-" }
        return "\(number): " + figures.joined(separator: " ") + " \(confirmedBy ?? rejectedBy ?? "-") "
            + "\(firstFrame?.number ?? 0)–\(lastFrame?.number ?? 0)"
    }
}

extension T30Message {
    fileprivate var story: String { "\(frame?.number ?? 0) \(name) \(crcOK.map { $0 ? "good" : "bad" } ?? "-")" }
}

extension MediaStream {
    fileprivate var story: String {
        let figures = [statistics.expected, statistics.lost, statistics.recovered, statistics.unrecovered]
        return "\(kind.rawValue) \(codec ?? "-") \(packets) "
            + figures.map { $0.map(String.init) ?? "-" }.joined(separator: "/")
            + " \(firstFrame.number)–\(lastFrame.number) \(events.count)"
    }
}
