import FaxCore
import Simulator

/// A network that is worse than the real one between two sides of calls.
public struct ImpairSettings: Sendable {
    /// Where callers send their INVITEs.
    public var listen: Endpoint
    /// Where they go on to.
    public var target: Endpoint
    /// From the caller to the called side, and back.
    public var forth: NetworkSpec
    public var back: NetworkSpec
    /// Of the first call; each further one counts it up, as trials of `simulate` do.
    public var seed: UInt64 = 1
    public var mediaPorts: ClosedRange<UInt16> = 30_000...39_999
    public var limits = Limits()

    public init(listen: Endpoint, target: Endpoint, forth: NetworkSpec, back: NetworkSpec) {
        self.listen = listen
        self.target = target
        self.forth = forth
        self.back = back
    }

    public struct Limits: Sendable, Hashable {
        /// At one time; INVITEs of more are dropped.
        public var calls = 500
        /// Media addresses that the descriptions of one call may name.
        public var portsPerCall = 16
        /// A call of which nothing comes for so long is forgotten.
        public var idle = Duration.seconds(300)
        /// Datagrams that wait for their time; more are lost.
        public var waiting = 100_000

        public init() {}
    }
}

/// What the network did to one call.
public struct ImpairedCall: Sendable {
    public var callID: String
    public var seed: UInt64
    public var forth: LinkFigures
    public var back: LinkFigures
}
