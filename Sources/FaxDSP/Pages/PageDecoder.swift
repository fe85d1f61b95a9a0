/// Decodes the coded data of a page (T.4 one- and two-dimensional, T.6) the way a receiver on the line does: it looks
/// for an end of line at every bit, counts a row of the wrong length as bad and repeats the row above in its place.
/// It counts as spandsp 0.0.6 does, which most receivers on IP run. Any input is safe: it never traps, takes time
/// linear in the input, and stops at named limits.
public struct PageDecoder: Sendable {
    public enum Compression: String, Sendable, CaseIterable {
        case mh = "MH"
        case mr = "MR"
        case mmr = "MMR"
    }

    /// Which bit of an octet was on the line first.
    public enum BitOrder: Sendable {
        /// As HDLC octets are written (`ff 13 80 …` for a DIS): facsimile data fields of ECM frames.
        case leastSignificantFirst
        /// As T.38 packs non-ECM image data: the first bit is the octet's most significant.
        case mostSignificantFirst
    }

    /// More than a 1200 dpi A3 page is wide (T.30 Table 2 goes to 14592).
    public static let widthLimit = 16_384
    /// More than 1.9 m at 391 lines an inch.
    public static let rowLimit = 30_000
    /// Octets of decoded picture.
    public static let imageOctetLimit = 64 << 20
    /// How many numbers of bad rows are kept.
    public static let badRowNumberLimit = 1_000

    /// `octets`: all coded data of the page in order of transmission, without HDLC and ECM framing.
    /// `widthPx`: pixels a row as DCS says (1728 …). `nil` when the width is 0, negative or over the limit.
    public static func decode(
        _ octets: [UInt8], compression: Compression, bitOrder: BitOrder, widthPx: Int, dpiX: Int, dpiY: Int
    ) -> DecodedPage? {
        guard widthPx > 0, widthPx <= widthLimit else { return nil }
        var reader = PageReader(octets, compression: compression, bitOrder: bitOrder, widthPx: widthPx)
        let end = reader.read()
        var page = reader.rows.page(endedBy: end, dpiX: dpiX, dpiY: dpiY)
        page.badRuns = reader.badRuns
        page.longestLineBits = compression == .mmr ? nil : reader.longestLineBits
        page.bitsAfterEnd = end == .dataEnd ? 0 : max(0, octets.count * 8 - reader.line.position)
        page.emptyLinesAtEnd = reader.emptyLines
        return page
    }
}

/// A page as a receiver decoded it.
public struct DecodedPage: Sendable {
    public enum End: String, Sendable {
        /// Return to control: six ends of line in a row (T.4 §4.1.4).
        case rtc
        /// End of facsimile block (T.6 §2.4.1.1).
        case eofb
        /// The data ended without either.
        case dataEnd
        /// ``PageDecoder/rowLimit`` or ``PageDecoder/imageOctetLimit`` was reached.
        case limit
    }

    public var bitmap: PageBitmap
    /// Rows of the picture, repeated ones included.
    public var rows: Int
    /// Rows of the wrong length. A bad first row has none above to repeat: it is counted here and leaves no row.
    public var badRows: Int
    /// Indices in the picture (from 0) where a row was repeated; the first ``PageDecoder/badRowNumberLimit``.
    public var badRowNumbers: [Int]
    public var longestBadRun: Int
    public var endedBy: End
    /// Where the bad rows stand in the coded data; the first ``PageDecoder/badRowNumberLimit`` runs.
    public var badRuns: [BadRun] = []
    /// The longest way from one end of line to the next, in bits; `nil` for T.6, which has none.
    public var longestLineBits: Int?
    /// What follows the end that was found.
    public var bitsAfterEnd = 0
    /// Ends of line in a row, after that of the last row, where the data stopped or RTC was found.
    public var emptyLinesAtEnd = 0

    /// Bad rows one after the other.
    public struct BadRun: Sendable, Hashable {
        /// Index in the picture of the first one.
        public var firstRow: Int
        public var rows: Int
        /// Their place in the coded data, in bits.
        public var bits: Range<Int>
    }
}

/// Reads code words into rows (T.4 §4.1, §4.2; T.6 §2.2).
struct PageReader {
    /// Told of every row and empty line with the bits that it was read from.
    var note: ((CodedRow) -> Void)?
    private var rowStart = 0
    var line: PageLine
    var rows: PageRows
    let compression: PageDecoder.Compression
    let codes = T4Codes.shared
    /// The current row is coded in two dimensions.
    var is2D: Bool
    /// One-dimensional runs still to come of a horizontal mode pair; 0 elsewhere.
    var horizontalRunsLeft = 0
    var isBlack = false
    private(set) var emptyLines = 0
    private(set) var badRuns: [DecodedPage.BadRun] = []
    private(set) var longestLineBits = 0
    /// Where the last end of line ended.
    private var lineStart = 0

