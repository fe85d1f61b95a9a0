import FaxCore
import PcapDecode
import T30Analyzer

/// The ladder as a table that reads without scripts: a row a step, its place in time and its frame, who sent it.
struct LadderTable {
    /// What a step belongs to; the raw value is its style.
    enum Layer: String {
        case sip, network, tone, page, t30, remark

        /// As the column says it.
        var name: String {
            switch self {
            case .sip: "SIP"
            case .network: "ICMP"
            case .tone: "tone"
            case .page: "page"
            case .t30: "T.30"
            case .remark: "note"
            }
        }
    }

    let steps: [Ladder.Step]
    let dropped: Int
    private let place: CallPlace
    private let start: Instant

    init(_ analyzed: AnalyzedCall, _ place: CallPlace) {
        let ladder = Ladder(analyzed, isVerbose: false)
        steps = ladder.steps
        dropped = ladder.dropped
        start = analyzed.call.firstTime
        self.place = place
    }

    static func layer(_ step: Ladder.Step) -> Layer {
        switch step.rank {
        case 0: .sip
        case 1: .network
        case 3: step.text.hasPrefix("page ") ? .page : .tone
        case 4: .t30
        case 5: .remark
        default: .tone
        }
    }

    // MARK: - Places

    /// The step that a frame belongs to: its own, the one it lies in, else the last before it.
    func step(of frame: FrameRef) -> Int? {
        let own = steps.firstIndex { $0.frame == frame } ?? steps.firstIndex { $0.lastFrame == frame }
        if let own { return own }
        var best: Int?
        for (index, step) in steps.enumerated() {
            guard let first = step.frame, first != .none, first.file == frame.file, first < frame else { continue }
            if let held = best, let earlier = steps[held].frame, earlier >= first { continue }
            best = index
        }
        return best ?? steps.indices.first
    }

    /// The last step that has begun at a time.
    func step(at time: Instant) -> Int? {
        steps.lastIndex { $0.time <= time } ?? steps.indices.first
    }

    // MARK: - Table

    /// `marks`: numbers of the findings whose evidence a step is, by the step's index.
    func write(to html: inout HTMLWriter, marks: [Int: [Int]]) {
        html.element("table", ["class": "ladder", "id": place.id("ladder-table")]) { html in
            html.element("caption", ["class": "vh"], "Signalling, signals, T.30 frames and pages in order of time")
            html.element("thead") { html in
                html.element("tr") { html in
                    html.element("th", ["scope": "col", "class": "num"], "time/s")
                    html.element("th", ["scope": "col", "class": "num"], "frame")
                    html.element("th", ["scope": "col"], "layer")
                    html.element("th", ["scope": "col", "class": "ends"]) { html in
                        html.element("span", [:], "caller")
                        html.element("span", [:], "callee")
                    }
                }
            }
            html.element("tbody") { html in
                for (index, step) in steps.enumerated() { row(step, index, marks[index] ?? [], &html) }
            }
        }
        if dropped > 0 {
            html.element("p", ["class": "quiet"], "\(dropped) more steps are in the analysis document (--json).")
        }
    }

    private func row(_ step: Ladder.Step, _ index: Int, _ marks: [Int], _ html: inout HTMLWriter) {
        let layer = Self.layer(step)
        let seconds = Clock.seconds(step.time - start, digits: 3)
        let style = "\(layer.rawValue) \(step.tone.map(Self.style) ?? "")"
        html.element(
            "tr", ["id": place.id("s\(index)"), "class": style, "data-t": seconds, "tabindex": "-1"]
        ) { html in
            html.element("td", ["class": "num"], seconds)
            html.element("td", ["class": "num"]) { html in frame(step, &html) }
            html.element("td", ["class": "layer"], layer.name)
            message(step, marks, &html)
        }
    }

    private func frame(_ step: Ladder.Step, _ html: inout HTMLWriter) {
        guard let frame = step.frame, let number = place.number(frame) else { return }
        html.element("span", ["class": "frame", "data-frame": place.octetsKey(frame)], number)
    }

    private func message(_ step: Ladder.Step, _ marks: [Int], _ html: inout HTMLWriter) {
        html.element("td", ["class": "message \(step.from?.rawValue ?? "both")"]) { html in
            html.element("span", ["class": "way"]) { html in
                if let from = step.from { html.element("span", ["class": "vh"], "from the \(from.rawValue): ") }
                html.element("span", ["class": "what"], step.count > 1 ? "\(step.text) ×\(step.count)" : step.text)
            }
            for mark in marks {
                html.element(
                    "a", ["class": "mark", "href": place.link("f\(mark)"), "aria-label": "Finding \(mark)"], "\(mark)")
            }
        }
    }

    private static func style(_ tone: TerminalText.Tone) -> String {
        switch tone {
        case .good: "good"
        case .bad: "bad"
        case .doubtful: "doubtful"
        case .quiet: "quiet"
        case .strong: "strong"
        }
    }
}
