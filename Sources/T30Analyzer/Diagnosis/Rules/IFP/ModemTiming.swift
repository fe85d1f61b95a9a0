import FaxCore
import FaxWire

/// How long signals of T.30 last at least, from the symbols that the Recommendations count.
enum ModemTiming {
    /// V.21 flags before the first frame: 1 s ±15 % (T.30 5.3.1).
    static let preamble = Duration.seconds(1)
    static let shortestPreamble = Duration.milliseconds(850)

    /// Training without talker echo protection.
    ///
    ///     V.17   256 + 2976 + 64 + 48 symbols at 2,400 Bd (Table 3); to resynchronise 256 + 38 + 48 (Table 4)
    ///     V.33   the same as V.17
    ///     V.29   48 + 128 + 384 + 48 at 2,400 Bd (Table 5), the first 48 without energy
    ///     V.27ter  50 + 1074 + 8 at 1,600 Bd (4,800 bit/s) and 1,200 Bd (2,400 bit/s) (Table 3)
    static func training(_ modem: T38Modem, rateBps: Int?, isShort: Bool) -> Duration? {
        switch modem {
        case .v17: isShort ? symbols(342, at: 2_400) : symbols(3_344, at: 2_400)
        case .v33: symbols(3_344, at: 2_400)
        case .v29: symbols(608, at: 2_400)
        case .v27ter: symbols(1_132, at: rateBps == 2_400 ? 1_200 : 1_600)
        case .v21, .v8, .v34: nil
        }
    }

    private static func symbols(_ count: Int64, at baud: Int64) -> Duration {
        .nanoseconds(count * 1_000_000_000 / baud)
    }
}
