import FaxCore

/// The phases of T.30 (5.1) as spans: each goes on until the next begins, none lasts no time but a last one of a single
/// packet.
struct PhaseTracker {
    private(set) var spans: [PhaseSpan] = []

    var current: PhaseSpan.Phase? { spans.last?.phase }

    /// - Parameter preamble: what the signal at `span` began with.
    mutating func enter(_ phase: PhaseSpan.Phase, at span: LineSpan, preamble: LineSpan? = nil) {
        guard let last = spans.last, last.phase != phase else {
            if spans.isEmpty { append(phase, preamble ?? span) }
            extend(to: span)
            return
        }
        let first = preamble ?? span
        // Signals of both directions may overlap: a phase never begins before the one that it follows.
        let start = max(first.start, last.start)
        spans[spans.count - 1].end = min(last.end, start)
        if spans[spans.count - 1].end <= spans[spans.count - 1].start { spans.removeLast() }
        if current == phase {
            extend(to: span)
            return
        }
        append(phase, LineSpan(start: start, end: start, firstFrame: first.firstFrame, lastFrame: first.firstFrame))
        extend(to: span)
    }

    private mutating func append(_ phase: PhaseSpan.Phase, _ span: LineSpan) {
        spans.append(
            PhaseSpan(
                phase: phase, start: span.start, end: max(span.start, span.end), firstFrame: span.firstFrame,
                lastFrame: span.lastFrame))
    }

    mutating func extend(to span: LineSpan) {
        guard !spans.isEmpty else { return }
        let last = spans.count - 1
        if span.end > spans[last].end { spans[last].end = span.end }
        if let frame = span.lastFrame { spans[last].lastFrame = max(spans[last].lastFrame ?? frame, frame) }
    }
}
