/// Outcomes of two builds under the same conditions, trace by trace: both met the same seed, so only those pairs tell that
/// differ.
public struct PairedOutcomes: Sendable, Hashable {
    public var bothSucceed = 0
    /// The first build (the baseline) alone; the second one (the candidate) alone.
    public var onlyFirst = 0
    public var onlySecond = 0
    public var bothFail = 0

    public init(bothSucceed: Int = 0, onlyFirst: Int = 0, onlySecond: Int = 0, bothFail: Int = 0) {
        self.bothSucceed = max(0, bothSucceed)
        self.onlyFirst = max(0, onlyFirst)
        self.onlySecond = max(0, onlySecond)
        self.bothFail = max(0, bothFail)
    }

    public mutating func add(first: Bool, second: Bool) {
        switch (first, second) {
        case (true, true): bothSucceed += 1
        case (true, false): onlyFirst += 1
        case (false, true): onlySecond += 1
        case (false, false): bothFail += 1
        }
    }

    public var pairs: Int { bothSucceed + onlyFirst + onlySecond + bothFail }
    public var discordant: Int { onlyFirst + onlySecond }

    /// The share of successes of the second less that of the first; `nil` without pairs.
    public var difference: Double? { pairs > 0 ? Double(onlySecond - onlyFirst) / Double(pairs) : nil }

    private var law: BinomialLaw { BinomialLaw(tries: discordant, probability: 0.5) }

    /// McNemar's test, exact, two-sided: were discordant pairs a coin's throws, so uneven or more would come this often.
    public var exactP: Double {
        discordant == 0 ? 1 : min(1, 2 * law.atMost(min(onlyFirst, onlySecond)))
    }

    /// The same, with half the weight of what was seen: less cautious, in the mean right.
    public var midP: Double {
        let seen = law.exactly(onlyFirst)
        // As many on either side stand for themselves alone; otherwise the other side's mirror image counts as well.
        if onlyFirst == onlySecond { return discordant == 0 ? 1 : 1 - seen / 2 }
        return min(1, 2 * law.atMost(min(onlyFirst, onlySecond)) - seen)
    }

    /// One-sided: were both builds the same, the second would come off so badly or worse this often.
    public var exactPOfWorse: Double { discordant == 0 ? 1 : law.atLeast(onlyFirst) }
    public var midPOfWorse: Double {
        discordant == 0 ? 1 : law.atLeast(onlyFirst + 1) + law.exactly(onlyFirst) / 2
    }
}
