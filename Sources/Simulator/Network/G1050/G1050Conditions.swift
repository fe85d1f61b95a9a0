extension G1050 {
    public enum Severity: String, Sendable, Hashable, CaseIterable {
        case a = "A"
        case b = "B"
        case c = "C"
        case d = "D"
        case e = "E"
        case f = "F"
        case g = "G"
        case h = "H"
    }

    /// How bad a network is: a row of the severity table.
    public struct Conditions: Sendable, Hashable {
        public struct Link: Sendable, Hashable {
            /// How much of the link other traffic takes, in per cent.
            public var occupancyPercent: Double
            /// Octets of the largest packet of other traffic.
            public var mtu: Int
            /// A delay from 0 to this is added in each slice.
            public var peakJitter = Duration.zero
            /// No congestion: other traffic waits (off in all patterns of the Recommendation).
            public var hasPriority = false
            /// Half duplex on one side only: collisions (off in all patterns of the Recommendation).
            public var hasCollisions = false
        }

        /// Something that comes again and again, and its size.
        public struct Recurrence: Sendable, Hashable {
            public var every: Duration
            public var size: Duration
        }

        public struct Core: Sendable, Hashable {
            public var regionalDelay: Duration
            public var intercontinentalDelay: Duration
            public var peakJitter: Duration
            public var loss: Percentage
            public var outOfOrder: Percentage
            /// The base delay changes by ``Recurrence/size``, to and fro.
            public var routeFlap: Recurrence?
            /// Everything is lost for ``Recurrence/size``.
            public var linkFailure: Recurrence?
        }

        /// Of both sides.
        public var lan: Link
        public var access: Link
        public var core: Core
    }

    /// How well a network is kept, by the letters A to C of the Recommendation's likelihoods.
    public enum NetworkClass: String, Sendable, Hashable, CaseIterable {
        case wellManaged = "well-managed"
        case partiallyManaged = "partially-managed"
        case unmanaged

        /// How often each severity occurs, in per cent, A to H. The sums are 100, 95 and 100.
        public var likelihoods: [Double] {
            switch self {
            case .wellManaged: [50, 30, 15, 5, 0, 0, 0, 0]
            case .partiallyManaged: [5, 25, 30, 25, 10, 0, 0, 0]
            case .unmanaged: [5, 5, 10, 15, 20, 25, 15, 5]
            }
        }

        /// The severity at a place of 0 ..< 1 among all, by likelihood.
        func severity(at place: Double) -> Severity {
            var left = place * likelihoods.reduce(0, +)
            for (severity, likelihood) in zip(Severity.allCases, likelihoods) {
                if left < likelihood { return severity }
                left -= likelihood
            }
            return .a
        }
    }
}

extension G1050.Severity {
    /// The row of the table.
    public var conditions: G1050.Conditions {
        let row = G1050.rows[G1050.Severity.allCases.firstIndex(of: self) ?? 0]
        return G1050.Conditions(
            lan: .init(occupancyPercent: row.lan, mtu: 1508, peakJitter: .microseconds(1500)),
            access: .init(occupancyPercent: row.access, mtu: row.mtu),
            core: .init(
                regionalDelay: .milliseconds(row.regional), intercontinentalDelay: .milliseconds(row.far),
                peakJitter: .milliseconds(row.jitter), loss: Percentage(percent: row.loss) ?? .zero,
                outOfOrder: Percentage(percent: row.outOfOrder) ?? .zero, routeFlap: row.flap.recurrence,
                linkFailure: row.failure.recurrence))
    }
}

extension G1050 {
    /// Seconds between and milliseconds of size; 0: never.
    fileprivate struct Every {
        var seconds: Int
        var milliseconds: Int

        init(_ seconds: Int, _ milliseconds: Int) {
            self.seconds = seconds
            self.milliseconds = milliseconds
        }

        var recurrence: Conditions.Recurrence? {
            seconds == 0 ? nil : .init(every: .seconds(seconds), size: .milliseconds(milliseconds))
        }
    }

    /// A row as it stands in the Recommendation: per cent, octets, milliseconds.
    fileprivate struct Row {
        var lan: Double
        var access: Double
        var mtu: Int
        var regional: Int
        var far: Int
        var jitter: Int
        var loss: Double
        var flap: Every
        var failure: Every
        var outOfOrder: Double

        init(
            _ lan: Double, _ access: Double, _ mtu: Int, _ regional: Int, _ far: Int, _ jitter: Int, _ loss: Double,
            _ flap: Every, _ failure: Every, _ outOfOrder: Double
        ) {
            self.lan = lan
            self.access = access
            self.mtu = mtu
            self.regional = regional
            self.far = far
            self.jitter = jitter
            self.loss = loss
            self.flap = flap
            self.failure = failure
            self.outOfOrder = outOfOrder
        }
    }

    /// A to H: LAN and access occupancy, access MTU, core delay regional and intercontinental, core jitter and loss, route
    /// flap, link failure, packets out of order.
    fileprivate static let rows = [
        Row(1, 0, 512, 4, 16, 5, 0, Every(0, 0), Every(0, 0), 0),
        Row(2, 1, 512, 8, 32, 10, 0.01, Every(3600, 2), Every(3600, 64), 0),
        Row(3, 2, 1508, 16, 64, 16, 0.02, Every(1800, 4), Every(1800, 128), 0),
        Row(5, 4, 1508, 32, 128, 40, 0.04, Every(900, 8), Every(900, 256), 0),
        Row(8, 8, 1508, 64, 196, 70, 0.1, Every(480, 16), Every(480, 400), 0),
        Row(12, 15, 1508, 128, 256, 100, 0.2, Every(240, 32), Every(240, 800), 0),
        Row(16, 30, 1508, 256, 512, 150, 0.5, Every(120, 64), Every(120, 1600), 0),
        Row(20, 50, 1508, 512, 768, 500, 1, Every(60, 128), Every(60, 3000), 1),
    ]
}
