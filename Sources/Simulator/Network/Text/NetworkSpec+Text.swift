extension NetworkSpec {
    /// One name and its value, as on the command line (`--jitter 30ms:pareto`) and in scenarios (`jitter: 30ms:pareto`).
    public struct Option: Sendable, Hashable {
        public var name: String
        public var value: String

        public init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    /// What the options say; `outage` and `route` may come several times, the others once. `replay` finds the trace that
    /// an option of that name means; without it such an option is refused.
    public init(
        options: [Option], replay: (String) throws(NetworkSpecError) -> ReplayTrace = noReplay
    ) throws(NetworkSpecError) {
        var reader = NetworkOptionReader()
        for option in options {
            do {
                try reader.take(option, replay: replay)
            } catch {
                throw NetworkSpecError(
                    option: option.name, value: error.value.isEmpty ? option.value : error.value,
                    problem: error.problem)
            }
        }
        self = try reader.finish()
    }

    public static func noReplay(_ source: String) throws(NetworkSpecError) -> ReplayTrace {
        throw NetworkSpecError(value: source, problem: "no capture can be read here")
    }

    /// Reads what ``text`` prints: `loss=3% burst=2 delay=60ms`; `ideal` or nothing is a network without faults.
    public init(
        _ text: some StringProtocol, replay: (String) throws(NetworkSpecError) -> ReplayTrace = noReplay
    ) throws(NetworkSpecError) {
        var options: [Option] = []
        for word in text.split(whereSeparator: \.isWhitespace) where word != "ideal" {
            guard let sign = word.firstIndex(of: "=") else {
                throw NetworkSpecError(value: String(word), problem: "wants name=value")
            }
            options.append(Option(String(word[..<sign]), String(word[word.index(after: sign)...])))
        }
        try self.init(options: options, replay: replay)
    }

    /// The canonical form: one spec has one text, which ``init(_:)`` reads back.
    public var text: String {
        let options = options
        return options.isEmpty ? "ideal" : options.map { "\($0.name)=\($0.value)" }.joined(separator: " ")
    }

    /// In the order in which the models act.
    public var options: [Option] {
        var options: [Option] = []
        func add(_ name: NetworkOptionName, _ value: String) { options.append(Option(name.rawValue, value)) }
        if let maximumDatagram { add(.maximumDatagram, String(maximumDatagram)) }
        for outage in outages { add(.outage, outage.text) }
        if let block { add(.block, block.text) }
        if let rate { add(.rate, rate.text) }
        for (name, value) in loss?.options ?? [] { add(name, value) }
        if case .slots(let length) = lossClock { add(.lossSlot, Quantity.text(length)) }
        if let profile { add(.profile, profile.text) }
        if let replay { add(.replay, replay.source) }
        if delay > .zero { add(.delay, Quantity.text(delay)) }
        if let jitter { add(.jitter, jitter.text) }
        if let spikes { add(.spikes, spikes.text) }
        for change in routeChanges { add(.route, change.text) }
        if !keepsOrder { add(.order, "free") }
        if let reordering { add(.reorder, reordering.text) }
        if let duplication { add(.duplicate, duplication.text) }
        if let corruption { add(.corrupt, corruption.text) }
        return options
    }
}

extension NetworkSpec: Codable {
    /// As its text.
    public init(from decoder: any Decoder) throws {
        try self.init(decoder.singleValueContainer().decode(String.self))
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }
}

/// The options of a network, in the order in which the models act.
public enum NetworkOptionName: String, Sendable, CaseIterable {
    case maximumDatagram = "max-datagram"
    case outage
    case block
    case rate
    case loss
    case burst
    case gilbertElliott = "gilbert-elliott"
    case fourState = "four-state"
    case lossSlot = "loss-slot"
    case profile
    case replay
    case delay
    case jitter
    case spikes
    case route
    case order
    case reorder
    case duplicate
    case corrupt

    /// The form of the value, for help and error messages.
    public var form: String {
        switch self {
        case .maximumDatagram: "OCTETS"
        case .outage: "DURATION@MOMENT, such as 1s@TCF or 500ms@12.5s"
        case .block: "@MOMENT, such as @page"
        case .rate: "RATE[:QUEUE], such as 64kbps:200ms"
        case .loss: "PERCENTAGE"
        case .burst: "PACKETS, the mean run of losses"
        case .gilbertElliott: "P:R[:LOSS-IN-BAD[:LOSS-IN-GOOD]], percentages"
        case .fourState: "P13:P31:P32:P23:P14, percentages"
        case .lossSlot: "DURATION"
        case .profile: G1050.Profile.form
        case .replay: "CAPTURE"
        case .delay: "DURATION"
        case .jitter: "DURATION[:uniform|normal|pareto[:SHAPE]]"
        case .spikes: "HEIGHT/INTERVAL, such as 100ms/10s"
        case .route: "STEP/INTERVAL or STEP@TIME, such as 8ms/240s"
        case .order: "kept|free"
        case .reorder: "PERCENTAGE[:DELAY]"
        case .duplicate: "PERCENTAGE[:DELAY]"
        case .corrupt: "PERCENTAGE[:BITS]"
        }
    }
}
