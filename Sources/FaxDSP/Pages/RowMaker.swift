import FaxCore

/// Makes up rows whose code takes a given number of bits: spots at random places, moved and added until the bits are
/// used up.
struct RowMaker {
    let coder: RowCoder
    private let widthPx: Int

    private enum Limit {
        /// Proposals that come to nothing, one after the other, before a row is taken as it is.
        static let failures = 24
        static let proposals = 2_000
        static let bitsPerChange = 7
    }

    init(widthPx: Int) {
        self.widthPx = widthPx
        coder = RowCoder(widthPx: widthPx)
    }

    /// A row of at most `bits` bits and `changes` changes, as near to `bits` as chance finds one; `nil` when none fits.
    /// - Parameter reference: of a row in two dimensions the row above.
    func row(bits: Int, changes limit: Int, reference: [Int]?, _ random: inout SeededRandom) -> [Int]? {
        // Changes that go straight down take one bit, a one, and five ones cost a zero more in HDLC: so few are wanted
        // that most of them move.
        let wanted = reference == nil ? limit : min(limit, max(2, bits / Limit.bitsPerChange))
        var row = (reference ?? []).filter { $0 > 0 && $0 < widthPx - 4 }
        if row.count & 1 == 1 { row.removeLast() }
        while row.count > limit, row.count >= 2 { removeSpot(&row, &random) }
        var count = coder.count(row, reference: reference)
        // What does not fit loses spots; nothing at all is the least that a row can be.
        while count > bits, !row.isEmpty {
            removeSpot(&row, &random)
            count = coder.count(row, reference: reference)
        }
        guard count <= bits else { return nil }
        var failures = 0
        for _ in 0..<Limit.proposals where count < bits && failures < Limit.failures {
            let proposal = changed(row, wanted, hasRoom: bits - count > 12, &random)
            let cost = proposal.map { coder.count($0, reference: reference) } ?? 0
            if let proposal, cost <= bits, cost > count {
                row = proposal
                count = cost
                failures = 0
            } else {
                failures += 1
            }
        }
        return row
    }

    private func removeSpot(_ row: inout [Int], _ random: inout SeededRandom) {
        let spot = Int.random(in: 0..<row.count / 2, using: &random)
        row.removeSubrange(2 * spot...2 * spot + 1)
    }

    private func changed(_ row: [Int], _ limit: Int, hasRoom: Bool, _ random: inout SeededRandom) -> [Int]? {
        if row.count + 2 <= limit, hasRoom || row.isEmpty || random.chance(0.3) { return withSpot(row, &random) }
        guard !row.isEmpty else { return nil }
        if row.count > limit, random.chance(0.5) {
            var fewer = row
            removeSpot(&fewer, &random)
            return fewer
        }
        let index = Int.random(in: row.indices, using: &random)
        let step = Int.random(in: 1...4, using: &random) * (random.chance(0.5) ? 1 : -1)
        let place = row[index] + step
        let low = index > 0 ? row[index - 1] : 0
        let high = index + 1 < row.count ? row[index + 1] : widthPx - 4
        guard place > low, place < high else { return nil }
        var moved = row
        moved[index] = place
        return moved
    }

    private func withSpot(_ row: [Int], _ random: inout SeededRandom) -> [Int]? {
        guard widthPx > 16 else { return nil }
        let place = Int.random(in: 1..<widthPx - 8, using: &random)
        let length = random.chance(0.8) ? Int.random(in: 1...8, using: &random) : Int.random(in: 9...60, using: &random)
        // Spots stand in white: behind an even number of changes.
        let index = row.firstIndex { $0 >= place } ?? row.count
        guard index & 1 == 0, index == 0 || row[index - 1] < place else { return nil }
        let end = min(place + length, (index < row.count ? row[index] : widthPx - 4) - 1)
        guard end > place else { return nil }
        var added = row
        added.insert(contentsOf: [place, end], at: index)
        return added
    }
}
