/// Codes rows of a page (T.4 §4.1.2, §4.2.1.3). A row is the places where its colour changes, beginning with white; they
/// rise, and lie between 0 and the width.
struct RowCoder: Sendable {
    let widthPx: Int

    /// Bits, one an element, in the order of transmission.
    typealias Bits = [UInt8]

    private static let white = words(T4Codes.whiteTerminating, T4Codes.whiteMakeUp)
    private static let black = words(T4Codes.blackTerminating, T4Codes.blackMakeUp)
    private static let extended = T4Codes.extendedMakeUp.map(bits)
    private static let pass = bits("0001")
    private static let horizontal = bits("001")
    /// From three pixels left of b1 to three right of it.
    private static let vertical = ["0000010", "000010", "010", "1", "011", "000011", "0000011"].map(bits)

    private static func words(_ terminating: [String], _ makeUp: [String]) -> [Bits] {
        (terminating + makeUp).map(bits)
    }

    private static func bits(_ word: String) -> Bits { word.utf8.map { $0 & 1 } }

    // MARK: Runs

    /// Calls `take` with each code word of a run.
    @inline(__always)
    private func run(_ length: Int, isBlack: Bool, _ take: (Bits) -> Void) {
        let words = isBlack ? Self.black : Self.white
        var left = length
        while left >= 2560 + 64 {
            take(Self.extended[12])
            left -= 2560
        }
        if left >= 1792 {
            take(Self.extended[(left - 1792) / 64])
            left = left & 63
        } else if left >= 64 {
            take(words[63 + left / 64])
            left &= 63
        }
        take(words[left])
    }

    private func eachRun(_ row: [Int], _ take: (Bits) -> Void) {
        var place = 0
        var isBlack = false
        for change in row + [widthPx] {
            run(change - place, isBlack: isBlack, take)
            place = change
            isBlack.toggle()
        }
    }

    // MARK: Two dimensions

    private func each2D(_ row: [Int], reference: [Int], _ take: (Bits) -> Void) {
        var a0 = -1
        var isBlack = false
        var next = 0
        while a0 < widthPx {
            let a1 = next < row.count ? row[next] : widthPx
            // The first change right of a0 to the colour opposite to a0's (T.4 §4.2.1.1): even places turn to black.
            var index = isBlack ? 1 : 0
            while index < reference.count, reference[index] <= a0 { index += 2 }
            let b1 = index < reference.count ? reference[index] : widthPx
            let b2 = index + 1 < reference.count ? reference[index + 1] : widthPx
            if b2 < a1 {
                take(Self.pass)
                a0 = b2
            } else if abs(a1 - b1) <= 3 {
                take(Self.vertical[a1 - b1 + 3])
                a0 = a1
                isBlack.toggle()
                next += 1
            } else {
                let a2 = next + 1 < row.count ? row[next + 1] : widthPx
                take(Self.horizontal)
                run(a1 - max(0, a0), isBlack: isBlack, take)
                run(a2 - a1, isBlack: !isBlack, take)
                a0 = a2
                next += 2
            }
        }
    }

    // MARK: Results

    /// `reference` is `nil` for a row in one dimension.
    func bits(_ row: [Int], reference: [Int]?) -> Bits {
        var bits: Bits = []
        if let reference {
            each2D(row, reference: reference) { bits += $0 }
        } else {
            eachRun(row) { bits += $0 }
        }
        return bits
    }

    func count(_ row: [Int], reference: [Int]?) -> Int {
        var count = 0
        if let reference {
            each2D(row, reference: reference) { count += $0.count }
        } else {
            eachRun(row) { count += $0.count }
        }
        return count
    }

    /// Runs (white first) as changes; runs of no length join their neighbours.
    func changes(runs: [Int]) -> [Int] {
        var changes: [Int] = []
        var place = 0
        for run in runs {
            place += run
            if place >= widthPx { break }
            if changes.last == place || (place == 0 && changes.isEmpty && run == 0) {
                if changes.last == place { changes.removeLast() } else { changes.append(0) }
            } else {
                changes.append(place)
            }
        }
        return changes
    }
}
