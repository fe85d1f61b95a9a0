// How each model is written and read: `text` prints what `init` takes.

extension LossModel {
    var options: [(NetworkOptionName, String)] {
        switch self {
        case .random(let loss): [(.loss, loss.description)]
        case .bursts(let loss, let burst): [(.loss, loss.description), (.burst, Quantity.text(burst))]
        case .gilbertElliott(let model): [(.gilbertElliott, model.text)]
        case .fourState(let model): [(.fourState, model.text)]
        }
    }
}

extension LossModel.GilbertElliott {
    init(_ value: OptionValue) throws(NetworkSpecError) {
        let parts = try value.parts(2...4)
        self.init(p: try Percentage(parts[0]), r: try Percentage(parts[1]))
        if parts.count > 2 { lossInBad = try Percentage(parts[2]) }
        if parts.count > 3 { lossInGood = try Percentage(parts[3]) }
    }

    var text: String {
        var text = "\(p):\(r)"
        if lossInBad != .all || lossInGood != .zero { text += ":\(lossInBad)" }
        if lossInGood != .zero { text += ":\(lossInGood)" }
        return text
    }
}

extension LossModel.FourState {
    init(_ value: OptionValue) throws(NetworkSpecError) {
        let parts = try value.parts(5...5)
        let model = LossModel.FourState(
            p13: try Percentage(parts[0]), p31: try Percentage(parts[1]), p32: try Percentage(parts[2]),
            p23: try Percentage(parts[3]), p14: try Percentage(parts[4]))
        guard let model else {
            throw NetworkSpecError(value: value.text, problem: "P13 + P14 and P31 + P32 are at most 100% each")
        }
        self = model
    }

    var text: String { "\(p13):\(p31):\(p32):\(p23):\(p14)" }
}

extension Jitter {
    init(_ value: OptionValue) throws(NetworkSpecError) {
        let parts = try value.parts(1...3)
        let spread = try OptionValue.positive(parts[0])
        guard parts.count > 1 else {
            self.init(spread)
            return
        }
        switch (parts[1], parts.count) {
        case ("uniform", 2): self.init(spread, .uniform)
        case ("normal", 2): self.init(spread, .normal)
        case ("pareto", 2): self.init(spread, .pareto(shape: Self.usualParetoShape))
        case ("pareto", 3):
            self.init(spread, .pareto(shape: try OptionValue.number(parts[2], in: Self.paretoShapes)))
        default: throw value.error
        }
    }

    var text: String {
        let spread = Quantity.text(spread)
        switch shape {
        case .uniform: return spread
        case .normal: return "\(spread):normal"
        case .pareto(Self.usualParetoShape): return "\(spread):pareto"
        case .pareto(let shape): return "\(spread):pareto:\(Quantity.text(shape))"
        }
    }
}

extension Spikes {
    /// The shortest mean time between two.
    private static let shortestInterval = Duration.milliseconds(10)

    init(_ value: OptionValue) throws(NetworkSpecError) {
        let (height, interval) = try value.pair("/")
        self.init(height: try OptionValue.positive(height), every: try OptionValue.positive(interval))
        guard every >= Self.shortestInterval else {
            throw NetworkSpecError(value: value.text, problem: "wants at least 10ms between spikes")
        }
    }

    var text: String { "\(Quantity.text(height))/\(Quantity.text(every))" }
}

extension RouteChanges {
    init(_ value: OptionValue) throws(NetworkSpecError) {
        if value.text.contains("@") {
            let (step, time) = try value.pair("@")
            self = .once(step: try OptionValue.positive(step), at: try Quantity.duration(time))
        } else {
            let (step, interval) = try value.pair("/")
            self = .periodic(step: try OptionValue.positive(step), every: try OptionValue.positive(interval))
        }
    }

    var text: String {
        switch self {
        case .periodic(let step, let every): "\(Quantity.text(step))/\(Quantity.text(every))"
        case .once(let step, let time): "\(Quantity.text(step))@\(Quantity.text(time))"
        }
    }
}

extension RateLimit {
    init(_ value: OptionValue) throws(NetworkSpecError) {
        let parts = try value.parts(1...2)
        self.init(try BitRate(parts[0]))
        if parts.count > 1 { queue = try Quantity.duration(parts[1]) }
    }

    var text: String { queue == Self.usualQueue ? rate.description : "\(rate):\(Quantity.text(queue))" }
}

extension ReorderSpec {
    init(_ value: OptionValue) throws(NetworkSpecError) {
        let parts = try value.parts(1...2)
        self.init(try Percentage(parts[0]))
        if parts.count > 1 { delay = try OptionValue.positive(parts[1]) }
    }

    var text: String { delay == Self.usualDelay ? share.description : "\(share):\(Quantity.text(delay))" }
}

extension DuplicationSpec {
    init(_ value: OptionValue) throws(NetworkSpecError) {
        let parts = try value.parts(1...2)
        self.init(try Percentage(parts[0]))
        if parts.count > 1 { delay = try Quantity.duration(parts[1]) }
    }

    var text: String { delay == .zero ? share.description : "\(share):\(Quantity.text(delay))" }
}

extension CorruptionSpec {
    init(_ value: OptionValue) throws(NetworkSpecError) {
        let parts = try value.parts(1...2)
        self.init(try Percentage(parts[0]))
        if parts.count > 1 { bits = try OptionValue.integer(parts[1], in: 1...Self.bitLimit) }
    }

    var text: String { bits == 1 ? share.description : "\(share):\(bits)" }
}
