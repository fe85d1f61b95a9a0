import Simulator

/// A regression suite: documents × paths × impairments × trials, and the gates that the results must pass. A value;
/// ``SuiteReader`` reads it from YAML.
public struct Suite: Sendable {
    /// What is sent, by its name.
    public struct Document: Sendable {
        public var name: String
        public var document: SimulatedDocument
        /// What stands for it in digests: the same text, the same pages.
        public var identity: String

        public init(name: String, document: SimulatedDocument, identity: String) {
            self.name = name
            self.document = document
            self.identity = identity
        }
    }

    /// How it is sent: stations and transport.
    public struct Path: Sendable {
        public var name: String
        /// Without network.
        public var options: ScenarioOptions
        public var identity: String

        public init(name: String, options: ScenarioOptions, identity: String) {
            self.name = name
            self.options = options
            self.identity = identity
        }
    }

    /// What the network does.
    public struct Impairment: Sendable {
        public var name: String
        public var network: [NetworkSpec.Option]
        public var direction: ScenarioOptions.Direction
        public var identity: String

        public init(
            name: String, network: [NetworkSpec.Option], direction: ScenarioOptions.Direction, identity: String
        ) {
            self.name = name
            self.network = network
            self.direction = direction
            self.identity = identity
        }
    }

    /// Which cells something is said of; empty lists mean all. A name may end in `*`.
    public struct Selection: Sendable, Hashable {
        public var documents: [String] = []
        public var paths: [String] = []
        public var impairments: [String] = []

        public init() {}
    }

    /// What holds for some cells only; of several that fit the last one counts.
    public struct Change: Sendable, Hashable {
        public enum Kind: Sendable, Hashable {
            case skip
            case trials(Int)
        }

        public var selection: Selection
        public var kind: Kind

        public init(selection: Selection, kind: Kind) {
            self.selection = selection
            self.kind = kind
        }
    }

    public var name: String
    /// Of the first trial of every cell; those after it count up. So each trial meets the same trace on every path.
    public var seed: UInt64 = 1
    public var trials = 100
    public var documents: [Document] = []
    public var paths: [Path] = []
    public var impairments: [Impairment] = []
    public var changes: [Change] = []
    public var gates: [SuiteGate] = []
    /// Pairs of paths to hold against each other, trial by trial.
    public var comparisons: [PathPair] = []

    public struct PathPair: Sendable, Hashable {
        public var first: String
        public var second: String

        public init(first: String, second: String) {
            self.first = first
            self.second = second
        }
    }

    public init(name: String) { self.name = name }

    public static let cellLimit = 10_000
    /// Of one cell; of all.
    public static let trialLimit = 1_000_000
    public static let callLimit = 10_000_000
}
