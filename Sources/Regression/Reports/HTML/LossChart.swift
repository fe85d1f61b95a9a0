import FaxReport
import Simulator

/// Curves of the share of delivered calls over loss, each with the band of its intervals, as SVG. Curves differ in colour,
/// dash and mark.
struct LossChart {
    /// A cell as a place on a curve.
    struct Member {
        var cell: RegressionReport.Cell
        /// Percent.
        var loss: Double
    }

    struct Point {
        /// Percent.
        var loss: Double
        var calls: Proportion
    }

    struct Curve {
        var path: String
        var carriage: RegressionReport.Carriage
        /// Among those of the same carriage, from 0.
        var number: Int
        /// By loss, ascending, each once.
        var points: [Point]

        var style: String {
            let carriage =
                switch carriage {
                case .t38: "t38"
                case .passThrough: "pass-through"
                case .gateway: "gateway"
                }
            return "\(carriage) n\(number % 4)"
        }
    }

    private enum Size {
        static let width = 620.0
        static let height = 300.0
        static let left = 48.0
        static let right = 16.0
        static let top = 12.0
        static let bottom = 44.0
    }

    static let curveLimit = 8

    let curves: [Curve]
    /// Ascending, of all curves.
    let losses: [Double]
    /// Curves for which there is no room.
    let leftOut: Int

    init(_ members: [Member]) {
        let paths = RegressionReport.distinct(members.map(\.cell.path))
        var numbers: [RegressionReport.Carriage: Int] = [:]
        curves = paths.prefix(Self.curveLimit).compactMap { path in
            let own = members.filter { $0.cell.path == path }
            guard let carriage = own.first?.cell.carriage else { return nil }
            let number = numbers[carriage, default: 0]
            numbers[carriage] = number + 1
            return Curve(path: path, carriage: carriage, number: number, points: Self.points(own))
        }
        losses = Self.ascending(curves.flatMap { $0.points.map(\.loss) })
        leftOut = max(0, paths.count - Self.curveLimit)
    }

    /// Cells of the same loss are added up.
    private static func points(_ members: [Member]) -> [Point] {
        ascending(members.map(\.loss)).compactMap { loss in
            RegressionReport.sum(members.filter { $0.loss == loss }.map(\.cell.calls))
                .map { Point(loss: loss, calls: $0) }
        }
    }

    /// What is no percentage is not drawn.
    private static func ascending(_ values: [Double]) -> [Double] {
        Set(values.filter { (0...100).contains($0) }).sorted()
    }

    /// `0.5 %`, as short as it can be.
    static func name(_ loss: Double) -> String {
        var text = Figures.number(loss, digits: 3)
        while text.hasSuffix("0") { text.removeLast() }
        if text.hasSuffix(".") { text.removeLast() }
        return text + " %"
    }

    // MARK: - Places

    private func x(_ loss: Double) -> Double {
        let greatest = max(losses.last ?? 1, 0.000_1)
        return Size.left + (Size.width - Size.left - Size.right) * (loss / greatest).squareRoot()
    }

    private func y(_ share: Double) -> Double {
        Size.top + (Size.height - Size.top - Size.bottom) * (1 - share)
    }

    // MARK: - Drawing

    /// An `svg` element that says what it shows.
    func drawing(label: String) -> String {
        var canvas = SVGCanvas()
        axes(&canvas)
        for curve in curves { band(curve, &canvas) }
        for curve in curves { line(curve, &canvas) }
        let name = MarkupText.escaped(label, limit: 400)
        return Self.element(canvas, Size.width, Size.height, "role=\"img\" aria-label=\"\(name)\"")
    }

    /// The look of a curve, for the key.
    func sample(of place: Int) -> String {
        guard curves.indices.contains(place) else { return "" }
        var canvas = SVGCanvas()
        canvas.path("M0 7H34", "curve \(curves[place].style)")
        canvas.path(Self.mark(curves[place].carriage, 17, 7), "point \(curves[place].style)")
        return Self.element(canvas, 34, 14, "aria-hidden=\"true\"")
    }

    private static func element(
        _ canvas: SVGCanvas, _ width: Double, _ height: Double, _ attributes: String
    ) -> String {
        let (wide, tall) = (SVGCanvas.number(width), SVGCanvas.number(height))
        return "<svg viewBox=\"0 0 \(wide) \(tall)\" width=\"\(wide)\" height=\"\(tall)\" "
            + "\(attributes)>\(canvas.body)</svg>\n"
    }

    private func axes(_ canvas: inout SVGCanvas) {
        for percent in stride(from: 0, through: 100, by: 25) {
            let height = y(Double(percent) / 100)
            canvas.line(Size.left, height, Size.width - Size.right, height, percent == 0 ? "axis" : "grid")
            canvas.text("\(percent) %", Size.left - 6, height + 4, "scale", anchor: .end)
        }
        var taken = -Double.infinity
        for loss in losses {
            let place = x(loss)
            canvas.line(place, y(0), place, y(0) + 4, "axis")
            let text = Self.name(loss)
            let half = TextWidth.of(text, size: 11) / 2
            if place - half < taken { continue }
            taken = place + half + 4
            canvas.text(text, place, y(0) + 17, "scale", anchor: .middle)
        }
        let middle = (Size.left + Size.width - Size.right) / 2
        canvas.text("random loss", middle, Size.height - 6, "scale", anchor: .middle)
    }

    private func band(_ curve: Curve, _ canvas: inout SVGCanvas) {
        if curve.points.count < 2 { return }
        let above = curve.points.map { place($0.loss, $0.calls.wilson().upperBound) }
        let below = curve.points.reversed().map { place($0.loss, $0.calls.wilson().lowerBound) }
        canvas.path("M" + (above + below).joined(separator: "L") + "Z", "band \(curve.style)")
    }

    private func line(_ curve: Curve, _ canvas: inout SVGCanvas) {
        let places = curve.points.map { place($0.loss, $0.calls.share ?? 0) }
        if places.count > 1 { canvas.path("M" + places.joined(separator: "L"), "curve \(curve.style)") }
        for point in curve.points {
            let text =
                "\(curve.path), loss \(Self.name(point.loss)): \(Figures.rate(point.calls)) "
                + "(\(Figures.counts(point.calls)), \(Figures.interval(point.calls)))"
            let mark = Self.mark(curve.carriage, x(point.loss), y(point.calls.share ?? 0))
            canvas.path(mark, "point \(curve.style)", title: text)
        }
    }

    private func place(_ loss: Double, _ share: Double) -> String {
        "\(SVGCanvas.number(x(loss))) \(SVGCanvas.number(y(share)))"
    }

    /// A circle, a square or a diamond around a place.
    private static func mark(_ carriage: RegressionReport.Carriage, _ x: Double, _ y: Double) -> String {
        func number(_ value: Double) -> String { SVGCanvas.number(value) }
        switch carriage {
        case .t38: return "M\(number(x - 4)) \(number(y))a4 4 0 1 0 8 0a4 4 0 1 0 -8 0Z"
        case .passThrough: return "M\(number(x - 3.5)) \(number(y - 3.5))h7v7h-7Z"
        case .gateway: return "M\(number(x)) \(number(y - 5))l5 5l-5 5l-5 -5Z"
        }
    }
}
