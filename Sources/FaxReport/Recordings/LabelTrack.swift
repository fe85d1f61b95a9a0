import FaxCore
import PcapDecode
import T30Analyzer

/// Label tracks in Audacity's form: a line a label, its start, end (both in seconds) and text between tabs.
struct LabelTrack {
    /// Labels of one track.
    static let limit = 20_000

    private let analyzed: AnalyzedCall
    private let axis: CallAxis

    private struct Label {
        var start: Double
        var end: Double
        var text: String
    }

    init(_ analyzed: AnalyzedCall, axis: CallAxis) {
        self.analyzed = analyzed
        self.axis = axis
    }

    /// Where packets of the recorded sides were lost.
    func gaps(_ tracks: [SoundTrack]) -> String {
        let labels = tracks.flatMap { track in
            track.streams.flatMap { audio in
                audio.timeline.gaps.map { gap in
                    let end = gap.time + .microseconds(125 * gap.missingSamples)
                    return label(gap.time, end, "\(track.name): " + Self.text(gap))
                }
            }
        }
        return Self.text(labels)
    }

    private static func text(_ gap: AudioGap) -> String {
        let lost = "\(gap.lostPackets) packet\(gap.lostPackets == 1 ? "" : "s") lost"
        let pause = gap.holdsPause ? ", a pause within" : ""
        return "\(lost)\(pause) (between frames \(gap.before.number) and \(gap.after.number))"
    }

    /// Tones, trainings, data and T.30 frames of both sides.
    var signals: String {
        let sides = { (party: Party?) in (party?.rawValue).map { "\($0): " } ?? "" }
        let signals = analyzed.fax.signals.map { label($0.start, $0.end, sides($0.direction) + $0.name) }
        let frames = analyzed.fax.messages.map { message in
            let damaged = message.crcOK == false ? " (FCS wrong)" : ""
            return label(message.time, message.end, sides(message.direction) + message.name + damaged)
        }
        return Self.text(signals + frames)
    }

    private func label(_ start: Instant, _ end: Instant, _ text: String) -> Label {
        Label(start: axis.seconds(start), end: axis.seconds(max(start, end)), text: text)
    }

    private static func text(_ labels: [Label]) -> String {
        let order = labels.indices.sorted {
            (labels[$0].start, labels[$0].end, $0) < (labels[$1].start, labels[$1].end, $1)
        }
        var text = ""
        for index in order.prefix(limit) {
            let label = labels[index]
            let times = [label.start, label.end].map { Decimals.text($0, digits: 6) ?? "0.000000" }
            text += "\(times[0])\t\(times[1])\t\(TerminalText.harmless(label.text, limit: 120))\n"
        }
        return text
    }
}
