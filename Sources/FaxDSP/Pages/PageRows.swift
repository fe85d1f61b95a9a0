/// The picture as it grows: the runs of the row being read, the reference row above it, and the finished rows.
struct PageRows {
    let widthPx: Int
    private let octetsPerRow: Int
    private var octets: [UInt8] = []
    private(set) var rowCount = 0

    /// White, black, white … lengths of the row being read, starting with white.
    private var runs: [Int] = []
    /// Pixels of the row so far, with what did not fit.
    private(set) var rowLength = 0
    /// Make-up codes and passed elements that the next run starts with.
    private var pendingRun = 0
    private var a0 = 0

    /// The runs of the row above; they add up to the width.
    private(set) var reference: [Int]
    /// b1 as a place, and the reference run that begins there.
    private var b1: Int
    private var b1Run = 1

    private var badRows = 0
    private var badRowNumbers: [Int] = []
    private var badRun = 0
    private var longestBadRun = 0

    init(widthPx: Int) {
        self.widthPx = widthPx
        octetsPerRow = (widthPx + 7) / 8
        reference = [widthPx]
        b1 = widthPx
    }

    var isRowComplete: Bool { rowLength >= widthPx }
    /// Its runs, with the one that is not ended, fill the width exactly.
    var isRowWhole: Bool { rowLength + max(0, pendingRun) == widthPx }
    var nextIsBlack: Bool { runs.count & 1 == 1 }
    var isFull: Bool {
        rowCount >= PageDecoder.rowLimit || octets.count + octetsPerRow > PageDecoder.imageOctetLimit
    }

    // MARK: One row

    mutating func startRow() {
        runs.removeAll(keepingCapacity: true)
        rowLength = 0
        pendingRun = 0
    }

    /// A make-up code.
    mutating func extendRun(_ length: Int) {
        pendingRun += length
        moveA0(to: a0 + length)
    }

    /// A terminating code ends the run; what follows a full row is not counted.
    mutating func finishRun(_ length: Int) {
        if isRowComplete { return }
        pendingRun += length
        moveA0(to: a0 + length)
        addRun()
    }

    /// Moves b1 to the first changing element of its colour right of a0 (T.4 §4.2.1.1).
    mutating func passA0() {
        if runs.isEmpty { return }
        while b1 <= a0 && b1Run < reference.count {
            b1 += referenceRun(b1Run) + referenceRun(b1Run + 1)
            b1Run += 2
        }
    }

    /// A code that would not go forward along the row (but at its start) comes of a damaged line: it is passed over.
    mutating func vertical(_ offset: Int) {
        let a1 = b1 + offset
        if a1 < a0 || (a1 == a0 && b1Run > 1) { return }
        pendingRun += a1 - a0
        moveA0(to: a1)
        addRun()
        if offset >= 0 {
            b1 += referenceRun(b1Run)
            b1Run += 1
        } else if b1Run > 0 {
            b1Run -= 1
            b1 -= referenceRun(b1Run)
        }
    }

    mutating func pass() {
        b1 += referenceRun(b1Run)
        pendingRun += b1 - a0
        moveA0(to: b1)
        b1 += referenceRun(b1Run + 1)
        b1Run += 2
    }

    private func referenceRun(_ index: Int) -> Int { index < reference.count ? reference[index] : 0 }

    private mutating func moveA0(to place: Int) {
        a0 = min(place, widthPx - 1)
    }

    /// Takes the pending run into the row unless it would leave the page. Runs of no length cannot go on for ever: a row
    /// with more than two runs for each pixel is a bad one.
    private mutating func addRun() {
        if pendingRun >= 0 {
            rowLength += pendingRun
            if runs.count > 2 * widthPx { rowLength = 2 * widthPx }
            if rowLength <= widthPx { runs.append(pendingRun) }
        }
        pendingRun = 0
    }

    // MARK: Rows

    /// Ends the row: painted when its runs fill the width exactly, else the row above is repeated. Says which.
    mutating func endRow() -> Bool {
        if pendingRun > 0 { addRun() }
        let isWhole = rowLength == widthPx
        if isWhole {
            paint()
            rowCount += 1
            badRun = 0
        } else {
            countBadRow()
            fillRuns()
        }
        makeReference()
        return isWhole
    }

    /// The same for a reader that wants no picture: what comes next sees the same row above.
    mutating func endRowWithoutPicture() {
        if pendingRun > 0 { addRun() }
        if rowLength != widthPx { fillRuns() }
        makeReference()
    }

    private mutating func makeReference() {
        swap(&runs, &reference)
        runs.removeAll(keepingCapacity: true)
        b1 = reference.first ?? widthPx
        b1Run = 1
        a0 = 0
    }

    private mutating func countBadRow() {
        badRows += 1
        badRun += 1
        longestBadRun = max(longestBadRun, badRun)
        if rowCount == 0 { return }
        if badRowNumbers.count < PageDecoder.badRowNumberLimit { badRowNumbers.append(rowCount) }
        let above = Array(octets.suffix(octetsPerRow))
        octets += above
        rowCount += 1
    }

    /// Makes the broken runs add up to the width, with white: they are the reference of the next row, of which more may
    /// be right than of the row above.
    private mutating func fillRuns() {
        var missing = widthPx - runs.reduce(0, +)
        if missing > 0 && runs.count & 1 == 1 {
            runs.append(1)
            missing -= 1
        }
        if missing > 0 { runs.append(missing) }
    }

    private mutating func paint() {
        let start = octets.count
        octets.append(contentsOf: repeatElement(0, count: octetsPerRow))
        var place = 0
        var isBlack = false
        for run in runs {
            if isBlack && run > 0 { blacken(start, place, place + run) }
            place += run
            isBlack.toggle()
        }
    }

    /// Sets the pixels `from ..< to` of the row whose octets begin at `start`.
    private mutating func blacken(_ start: Int, _ from: Int, _ to: Int) {
        let first = start + from >> 3
        let last = start + (to - 1) >> 3
        let firstMask = UInt8(0xFF) >> UInt8(from & 7)
        let lastMask = UInt8(0xFF) << UInt8(7 - (to - 1) & 7)
        if first == last {
            octets[first] |= firstMask & lastMask
        } else {
            octets[first] |= firstMask
            for index in first + 1..<last { octets[index] = 0xFF }
            octets[last] |= lastMask
        }
    }

    func page(endedBy end: DecodedPage.End, dpiX: Int, dpiY: Int) -> DecodedPage {
        DecodedPage(
            bitmap: PageBitmap(widthPx: widthPx, heightPx: rowCount, dpiX: dpiX, dpiY: dpiY, octets: octets),
            rows: rowCount, badRows: badRows, badRowNumbers: badRowNumbers, longestBadRun: longestBadRun, endedBy: end)
    }
}
