import FaxCore

extension G1050 {
    /// The core network at work: what it does to a packet follows from the slice in which it comes, and from the order.
    struct CoreProcess: Sendable {
        let loss: Double
        let outOfOrder: Double
        private let baseDelay: Double
        private let peakJitter: Double
        private let flap: Cycle?
        private let failure: Cycle?
        private let draws: DrawStream

        /// Something that comes again and again from a random first time on.
        private struct Cycle: Sendable {
            var first: Int64
            var every: Int64
            var size: Int64

            init(_ recurrence: Conditions.Recurrence, draw: Double) {
                every = max(1, recurrence.every.wholeNanoseconds)
                size = recurrence.size.wholeNanoseconds
                first = Int64(draw * Double(every))
            }

            /// Whether an odd number of turns has passed.
            func isTurned(at time: Int64) -> Bool { time >= first && ((time - first) / every) % 2 == 0 }

            /// Within the failure; the interval goes from the end of one to the start of the next.
            func isOut(at time: Int64) -> Bool { time >= first && (time - first) % (every + size) < size }
        }

        init(_ core: Conditions.Core, _ distance: Distance, _ loss: Constants.CoreLoss, seed: UInt64) {
            switch loss {
            case .table: self.loss = core.loss.fraction
            case .severityHOnly: self.loss = core.outOfOrder > .zero ? core.loss.fraction : 0
            }
            outOfOrder = core.outOfOrder.fraction
            let delay = distance == .regional ? core.regionalDelay : core.intercontinentalDelay
            baseDelay = Double(delay.wholeNanoseconds)
            peakJitter = Double(core.peakJitter.wholeNanoseconds)
            let phases = DrawStream(seed: seed, "g1050.core.phases")
            flap = core.routeFlap.map { Cycle($0, draw: phases.unit(0)) }
            failure = core.linkFailure.map { Cycle($0, draw: phases.unit(1)) }
            draws = DrawStream(seed: seed, "g1050.core.slice")
        }

        /// Nanoseconds of delay of a packet that comes at this time; `nil`: lost.
        func delay(at time: Int64, slice: Int64) -> Double? {
            if let failure, failure.isOut(at: time) { return nil }
            let place = UInt64(bitPattern: slice) &* 4
            if draws.chance(loss, place) { return nil }
            var delay = baseDelay + peakJitter * draws.unit(place &+ 1)
            if let flap, flap.isTurned(at: time) { delay += Double(flap.size) }
            return delay
        }

        /// Whether a packet that would overtake may do so.
        func overtakes(slice: Int64) -> Bool { draws.chance(outOfOrder, UInt64(bitPattern: slice) &* 4 &+ 2) }
    }
}
