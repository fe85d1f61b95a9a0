/// ITU-T G.1050 and TIA-921 (2005 to 2007): a path over two LANs, two access links and a core, whose delay and loss hold
/// for a slice of 1 ms each. Severities A to H say how bad it is, 168 patterns how fast the links are.
public enum G1050 {
    /// The five segments. Side A is the caller's.
    public enum Place: String, Sendable, Hashable, CaseIterable {
        case lanA = "LAN A"
        case accessA = "access A"
        case core
        case accessB = "access B"
        case lanB = "LAN B"
    }

    public static let slice = Duration.milliseconds(1)

    /// What is asked for, with a few things left to the seed.
    public struct Profile: Sendable, Hashable {
        public var conditions: ConditionsChoice
        public var pattern: PatternChoice
        public var distance: Distance
        public var constants: Constants

        public init(
            _ conditions: ConditionsChoice, pattern: PatternChoice = .byLikelihood, distance: Distance = .regional,
            constants: Constants = .usual
        ) {
            self.conditions = conditions
            self.pattern = pattern
            self.distance = distance
            self.constants = constants
        }
    }

    public enum ConditionsChoice: Sendable, Hashable {
        case severity(Severity)
        /// Drawn by how often severities occur in such networks.
        case network(NetworkClass)
    }

    public enum PatternChoice: Sendable, Hashable {
        /// From 1 to 168.
        case number(Int)
        /// Drawn by how often they occur.
        case byLikelihood
    }

    public enum Distance: String, Sendable, Hashable, CaseIterable { case regional, intercontinental }

    /// All that a profile leaves open, settled.
    public struct Scenario: Sendable, Hashable {
        public var conditions: Conditions
        public var pattern: LinkPattern
        public var distance: Distance
        public var constants: Constants

        public init(
            _ conditions: Conditions, _ pattern: LinkPattern, distance: Distance = .regional,
            constants: Constants = .usual
        ) {
            self.conditions = conditions
            self.pattern = pattern
            self.distance = distance
            self.constants = constants
        }
    }
}

extension G1050.Profile {
    /// The scenario of this seed; the same for both directions of a call.
    public func scenario(seed: UInt64) -> G1050.Scenario {
        let draws = DrawStream(seed: seed, "g1050.choice")
        let severity =
            switch conditions {
            case .severity(let severity): severity
            case .network(let network): network.severity(at: draws.unit(0))
            }
        let pattern =
            switch pattern {
            case .number(let number): G1050.LinkPattern.all[min(max(number, 1), G1050.LinkPattern.all.count) - 1]
            case .byLikelihood: G1050.LinkPattern.drawn(at: draws.unit(1))
            }
        return G1050.Scenario(severity.conditions, pattern, distance: distance, constants: constants)
    }
}
