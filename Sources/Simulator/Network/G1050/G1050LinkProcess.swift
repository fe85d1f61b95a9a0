import FaxCore
import Foundation

extension G1050 {
    /// A LAN or an access link at work. Its state changes by time, whatever is sent: from LOW to HIGH and back, and with
    /// each impulse of congestion. Only changes are drawn (the time to the next one is geometric); what holds for a single
    /// slice is drawn by the number of the slice.
    struct LinkProcess: Sendable {
        /// What holds from a slice on, until the next mark.
        private struct Mark: Sendable {
            var slice: Int64
            var isHigh: Bool
            /// Nanoseconds at that slice; it decays from there.
            var congestion: Double
        }

        /// A slice of the link: nanoseconds of delay beside the packet's own time on the link, or lost.
        struct Slice: Sendable, Hashable {
            var isHigh: Bool
            var isLost: Bool
            var congestion: Double
            var jitter: Double
        }

        /// Probabilities in a slice, by state: LOW, HIGH.
        let toggle: (low: Double, high: Double)
        let impulse: (low: Double, high: Double)
        let loss: Double
        let collision: Double
        /// What an impulse adds, in nanoseconds.
        let height: Double
        let heightVariesInHigh: Bool
        /// What is left of congestion a slice later.
        let pole: Double
        private let peakJitter: Double
        private let hasPriority: Bool
        private let nanosecondsPerOctet: Double
        private let toggleDraws: DrawStream
        private let impulseDraws: DrawStream
        private let heightDraws: DrawStream
        private let sliceDraws: DrawStream

        /// The latest marks; a packet that was overtaken may look back.
        private var marks: [Mark] = []
        private var latest = 0
        private var nextChange: Int64 = 0
        private var nextImpulse: Int64 = 0
        private var toggles: UInt64 = 0
        private var impulses: UInt64 = 0
        private static let markCount = 128

        init(
            _ link: Conditions.Link, _ constants: Constants.Link, rate: Int, packetInterval: Duration, seed: UInt64,
            _ place: Place
        ) {
            let occupancy = link.occupancyPercent
            // From a packet interval to a slice of 1 ms: 1 - (1 - p)^(1 / interval).
            let share = 1 / max(1, packetInterval.inMilliseconds)
            func inSlice(_ probability: Double) -> Double { 1 - pow(1 - min(1, probability), share) }
            let divisor = constants.toLowFallsWithOccupancy ? 1 + occupancy : 1
            toggle = (inSlice(constants.toHighPerPercent * occupancy), inSlice(constants.toLow / divisor))
            let (inLow, inHigh) = (constants.impulseInLow.at(occupancy), constants.impulseInHigh.at(occupancy))
            impulse = constants.impulseIsPerSlice ? (inLow, inHigh) : (inSlice(inLow), inSlice(inHigh))
            loss = constants.lossPerPercent * occupancy
            collision = link.hasCollisions ? constants.collisionLoss : 0
            nanosecondsPerOctet = 8e9 / Double(rate)
            height =
                (1 - constants.pole) * Double(link.mtu) * nanosecondsPerOctet
                * (1 + occupancy / constants.heightOccupancy)
            heightVariesInHigh = constants.heightVariesInHigh
            pole = pow(constants.pole, share)
            peakJitter = Double(link.peakJitter.wholeNanoseconds)
            let name = "g1050.\(place.rawValue)"
            toggleDraws = DrawStream(seed: seed, name + ".state")
            impulseDraws = DrawStream(seed: seed, name + ".impulse")
            heightDraws = DrawStream(seed: seed, name + ".height")
            sliceDraws = DrawStream(seed: seed, name + ".slice")
            hasPriority = link.hasPriority
            marks = [Mark](
                repeating: Mark(slice: .min, isHigh: false, congestion: 0), count: Self.markCount)
            let isHigh = DrawStream(seed: seed, name + ".start").chance(highShare, 0)
            marks[0] = Mark(slice: 0, isHigh: isHigh, congestion: 0)
            enter(isHigh: isHigh, from: 0)
        }

