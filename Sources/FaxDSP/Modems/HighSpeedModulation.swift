/// A modulation of the T.30 message channel, at one of its rates in bit/s (T.30 table 2, bits 11 to 14).
public enum HighSpeedModulation: Sendable, Hashable {
    public enum V27terRate: Int, Sendable, CaseIterable {
        case r2400 = 2400
        case r4800 = 4800
    }

    public enum V29Rate: Int, Sendable, CaseIterable {
        case r7200 = 7200
        case r9600 = 9600
    }

    public enum V17Rate: Int, Sendable, CaseIterable {
        case r7200 = 7200
        case r9600 = 9600
        case r12000 = 12000
        case r14400 = 14400
    }

    public enum V17Training: Sendable, CaseIterable {
        /// Before a TCF.
        case long
        /// Before the pages that follow: possible only after a long training that succeeded.
        case short
    }

    case v27ter(V27terRate)
    case v29(V29Rate)
    case v17(V17Rate, V17Training)

    /// In bit/s.
    public var rateBps: Int {
        switch self {
        case .v27ter(let rate): rate.rawValue
        case .v29(let rate): rate.rawValue
        case .v17(let rate, _): rate.rawValue
        }
    }

    /// Every modulation and rate, V.17 with long training, slowest first.
    public static let withLongTraining: [HighSpeedModulation] =
        V27terRate.allCases.map(HighSpeedModulation.v27ter) + V29Rate.allCases.map(HighSpeedModulation.v29)
        + V17Rate.allCases.map { .v17($0, .long) }
}
