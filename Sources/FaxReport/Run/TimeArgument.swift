import FaxCore

/// A time as people type it: seconds since the epoch, or a date with a time in UTC.
public enum TimeArgument {
    /// `1795231955.25`, `2026-11-21T03:32:35`, `2026-11-21 03:32:35.25Z`, `2026-11-21`. `nil`: none of these.
    public static func instant(_ text: String) -> Instant? {
        epoch(text) ?? date(text)
    }

    private static func epoch(_ text: String) -> Instant? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard let first = parts.first, let whole = digits(first), whole <= 9_000_000_000, parts.count <= 2 else {
            return nil
        }
        guard parts.count == 2 else { return Instant(nanoseconds: whole * 1_000_000_000) }
        return fraction(parts[1]).map { Instant(nanoseconds: whole * 1_000_000_000 + $0) }
    }

    private static func date(_ text: String) -> Instant? {
        var text = Substring(text)
        if text.last == "Z" || text.last == "z" { text.removeLast() }
        let halves = text.split(maxSplits: 1) { $0 == "T" || $0 == "t" || $0 == " " }
        let day = halves.first?.split(separator: "-").compactMap(digits) ?? []
        guard day.count == 3, (1970...2200).contains(day[0]), (1...12).contains(day[1]), (1...31).contains(day[2])
        else {
            return nil
        }
        let midnight = daysSinceEpoch(day[0], day[1], day[2]) * 86_400
        if halves.count == 1 { return Instant(nanoseconds: midnight * 1_000_000_000) }
        return clock(halves[1]).map { Instant(nanoseconds: midnight * 1_000_000_000 + $0) }
    }

    private static func clock(_ text: Substring) -> Int64? {
        let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        let fields = (parts.first ?? "").split(separator: ":").compactMap(digits)
        guard (2...3).contains(fields.count), fields[0] < 24, fields[1] < 60, (fields.count == 2 || fields[2] < 61)
        else {
            return nil
        }
        let seconds = fields[0] * 3600 + fields[1] * 60 + (fields.count == 3 ? fields[2] : 0)
        let rest = parts.count == 2 ? fraction(parts[1]) : 0
        return rest.map { seconds * 1_000_000_000 + $0 }
    }

    private static func digits(_ text: Substring) -> Int64? {
        text.allSatisfy { $0.isASCII && $0.isNumber } && text.utf8.count <= 10 ? Int64(text) : nil
    }

    /// Nanoseconds of the digits behind a point.
    private static func fraction(_ text: Substring) -> Int64? {
        digits(text.prefix(9)).flatMap { value in
            text.utf8.count > 9 ? nil : (text.utf8.count..<9).reduce(value) { total, _ in total * 10 }
        }
    }

    private static func daysSinceEpoch(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        let shiftedYear = month <= 2 ? year - 1 : year
        let era = shiftedYear.quotientFloor(400)
        let yearOfEra = shiftedYear - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }
}