        /// How much of the time the link is in HIGH.
        var highShare: Double { toggle.low > 0 ? toggle.low / (toggle.low + toggle.high) : 0 }

        /// Nanoseconds that the packet itself takes.
        func serialisation(_ octetCount: Int) -> Double { Double(octetCount) * nanosecondsPerOctet }

        /// The slice with this number; slices may be asked for a little out of order.
        mutating func slice(_ number: Int64) -> Slice {
            advance(to: number)
            let mark = mark(at: number)
            let place = UInt64(bitPattern: number) &* 4
            var slice = Slice(
                isHigh: mark.isHigh, isLost: sliceDraws.chance(collision, place), congestion: 0,
                jitter: peakJitter > 0 ? peakJitter * sliceDraws.unit(place &+ 1) : 0)
            guard !hasPriority else { return slice }
            if mark.isHigh, sliceDraws.chance(loss, place &+ 2) { slice.isLost = true }
            if pole > 0 {
                slice.congestion = mark.congestion > 0 ? mark.congestion * decay(number - mark.slice) : 0
            } else if sliceDraws.chance(mark.isHigh ? impulse.high : impulse.low, place &+ 3) {
                slice.congestion = impulseHeight(UInt64(bitPattern: number), mark.isHigh)
            }
            return slice
        }

        private func decay(_ slices: Int64) -> Double { slices == 0 ? 1 : pow(pole, Double(slices)) }

        private func impulseHeight(_ place: UInt64, _ isHigh: Bool) -> Double {
            isHigh && !heightVariesInHigh ? height : height * heightDraws.unit(place)
        }

        private func mark(at slice: Int64) -> Mark {
            var place = latest
            for _ in 1..<Self.markCount {
                if marks[place].slice <= slice { break }
                place = (place + Self.markCount - 1) % Self.markCount
            }
            return marks[place]
        }

        /// Makes what happens up to this slice.
        private mutating func advance(to slice: Int64) {
            while min(nextChange, nextImpulse) <= slice {
                let now = marks[latest]
                if nextImpulse < nextChange {
                    let congestion =
                        now.congestion * decay(nextImpulse - now.slice) + impulseHeight(impulses, now.isHigh)
                    put(Mark(slice: nextImpulse, isHigh: now.isHigh, congestion: congestion))
                    nextImpulse = after(nextImpulse + 1, now.isHigh ? impulse.high : impulse.low)
                } else {
                    let start = nextChange
                    put(
                        Mark(
                            slice: start, isHigh: !now.isHigh, congestion: now.congestion * decay(start - now.slice)))
                    enter(isHigh: !now.isHigh, from: start)
                }
            }
        }

        private mutating func put(_ mark: Mark) {
            latest = (latest + 1) % Self.markCount
            marks[latest] = mark
        }

        /// Draws when the state that begins with this slice ends, and its first impulse.
        private mutating func enter(isHigh: Bool, from slice: Int64) {
            nextChange = Self.wait(isHigh ? toggle.high : toggle.low, toggleDraws.unit(toggles), from: slice)
            // The slice in which the state toggles still belongs to it.
            if nextChange < .max { nextChange += 1 }
            toggles += 1
            nextImpulse = after(slice, isHigh ? impulse.high : impulse.low)
        }

        /// The first slice from this one on with an impulse that the filter sees.
        private mutating func after(_ slice: Int64, _ probability: Double) -> Int64 {
            guard pole > 0 else { return .max }
            impulses += 1
            return Self.wait(probability, impulseDraws.unit(impulses), from: slice)
        }

        /// The first slice from this one on in which something of this probability happens.
        static func wait(_ probability: Double, _ draw: Double, from slice: Int64) -> Int64 {
            guard probability > 0 else { return .max }
            guard probability < 1 else { return slice }
            let slices = log(1 - draw) / log1p(-probability)
            return slices < 1e15 ? slice + Int64(slices) : .max
        }
    }
}
