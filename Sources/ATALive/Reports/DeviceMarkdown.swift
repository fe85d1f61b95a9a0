import FaxReport

/// `--markdown` of a device suite: what to put under a pull request.
public struct DeviceMarkdown: Sendable {
    enum Limit {
        static let cells = 40
        static let factors = 12
    }

    private let report: DeviceReport

    public init(_ report: DeviceReport) { self.report = report }

    public var text: String {
        var parts = ["## \(Markdown.escaped(report.run.suite)): \(report.headline)\n"]
        parts += report.effects.map(part)
        let open = report.run.outcomes.filter { $0.kind != .passed || !report.isExpected($0) }
        if !open.isEmpty { parts.append(cells(open)) }
        for (title, names) in [
            ("Broken since the baseline", report.broken), ("Mended since the baseline", report.mended),
            ("Problems", report.run.problems),
        ] where !names.isEmpty {
            parts.append(
                "### \(title)\n\n" + names.prefix(Limit.cells).map { "- \(Markdown.escaped($0))\n" }.joined()
                    + left(names.count))
        }
        return parts.joined(separator: "\n")
    }

    private func part(_ effects: DeviceEffects) -> String {
        var lines = ["### \(Markdown.escaped(effects.device)): what matters", ""]
        lines += ["| effect | what | came through with each value |", "|---:|---|---|"]
        for factor in effects.factors.prefix(Limit.factors) {
            let levels = factor.levels.map { "\(Markdown.escaped($0.value)) \($0.passed)/\($0.calls)" }
            lines.append(
                "| \(DeviceFigures.percent(factor.effect)) | \(Markdown.code(factor.name)) | \(levels.joined(separator: ", ")) |"
            )
        }
        let best = effects.best.map {
            "\(Markdown.code(DeviceFigures.settings($0.settings), limit: 400)) (\($0.passed) of \($0.calls))"
        }
        return (lines + ["", "Best: \(best ?? "none came through")."]).joined(separator: "\n") + "\n"
    }

    private func cells(_ outcomes: [DeviceOutcome]) -> String {
        var lines = [
            "### Cells that did not pass, or should not have", "", "| outcome | expected | cell | why |",
            "|---|---|---|---|",
        ]
        for outcome in outcomes.prefix(Limit.cells) {
            let cause = outcome.cause.map { " " + Markdown.code($0) } ?? ""
            lines.append(
                "| \(outcome.kind.rawValue) | \(report.isExpected(outcome) ? "yes" : "**no**") "
                    + "| \(Markdown.escaped(outcome.cell.name)) | \(Markdown.escaped(DeviceReport.why(outcome)))\(cause) |"
            )
        }
        return lines.joined(separator: "\n") + "\n" + left(outcomes.count)
    }

    private func left(_ count: Int) -> String {
        count > Limit.cells ? "\nAnd \(count - Limit.cells) more.\n" : ""
    }
}
