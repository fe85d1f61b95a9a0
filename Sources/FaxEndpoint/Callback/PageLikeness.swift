import FaxDSP

/// How alike two pages are when one of them may be scaled, shifted, of another resolution, and bear a header line.
///
/// Both become maps of ink at 4, 2 and 1 mm. On the coarsest every shift and scale in reach is tried; the best place is
/// then followed to the finest. There both are correlated, after what whole rows and columns have in common is taken away:
/// lines of print and margins are alike on all pages, words are not.
public struct PageLikeness: Sendable, Hashable {
    /// 1: the same; about 0: nothing in common.
    public var likeness: Double
    /// The least of any 10 mm of the page with something on them: what came cut off, or with a part gone, shows here.
    public var worstPart: Double
    /// Of the other page against the first.
    public var scaleX: Double
    public var scaleY: Double
    public var shiftMm: (x: Double, y: Double) { (Double(shift.x), Double(shift.y)) }
    private var shift: Shift

    private struct Shift: Sendable, Hashable {
        var x: Float
        var y: Float
    }

    /// Where the first page's cells lie on the other page, in cells.
    struct Place: Hashable {
        var x: Float
        var y: Float
        var scaleX: Float
        var scaleY: Float

        var finer: Place { Place(x: 2 * x, y: 2 * y, scaleX: scaleX, scaleY: scaleY) }
    }

    /// Shifts that are tried, in cells of 4 mm: a header line, other margins.
    private static let reach = (x: 4, y: 6)
    private static let scales: [Float] = [0.85, 0.9, 0.94, 0.97, 1, 1.03, 1.06, 1.1, 1.15]
    /// Steps of following a place on one map.
    private static let stepLimit = 30

    init(_ first: Layers, _ other: Layers) {
        guard first.ink >= Layers.leastInk, other.ink >= Layers.leastInk else {
            let areBlank = first.ink < Layers.leastInk && other.ink < Layers.leastInk
            likeness = areBlank ? 1 : 0
            worstPart = likeness
            (scaleX, scaleY, shift) = (1, 1, Shift(x: 0, y: 0))
            return
        }
        var place = Self.searchAll(first.soft[2], other.soft[2])
        var value = 0.0
        for level in [2, 1, 0] {
            if level < 2 { place = place.finer }
            place = Self.follow(place, first.soft[level], other.soft[level], Self.correlation).place
        }
        (place, value) = Self.follow(place, first.fine, other.fine, Self.detail)
        likeness = max(0, value)
        worstPart = min(likeness, Self.worstBand(first.fine, other.fine.placed(at: place, like: first.fine)))
        (scaleX, scaleY) = (Double(place.scaleX), Double(place.scaleY))
        shift = Shift(x: place.x, y: place.y)
    }

    private static func searchAll(_ first: InkMap, _ other: InkMap) -> Place {
        var best = (place: Place(x: 0, y: 0, scaleX: 1, scaleY: 1), value: -1.0)
        for scale in scales {
            for y in -reach.y...reach.y {
                for x in -reach.x...reach.x {
                    let place = Place(x: Float(x), y: Float(y), scaleX: scale, scaleY: scale)
                    let value = correlation(first, other, place)
                    if value > best.value { best = (place, value) }
                }
            }
        }
        return best.place
    }

    /// Uphill, a step at a time in each direction, with smaller steps at the end.
    private static func follow(
        _ start: Place, _ first: InkMap, _ other: InkMap, _ measure: (InkMap, InkMap, Place) -> Double
    ) -> (place: Place, value: Double) {
        var (place, value) = (start, measure(first, other, start))
        var step: Float = 1
        var steps = 0
        while step >= 0.25, steps < stepLimit {
            steps += 1
            let better = neighbours(place, step, first).map { ($0, measure(first, other, $0)) }
                .max { $0.1 < $1.1 }
            if let better, better.1 > value + 1e-6 {
                (place, value) = better
            } else {
                step /= 2
            }
        }
        return (place, value)
    }