    /// A receiver decides with a tagged end of line (13 bits) before it; with fewer bits left it waits for more.
    static let decisionBits = 13
    /// After the end of the last row: five more make the six of RTC.
    static let emptyLinesOfRTC = 5
    static let emptyLinesOfEOFB = 2

    init(_ octets: [UInt8], compression: PageDecoder.Compression, bitOrder: PageDecoder.BitOrder, widthPx: Int) {
        let isMMR = compression == .mmr
        line = PageLine(octets, bitOrder: bitOrder, flushBits: isMMR ? Self.decisionBits : 0)
        rows = PageRows(widthPx: widthPx)
        self.compression = compression
        is2D = isMMR
    }

    mutating func read() -> DecodedPage.End {
        if compression != .mmr {
            line.skipToEOL()
            guard line.remainingBits >= Self.decisionBits else { return .dataEnd }
            takeEOL()
        }
        while line.remainingBits >= Self.decisionBits {
            if rows.isFull { return .limit }
            if line.isAtEOL {
                noteRow()
                if rows.rowLength == 0 {
                    emptyLines += 1
                    if compression == .mmr, emptyLines >= Self.emptyLinesOfEOFB { return .eofb }
                    if emptyLines >= Self.emptyLinesOfRTC { return .rtc }
                } else {
                    emptyLines = 0
                    endRow()
                }
                takeEOL()
            } else {
                readCode()
                if compression == .mmr, horizontalRunsLeft == 0, rows.isRowComplete {
                    noteRow()
                    emptyLines = 0
                    endRow()
                    startRow()
                }
            }
        }
        // The last end of line of an RTC that nothing follows is too short for a decision.
        if line.isAtEOL, rows.rowLength == 0, line.remainingBits >= PageLine.eolBits { emptyLines += 1 }
        longestLineBits = max(longestLineBits, line.position - lineStart)
        return .dataEnd
    }

    private func noteRow() {
        let kind: CodedRow.Kind = rows.rowLength == 0 ? .empty : rows.isRowWhole ? .whole : .bad
        note?(CodedRow(bits: rowStart..<line.position, kind: kind, is2D: is2D))
    }

    private mutating func endRow() {
        let row = rows.rowCount
        if !rows.endRow() { noteBadRow(row) }
    }

    private mutating func noteBadRow(_ row: Int) {
        let bits = min(rowStart, line.position)..<line.position
        if let last = badRuns.indices.last, row == badRuns[last].firstRow + badRuns[last].rows {
            badRuns[last].rows += 1
            badRuns[last].bits = badRuns[last].bits.lowerBound..<max(badRuns[last].bits.upperBound, bits.upperBound)
        } else if badRuns.count < PageDecoder.badRowNumberLimit {
            badRuns.append(DecodedPage.BadRun(firstRow: row, rows: 1, bits: bits))
        }
    }

    private mutating func takeEOL() {
        longestLineBits = max(longestLineBits, line.position - lineStart)
        switch compression {
        case .mh: _ = line.takeEOL(tagged: false)
        case .mr: is2D = !line.takeEOL(tagged: true)
        case .mmr: _ = line.takeEOL(tagged: false)
        }
        lineStart = line.position
        startRow()
    }

    private mutating func startRow() {
        rows.startRow()
        rowStart = line.position
        horizontalRunsLeft = 0
        isBlack = false
    }

    /// Reads the codes up to the next end of line, and ends the row there.
    mutating func readRow(is2D: Bool) {
        self.is2D = is2D
        startRow()
        while !line.isAtEOL, line.remainingBits > 0 {
            readCode()
            if compression == .mmr, horizontalRunsLeft == 0, rows.isRowComplete { break }
        }
    }

    private mutating func readCode() {
        if is2D && horizontalRunsLeft == 0 { readMode() } else { readRun() }
    }

    private mutating func readMode() {
        let entry = codes.twoDimensional[line.lookAhead]
        line.advance(entry.bits)
        if rows.isRowComplete { return }
        rows.passA0()
        switch entry.code {
        case .vertical(let offset): rows.vertical(offset)
        case .pass: rows.pass()
        case .horizontal:
            isBlack = rows.nextIsBlack
            horizontalRunsLeft = 2
        case .terminating, .makeUp, .invalid: break
        }
    }

    private mutating func readRun() {
        let entry = (isBlack ? codes.black : codes.white)[line.lookAhead]
        line.advance(entry.bits)
        switch entry.code {
        case .makeUp(let length): rows.extendRun(length)
        case .terminating(let length):
            isBlack.toggle()
            rows.finishRun(length)
            if horizontalRunsLeft > 0 { horizontalRunsLeft -= 1 }
        case .vertical, .horizontal, .pass, .invalid: horizontalRunsLeft = 0
        }
    }
}

/// Where a row stands in coded data.
struct CodedRow {
    enum Kind { case whole, bad, empty }

    /// Behind the end of line before it, up to the next one (T.6: up to its last code).
    var bits: Range<Int>
    var kind: Kind
    var is2D: Bool
}
