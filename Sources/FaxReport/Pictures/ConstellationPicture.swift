import FaxCore
import PcapDecode
import T30Analyzer

/// The symbols that the modems received, as an SVG document: one small scatter for each burst of the message channel.
struct ConstellationPicture {
    private enum Layout {
        static let cell = 176.0
        static let pitchX = 214.0
        static let pitchY = 246.0
        static let columns = 8
        /// As wide a picture has room for its heading.
        static let leastColumns = 4
        static let margin = 22.0
        static let top = 72.0
        /// Bursts shown; a call with more says so.
        static let limit = 96
        /// Half a cell in root mean squares of the symbols: the corners of 128 points lie at 1.6.
        static let reach = 1.9

        static func width(_ count: Int) -> Double {
            2 * margin + Double(min(columns, max(leastColumns, count))) * pitchX - (pitchX - cell)
        }
    }

    private static let style =
        PictureLayout.style + """

            .points{fill:none;stroke:#1d4f9c;stroke-width:2.2;stroke-linecap:round;stroke-opacity:.5}
            .cell{fill:#fcfcfc;stroke:#999;stroke-width:.8}
            .head{font-weight:bold}
            .failed{fill:#c40000}
            """

    /// `nil`: nothing was received by a modem.
    static func svg(_ analyzed: AnalyzedCall) -> String? {
        let bursts = analyzed.fax.bursts
        if bursts.isEmpty { return nil }
        let axis = CallAxis(analyzed)
        var canvas = SVGCanvas()
        header(analyzed, bursts.count, &canvas)
        for (index, burst) in bursts.prefix(Layout.limit).enumerated() {
            let x = Layout.margin + Double(index % Layout.columns) * Layout.pitchX
            let y = Layout.top + Double(index / Layout.columns) * Layout.pitchY
            draw(burst, number: index + 1, axis, x, y, &canvas)
        }
        let rows = (min(bursts.count, Layout.limit) + Layout.columns - 1) / Layout.columns
        return canvas.document(
            width: Layout.width(bursts.count), height: Layout.top + Double(rows) * Layout.pitchY,
            title: "constellations of call \(analyzed.call.id)", style: style)
    }

    private static func header(_ analyzed: AnalyzedCall, _ count: Int, _ canvas: inout SVGCanvas) {
        let title = "Call \(analyzed.call.id): " + OutcomeSentence.text(analyzed)
        canvas.text(TextWidth.cut(title, to: Layout.width(count) - 40, size: 18.5), Layout.margin, 28, "title")
        let shown = count > Layout.limit ? "The first \(Layout.limit) of \(count) bursts" : "\(count) bursts"
        canvas.text(
            "\(shown) of the message channel as received. EVM: root mean square error of the symbols, of their own "
                + "root mean square.", Layout.margin, 48, "subtitle")
    }

    // MARK: - A burst

    private static func draw(
        _ burst: BurstReport, number: Int, _ axis: CallAxis, _ x: Double, _ y: Double, _ canvas: inout SVGCanvas
    ) {
        let from = burst.party.map { " · \($0.rawValue)" } ?? ""
        let kind = burst.modem == "V.17" ? (burst.hasShortTraining ? " short" : " long") : ""
        canvas.text("\(number)\(from) · \(burst.modem) \(burst.rateBps)\(kind)", x, y + 10, "head")
        canvas.rect(x, y + 16, Layout.cell, Layout.cell, "cell")
        let (middleX, middleY) = (x + Layout.cell / 2, y + 16 + Layout.cell / 2)
        canvas.line(x, middleY, x + Layout.cell, middleY, "grid")
        canvas.line(middleX, y + 16, middleX, y + 16 + Layout.cell, "grid")
        canvas.path(path(burst.points, half: Layout.cell / 2, middleX, middleY), "points")
        if !burst.isTrained { canvas.text("training failed", middleX, middleY + 4, "failed", anchor: .middle) }
        let base = y + 16 + Layout.cell
        canvas.text(times(burst, axis), x, base + 14, "label")
        canvas.text(quality(burst), x, base + 27, "label")
    }

    /// A dot a symbol; one that lies outside is drawn at the edge.
    /// `half`: of the side of the square around the middle.
    static func path(_ points: [SIMD2<Float>], half: Double, _ middleX: Double, _ middleY: Double) -> String {
        let power = points.reduce(0.0) { $0 + Double(($1 * $1).sum()) }
        guard power.isFinite, power > 0 else { return "" }
        let scale = half / Layout.reach / (power / Double(points.count)).squareRoot()
        let edge = half - 2
        var path = ""
        for point in points {
            let right = max(-edge, min(edge, Double(point.x) * scale))
            let up = max(-edge, min(edge, Double(point.y) * scale))
            path += "M\(SVGCanvas.number(middleX + right)) \(SVGCanvas.number(middleY - up))h0"
        }
        return path
    }

    private static func times(_ burst: BurstReport, _ axis: CallAxis) -> String {
        let end = burst.data?.upperBound ?? burst.training.upperBound
        let times = [burst.training.lowerBound, end].map { Decimals.text(axis.seconds($0), digits: 2) ?? "?" }
        let content = burst.content == .nothing ? "" : " · \(burst.content.rawValue)"
        let frames = burst.badFrames > 0 ? " · \(burst.badFrames) bad" : ""
        return "\(times[0])–\(times[1]) s\(content)\(frames)"
    }

    static func quality(_ burst: BurstReport) -> String {
        var parts: [String] = []
        if let ratio = burst.errorVectorRatio, let text = Decimals.text(ratio * 100, digits: 1) {
            parts.append("EVM \(text) %")
        }
        if let text = burst.levelDBm0.flatMap({ Decimals.text($0, digits: 1) }) { parts.append("\(text) dBm0") }
        if let error = burst.carrierErrorHz, let text = Decimals.text(error, digits: 1) {
            parts.append("\(error < 0 ? "" : "+")\(text) Hz")
        }
        return parts.joined(separator: " · ")
    }
}
