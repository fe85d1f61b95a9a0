import FaxCore

/// How packets are lost one by one. Stationary from the first packet on: a call of any length sees the mean loss.
public enum LossModel: Sendable, Hashable {
    /// Each packet by itself.
    case random(Percentage)
    /// Gilbert's model by its mean loss P and the mean length B of a run of losses: r = 1/B, p = P·r/(1 - P). B below
    /// 1/(1 - P), which independent losses have, is taken as that: a burst of 1 means independent losses.
    case bursts(loss: Percentage, meanBurst: Double)
    /// Gilbert–Elliott: from good to bad with probability p, back with r, losses in each state.
    case gilbertElliott(GilbertElliott)
    case fourState(FourState)

    public struct GilbertElliott: Sendable, Hashable {
        public var p: Percentage
        public var r: Percentage
        /// Losses in the bad state (h') and in the good one (k').
        public var lossInBad: Percentage
        public var lossInGood: Percentage

        public init(p: Percentage, r: Percentage, lossInBad: Percentage = .all, lossInGood: Percentage = .zero) {
            self.p = p
            self.r = r
            self.lossInBad = lossInBad
            self.lossInGood = lossInGood
        }
    }

    /// Four states: 1 received in a gap, 2 received inside a burst, 3 lost inside a burst, 4 lost alone in a gap (always
    /// followed by 1). From 1 to 3 with p13 and so on.
    public struct FourState: Sendable, Hashable {
        public var p13: Percentage
        public var p31: Percentage
        public var p32: Percentage
        public var p23: Percentage
        public var p14: Percentage

        /// `nil` when the ways out of a state add up to more than 100 %.
        public init?(p13: Percentage, p31: Percentage, p32: Percentage, p23: Percentage, p14: Percentage) {
            guard p13.percent + p14.percent <= 100, p31.percent + p32.percent <= 100 else { return nil }
            self.p13 = p13
            self.p31 = p31
            self.p32 = p32
            self.p23 = p23
            self.p14 = p14
        }
    }

    /// The share of packets lost in the long run.
    public var meanLoss: Double {
        switch self {
        case .random(let loss): loss.fraction
        case .bursts(let loss, _): loss.fraction
        case .gilbertElliott, .fourState: chain.meanLoss
        }
    }

    /// The model as a chain of at most four states.
    var chain: LossChain {
        switch self {
        case .random(let loss):
            return LossChain(loss: [loss.fraction], ways: [[1]], stationary: [1])
        case .bursts(let loss, let meanBurst):
            guard loss.fraction < 1 else { return LossModel.random(loss).chain }
            let r = min(1 / meanBurst, 1 - loss.fraction)
            let p = loss.fraction * r / (1 - loss.fraction)
            return LossChain(twoStates: p, r, lossInGood: 0, lossInBad: 1)
        case .gilbertElliott(let model):
            return LossChain(
                twoStates: model.p.fraction, model.r.fraction, lossInGood: model.lossInGood.fraction,
                lossInBad: model.lossInBad.fraction)
        case .fourState(let model):
            return LossChain(model)
        }
    }
}

/// A Markov chain with a probability of loss in each state.
struct LossChain: Sendable, Hashable {
    /// Of a packet, by state.
    var loss: [Double]
    /// From each state to each.
    var ways: [[Double]]
    /// The share of each state in the long run.
    var stationary: [Double]

    var meanLoss: Double { zip(stationary, loss).reduce(0) { $0 + $1.0 * $1.1 } }

    init(loss: [Double], ways: [[Double]], stationary: [Double]) {
        self.loss = loss
        self.ways = ways
        self.stationary = stationary
    }

    /// State 0 is the good one. A chain that never changes its state stays in it.
    init(twoStates p: Double, _ r: Double, lossInGood: Double, lossInBad: Double) {
        let bad = p + r > 0 ? p / (p + r) : 0
        self.init(loss: [lossInGood, lossInBad], ways: [[1 - p, p], [r, 1 - r]], stationary: [1 - bad, bad])
    }

    /// From the balance of the ways between the states: π1·p13 = π3·p31, π2·p23 = π3·p32, π4 = π1·p14.
    init(_ model: LossModel.FourState) {
        let (p13, p31, p32) = (model.p13.fraction, model.p31.fraction, model.p32.fraction)
        let (p23, p14) = (model.p23.fraction, model.p14.fraction)
        let share: [Double]
        if p13 == 0 {
            share = [1, 0, 0, p14]
        } else if p32 > 0, p23 == 0 {
            // What is once received inside a burst is so for ever.
            share = [0, 1, 0, 0]
        } else {
            let inGap = p31 / p13
            share = [inGap, p32 > 0 ? p32 / p23 : 0, 1, inGap * p14]
        }
        let total = share.reduce(0, +)
        self.init(
            loss: [0, 0, 1, 1],
            ways: [[1 - p13 - p14, 0, p13, p14], [0, 1 - p23, p23, 0], [p31, p32, 1 - p31 - p32, 0], [1, 0, 0, 0]],
            stationary: share.map { $0 / total })
    }
}

/// What the loss model counts: the same steps for the same seed.
public enum LossClock: Sendable, Hashable {
    /// Every packet is a step: packet number n meets the same fate at any packet rate.
    case packets
    /// Every slot of time is a step, and all packets sent in it share its fate: calls of different packet rates lose what
    /// they send at the same times.
    case slots(Duration)
}

/// The loss model at work.
struct LossProcess: Sendable {
    private let loss: [Double]
    /// Where the cumulated ways out of each state end, state by state, ``LossProcess/width`` each.
    private let ways: [Double]
    private let draws: DrawStream
    private let slot: Int64
    private var state: Int
    /// Steps that were made.
    private var steps: UInt64 = 0
    private var isLost = false

    private static let width = 4

    init(_ model: LossModel, clock: LossClock, seed: UInt64) {
        let chain = model.chain
        loss = chain.loss
        ways = chain.ways.flatMap { row in
            var sum = 0.0
            let ends = row.map { way -> Double in
                sum += way
                return sum
            }
            // The last way takes what rounding left over.
            return ends.dropLast() + [Double](repeating: 2, count: Self.width + 1 - ends.count)
        }
        draws = DrawStream(seed: seed, "loss")
        switch clock {
        case .packets: slot = 0
        case .slots(let length): slot = max(1, length.wholeNanoseconds)
        }
        let first = DrawStream(seed: seed, "loss.start").unit(0)
        var sum = 0.0
        state = chain.stationary.count - 1
        for (index, share) in chain.stationary.enumerated() {
            sum += share
            if first < sum {
                state = index
                break
            }
        }
    }

    /// Of packet number `index`, sent at this time.
    mutating func loses(_ index: UInt64, at nanoseconds: Int64) -> Bool {
        let target = slot > 0 ? UInt64(max(0, nanoseconds) / slot) : index
        while steps <= target { step() }
        return isLost
    }

    private mutating func step() {
        if loss.count > 1, steps > 0 { move(draws.unit(2 &* steps)) }
        let probability = loss[state]
        isLost = probability >= 1 || draws.chance(probability, 2 &* steps &+ 1)
        steps += 1
    }

    private mutating func move(_ draw: Double) {
        var next = state * Self.width
        let first = next
        while draw >= ways[next] { next += 1 }
        state = next - first
    }
}
