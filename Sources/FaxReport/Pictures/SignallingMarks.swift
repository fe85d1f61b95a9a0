import FaxCore
import PcapDecode
import T30Analyzer

/// SIP messages as lines across the picture.
struct SignallingMark: Sendable {
    /// Seconds on the call's axis.
    var time: Double
    var frame: FrameRef
    var from: Party?
    /// `→ INVITE`, `← 200 T.38`.
    var label: String
    var title: String

    /// Messages shown.
    static let limit = 1_000

    static func marks(_ analyzed: AnalyzedCall, axis: CallAxis) -> [SignallingMark] {
        analyzed.call.signalling.steps.lazy.filter { !$0.isFurtherHop && $0.time >= axis.start && $0.time <= axis.end }
            .prefix(limit).map { step in
                let side = step.from.map { $0 == .caller ? "→" : "←" } ?? ""
                let name = step.status.map(String.init) ?? TerminalText.harmless(step.method, limit: 12)
                let media = step.summary.contains("image ") ? " T.38" : ""
                let again = step.isRetransmission ? " again" : ""
                let seconds = axis.seconds(step.time)
                let from = step.from.map { "from the \($0.rawValue), " } ?? ""
                return SignallingMark(
                    time: seconds, frame: step.frame, from: step.from, label: side + name + media + again,
                    title: "\(step.summary), \(from)frame \(step.frame.number), "
                        + "\(Decimals.text(seconds, digits: 3) ?? "?") s")
            }
    }
}
