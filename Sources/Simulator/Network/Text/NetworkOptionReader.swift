/// Takes options one by one and puts those together that belong together.
struct NetworkOptionReader {
    private var spec = NetworkSpec()
    private var lossShare: Percentage?
    private var burst: Double?
    private var seen: [NetworkOptionName] = []

    /// Limits of single values.
    private static let datagramSizes = 1...65_507
    private static let bursts = 1.0...10_000.0

    mutating func take(
        _ option: NetworkSpec.Option, replay: (String) throws(NetworkSpecError) -> ReplayTrace
    ) throws(NetworkSpecError) {
        guard let name = NetworkOptionName(rawValue: option.name) else {
            let known = NetworkOptionName.allCases.map(\.rawValue).joined(separator: ", ")
            throw NetworkSpecError(value: option.value, problem: "is no option of a network (\(known))")
        }
        let isList = name == .outage || name == .route
        guard isList || !seen.contains(name) else {
            throw NetworkSpecError(value: option.value, problem: "is given twice")
        }
        guard seen.count(where: { $0 == name }) < NetworkSpec.listLimit else {
            throw NetworkSpecError(value: option.value, problem: "is more than \(NetworkSpec.listLimit) of them")
        }
        seen.append(name)
        if name == .replay {
            spec.replay = try replay(option.value)
        } else {
            try take(name, OptionValue(option.value, form: name.form))
        }
    }

    private mutating func take(_ name: NetworkOptionName, _ value: OptionValue) throws(NetworkSpecError) {
        switch name {
        case .maximumDatagram: spec.maximumDatagram = try value.integer(in: Self.datagramSizes)
        case .outage: spec.outages.append(try Outage(value))
        case .block: spec.block = try Moment(blockAt: value)
        case .rate: spec.rate = try RateLimit(value)
        case .loss: lossShare = try Percentage(value.text)
        case .burst: burst = try value.number(in: Self.bursts)
        case .gilbertElliott: spec.loss = .gilbertElliott(try LossModel.GilbertElliott(value))
        case .fourState: spec.loss = .fourState(try LossModel.FourState(value))
        case .lossSlot: spec.lossClock = .slots(try value.positiveDuration())
        case .profile: spec.profile = try G1050.Profile(value)
        case .replay: break
        case .delay: spec.delay = try Quantity.duration(value.text)
        case .jitter: spec.jitter = try Jitter(value)
        case .spikes: spec.spikes = try Spikes(value)
        case .route: spec.routeChanges.append(try RouteChanges(value))
        case .order: spec.keepsOrder = try value.choice("kept", "free") == 0
        case .reorder: spec.reordering = try ReorderSpec(value)
        case .duplicate: spec.duplication = try DuplicationSpec(value)
        case .corrupt: spec.corruption = try CorruptionSpec(value)
        }
    }

    /// `loss` and `burst` are one model.
    func finish() throws(NetworkSpecError) -> NetworkSpec {
        var spec = spec
        let models = seen.filter { [.loss, .gilbertElliott, .fourState].contains($0) }
        guard models.count <= 1 else {
            throw NetworkSpecError(
                option: models[1].rawValue, value: "",
                problem: "stands beside \(models[0].rawValue): one loss model only")
        }
        if let lossShare {
            spec.loss = burst.map { .bursts(loss: lossShare, meanBurst: $0) } ?? .random(lossShare)
        } else if let burst {
            throw NetworkSpecError(
                option: "burst", value: Quantity.text(burst), problem: "says nothing without loss=PERCENTAGE")
        }
        if spec.loss == nil, seen.contains(.lossSlot) {
            throw NetworkSpecError(option: "loss-slot", value: "", problem: "says nothing without a loss model")
        }
        return spec
    }
}

/// The text of a value with the form it should have.
struct OptionValue {
    let text: String
    let form: String

    init(_ text: String, form: String) {
        self.text = text
        self.form = form
    }

    var error: NetworkSpecError { NetworkSpecError(value: text, problem: "wants \(form)") }

    /// The parts between colons, so many.
    func parts(_ counts: ClosedRange<Int>) throws(NetworkSpecError) -> [Substring] {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard counts.contains(parts.count) else { throw error }
        return parts
    }

    /// The parts around the first such sign.
    func pair(_ sign: Character) throws(NetworkSpecError) -> (Substring, Substring) {
        guard let place = text.firstIndex(of: sign) else { throw error }
        return (text[..<place], text[text.index(after: place)...])
    }

    func positiveDuration() throws(NetworkSpecError) -> Duration { try Self.positive(text[...]) }

    static func positive(_ text: Substring) throws(NetworkSpecError) -> Duration {
        let duration = try Quantity.duration(text)
        guard duration > .zero else {
            throw NetworkSpecError(value: String(text), problem: "wants a duration above 0")
        }
        return duration
    }

    func integer(in range: ClosedRange<Int>) throws(NetworkSpecError) -> Int {
        try Self.integer(text[...], in: range)
    }

    static func integer(_ text: Substring, in range: ClosedRange<Int>) throws(NetworkSpecError) -> Int {
        guard text.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }), let number = Int(text), range.contains(number) else {
            throw NetworkSpecError(
                value: String(text), problem: "wants a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    func number(in range: ClosedRange<Double>) throws(NetworkSpecError) -> Double {
        try Self.number(text[...], in: range)
    }

    static func number(_ text: Substring, in range: ClosedRange<Double>) throws(NetworkSpecError) -> Double {
        guard let number = Quantity.number(text), range.contains(number) else {
            throw NetworkSpecError(
                value: String(text),
                problem: "wants a number from \(Quantity.text(range.lowerBound)) to \(Quantity.text(range.upperBound))")
        }
        return number
    }

    /// Which of the words it is.
    func choice(_ words: String...) throws(NetworkSpecError) -> Int {
        guard let place = words.firstIndex(of: text) else { throw error }
        return place
    }
}
