import FaxCore

/// Times and durations for people.
enum Clock {
    /// `2026-11-21 03:32:27.123 UTC`; recordings and other small times as `12.345 s`.
    static func date(_ instant: Instant) -> String {
        let second: Int64 = 1_000_000_000
        let whole = instant.nanoseconds.quotientFloor(second)
        // Not `nanoseconds - whole * second`, which overflows at the earliest times.
        let milliseconds = (instant.nanoseconds % second + second) % second / 1_000_000
        let days = whole.quotientFloor(86_400)
        let time = whole - days * 86_400
        let (year, month, day) = civil(days)
        return "\(year)-\(two(month))-\(two(day)) \(two(time / 3600)):\(two(time / 60 % 60)):\(two(time % 60))"
            + ".\(String(milliseconds).zeroFilled(3)) UTC"
    }

    /// Seconds with so many decimals, `-` and all.
    static func seconds(_ duration: Duration, digits: Int = 1) -> String {
        Decimals.text(duration.inSeconds, digits: digits) ?? "?"
    }

    private static func two(_ number: Int64) -> String { String(number).zeroFilled(2) }

    /// Gregorian date of a day counted from 1970-01-01 (proleptic; eras of 400 years).
    private static func civil(_ days: Int64) -> (Int64, Int64, Int64) {
        let shifted = days + 719_468
        let era = shifted.quotientFloor(146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return (year, month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
    }
}

extension Int64 {
    func quotientFloor(_ divisor: Int64) -> Int64 {
        let quotient = self / divisor
        return self % divisor < 0 ? quotient - 1 : quotient
    }
}

extension String {
    func zeroFilled(_ width: Int) -> String { String(repeating: "0", count: max(0, width - utf8.count)) + self }
}
