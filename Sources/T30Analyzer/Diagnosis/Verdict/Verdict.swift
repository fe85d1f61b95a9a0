import FaxCore

/// Why a fax failed, in the order an engineer asks: where it broke, on whose side, why, and what followed from it.
public struct Verdict: Sendable, Hashable {
    /// How far the fax got before it broke.
    public enum Break: String, Sendable {
        case setup = "call set-up"
        case switching = "switch to T.38"
        case identification = "phase B, identification"
        case training = "phase B, training"
        case page = "phase C, page"
        case confirmation = "phase D, confirmation"
        case release = "phase E, release"
    }

    /// One finding that follows from another; both as places in the findings.
    public struct Link: Sendable, Hashable {
        public var cause: Int
        public var effect: Int

        public init(cause: Int, effect: Int) {
            self.cause = cause
            self.effect = effect
        }
    }

    /// Places in the findings; `nil`: none.
    public var rootCause: Int?
    public var runnerUp: Int?
    /// From the root cause to what followed, the nearest first.
    public var chain: [Link] = []
    /// Where the fax broke; `nil`: it did not, or the capture does not show.
    public var brokeIn: Break?
    /// Whose sending broke down, as far as the root cause tells.
    public var party: Party?

    public init() {}
}
