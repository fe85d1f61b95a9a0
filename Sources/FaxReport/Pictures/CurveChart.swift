/// Shares of success, with their intervals, against steps of something: panels side by side, one line a series.
public struct CurveChart: Sendable {
    public struct Point: Sendable, Hashable {
        /// 0 to 1.
        public var share: Double
        public var interval: ClosedRange<Double>

        public init(share: Double, interval: ClosedRange<Double>) {
            self.share = share
            self.interval = interval
        }
    }

    public struct Series: Sendable, Hashable {
        public var name: String
        /// One for each of ``CurveChart/steps``; `nil`: not measured.
        public var points: [Point?]

        public init(name: String, points: [Point?]) {
            self.name = name
            self.points = points
        }
    }

    public struct Panel: Sendable, Hashable {
        public var title: String
        /// No more than ``CurveChart/seriesLimit`` are drawn.
        public var series: [Series]

        public init(title: String, series: [Series]) {
            self.title = title
            self.series = series
        }
    }

    public var title: String
    public var subtitle: String
    /// Labels of the horizontal axis, equally far apart.
    public var steps: [String]
    public var stepsTitle: String
    public var panels: [Panel]

    public init(title: String, subtitle: String, steps: [String], stepsTitle: String, panels: [Panel]) {
        self.title = title
        self.subtitle = subtitle
        self.steps = steps
        self.stepsTitle = stepsTitle
        self.panels = panels
    }

    /// Colours there are.
    public static let seriesLimit = 6

    private static let plot = (width: 430.0, height: 300.0, left: 52.0, top: 92.0, gap: 62.0)

    /// The document, without anything outside of it.
    public var svg: String {
        var canvas = SVGCanvas()
        canvas.text(title, Self.plot.left, 28, "title")
        canvas.text(subtitle, Self.plot.left, 46, "subtitle")
        for (index, panel) in panels.enumerated() {
            draw(panel, left: Self.plot.left + Double(index) * (Self.plot.width + Self.plot.gap), on: &canvas)
        }
        let count = Double(max(panels.count, 1))
        let height = Self.plot.top + Self.plot.height + 60 + 18
        drawKey(y: height - 16, on: &canvas)
        return canvas.document(
            width: Self.plot.left + count * Self.plot.width + (count - 1) * Self.plot.gap + 20, height: height,
            title: title, style: Self.style)
    }

    private func draw(_ panel: Panel, left: Double, on canvas: inout SVGCanvas) {
        canvas.text(panel.title, left, Self.plot.top - 14, "side")
        drawAxes(left: left, on: &canvas)
        for (number, series) in panel.series.prefix(Self.seriesLimit).enumerated() {
            draw(series, number, of: min(panel.series.count, Self.seriesLimit), left: left, on: &canvas)
        }
    }

    private func drawAxes(left: Double, on canvas: inout SVGCanvas) {
        for percent in stride(from: 0, through: 100, by: 20) {
            let y = Self.y(Double(percent) / 100)
            canvas.line(left, y, left + Self.plot.width, y, "grid")
            canvas.text("\(percent) %", left - 6, y + 3.5, "small", anchor: .end)
        }
        for (index, step) in steps.enumerated() {
            canvas.text(step, column(index, left), Self.plot.top + Self.plot.height + 15, "small", anchor: .middle)
        }
        let bottom = Self.plot.top + Self.plot.height
        canvas.line(left, bottom, left + Self.plot.width, bottom, "axis")
        canvas.text(stepsTitle, left + Self.plot.width / 2, bottom + 31, "small", anchor: .middle)
    }

    /// Series stand beside each other by some pixels, so that intervals do not hide one another.
    private func draw(_ series: Series, _ number: Int, of count: Int, left: Double, on canvas: inout SVGCanvas) {
        let shift = (Double(number) - Double(count - 1) / 2) * 4
        var line = ""
        for (index, point) in series.points.prefix(steps.count).enumerated() {
            guard let point else { continue }
            let (x, y) = (column(index, left) + shift, Self.y(point.share))
            line += "\(line.isEmpty ? "M" : " L")\(SVGCanvas.number(x)) \(SVGCanvas.number(y))"
            canvas.line(x, Self.y(point.interval.lowerBound), x, Self.y(point.interval.upperBound), "bar s\(number)")
            canvas.rect(
                x - 2.5, y - 2.5, 5, 5, "mark f\(number)", title: "\(series.name), \(steps[index]): \(Self.text(point))"
            )
        }
        canvas.path(line, "curve s\(number)")
    }

    private func drawKey(y: Double, on canvas: inout SVGCanvas) {
        var x = Self.plot.left
        for (number, series) in (panels.first?.series ?? []).prefix(Self.seriesLimit).enumerated() {
            canvas.line(x, y - 4, x + 22, y - 4, "curve s\(number)")
            canvas.rect(x + 8.5, y - 6.5, 5, 5, "mark f\(number)")
            canvas.text(series.name, x + 28, y, "subtitle")
            x += 46 + TextWidth.of(series.name, size: 12)
        }
    }

    private func column(_ index: Int, _ left: Double) -> Double {
        left + (Double(index) + 0.5) / Double(max(steps.count, 1)) * Self.plot.width
    }

    private static func y(_ share: Double) -> Double { plot.top + (1 - min(max(share, 0), 1)) * plot.height }

    private static func text(_ point: Point) -> String {
        func percent(_ share: Double) -> String { SVGCanvas.number(share * 100) }
        return "\(percent(point.share)) % (\(percent(point.interval.lowerBound)) to "
            + "\(percent(point.interval.upperBound)) %)"
    }

    private static let colours = ["#1d4f9c", "#0b7a66", "#b35900", "#a1195b", "#555555", "#6b3fa0"]

    private static let style =
        """
        text{font-family:"DejaVu Sans",Verdana,sans-serif;font-size:10px;fill:#1c1c1c}
        .title{font-size:17px;font-weight:bold}.subtitle{font-size:12px;fill:#333}
        .side{font-size:12px;font-weight:bold}.small{font-size:10px;fill:#444}
        .axis{stroke:#555;stroke-width:1}.grid{stroke:#000;stroke-opacity:.13;stroke-width:1}
        .curve{fill:none;stroke-width:1.8}.bar{stroke-width:1.4;stroke-opacity:.55}

        """
        + colours.enumerated().map { ".s\($0){stroke:\($1)}.f\($0){fill:\($1)}" }.joined()
}
