import FaxCore
import PcapDecode
import T30Analyzer

/// What the diagnosis of a sanitised capture says otherwise than that of the original.
public struct StoryComparison {
    public private(set) var differences: [String] = []

    /// How far frames in audio may move and still count as in their place.
    private static let audioTolerance = Duration.milliseconds(60)

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
        // Frames in audio need another number of zeros between their bits: they may move a little.
        let isAudio = old.fax.carriedBy != "t38"
        note("\(call) outcome", old.fax.outcome, new.fax.outcome)
        note("\(call) verdict", old.verdictText, new.verdictText)
        note("\(call) carried by", old.fax.carriedBy, new.fax.carriedBy)
        note(lines: "\(call) findings", old.findings.map { $0.text(isAudio) }, new.findings.map { $0.text(isAudio) })
        note(lines: "\(call) signalling", old.call.signalling.story, new.call.signalling.story)
        note(
            lines: "\(call) trainings", old.fax.trainings.map { $0.story(isAudio) },
            new.fax.trainings.map { $0.story(isAudio) })
        note(lines: "\(call) pages", old.fax.pages.map { $0.story(isAudio) }, new.fax.pages.map { $0.story(isAudio) })
        note(
            lines: "\(call) frames", old.fax.messages.map { $0.story(isAudio) },
            new.fax.messages.map { $0.story(isAudio) })
        let moves = zip(old.fax.messages, new.fax.messages).map { max($0.time - $1.time, $1.time - $0.time) }
        if let most = moves.max(), most > (isAudio ? Self.audioTolerance : .zero) {
            differences.append("\(call) frames: moved by up to \(Int(most.inMilliseconds)) ms")
        }
        note(lines: "\(call) streams", old.call.streams.map(\.story), new.call.streams.map(\.story))
    }
}

extension AnalyzedCall {
    /// Where it broke and why.
    fileprivate var verdictText: String {
        [rootCause?.id, verdict.party?.rawValue, verdict.brokeIn?.rawValue, runnerUp?.id].map { $0 ?? "-" }
            .joined(separator: ", ")
    }
}

extension Finding {
    fileprivate func text(_ isAudio: Bool) -> String {
        id + (isRootCause ? "*" : "") + (isAudio ? "" : frames.prefix(4).map { " \($0.number)" }.joined())
    }
}

extension Signalling {
    fileprivate var story: [String] {
        [outcome.rawValue, finalStatus.map(String.init) ?? "-", "\(steps.count) messages", "\(mediaChanges.count)"]
            // The steps of IAX2 name numbers.
            + steps.map { "\($0.frame.number) \(carrier == .sip ? $0.summary : $0.method)" }
    }
}

extension Training {
    /// To two figures: a receiver that heard another signal before counts some errors of a noisy TCF more or fewer.
    private static func rounded(_ errors: Int) -> Int {
        var unit = 1
        while errors / unit >= 100 { unit *= 10 }
        return (errors + unit / 2) / unit * unit
    }

    fileprivate func story(_ isAudio: Bool) -> String {
        "\(modem ?? "-") \(rateBps ?? 0) \(answer ?? "-") \(isAudio ? 0 : frame?.number ?? 0) "
            + "errors \(errors.map { isAudio ? Self.rounded($0) : $0 } ?? -1)"
    }
}

extension FaxPage {
    fileprivate func story(_ isAudio: Bool) -> String {
        // Bits of a signal that dies away count as data of audio pages without frames.
        let figures = [rows, badRows, isAudio && ecm != true ? nil : octets, ecmFrames, ecmMissing].map {
            $0.map(String.init) ?? "-"
        }
        return "\(number): " + figures.joined(separator: " ") + " \(confirmedBy ?? rejectedBy ?? "-") "
            + (isAudio ? "" : "\(firstFrame?.number ?? 0)–\(lastFrame?.number ?? 0)")
    }
}

extension T30Message {
    fileprivate func story(_ isAudio: Bool) -> String {
        "\(isAudio ? 0 : frame?.number ?? 0) \(name) \(crcOK.map { $0 ? "good" : "bad" } ?? "-")"
    }
}

extension MediaStream {
    fileprivate var story: String {
        let figures = [statistics.expected, statistics.lost, statistics.recovered, statistics.unrecovered]
        return "\(kind.rawValue) \(codec ?? "-") \(packets) "
            + figures.map { $0.map(String.init) ?? "-" }.joined(separator: "/")
            + " \(firstFrame.number)–\(lastFrame.number) \(events.count)"
    }
}
