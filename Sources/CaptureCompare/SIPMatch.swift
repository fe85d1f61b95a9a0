import FaxCore
import FaxWire
import PcapDecode

/// The SIP messages of one call at both places: which of A is which of B.
struct SIPMatch {
    /// Places in the messages of A and B.
    private(set) var pairs: [(a: Int, b: Int)] = []
    private(set) var onlyA: [Int] = []
    private(set) var onlyB: [Int] = []
    /// The call has other Call-IDs at the two places: a B2BUA stands between.
    let isAnotherDialog: Bool

    /// Sends of one message are told apart by their times.
    init(_ a: [SeenMessage], _ b: [SeenMessage], clock: ClockFit?) {
        let (idsA, idsB) = (Set(a.compactMap { $0.message.callID }), Set(b.compactMap { $0.message.callID }))
        isAnotherDialog = !a.isEmpty && !b.isEmpty && idsA.isDisjoint(with: idsB)
        let (keysA, keysB) = (Self.keys(a, isAnotherDialog), Self.keys(b, isAnotherDialog))
        var places: [Key: [Int]] = [:]
        for (place, key) in keysB.enumerated() { places[key, default: []].append(place) }
        var mine: [Key: [Int]] = [:]
        for (place, key) in keysA.enumerated() { mine[key, default: []].append(place) }
        for (place, key) in keysA.enumerated() where mine[key]?.first == place {
            pairs += Self.pairs(a, mine[key] ?? [], b, places[key] ?? [], clock)
        }
        pairs.sort { $0.a < $1.a }
        let (foundA, foundB) = (Set(pairs.map(\.a)), Set(pairs.map(\.b)))
        onlyA = a.indices.filter { !foundA.contains($0) }
        onlyB = b.indices.filter { !foundB.contains($0) }
    }

    /// What every send of one message has in common, and what elements on the way leave alone.
    private struct Key: Hashable {
        /// Empty where a B2BUA gives new ones.
        var callID: String
        /// Of the transaction: the CSeq number, or its rank among those of its kind.
        var transaction: UInt32
        var method: String
        var status: Int
        /// Who sent the request: its tag, or whether it is the side that opened the dialog.
        var side: String
    }

    private static func keys(_ messages: [SeenMessage], _ isAnotherDialog: Bool) -> [Key] {
        let opening = messages.first { $0.message.cseq?.method == .invite && $0.message.toTag == nil }
        let firstTag = (opening ?? messages.first)?.message.fromTag
        var ranks: [String: [UInt32]] = [:]
        return messages.map { seen in
            let message = seen.message
            let cseq = message.cseq
            let method = cseq?.method.name ?? ""
            let side = isAnotherDialog ? "\(message.fromTag == firstTag)" : message.fromTag ?? ""
            var transaction = cseq?.number ?? 0
            if isAnotherDialog {
                let kind = "\(method)/\(side)"
                var known = ranks[kind, default: []]
                if !known.contains(transaction) { known.append(transaction) }
                ranks[kind] = known
                transaction = UInt32(clamping: known.firstIndex(of: transaction) ?? 0)
            }
            return Key(
                callID: isAnotherDialog ? "" : message.callID ?? "", transaction: transaction,
                method: message.method?.name ?? "response to \(method)", status: message.status ?? 0,
                side: side)
        }
    }

    /// Sends of one message: those with the same octets first, each with the nearest in time.
    private static func pairs(
        _ a: [SeenMessage], _ mine: [Int], _ b: [SeenMessage], _ theirs: [Int], _ clock: ClockFit?
    ) -> [(a: Int, b: Int)] {
        if mine.count == theirs.count { return zip(mine, theirs).map { ($0, $1) } }
        var candidates: [(cost: Double, a: Int, b: Int)] = []
        for (order, place) in mine.prefix(sendLimit).enumerated() {
            for (otherOrder, other) in theirs.prefix(sendLimit).enumerated() {
                let apart =
                    clock.map { $0.residual(a[place].context.time, b[other].context.time).magnitude }
                    ?? Double(abs(order - otherOrder))
                let isSameBranch = a[place].message.branch == b[other].message.branch
                candidates.append((apart + (isSameBranch ? 0 : 1e3), place, other))
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

    /// Sends of one message that are told apart.
    private static let sendLimit = 32
}
