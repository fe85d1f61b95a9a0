import FaxCore

extension JitterBuffer {
    enum State: Sendable {
        case empty
        /// The first packet is here and waits until then.
        case filling(until: Instant)
        case playing(Playout)
    }

    /// Where the playout stands.
    struct Playout: Sendable {
        /// The place of the next sample.
        var next: Int
        /// When it is pulled.
        var time: Instant
        /// To be put in (above 0) or left out.
        var change = 0
        var cause = Slip.Cause.drift
    }
}
