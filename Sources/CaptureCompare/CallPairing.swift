import FaxCore
import T30Analyzer

/// Finds the calls that both captures hold.
struct CallPairing {
    struct Pair {
        /// Places in the cards.
        var a: Int
        var b: Int
        /// What they have in common.
        var reason: String
    }

    private(set) var pairs: [Pair] = []
    private var takenA: Set<Int> = []
    private var takenB: Set<Int> = []

    /// A mark that more calls than this hold tells none of them.
    static let holderLimit = 32
    /// Calls paired by content or numbers lie at one time, give or take this: a fax that is sent again has the same.
    static let slack = Duration.seconds(5)
    /// Marks of contents in common from which on two calls carry the same media.
    static let commonMarks = 3

    init(_ a: [CallCard], _ b: [CallCard]) {
        take(a, b, common(a, b) { $0.callIDs }) { "Call-ID \($0)" }
        take(a, b, common(a, b) { Self.sources($0) }) { "SSRC \($0)" }
        takeByContent(a, b)
        takeByNumbers(a, b)
        pairs.sort { $0.a < $1.a }
    }

    /// The pair that was asked for.
    init(asked a: Int, _ b: Int) {
        pairs = [Pair(a: a, b: b, reason: "asked for")]
    }

    private static func sources(_ card: CallCard) -> [String] {
        card.streams.compactMap { stream in
            stream.ssrc.flatMap { $0 == 0 ? nil : String($0, radix: 16) }
        }
    }

    private func isFree(_ a: Int, _ b: Int) -> Bool { !takenA.contains(a) && !takenB.contains(b) }

    private static func isAtOneTime(_ one: CallCard, _ other: CallCard) -> Bool {
        one.firstTime <= other.lastTime + slack && other.firstTime <= one.lastTime + slack
    }

    private mutating func pair(_ a: Int, _ b: Int, _ reason: String) {
        guard isFree(a, b) else { return }
        takenA.insert(a)
        takenB.insert(b)
        pairs.append(Pair(a: a, b: b, reason: reason))
    }

    /// Pairs of places with a key in common; of a key that several calls have, in order of time.
    private func common(_ a: [CallCard], _ b: [CallCard], _ keys: (CallCard) -> [String]) -> [(Int, Int, String)] {
        var places: [String: [Int]] = [:]
        for (index, card) in b.enumerated() { for key in keys(card) { places[key, default: []].append(index) } }
        return a.enumerated().flatMap { index, card in
            keys(card).flatMap { key in (places[key] ?? []).map { (index, $0, key) } }
        }
    }

    private mutating func take(
        _ a: [CallCard], _ b: [CallCard], _ candidates: [(Int, Int, String)], _ reason: (String) -> String
    ) {
        for (one, other, key) in candidates { pair(one, other, reason(key)) }
    }

    // MARK: - By content

    private mutating func takeByContent(_ a: [CallCard], _ b: [CallCard]) {
        var holders: [ContentMark: [Int]] = [:]
        for place in b.indices where !takenB.contains(place) {
            for mark in b[place].sketch { holders[mark, default: []].append(place) }
        }
        var scores: [(common: Int, a: Int, b: Int)] = []
        for place in a.indices where !takenA.contains(place) {
            var counts: [Int: Int] = [:]
            for mark in a[place].sketch {
                guard let holding = holders[mark], holding.count <= Self.holderLimit else { continue }
                for holder in holding { counts[holder, default: 0] += 1 }
            }
            for (holder, count) in counts.sorted(by: { $0.key < $1.key })
            where count >= Self.commonMarks && Self.isAtOneTime(a[place], b[holder]) {
                scores.append((count, place, holder))
            }
        }
        for score in scores.sorted(by: { ($1.common, $0.a, $0.b) < ($0.common, $1.a, $1.b) }) {
            pair(score.a, score.b, "the same contents of media")
        }
    }

    // MARK: - By numbers

    /// Both numbers equal, or the called one a suffix of the other, and only one candidate on each side.
    private mutating func takeByNumbers(_ a: [CallCard], _ b: [CallCard]) {
        var byEnding: [String: [Int]] = [:]
        for (place, card) in b.enumerated() where !takenB.contains(place) {
            byEnding[Self.ending(card), default: []].append(place)
        }
        var only: [(a: Int, b: Int)] = []
        var claims: [Int: Int] = [:]
        for (place, card) in a.enumerated() where !takenA.contains(place) {
            let fitting = (byEnding[Self.ending(card)] ?? []).prefix(Self.holderLimit).filter {
                Self.hasNumbersInCommon(card, b[$0]) && Self.isAtOneTime(card, b[$0])
            }
            for other in fitting { claims[other, default: 0] += 1 }
            if fitting.count == 1 { only.append((place, fitting[0])) }
        }
        for (one, other) in only where claims[other] == 1 {
            pair(one, other, "the same numbers, and no other call has them")
        }
    }

    private static func ending(_ card: CallCard) -> String { String(user(card.callee).suffix(3)) }

    static func hasNumbersInCommon(_ one: CallCard, _ other: CallCard) -> Bool {
        let called = (user(one.callee), user(other.callee))
        let calling = (user(one.caller), user(other.caller))
        return isSame(called.0, called.1) && (isSame(calling.0, calling.1) || calling.0.isEmpty || calling.1.isEmpty)
    }

    private static func isSame(_ one: String, _ other: String) -> Bool {
        let (shorter, longer) = one.count < other.count ? (one, other) : (other, one)
        return shorter.count >= 3 && longer.hasSuffix(shorter)
    }

    /// User part of a URI without a plus in front.
    static func user(_ uri: String?) -> String {
        guard let uri, let at = uri.firstIndex(of: "@") else { return "" }
        let start = uri.firstIndex(of: ":").map { uri.index(after: $0) } ?? uri.startIndex
        guard start <= at else { return "" }
        return String(uri[start..<at].drop { $0 == "+" })
    }
}
