extension G1050 {
    /// The constants that turn occupancies into probabilities and delays. They differ between editions and the public
    /// code; all of them can be set.
    public struct Constants: Sendable, Hashable {
        public struct Link: Sendable, Hashable {
            /// P(LOW→HIGH) = this · occupancy %, in a packet interval.
            public var toHighPerPercent: Double
            /// P(HIGH→LOW) in a packet interval …
            public var toLow: Double
            /// … divided by 1 + occupancy %.
            public var toLowFallsWithOccupancy: Bool
            /// Probability of an impulse: constant and per cent of occupancy, in each state.
            public var impulseInLow: Linear
            public var impulseInHigh: Linear
            /// The impulse probability is one of a slice of 1 ms, not of a packet interval.
            public var impulseIsPerSlice: Bool
            /// Impulse height = MTU bits / rate · (1 + occupancy % / this).
            public var heightOccupancy: Double
            /// In HIGH the impulses have any height up to the full one, as they have in LOW.
            public var heightVariesInHigh: Bool
            /// Of the one-pole filter, in a packet interval: how much of the congestion is left. An impulse adds 1 - pole
            /// of its height.
            public var pole: Double
            /// P(loss) in HIGH = this · occupancy %, in a slice.
            public var lossPerPercent: Double
            /// P(loss) by collision in a slice, where there are collisions.
            public var collisionLoss: Double
        }

        public struct Linear: Sendable, Hashable {
            public var constant: Double
            public var perPercent: Double

            func at(_ percent: Double) -> Double { constant + perPercent * percent }
        }

        public enum CoreLoss: Sendable, Hashable {
            /// As the severity table says.
            case table
            /// As the public code does: only where packets are out of order as well (severity H).
            case severityHOnly
        }

        public var lan: Link
        public var access: Link
        public var coreLoss: CoreLoss
        /// What the probabilities of a packet interval refer to.
        public var packetInterval: Duration

        public static let usualPacketInterval = Duration.milliseconds(20)
    }
}

extension G1050.Constants {
    /// The constants of the public code, and core loss by the table.
    public static let usual = G1050.Constants(
        lan: Link(
            toHighPerPercent: 0.004, toLow: 0.1, toLowFallsWithOccupancy: false,
            impulseInLow: Linear(constant: 0, perPercent: 0), impulseInHigh: Linear(constant: 0.5, perPercent: 0),
            impulseIsPerSlice: true, heightOccupancy: 1, heightVariesInHigh: true, pole: 0, lossPerPercent: 0.001,
            collisionLoss: 0.15),
        access: Link(
            toHighPerPercent: 0.0002, toLow: 0.2, toLowFallsWithOccupancy: true,
            impulseInLow: Linear(constant: 0.001, perPercent: 1.0 / 2000),
            impulseInHigh: Linear(constant: 0.3, perPercent: 0.4 / 100), impulseIsPerSlice: false,
            heightOccupancy: 40, heightVariesInHigh: false, pole: 0.75, lossPerPercent: 0.0005, collisionLoss: 0),
        coreLoss: .table, packetInterval: usualPacketInterval)

    /// The public code as it is, with its slip: no core loss in severities A to G.
    public static let code = usual.changed { $0.coreLoss = .severityHOnly }

    /// What is quoted as the text of 2007.
    public static let edition2007 = usual.changed {
        $0.lan.toHighPerPercent = 0.0001
        $0.lan.lossPerPercent = 0.000025
        $0.lan.heightOccupancy = 40
    }

    /// What is quoted as the text of 2005.
    public static let edition2005 = usual.changed {
        $0.lan.toHighPerPercent = 0.004
        $0.lan.lossPerPercent = 0.004
        $0.lan.heightOccupancy = 40
        $0.lan.heightVariesInHigh = false
        $0.access.toHighPerPercent = 0.0003
    }

    private func changed(_ change: (inout G1050.Constants) -> Void) -> G1050.Constants {
        var constants = self
        change(&constants)
        return constants
    }

    /// By their names in the text form; the usual ones have none.
    static let named: [(name: String, constants: G1050.Constants)] = [
        ("code", code), ("2005", edition2005), ("2007", edition2007),
    ]
}
