import FaxCore

extension G1050 {
    /// The five segments at work, in the direction of one sender. Packets keep their order but for the core's exceptions.
    struct Process: Sendable {
        enum Result: Sendable, Hashable {
            case lost(Place)
            /// In nanoseconds. `overtakes`: before packets that were sent earlier.
            case arrives(Int64, overtakes: Bool)
        }

        private var near: LinkProcess
        private var nearAccess: LinkProcess
        private var core: CoreProcess
        private var farAccess: LinkProcess
        private var far: LinkProcess
        private let places: (near: Place, nearAccess: Place, farAccess: Place, far: Place)
        /// When the latest packet left each segment.
        private var left: (near: Int64, nearAccess: Int64, core: Int64, farAccess: Int64, far: Int64) = (0, 0, 0, 0, 0)

        private static let sliceLength = G1050.slice.wholeNanoseconds

        init(_ scenario: Scenario, seed: UInt64, sender: Party) {
            let (conditions, constants) = (scenario.conditions, scenario.constants)
            let pattern = scenario.pattern
            let isFromA = sender == .caller
            places = isFromA ? (.lanA, .accessA, .accessB, .lanB) : (.lanB, .accessB, .accessA, .lanA)
            func lan(_ rate: Int, _ place: Place) -> LinkProcess {
                LinkProcess(
                    conditions.lan, constants.lan, rate: rate, packetInterval: constants.packetInterval, seed: seed,
                    place)
            }
            func access(_ rate: Int, _ place: Place) -> LinkProcess {
                LinkProcess(
                    conditions.access, constants.access, rate: rate, packetInterval: constants.packetInterval,
                    seed: seed, place)
            }
            near = lan(isFromA ? pattern.lanA : pattern.lanB, places.near)
            nearAccess = access(isFromA ? pattern.accessAUp : pattern.accessBUp, places.nearAccess)
            core = CoreProcess(conditions.core, scenario.distance, constants.coreLoss, seed: seed)
            farAccess = access(isFromA ? pattern.accessBDown : pattern.accessADown, places.farAccess)
            far = lan(isFromA ? pattern.lanB : pattern.lanA, places.far)
        }

        /// Of a packet of so many octets, headers included. Times of packets must not go back.
        mutating func carry(_ octetCount: Int, at time: Int64) -> Result {
            var time = time
            guard Self.pass(&near, octetCount, &time, keepingOrder: &left.near) else { return .lost(places.near) }
            guard Self.pass(&nearAccess, octetCount, &time, keepingOrder: &left.nearAccess) else {
                return .lost(places.nearAccess)
            }
            let slice = time / Self.sliceLength
            guard let delay = core.delay(at: time, slice: slice) else { return .lost(.core) }
            time += Int64(delay)
            if time < left.core, core.overtakes(slice: slice) {
                return beyondOrder(octetCount, time)
            }
            left.core = max(left.core, time)
            time = left.core
            guard Self.pass(&farAccess, octetCount, &time, keepingOrder: &left.farAccess) else {
                return .lost(places.farAccess)
            }
            guard Self.pass(&far, octetCount, &time, keepingOrder: &left.far) else { return .lost(places.far) }
            return .arrives(time, overtakes: false)
        }

        /// A packet that overtook others in the core: it waits for nobody, and nobody for it.
        private mutating func beyondOrder(_ octetCount: Int, _ time: Int64) -> Result {
            var time = time
            var free: Int64 = 0
            guard Self.pass(&farAccess, octetCount, &time, keepingOrder: &free) else {
                return .lost(places.farAccess)
            }
            free = 0
            guard Self.pass(&far, octetCount, &time, keepingOrder: &free) else { return .lost(places.far) }
            return .arrives(time, overtakes: true)
        }

        /// Over one link; false: lost. `left`: when the packet before left it.
        private static func pass(
            _ link: inout LinkProcess, _ octetCount: Int, _ time: inout Int64, keepingOrder left: inout Int64
        ) -> Bool {
            let slice = link.slice(time / sliceLength)
            guard !slice.isLost else { return false }
            time += Int64(link.serialisation(octetCount) + slice.jitter + slice.congestion)
            left = max(left, time)
            time = left
            return true
        }
    }
}
