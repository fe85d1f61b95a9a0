import FaxDSP
import T30Analyzer

/// Looks for a way to make a stream so that modems hear the same as in the original.
///
/// Beside a hole a receiver's bits depend on the symbols around it. What is free to choose there is the content of frames
/// that were damaged, and bits in front of the first flag; with other ones the receiver meets the hole in another state.
/// The signal before the first difference stays as it is, so the search goes on from hole to hole.
struct AudioSearch {
    private let items: [HeardItem]
    private let plan: AudioPlan
    /// What is to be tried next.
    private(set) var variation = AudioVariation()
    /// With the fewest signals that are heard otherwise, those with other whole frames counted twice.
    private(set) var best = AudioVariation()
    private(set) var differences = Int.max
    private var leastWeight = Int.max
    private var tries: [Int: [Int: Int]] = [:]

    /// So often a damaged frame is made anew before one further in front of it is.
    private static let triesOfFrame = 4

    init(_ items: [HeardItem], _ plan: AudioPlan) {
        self.items = items
        self.plan = plan
    }

    /// Takes what is heard of the last variation; `false`: it is heard as the original was.
    mutating func goesOn(after heard: [HeardItem]) -> Bool {
        let found = HearingComparison(items, heard, codings: plan.codings).differences
        let weight = found.reduce(0) { $0 + ($1.isOfWholeFrames ? 2 : 1) }
        if weight <= leastWeight {
            leastWeight = weight
            differences = found.count
            best = variation
        }
        for difference in found { vary(difference) }
        return !found.isEmpty
    }

    private mutating func vary(_ difference: HearingComparison.Difference) {
        let item = difference.item
        switch plan.steps[item] {
        case .data(let burst, let part):
            vary(item, page: part, before: difference.sample.map { burst.octet(ofSample: $0) * 8 })
        case .commands(let turn, let bits, _):
            let first = CommandSignal.firstBit(turn) ?? 0
            vary(item, bits, before: difference.sample.map { Int((Double($0) - first) / CommandSignal.bit) })
        case .frames(let burst, let bits, _):
            vary(item, bits, before: difference.sample.map { burst.octet(ofSample: $0) * 8 })
        case .keep, .digit, .voice, .noise: break
        }
    }

    private mutating func vary(_ item: Int, _ bits: BurstBits, before bit: Int?) {
        if let frame = damagedFrame(before: bit ?? 0, bits, item) {
            tries[item, default: [:]][frame, default: 0] += 1
            variation.items[item, default: AudioVariation.Item()].frames[frame, default: 0] += 1
        } else {
            variation.items[item, default: AudioVariation.Item()].attempt += 1
        }
    }

    /// Rows are made anew from the one before a damaged row on, and from further in front when that does not help.
    private mutating func vary(_ item: Int, page part: Int, before bit: Int?) {
        let failures = tries[item]?[bit ?? 0] ?? 0
        tries[item, default: [:]][bit ?? 0] = failures + 1
        let start = max(0, (bit ?? 0) - Self.reach << (failures / Self.triesOfFrame))
        variation.pages[part, default: [:]][start, default: 0] += 1
    }

    /// Bits: a row or two.
    private static let reach = 1_000

    /// The last one that begins before a bit and was not made anew too often.
    private func damagedFrame(before bit: Int, _ bits: BurstBits, _ item: Int) -> Int? {
        bits.frames.indices.last { index in
            let frame = bits.frames[index]
            return !frame.isGood && frame.bits.lowerBound <= bit
                && (tries[item]?[index] ?? 0) < Self.triesOfFrame
        }
    }
}
