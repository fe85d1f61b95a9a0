import FaxDSP

/// How black a page is, place by place, in cells of equal size on paper: pages of any resolution can be held against each
/// other.
struct InkMap {
    let columns: Int
    let rows: Int
    /// 0 white … 1 black, row by row.
    private(set) var cells: [Float]

    /// Longer pages are cut: rolls are not compared to their end.
    static let longestPageMm = 600.0
    static let widestPageMm = 330.0

    init(columns: Int, rows: Int) {
        self.columns = columns
        self.rows = rows
        cells = [Float](repeating: 0, count: columns * rows)
    }

    /// In cells of a millimetre.
    init(_ page: PageBitmap) {
        let dpiX = Double(page.dpiX > 0 ? page.dpiX : 204)
        let dpiY = Double(page.dpiY > 0 ? page.dpiY : 98)
        let (across, down) = (dpiX / 25.4, dpiY / 25.4)
        let width = min(Double(max(page.widthPx, 0)) / across, Self.widestPageMm)
        let height = min(Double(max(page.heightPx, 0)) / down, Self.longestPageMm)
        self.init(columns: max(1, Int(width.rounded(.up))), rows: max(1, Int(height.rounded(.up))))
        guard page.widthPx > 0, page.heightPx > 0, page.octets.count >= page.octetsPerRow * page.heightPx else {
            return
        }
        let share = Float(1 / (across * down))
        let columnOfPixel = (0..<page.widthPx).map { min(Int(Double($0) / across), columns - 1) }
        for y in 0..<page.heightPx {
            let row = Int(Double(y) / down)
            if row >= rows { break }
            add(page, line: y, to: row, share, columnOfPixel)
        }
        for place in cells.indices { cells[place] = min(cells[place], 1) }
    }

    private mutating func add(_ page: PageBitmap, line: Int, to row: Int, _ share: Float, _ columnOfPixel: [Int]) {
        let start = line * page.octetsPerRow
        for octet in 0..<page.octetsPerRow where page.octets[start + octet] != 0 {
            let bits = page.octets[start + octet]
            for bit in 0..<8 where bits & (0x80 >> UInt8(bit)) != 0 {
                let x = octet * 8 + bit
                if x < page.widthPx { cells[row * columns + columnOfPixel[x]] += share }
            }
        }
    }

    /// Cells twice as large, each way.
    var halved: InkMap {
        var half = InkMap(columns: (columns + 1) / 2, rows: (rows + 1) / 2)
        for row in 0..<rows {
            for column in 0..<columns {
                half.cells[(row / 2) * half.columns + column / 2] += cells[row * columns + column] / 4
            }
        }
        return half
    }

    /// Each cell with its neighbours, so that half a cell of shift does not matter.
    var blurred: InkMap {
        var soft = InkMap(columns: columns, rows: rows)
        for row in 0..<rows {
            for column in 0..<columns {
                var sum: Float = 0
                for y in max(0, row - 1)...min(rows - 1, row + 1) {
                    for x in max(0, column - 1)...min(columns - 1, column + 1) { sum += cells[y * columns + x] }
                }
                soft.cells[row * columns + column] = sum / 9
            }
        }
        return soft
    }

    /// What lies there on it, in the cells of the other map.
    func placed(at place: PageLikeness.Place, like other: InkMap) -> InkMap {
        var map = InkMap(columns: other.columns, rows: other.rows)
        for row in 0..<map.rows {
            let y = Float(row) * place.scaleY + place.y
            for column in 0..<map.columns {
                map.cells[row * map.columns + column] = value(x: Float(column) * place.scaleX + place.x, y: y)
            }
        }
        return map
    }

    /// Without the means of its rows and columns.
    var centred: InkMap {
        var map = self
        var ofColumns = [Float](repeating: 0, count: columns)
        for row in 0..<rows {
            let start = row * columns
            let mean = cells[start..<start + columns].reduce(0, +) / Float(columns)
            for column in 0..<columns {
                map.cells[start + column] -= mean
                ofColumns[column] += map.cells[start + column]
            }
        }
        for row in 0..<rows {
            for column in 0..<columns { map.cells[row * columns + column] -= ofColumns[column] / Float(rows) }
        }
        return map
    }

    var ink: Float { cells.reduce(0, +) }

    /// Between cells; white outside.
    func value(x: Float, y: Float) -> Float {
        let (left, top) = (x.rounded(.down), y.rounded(.down))
        guard left > -2, top > -2, left < Float(columns) + 1, top < Float(rows) + 1 else { return 0 }
        let (column, row) = (Int(left), Int(top))
        let (right, low) = (x - left, y - top)
        return cell(column, row) * (1 - right) * (1 - low) + cell(column + 1, row) * right * (1 - low)
            + cell(column, row + 1) * (1 - right) * low + cell(column + 1, row + 1) * right * low
    }

    private func cell(_ column: Int, _ row: Int) -> Float {
        column >= 0 && row >= 0 && column < columns && row < rows ? cells[row * columns + column] : 0
    }
}
