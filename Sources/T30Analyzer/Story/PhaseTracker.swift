import FaxCore

/// The phases of T.30 (5.1) as spans: each goes on until the next begins.
struct PhaseTracker {
    private(set) var spans: [PhaseSpan] = []

    mutating func enter(_ phase: PhaseSpan.Phase, at span: LineSpan) {
        if let last = spans.last, last.phase == phase {
            extend(to: span)
            return
        }
        if !spans.isEmpty, spans[spans.count - 1].end > span.start { spans[spans.count - 1].end = span.start }
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
