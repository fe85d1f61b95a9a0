/// Concealment of missing samples by repeating what sounds like a period of the voice, after the facts of G.711 Appendix I:
/// the last period is found by correlation and repeated for 10 ms, two of them for the next 10 ms, three after that, joined
/// by a quarter of a period; from 10 ms on the level falls by a fifth each 10 ms. All samples are delayed by 3.75 ms, so
/// that the last ones that came can be blended into the first that are made.
struct PitchRepetition: Sendable {
    private enum Limit {
        /// 66 Hz to 200 Hz.
        static let longest = 120
        static let shortest = 40
        /// A quarter of the longest period.
        static let delay = longest / 4
        static let frame = 80
        static let correlation = 160
        /// Room for three of the longest periods and a quarter.
        static let history = 3 * longest + delay
        /// Blending when the signal is back: a quarter of a period and 4 ms more for each 10 ms of the hole.
        static let blendPerFrame = 32
    }

    /// The latest samples, the newest last; what was given out ends ``Limit/delay`` before its end.
    private var history = [Double](repeating: 0, count: Limit.history)
    /// The history as it was at the beginning of the hole, its end blended so that periods join.
    private var periods = [Double](repeating: 0, count: Limit.history)
    private var period = Limit.longest
    /// How many periods are repeated in turn, and the place in them, counted from their beginning.
    private var turns = 1
    private var place = 0
    /// Samples made so far in this hole; 0: there is none.
    private var made = 0

    mutating func heard(_ samples: UnsafeMutableBufferPointer<Int16>) {
        var start = 0
        while start < samples.count {
            let piece = min(Limit.frame, samples.count - start)
            hear(UnsafeMutableBufferPointer(rebasing: samples[start..<start + piece]))
            start += piece
        }
    }

    private mutating func hear(_ samples: UnsafeMutableBufferPointer<Int16>) {
        var fresh = samples.map { Double($0) }
        if made > 0 {
            let frames = (made - 1) / Limit.frame
            let count = min(period / 4 + Limit.blendPerFrame * frames, Limit.frame, fresh.count)
            for index in 0..<count {
                let weight = Double(index + 1) / Double(count + 1)
                fresh[index] = fresh[index] * weight + nextMade() * (1 - weight)
            }
            made = 0
        }
        shift(in: fresh, out: samples)
    }

    mutating func fill(_ samples: UnsafeMutableBufferPointer<Int16>) {
        var start = 0
        while start < samples.count {
            // Pieces end where the number of periods changes.
            let piece = min(Limit.frame - made % Limit.frame, samples.count - start)
            if made == 0 { beginHole() }
            if made == Limit.frame || made == 2 * Limit.frame { lengthen() }
            var fresh: [Double] = []
            fresh.reserveCapacity(piece)
            for _ in 0..<piece { fresh.append(nextMade()) }
            shift(in: fresh, out: UnsafeMutableBufferPointer(rebasing: samples[start..<start + piece]))
            start += piece
        }
    }

    private mutating func beginHole() {
        period = bestPeriod()
        turns = 1
        periods = history
        let quarter = period / 4
        let end = Limit.history
        // The last quarter passes over into the one a period before, so that the repetition joins.
        for index in 0..<quarter {
            let weight = Double(index + 1) / Double(quarter + 1)
            let place = end - quarter + index
            periods[place] = history[place] * (1 - weight) + history[place - period] * weight
            history[place] = periods[place]
        }
        place = end - period
    }

    /// One period more is repeated in turn; the place goes on in the same phase.
    private mutating func lengthen() {
        let phase = (place - (Limit.history - turns * period)) % period
        turns += 1
        let start = Limit.history - turns * period
        place = start + phase
        let quarter = period / 4
        for index in 0..<quarter where start - quarter + index >= 0 {
            let weight = Double(index + 1) / Double(quarter + 1)
            let last = Limit.history - quarter + index
            periods[last] = periods[last] * (1 - weight) + periods[start - quarter + index] * weight
        }
    }

    private mutating func nextMade() -> Double {
        let sample = periods[place] * gain
        place += 1
        if place >= Limit.history { place = Limit.history - turns * period }
        made += 1
        return sample
    }

    /// Full for 10 ms, then a fifth less each 10 ms.
    private var gain: Double {
        made < Limit.frame ? 1 : max(0, 1 - Double(made - Limit.frame) / Double(5 * Limit.frame))
    }

    /// The lag at which the latest 20 ms are most like what was before them.
    private func bestPeriod() -> Int {
        var best = Limit.longest
        var bestCorrelation = -Double.infinity
        let start = Limit.history - Limit.correlation
        for lag in Limit.shortest...Limit.longest {
            var product = 0.0
            var energy = 1.0
            for index in start..<Limit.history {
                product += history[index] * history[index - lag]
                energy += history[index - lag] * history[index - lag]
            }
            let correlation = product / energy.squareRoot()
            if correlation > bestCorrelation {
                bestCorrelation = correlation
                best = lag
            }
        }
        return best
    }

    /// Takes new samples into the history and gives out as many, delayed.
    private mutating func shift(in fresh: [Double], out samples: UnsafeMutableBufferPointer<Int16>) {
        let count = fresh.count
        history.withUnsafeMutableBufferPointer { history in
            for index in 0..<history.count - count { history[index] = history[index + count] }
            for index in 0..<count { history[history.count - count + index] = fresh[index] }
            let first = history.count - Limit.delay - count
            for index in 0..<count { samples[index] = Int16(clamping: Int(history[first + index].rounded())) }
        }
    }
}
