import FaxCore

/// One packet's difference of clocks.
struct ClockPoint {
    /// Seconds of A's clock.
    var time: Double
    /// Seconds above the first packet's difference of clocks.
    var late: Double
    var party: Party?
}

/// One slope for all rows of points, each with a level of its own, by least squares.
struct ClockLine {
    private(set) var slope: Double?
    private(set) var slopeError: Double?
    /// Root mean square of what remains.
    private(set) var spread = 0.0
    private var levels: [Double] = []

    init(_ rows: [[ClockPoint]]) {
        var (sumTT, sumTY, count) = (0.0, 0.0, 0)
        let means = rows.map { row -> (time: Double, late: Double) in
            let size = Double(max(1, row.count))
            return (row.reduce(0) { $0 + $1.time } / size, row.reduce(0) { $0 + $1.late } / size)
        }
        for (row, mean) in zip(rows, means) {
            for point in row {
                sumTT += (point.time - mean.time) * (point.time - mean.time)
                sumTY += (point.time - mean.time) * (point.late - mean.late)
                count += 1
            }
        }
        let slope = sumTT > 0 ? sumTY / sumTT : 0
        levels = means.map { $0.late - slope * $0.time }
        var squares = 0.0
        for (row, level) in zip(rows, levels) {
            for point in row {
                let rest = point.late - level - slope * point.time
                squares += rest * rest
            }
        }
        let freedom = count - rows.count - 1
        guard freedom > 0, sumTT > 0 else { return }
        spread = (squares / Double(freedom)).squareRoot()
        self.slope = slope
        slopeError = spread / sumTT.squareRoot()
    }

    /// The level of points along a slope.
    static func level(_ points: [ClockPoint], slope: Double) -> Double {
        let rests = points.map { $0.late - slope * $0.time }.sorted()
        return rests.isEmpty ? 0 : rests[rests.count / 2]
    }

    /// Points near the line: windows in which no packet came through fast are left out.
    func withoutOutliers(_ points: [ClockPoint], of rows: Int) -> [ClockPoint] {
        guard let slope, points.count >= 8 else { return points }
        let rests = points.map { $0.late - slope * $0.time }
        let middle = rests.sorted()[rests.count / 2]
        let distances = rests.map { ($0 - middle).magnitude }
        let bound = max(1e-6, 4 * distances.sorted()[distances.count / 2])
        return zip(points, distances).filter { $0.1 <= bound }.map(\.0)
    }
}

extension Int64 {
    /// The nearest number that 64 bits hold; 0 for no number.
    init(clamping value: Double) {
        self = value.isNaN ? 0 : value >= 9.2e18 ? .max : value <= -9.2e18 ? .min : Int64(value)
    }
}
