import FaxCore
import T30Analyzer

/// The packets of one stream at both places: which of A is which of B.
struct StreamMatch {
    /// How packets were found again.
    enum Manner: String, Sendable {
        /// By their own numbers.
        case numbers
        /// By numbers that are all shifted by the same amount.
        case shiftedNumbers = "shifted numbers"
        /// By content: they were numbered anew.
        case content
    }

    var manner: Manner
    /// What was added to the numbers of A.
    var shift: Int
    /// Places in the marks of A and B.
    var pairs: [(a: Int, b: Int)] = []
    var onlyA: [Int] = []
    var onlyB: [Int] = []

    /// So many packets found by content decide about the numbers, and so large a part of them must agree.
    static let votesNeeded = 3
    static let agreement = 0.6

    /// `nil`: nothing says that the streams are one.
    init?(_ a: [PacketMark], _ b: [PacketMark], clock: ClockFit?) {
        guard !a.isEmpty, !b.isEmpty else { return nil }
        let (numbersA, numbersB) = (Self.extended(a), Self.extended(b))
        if let shift = Self.shift(a, b, numbersA, numbersB) {
            manner = shift & 0xFFFF == 0 ? .numbers : .shiftedNumbers
            self.shift = shift
            match(a, b, numbersA, numbersB, clock)
        } else {
            manner = .content
            shift = 0
            let aligned = SequenceAlignment(a.map(\.content), b.map(\.content)).pairs
            guard aligned.count(where: { a[$0.left].isTelling }) >= Self.votesNeeded else { return nil }
            pairs = aligned.map { ($0.left, $0.right) }
        }
        let (foundA, foundB) = (Set(pairs.map(\.a)), Set(pairs.map(\.b)))
        onlyA = a.indices.filter { !foundA.contains($0) }
        onlyB = b.indices.filter { !foundB.contains($0) }
    }

    /// Numbers that go on past 65535, whatever order the packets came in.
    static func extended(_ marks: [PacketMark]) -> [Int] {
        var highest: Int?
        return marks.map { mark in
            guard let last = highest else {
                highest = Int(mark.number)
                return Int(mark.number)
            }
            let step = Int(Int16(bitPattern: mark.number &- UInt16(truncatingIfNeeded: last)))
            highest = max(last, last + step)
            return last + step
        }
    }

    // MARK: - Numbers

    /// What is added to the numbers of A, as contents that stand once in each stream say; without such contents, 0 where
    /// sources and timestamps fit.
    private static func shift(_ a: [PacketMark], _ b: [PacketMark], _ numbersA: [Int], _ numbersB: [Int]) -> Int? {
        let (singleA, singleB) = (single(a), single(b))
        var votes: [Int: Int] = [:]
        var total = 0
        for (mark, place) in singleA {
            guard let other = singleB[mark] else { continue }
            votes[numbersB[other] - numbersA[place], default: 0] += 1
            total += 1
        }
        if total >= votesNeeded {
            let best = votes.max { ($0.value, $1.key) < ($1.value, $0.key) }
            guard let best, Double(best.value) >= Double(total) * agreement else { return nil }
            return best.key
        }
        return hasSameNumbers(a, b) ? sameNumbers(numbersA, numbersB) : nil
    }

    /// Places of telling contents that stand once.
    private static func single(_ marks: [PacketMark]) -> [ContentMark: Int] {
        var places: [ContentMark: Int] = [:]
        for (index, mark) in marks.enumerated() where mark.isTelling && !mark.isCut {
            places[mark.content] = places[mark.content] == nil ? index : -1
        }
        return places.filter { $0.value >= 0 }
    }

    private struct Name: Hashable {
        var number: UInt16
        var timestamp: UInt32
        var ssrc: UInt32
        var length: UInt32
    }

    private static func hasSameNumbers(_ a: [PacketMark], _ b: [PacketMark]) -> Bool {
        func names(_ marks: [PacketMark]) -> Set<Name> {
            Set(
                marks.map {
                    Name(number: $0.number, timestamp: $0.timestamp, ssrc: $0.ssrc, length: $0.length)
                })
        }
        let (one, other) = (names(a), names(b))
        return one.intersection(other).count * 2 > min(one.count, other.count)
    }

    /// The multiple of 65536 that lays one range of numbers over the other best.
    private static func sameNumbers(_ a: [Int], _ b: [Int]) -> Int {
        guard let lowA = a.min(), let lowB = b.min() else { return 0 }
        return Int((Double(lowB - lowA) / 65_536).rounded()) * 65_536
    }

    // MARK: - Packets of one number

    private mutating func match(
        _ a: [PacketMark], _ b: [PacketMark], _ numbersA: [Int], _ numbersB: [Int], _ clock: ClockFit?
    ) {
        var placesB: [Int: [Int]] = [:]
        for (place, number) in numbersB.enumerated() { placesB[number, default: []].append(place) }
        var placesA: [Int: [Int]] = [:]
        for (place, number) in numbersA.enumerated() { placesA[number, default: []].append(place) }
        for (number, mine) in placesA {
            guard let theirs = placesB[number + shift] else { continue }
            pairs += Self.pairs(a, mine, b, theirs, clock)
        }
        pairs.sort { $0.a < $1.a }
    }

    /// Copies of one packet: those of equal content first, each with the nearest in time.
    private static func pairs(
        _ a: [PacketMark], _ mine: [Int], _ b: [PacketMark], _ theirs: [Int], _ clock: ClockFit?
    ) -> [(a: Int, b: Int)] {
        if mine.count == 1, theirs.count == 1 { return [(mine[0], theirs[0])] }
        var candidates: [(cost: Double, a: Int, b: Int)] = []
        for (order, place) in mine.prefix(copyLimit).enumerated() {
            for (otherOrder, other) in theirs.prefix(copyLimit).enumerated() {
                let apart =
                    clock.map { $0.residual(a[place].time, b[other].time).magnitude }
                    ?? Double(abs(order - otherOrder))
                candidates.append((apart + (a[place].whole == b[other].whole ? 0 : 1e6), place, other))
            }
        }
        candidates.sort { ($0.cost, $0.a, $0.b) < ($1.cost, $1.a, $1.b) }
        var (usedA, usedB) = (Set<Int>(), Set<Int>())
        return candidates.compactMap { candidate in
            guard !usedA.contains(candidate.a), !usedB.contains(candidate.b) else { return nil }
            usedA.insert(candidate.a)
            usedB.insert(candidate.b)
            return (candidate.a, candidate.b)
        }
    }

    /// Copies of one number that are told apart.
    private static let copyLimit = 16
}
