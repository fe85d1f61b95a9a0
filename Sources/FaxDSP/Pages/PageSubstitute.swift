import FaxCore

/// Another page in place of a coded one: rows of spots at random that take as many bits, so that every end of line stays
/// where it was, whole rows stay whole, bad rows bad, and a decoder counts the same.
public struct PageSubstitute {
    private let compression: PageDecoder.Compression
    private let widthPx: Int
    private let original: [UInt8]
    private var bits: RowCoder.Bits
    private var rows: [CodedRow] = []
    private let maker: RowMaker
    private var random: SeededRandom
    /// Reads what is written, as the reference of the row that comes next.
    private var shadow: PageRows
    /// What HDLC inserts (see ``InsertedZeros``) in the original, and in what is written so far.
    private let allowedZeros: [Int32]
    private var zeros = InsertedZeros()
    /// Those still to come, in order.
    private var salts: [(bit: Int, salt: Int)] = []
    private let seed: UInt64
    /// Bits of T.6 rows that were not used up so far.
    private var saved = 0

    private static let junkTrials = 200
    private static let rowTrials = 8
    private static let eol: RowCoder.Bits = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]

    /// - Parameter salts: from a bit of the original on, rows are made by other chances.
    ///
    /// As many octets as `octets`, into which HDLC has to insert hardly more zeros than into those; see ``PageDecoder/decode(_:compression:bitOrder:widthPx:dpiX:dpiY:)`` for the rest.
    public static func octets(
        for octets: [UInt8], compression: PageDecoder.Compression, bitOrder: PageDecoder.BitOrder, widthPx: Int,
        random: SeededRandom, salts: [Int: Int] = [:]
    ) -> [UInt8] {
        guard widthPx > 16, widthPx <= PageDecoder.widthLimit else {
            return [UInt8](repeating: 0, count: octets.count)
        }
        var substitute = PageSubstitute(octets, compression, bitOrder, widthPx, random)
        substitute.salts = salts.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
        substitute.write()
        return substitute.packed(bitOrder)
    }

    private init(
        _ octets: [UInt8], _ compression: PageDecoder.Compression, _ bitOrder: PageDecoder.BitOrder, _ widthPx: Int,
        _ random: SeededRandom
    ) {
        self.compression = compression
        self.widthPx = widthPx
        self.random = random
        seed = self.random.next()
        original = octets
        bits = RowCoder.Bits(repeating: 0, count: octets.count * 8)
        maker = RowMaker(widthPx: widthPx)
        shadow = PageRows(widthPx: widthPx)
        var rows: [CodedRow] = []
        var reader = PageReader(octets, compression: compression, bitOrder: bitOrder, widthPx: widthPx)
        reader.note = { rows.append($0) }
        _ = reader.read()
        self.rows = compression == .mmr ? Self.evened(rows, &self.random) : rows
        allowedZeros = InsertedZeros.counts(octets, bitOrder)
        if compression != .mmr { keepLines(PageLine(octets, bitOrder: bitOrder, flushBits: 0)) }
    }

    /// Rows of T.6 have no ends of line that others could tell: those that came whole share their bits by chance, so that
    /// nobody sees where the original was full and where it was blank.
    private static func evened(_ rows: [CodedRow], _ random: inout SeededRandom) -> [CodedRow] {
        var result = rows
        var start = 0
        while start < rows.count {
            let end = rows[start...].firstIndex { $0.kind != .whole } ?? rows.count
            var left = rows[start..<end].reduce(0) { $0 + $1.bits.count }
            var place = rows[start].bits.lowerBound
            for index in start..<end {
                let others = end - index - 1
                let share = Double(left) / Double(others + 1) * (0.6 + 0.8 * random.unit())
                let count = others == 0 ? left : max(1, min(left - others, Int(share.rounded())))
                result[index].bits = place..<place + count
                place += count
                left -= count
            }
            start = max(end, start + 1)
        }
        return result
    }

    /// Ends of line and their tags stay, up to the last of the six that end a page (T.4 §4.1.4); everything between them
    /// is written anew.
    private mutating func keepLines(_ line: PageLine) {
        var line = line
        var kept = 0
        var lastEnd = 0
        line.skipToEOL()
        while line.position + PageLine.eolBits <= bits.count {
            if kept > rows.count, line.position > lastEnd { return }
            bits[line.position + PageLine.eolBits - 1] = 1
            let isTagged = compression == .mr
            let tag = line.takeEOL(tagged: isTagged)
            if isTagged, tag { bits[line.position - 1] = 1 }
            lastEnd = line.position
            line.skipToEOL()
            kept += 1
        }
    }

    // MARK: Rows

    private mutating func write() {
        let limits = changeLimits()
        var end = 0
        for (index, row) in rows.enumerated() {
            let place = compression == .mmr ? end..<end + row.bits.count + saved : row.bits
            while let next = salts.first, next.bit <= row.bits.lowerBound {
                random = SeededRandom(seed: seed ^ UInt64(truncatingIfNeeded: next.salt << 40 | next.bit))
                salts.removeFirst()
            }
            while zeros.position < min(place.lowerBound, bits.count) { zeros.take(bits[zeros.position]) }
            let new: RowCoder.Bits
            switch row.kind {
            case .empty: new = []
            case .bad: new = junk(place.count, row, limits[index])
            case .whole: new = whole(place.count, row, limits[index]) ?? junk(place.count, row, limits[index])
            }
            if row.kind == .empty, compression == .mmr {
                // An end of line: two of them end the page (T.6 §2.4.1.1).
                if end + Self.eol.count <= bits.count {
                    bits.replaceSubrange(end..<end + Self.eol.count, with: Self.eol)
                }
                end += Self.eol.count
                continue
            }
            for (offset, bit) in new.enumerated() where place.lowerBound + offset < bits.count {
                bits[place.lowerBound + offset] = bit
            }
            end = place.lowerBound + new.count
            saved = place.count - new.count
        }
    }

    /// Of each row how many changes it may have, so that the rows in two dimensions below it still find room.
    private func changeLimits() -> [Int] {
        var limits = [Int](repeating: widthPx, count: rows.count)
        for index in rows.indices.dropLast().reversed() {
            let below = rows[index + 1]
            guard below.kind == .whole, below.is2D else { continue }
            let (room, next) = (below.bits.count, limits[index + 1])
            // Each change goes on below at one bit, or ends there at four bits a pair; the end of the row is one bit.
            let kept = min(room - 1, next)
            let ended = next + max(0, room - next - 1) / 4 * 2
            limits[index] = max(0, room - 1 >= next ? max(kept, ended) : kept) & ~1
        }
        return limits
    }

    private mutating func whole(_ count: Int, _ row: CodedRow, _ limit: Int) -> RowCoder.Bits? {
        let reference = row.is2D ? maker.coder.changes(runs: shadow.reference) : nil
        var best: (code: RowCoder.Bits, zeros: Int32)?
        for _ in 0..<Self.rowTrials {
            guard let made = maker.row(bits: count, changes: limit, reference: reference, &random) else { break }
            let code = maker.coder.bits(made, reference: reference)
            let after = zeros.after(code)
            if after.count < best?.zeros ?? .max { best = (code, after.count) }
            if after.count <= allowedZeros[min(after.position, allowedZeros.count - 1)] { break }
        }
        guard let code = best?.code else { return nil }
        return accept(code, row) { $0 == .whole } ? code : nil
    }

    /// Bits without an end of line that make no row of the right length, and leave no more changes than the row below
    /// has room for.
    private mutating func junk(_ count: Int, _ row: CodedRow, _ limit: Int) -> RowCoder.Bits {
        let above = shadow
        var best: (code: RowCoder.Bits, shadow: PageRows, changes: Int)?
        for trial in 0..<Self.junkTrials where best.map({ $0.changes > limit }) ?? true {
            shadow = above
            let start = trial == 1 ? (row.is2D ? [0, 0, 1] : []) + Self.tooLong : []
            let code = Array((start + noise(max(0, count - start.count))).prefix(count))
            guard accept(code, row, if: { $0 == .bad }) else { continue }
            let changes = maker.coder.changes(runs: shadow.reference).count
            if changes < best?.changes ?? .max { best = (code, shadow, changes) }
        }
        shadow = best?.shadow ?? above
        return best?.code ?? []
    }

    /// A white run of 2560, longer than the pages that are sent: it leaves a blank row.
    private static let tooLong: RowCoder.Bits = [0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 0, 0, 1, 1, 0, 1, 0, 1]

    private mutating func noise(_ count: Int) -> RowCoder.Bits {
        var zeros = 0
        let share = 0.2 + 0.6 * random.unit()
        return (0..<count).map { _ in
            let bit: UInt8 = zeros >= 6 || random.chance(share) ? 1 : 0
            zeros = bit == 1 ? 0 : zeros + 1
            return bit
        }
    }

    /// Reads the code as a decoder does, and keeps what it leaves as reference if `fits`.
    private mutating func accept(
        _ code: RowCoder.Bits, _ row: CodedRow, if fits: (CodedRow.Kind) -> Bool
    ) -> Bool {
        let octets = Self.packed(code + (compression == .mmr ? [] : Self.eol + [1]))
        var reader = PageReader(
            octets, compression: compression, bitOrder: .mostSignificantFirst, widthPx: widthPx)
        reader.rows = shadow
        reader.readRow(is2D: row.is2D)
        let rows = reader.rows
        let kind: CodedRow.Kind = rows.rowLength == 0 ? .empty : rows.isRowWhole ? .whole : .bad
        guard fits(kind) else { return false }
        shadow = reader.rows
        shadow.endRowWithoutPicture()
        return true
    }

    // MARK: Octets

    private func packed(_ order: PageDecoder.BitOrder) -> [UInt8] {
        let octets = Self.packed(bits)
        switch order {
        case .mostSignificantFirst: return octets
        case .leastSignificantFirst: return octets.map(\.bitsReversed)
        }
    }

    private static func packed(_ bits: RowCoder.Bits) -> [UInt8] {
        var octets = [UInt8](repeating: 0, count: (bits.count + 7) / 8)
        for (index, bit) in bits.enumerated() where bit == 1 { octets[index >> 3] |= 0x80 >> UInt8(index & 7) }
        return octets
    }
}