    private static func neighbours(_ place: Place, _ step: Float, _ map: InkMap) -> [Place] {
        var all: [Place] = []
        for sign in [-step, step] {
            let (wider, longer) = (2 * sign / Float(map.columns), 2 * sign / Float(map.rows))
            var next = place
            next.x += sign
            all.append(next)
            next = place
            next.y += sign
            all.append(next)
            next = place
            next.scaleX += wider
            next.x -= sign
            all.append(next)
            next = place
            next.scaleY += longer
            all.append(next)
            next.scaleX += longer
            all.append(next)
        }
        return all
    }

    /// Of the first map with what lies there on the other (Pearson's), over the first map's cells.
    private static func correlation(_ first: InkMap, _ other: InkMap, _ place: Place) -> Double {
        var (sumA, sumB, sumAA, sumBB, sumAB) = (0.0, 0.0, 0.0, 0.0, 0.0)
        for row in 0..<first.rows {
            let y = Float(row) * place.scaleY + place.y
            for column in 0..<first.columns {
                let a = Double(first.cells[row * first.columns + column])
                let b = Double(other.value(x: Float(column) * place.scaleX + place.x, y: y))
                sumA += a
                sumB += b
                sumAA += a * a
                sumBB += b * b
                sumAB += a * b
            }
        }
        let count = Double(first.cells.count)
        return quotient(sumAA, sumBB, sumAB, sumA, sumB, count)
    }

    /// The same of what is left when the means of rows and columns are taken away; where little is left (rules, grey areas),
    /// of all.
    private static func detail(_ first: InkMap, _ other: InkMap, _ place: Place) -> Double {
        let (a, b) = (first.centred, other.placed(at: place, like: first).centred)
        var (sumAA, sumBB, sumAB) = (0.0, 0.0, 0.0)
        for index in a.cells.indices {
            let (x, y) = (Double(a.cells[index]), Double(b.cells[index]))
            sumAA += x * x
            sumBB += y * y
            sumAB += x * y
        }
        guard sumAA >= leastDetail else { return correlation(first, other, place) }
        return quotient(sumAA, sumBB, sumAB, 0, 0, Double(a.cells.count))
    }

    private static let leastDetail = 1.0
    private static let bandMm = 10

    /// Of bands of the page that have their share of detail.
    private static func worstBand(_ first: InkMap, _ placed: InkMap) -> Double {
        let (a, b) = (first.centred, placed.centred)
        var bands: [(aa: Double, bb: Double, ab: Double)] = []
        for top in stride(from: 0, to: first.rows, by: bandMm) {
            var sums = (aa: 0.0, bb: 0.0, ab: 0.0)
            for index in top * a.columns..<min(top + bandMm, a.rows) * a.columns {
                let (x, y) = (Double(a.cells[index]), Double(b.cells[index]))
                sums = (sums.aa + x * x, sums.bb + y * y, sums.ab + x * y)
            }
            bands.append(sums)
        }
        let share = bands.reduce(0) { $0 + $1.aa } / Double(bands.count)
        guard share >= leastDetail else { return 1 }
        return bands.filter { $0.aa >= share / 2 }.map { max(0, quotient($0.aa, $0.bb, $0.ab, 0, 0, 1)) }.min() ?? 1
    }

    private static func quotient(
        _ sumAA: Double, _ sumBB: Double, _ sumAB: Double, _ sumA: Double, _ sumB: Double, _ count: Double
    ) -> Double {
        let spread = (sumAA - sumA * sumA / count) * (sumBB - sumB * sumB / count)
        return spread > 1e-12 ? (sumAB - sumA * sumB / count) / spread.squareRoot() : 0
    }
}

/// A page's maps of ink in cells of 1, 2 and 4 mm.
struct Layers {
    /// Blurred at 1 mm, and 2 and 4 mm.
    let soft: [InkMap]
    let fine: InkMap
    /// In cells of a square millimetre.
    let ink: Float

    /// Less than this is a blank page with dust on it.
    static let leastInk: Float = 4

    init(_ page: PageBitmap) {
        fine = InkMap(page)
        ink = fine.ink
        let middle = fine.halved
        soft = [fine.blurred, middle, middle.halved]
    }
}
