import FaxCore

extension CompareText {
    /// With as much as matters: `+1.203 s`, `-27 µs`.
    static func signed(_ duration: Duration) -> String {
        let nanoseconds = duration.wholeNanoseconds
        let sign = nanoseconds < 0 ? "-" : "+"
        let magnitude = Duration.nanoseconds(nanoseconds == .min ? .max : abs(nanoseconds))
        return sign
            + (magnitude < .seconds(1) ? fine(magnitude) : "\(Decimals.text(magnitude.inSeconds, digits: 6) ?? "?") s")
    }

    static func fine(_ duration: Duration) -> String {
        let microseconds = Double(duration.wholeNanoseconds) / 1_000
        if microseconds < 1_000 { return "\(Decimals.text(microseconds, digits: 0) ?? "?") µs" }
        if microseconds < 1_000_000 { return "\(Decimals.text(microseconds / 1_000, digits: 2) ?? "?") ms" }
        return "\(Decimals.text(microseconds / 1e6, digits: 3) ?? "?") s"
    }
}
